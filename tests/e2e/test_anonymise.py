# SPDX-License-Identifier: Apache-2.0
"""Sessions of real clients, exported without people in them: nothing of anybody is left, and they replay."""

import json
import re
import urllib.parse

import pytest

from daemon import Daemon, roster
from expect import made, patch, user
from scenario import keep
from test_scenarios import FILES, exchange, load, placeholders, prepared

ALONE = {"name", "profile", "steps"}  # scenarios that need nothing but a tenant
SENDERS_MAX = 60  # of one replay
SURE = 9  # letters and digits from which on no value is made up by chance
TIME_OR_ID = re.compile(r"\d{4}-\d\d-\d\dT[^\"]*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WORD = re.compile(r"(true|false|operations|urn:ietf:.*)", re.IGNORECASE)  # a group is called as a member of PATCH
PROTOCOL = {"schemas", "type", "op", "method", "path", "version", "resourceType", "created", "lastModified", "location", "$ref"}


def is_alone(scenario):
    """Whether it needs nothing but a tenant with a token, and each of its steps is sent once."""
    kept = {name for step in scenario["steps"] for name in step.get("keep", {})}
    needs = set(placeholders(scenario["steps"])) - kept
    once = not any("repeat" in step for step in scenario["steps"])
    return set(scenario) <= ALONE and scenario["profile"] == "interop" and needs <= {"token", "base", "tenant"} and once


def play(server, scenario):
    tenant = server.tenant()
    names = {"token": tenant.token, "base": server.url + "/scim/v2", "tenant": tenant.name}
    for step in scenario["steps"]:
        keep(step, exchange(server.address, prepared(step, names)), names)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The same sessions as they were and anonymised, as files."""
    daemon = Daemon(tmp_path_factory.mktemp("sessions")).start()
    for scenario in [one for one in map(load, FILES) if is_alone(one)][:SENDERS_MAX]:
        play(daemon, scenario)
    daemon.stop()
    files = []
    for name, options in (("plain", []), ("anonymised", ["--anonymise"])):
        files.append(daemon.folder / f"{name}.ndjson")
        files[-1].write_text(daemon.do("journal", "export", *options))
    return files


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def said(value, key=""):
    """Every text in a body that is not the protocol's, in order."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from said(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner, key)
    elif isinstance(value, str) and key not in PROTOCOL:
        yield value


def shape(text):
    """Letters, digits and what stands between them; letters beyond ASCII are not looked at."""
    text = TIME_OR_ID.sub("@", text)
    return re.sub(r"[0-9]", "0", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", text))) if text.isascii() else None


def size(text):
    return len(re.findall(r"[A-Za-z0-9]", text))


def pairs(exported):
    """What was said, and what stands in its place."""
    for before, after in zip(*map(lines, exported), strict=True):
        if "body" in before:
            yield from zip(said(json.loads(before["body"])), said(json.loads(after["body"])), strict=True)


def test_sessions_of_all_clients_are_in_it(exported):
    assert len({line.get("tenant") for line in lines(exported[0])}) >= 50
    assert len(list(pairs(exported))) > 700


def test_no_value_of_a_person_is_left(exported):
    text = urllib.parse.unquote(exported[1].read_text()).lower()
    values = {before for before, _ in pairs(exported) if size(before) >= SURE and not WORD.fullmatch(before)}
    assert len(values) > 100
    assert [value for value in values if json.dumps(value)[1:-1].lower() in text] == []


def test_every_value_has_another_one_of_its_shape_in_its_place(exported):
    for before, after in pairs(exported):
        if size(before) < SURE or WORD.fullmatch(before):
            continue
        assert before.lower() != after.lower()
        assert shape(before) in (None, shape(after)), (before, after)


def test_a_value_has_one_substitute_and_a_substitute_one_value(exported):
    made = {}
    for before, after in pairs(exported):
        assert made.setdefault(before.lower(), after.lower()) == after.lower()
    # A number that is a fact stays, and one of the same length that is data may become it.
    sure = {before: after for before, after in made.items() if size(before) >= SURE}
    assert len(sure) > 100 and len(set(sure.values())) == len(sure)


def test_an_anonymised_session_is_answered_as_the_session_was(exported):
    plain, anonymised = (roster("journal", "replay", str(path), "--json") for path in exported)
    assert json.loads(plain.stdout)["same"] and json.loads(plain.stdout)["compared"] > 300
    assert anonymised.stdout == plain.stdout
    statuses = [[line["status"] for line in lines(path)] for path in exported]
    assert statuses[0] == statuses[1]


def test_two_exports_have_nothing_in_common(exported, tmp_path):
    daemon = Daemon(exported[0].parent)
    again = [json.loads(line) for line in daemon.do("journal", "export", "--anonymise").splitlines()]
    for first, second in zip(lines(exported[1]), again, strict=True):
        if "id" in first:
            assert first["id"] != second["id"]


def test_filters_paths_and_ids_say_the_same_as_bodies(own_server):
    with own_server.tenant("acme").client(prefix="/t/acme/scim/v2") as http:
        person = made(http.post("/Users", json=user("Ann.Smith@Example.com", title="Dr. Jürgen O'Neill")))
        http.get("/Users", params={"filter": 'userName eq "ann.smith@example.COM" and title pr', "count": "7"})
        change = {"op": "replace", "path": 'emails[type eq "work" and value eq "Ann.Smith@Example.com"].display'}
        http.patch(f"/Users/{person}", json=patch({**change, "value": "Ann"}))
        http.get(f"/Users/{person}", params={"attributes": "userName,urn:acme:people:nickname"})
    own_server.stop()
    text = own_server.do("journal", "export", "--anonymise")
    create, search, change, read = [json.loads(line) for line in text.splitlines()]
    body = json.loads(create["body"])
    name = body["userName"]
    assert re.fullmatch(r"[A-Z][a-z]{2}\.[A-Z][a-z]{4}@[A-Z][a-z]{6}\.[a-z]{3}", name)
    assert create["path"] == f"/t/{create['tenant']}/scim/v2/Users" and create["tenant"] != "acme"
    asked = dict(urllib.parse.parse_qsl(search["query"]))
    word = re.fullmatch(r'userName eq "([^"]*)" and title pr', asked["filter"])[1]
    assert word.lower() == name.lower() and word.endswith(name[-3:].upper()) and asked["count"] == "7"
    operation = json.loads(change["body"])["Operations"][0]
    assert operation["path"] == f'emails[type eq "work" and value eq "{name}"].display'
    assert operation["value"] == name[:3]
    assert change["path"].endswith(f"/Users/{create['id']}") and create["id"] != person
    assert urllib.parse.unquote(read["query"]).startswith("attributes=userName,urn:")
    for part in ("ann.", "smith", "neill", "people", "127.0.0.1", person):
        assert part not in text.lower()
