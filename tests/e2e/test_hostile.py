# SPDX-License-Identifier: Apache-2.0
"""What a hostile client may put anywhere: statements, assignments of what is not its own, documents that are
made to be expensive. Everything is answered, nothing has an effect, and the server goes on as before."""

import json
from urllib.parse import quote

import pytest

from daemon import Daemon, wait_for
from expect import SEARCH, add_members, group, made, patch, total, user
from wire import ask

STATEMENTS = [
    "x' OR '1'='1",
    'x" or userName pr or "',
    "'; DROP TABLE resource; --",
    '")) UNION SELECT secret FROM token --',
    "%' ESCAPE '%",
    "a\r\nX-Evil: 1",
    "$1; PRAGMA writable_schema = 1",
    "{{7*7}}${7*7}",
]


def places(http, text, person, crowd):
    """One request for each place where a client's text goes on to something that reads a language."""
    quoted, whole = quote(text, safe=""), json.dumps(text)
    search = {"schemas": [SEARCH]}
    yield http.get(f"/Users/{quoted}")
    yield http.delete(f"/Groups/{quoted}")
    yield http.get(f"{quoted}/{person}")
    yield http.get("/Users", params={"sortBy": text})
    yield http.get("/Users", params={"attributes": text})
    yield http.get("/Users", params={"excludedAttributes": text})
    yield http.get("/Users", params={"startIndex": text, "count": text})
    yield http.get("/Users", params={"cursor": text})
    yield http.get(f"/Users?{quoted}={quoted}")
    for attribute in ("userName", "externalId", "emails.value", "id", "meta.location", "groups.value", "x"):
        yield http.get("/Users", params={"filter": f"{attribute} eq {whole}"})
        yield http.post("/Users/.search", json={**search, "filter": f"{attribute} co {whole} and {text} pr"})
    yield http.get("/Groups", params={"filter": f"members.value eq {whole}"})
    yield http.get("/Groups", params={"filter": f"members[value eq {whole}]"})
    yield http.post("/.search", json={**search, "filter": f"id eq {whole}", "sortBy": text})
    yield http.patch(f"/Users/{person}", json=patch({"op": "remove", "path": f"emails[value eq {whole}]"}))
    yield http.patch(f"/Users/{person}", json=patch({"op": "remove", "path": text}))
    yield http.patch(f"/Users/{person}", json=patch({"op": text, "path": "title", "value": "x"}))
    yield http.patch(f"/Groups/{crowd}", json=add_members(text))
    yield http.post("/Bulk", json={"Operations": [{"method": "DELETE", "path": f"/Users/{text}"}]})
    yield http.get("/Users?count=0", headers={"If-None-Match": whole.encode().decode("latin-1")})
    yield http.get(f"/Users/{person}", headers={"Authorization": "Bearer " + quoted})
    yield http.get(http.base_url.copy_with(path=f"/t/{quoted}/scim/v2/Users"))


@pytest.mark.parametrize("text", STATEMENTS)
def test_no_text_of_a_client_is_a_statement_wherever_it_goes(client, text):
    person = made(client.post("/Users", json=user("kept", externalId="e", emails=[{"value": "kept@x.example"}])))
    crowd = made(client.post("/Groups", json=group("Crowd", person)))
    before = client.get(f"/Users/{person}").json()
    answers = list(places(client, text, person, crowd))
    assert [one.text for one in answers if one.status_code >= 500] == []
    assert [one.url for one in answers if "x-evil" in one.headers] == []
    found = [one.json()["totalResults"] for one in answers if one.status_code == 200 and "filter" in str(one.url)]
    assert set(found) <= {0}, "a text was more than a value that nobody has"
    assert client.get(f"/Users/{person}").json() == before
    assert total(client.get("/Users")) == 1 and total(client.get("/Groups")) == 1


ASSIGNED = {
    "id": "chosen",
    "groups": [{"value": "g", "display": "Admins"}],
    "meta": {"created": "1999-01-01T00:00:00Z", "lastModified": "1999-01-01T00:00:00Z", "version": 'W/"99"',
             "location": "http://evil.example/", "resourceType": "Group"},
    "tenant": 2,
    "source": "other",
    "revision": 99,
    "row": 1,
}


def assigning(http, person):
    """Every request that could make what is read-only of a person something else."""
    yield http.put(f"/Users/{person}", json=user("assigned", **ASSIGNED))
    for name, value in ASSIGNED.items():
        yield http.patch(f"/Users/{person}", json=patch({"op": "replace", "path": name, "value": value}))
        yield http.patch(f"/Users/{person}", json=patch({"op": "add", "value": {name: value}}))
    for path in ("meta.version", "meta.created", "groups[value pr].value"):
        yield http.patch(f"/Users/{person}", json=patch({"op": "replace", "path": path, "value": "x"}))
    yield http.patch(f"/Users/{person}", json=patch({"op": "remove", "path": "id"}))
    operations = [{"method": "PUT", "path": f"/Users/{person}", "data": user("assigned", **ASSIGNED)},
                  {"method": "PATCH", "path": f"/Users/{person}", "data": patch({"op": "add", "value": ASSIGNED})}]
    yield http.post("/Bulk", json={"Operations": operations})


@pytest.mark.parametrize("profile", ["interop", "rfc"])
def test_read_only_attributes_cannot_be_assigned_by_put_patch_or_a_job(server, profile):
    tenant = server.tenant(profile=profile)
    with tenant.client() as http:
        person = made(http.post("/Users", json=user("assigned")))
        before = http.get(f"/Users/{person}").json()
        for answer in assigning(http, person):
            assert answer.status_code < 500, answer.text
            after = http.get(f"/Users/{person}").json()
            assert after["id"] == person and "groups" not in after and not {"tenant", "source", "row"} & set(after)
            for name in ("created", "location", "resourceType"):
                assert after["meta"][name] == before["meta"][name], answer.request.content
            assert not after["meta"]["lastModified"].startswith("1999") and "99" not in after["meta"]["version"][:5]


BOMBS = {
    "arrays in arrays": "[" * 200000 + "]" * 200000,
    "objects in objects": '{"a":' * 100000 + "1" + "}" * 100000,
    "one object of many names": "{" + ",".join(f'"a{at}":1' for at in range(100000)) + "}",
    "one name again and again": "{" + ",".join('"userName":"a"' for _ in range(50000)) + "}",
    "a number of many digits": '{"userName":"a","x":' + "9" * 500000 + "}",
    "an exponent": '{"userName":"a","x":1e999999999}',
    "many e-mails": json.dumps(user("a", emails=[{"value": f"{at}@x.example"} for at in range(30000)])),
    "many members": json.dumps(group("a", *(f"m{at}" for at in range(30000)))),
    "many operations": json.dumps(patch(*({"op": "add", "path": "title", "value": "x"} for _ in range(20000)))),
    "escapes": '{"userName":"' + "\\u0041" * 100000 + '"}',
    "a string without an end": '{"userName":"' + "a" * 500000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_document_that_is_made_to_be_expensive_is_refused_and_others_go_on(server, tenant, client, text):
    person = made(client.post("/Users", json=user("kept")))
    for method, path in (("POST", "/Users"), ("POST", "/Groups"), ("PATCH", f"/Users/{person}"), ("POST", "/Bulk"),
                         ("POST", "/Users/.search")):
        reply = ask(server, tenant, method, f"/scim/v2{path}", text)
        assert reply.status < 500, reply
        assert client.get(f"/Users/{person}").status_code == 200


def test_a_password_is_in_no_output_of_any_command(tmp_path):
    """Whether hashes are kept or not; of what the journal says, too."""
    password = "Tr0ub4dor-and-3-zebras"
    server = Daemon(tmp_path, "--log-level", "debug").start()
    for kept in ("off", "on"):
        tenant = server.tenant(f"spill-{kept}")
        server.do("tenant", "set", tenant.name, f"store-passwords={kept}")
        with tenant.client() as http:
            person = made(http.post("/Users", json=user("secretive", password=password)))
            http.patch(f"/Users/{person}", json=patch({"op": "replace", "path": "password", "value": password}))
            http.patch(f"/Users/{person}", json=patch({"op": "replace", "path": "title", "value": "x"}))
            http.post("/Users", json=user("wrong", password=[password]))
        at = ["--tenant", tenant.name]
        wait_for(lambda: server.command("journal", "list", *at).stdout.count("/Users") >= 4, "all in the journal")
        commands = [
            ["audit", "export", *at], ["audit", "show", "secretive", *at], ["audit", "show", "secretive", *at, "--json"],
            ["undo", *at, "--since", "1h", "--plan", "--json"], ["journal", "list", *at, "--json"], ["journal", "export", *at],
        ]
        for command in commands:
            done = server.command(*command)
            assert done.returncode in (0, 1) and done.stdout, (command, done)
            assert password not in done.stdout + done.stderr, command
        for noun in (["tenant", "show", tenant.name], ["token", "list", *at], ["source", "list", *at]):
            assert password not in server.tell(*noun, "--json")
    server.end()
    assert password not in server.log
