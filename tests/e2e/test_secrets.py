# SPDX-License-Identifier: Apache-2.0
"""A secret goes in and never comes out: not in replies, logs, metrics, files or command output."""

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from daemon import Daemon, roster
from expect import SEARCH, made, patch, user
from wire import connected, head

PASSWORD = "Tr0ub4dor-and-3-zebras"
WRONG_TOKEN = "rst_0123456789abcdefghijWRONGklmnopqrstuv"


@pytest.fixture(scope="module", params=["off", "on"])
def spilled(tmp_path_factory, request):
    """A server that was told secrets by every route, and everything that it answered."""
    daemon = Daemon(tmp_path_factory.mktemp("server"), "--log-level", "debug").start()
    tenant = daemon.tenant("spill")
    tenant.stores_passwords = request.param == "on"
    daemon.do("tenant", "set", "spill", f"store-passwords={request.param}")
    with tenant.client() as http:
        answers = tell(http)
    answers.append(wrong_token(daemon))
    yield daemon, tenant, answers
    daemon.stop()


def tell(http):
    replies = [http.post("/Users", json=user("secretive", password=PASSWORD))]
    person = made(replies[0])
    replies += [
        http.patch(f"/Users/{person}", json=patch({"op": "replace", "path": "password", "value": PASSWORD})),
        http.patch(f"/Users/{person}", json=patch({"op": "add", "value": {"password": PASSWORD}})),
        http.put(f"/Users/{person}", json=user("secretive", password=PASSWORD)),
        http.get(f"/Users/{person}?attributes=password,userName"),
        http.get("/Users?attributes=password"),
        http.get("/Users", params={"filter": f'password eq "{PASSWORD}"'}),
        http.post("/Users/.search", json={"schemas": [SEARCH], "filter": f'password eq "{PASSWORD}"'}),
        http.post("/Users", json=user("secretive", password=PASSWORD)),
        http.post("/Users", json=user("wrong type", password={"value": PASSWORD})),
        http.post("/Users", content=f'{{"userName":"cut","password":"{PASSWORD}"'),
        http.patch(
            f"/Users/{person}", json=patch({"op": "replace", "path": "password", "value": [PASSWORD]})
        ),
        http.patch(
            f"/Users/{person}",
            json=patch({"op": "replace", "path": f'password[value eq "{PASSWORD}"]', "value": "x"}),
        ),
        http.patch(f"/Users/{person}", json=patch({"op": "bad", "path": "password", "value": PASSWORD})),
        http.get(f"/Users/{person}"),
    ]
    assert all(reply.status_code < 500 for reply in replies)
    return [reply.text for reply in replies] + [str(reply.headers) for reply in replies]


def wrong_token(daemon):
    with connected(daemon) as wire:
        reply = wire.send(head("GET", "/scim/v2/Users", f"Authorization: Bearer {WRONG_TOKEN}")).reply()
    assert reply.status == 401
    return reply.text + str(reply.headers)


def secrets(tenant):
    return [PASSWORD, tenant.token, WRONG_TOKEN]


def test_no_reply_repeats_a_password_or_a_token(spilled):
    _, tenant, answers = spilled
    assert [secret for secret in secrets(tenant) for answer in answers if secret in answer] == []


def test_a_password_is_not_part_of_a_person(spilled):
    daemon, tenant, _ = spilled
    with tenant.client() as http:
        listed = http.get("/Users?attributes=password").json()["Resources"]
    assert listed and all("password" not in one for one in listed)


def test_no_log_line_holds_a_password_or_a_token(spilled):
    daemon, tenant, _ = spilled
    assert [secret for secret in secrets(tenant) if secret in daemon.log] == []


def test_no_metric_holds_a_password_or_a_token(spilled):
    daemon, tenant, _ = spilled
    text = httpx.get(daemon.url + "/metrics", trust_env=False).text
    assert [secret for secret in secrets(tenant) if secret in text] == []


def test_no_file_of_the_store_holds_a_password_or_a_token(spilled):
    daemon, tenant, _ = spilled
    files = [path for path in daemon.folder.rglob("*") if path.is_file() and path.name != "stderr.log"]
    assert daemon.database in files
    assert [
        path for path in files for secret in secrets(tenant) if secret.encode() in path.read_bytes()
    ] == []


def columns(daemon):
    """Every value of every table, as (table, column, value)."""
    with sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            rows = store.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            yield from ((table, name, value) for row in rows for name, value in zip(names, row))


def test_the_hash_of_a_password_stands_in_one_place_only(spilled):
    daemon, tenant, answers = spilled
    values = list(columns(daemon))
    hashes = [value for table, name, value in values if (table, name) == ("password", "hash")]
    assert bool(hashes) is tenant.stores_passwords
    for one in hashes:
        assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        parts = one.split("$")[-2:]
        for part in parts:
            held = {(table, name) for table, name, value in values if part in str(value)}
            assert held == {("password", "hash")}
            assert not any(part in text for text in [*answers, daemon.log])
    everywhere = daemon.do("tenant", "show", tenant.name, "--json") + daemon.do("tenant", "list", "--json")
    assert "argon2" not in everywhere + daemon.log + "".join(answers)


def test_whether_passwords_are_stored_is_told_by_the_configuration(spilled):
    _, tenant, _ = spilled
    with tenant.client() as http:
        config = http.get("/ServiceProviderConfig").json()
    assert config["changePassword"]["supported"] is tenant.stores_passwords


def test_the_setting_is_off_in_a_new_tenant_and_shown(server):
    tenant = server.tenant()
    assert '"store-passwords":false' in server.do("tenant", "show", tenant.name, "--json").replace(" ", "")
    with tenant.client() as http:
        before = http.get("/ServiceProviderConfig")
        server.do("tenant", "set", tenant.name, "store-passwords=on")
        after = http.get("/ServiceProviderConfig", headers={"If-None-Match": before.headers["etag"]})
    assert not before.json()["changePassword"]["supported"]
    assert after.status_code == 200 and after.json()["changePassword"]["supported"]
    assert "store-passwords      on" in server.do("tenant", "show", tenant.name)
    assert "store-passwords" in roster("help", "tenant", "set").stdout


def test_a_removed_tenant_leaves_no_hash(own_server):
    tenant = own_server.tenant()
    own_server.do("tenant", "set", tenant.name, "store-passwords=on")
    with tenant.client() as http:
        for number in range(3):
            made(http.post("/Users", json=user(f"gone{number}", password=PASSWORD)))
    assert [name for table, name, _ in columns(own_server) if table == "password"]
    own_server.do("tenant", "remove", tenant.name, "--yes")
    assert not [name for table, name, _ in columns(own_server) if table == "password"]


def test_no_file_keeps_a_hash_that_was_deleted(own_server):
    tenant = own_server.tenant()
    own_server.do("tenant", "set", tenant.name, "store-passwords=on")
    with tenant.client() as http:
        people = [made(http.post("/Users", json=user(f"gone{n}", password=PASSWORD))) for n in range(5)]
        for person in people[:2]:
            assert http.delete(f"/Users/{person}").status_code == 204
    own_server.do("tenant", "set", tenant.name, "store-passwords=off")
    own_server.stop()
    assert b"$argon2id$" not in own_server.database.read_bytes()


def test_many_passwords_at_once_are_all_stored(own_server):
    tenant = own_server.tenant()
    own_server.do("tenant", "set", tenant.name, "store-passwords=on")

    def create(number):
        with tenant.client() as http:
            return http.post("/Users", json=user(f"many{number}", password=f"{PASSWORD}{number}")).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(create, range(48))) == {201}
    hashes = {value for table, name, value in columns(own_server) if (table, name) == ("password", "hash")}
    assert len(hashes) == 48


def test_no_command_shows_a_token_again(spilled):
    daemon, tenant, _ = spilled
    shown = daemon.do("token", "list", "--tenant", tenant.name) + daemon.do(
        "token", "list", "--tenant", tenant.name, "--json"
    )
    shown += daemon.do("tenant", "show", tenant.name) + daemon.do("tenant", "show", tenant.name, "--json")
    assert tenant.token not in shown


def test_the_store_is_for_its_owner_only_under_any_umask(tmp_path):
    before = os.umask(0)
    try:
        daemon = Daemon(tmp_path).start()
    finally:
        os.umask(before)
    with daemon.tenant().client() as http:
        made(http.post("/Users", json=user("private")))
    loose = [
        path.name
        for path in tmp_path.rglob("*")
        if path.name != "stderr.log" and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    daemon.stop()
    assert loose == []


def test_a_store_made_by_a_command_is_for_its_owner_only(tmp_path):
    before = os.umask(0)
    try:
        assert roster("tenant", "add", "early", "--store", f"sqlite:{tmp_path}/roster.db").returncode == 0
    finally:
        os.umask(before)
    assert [path.name for path in tmp_path.iterdir() if stat.S_IMODE(path.lstat().st_mode) & 0o077] == []
