# SPDX-License-Identifier: Apache-2.0
"""A secret goes in and never comes out: not in replies, logs, metrics, files or command output."""

import os
import stat

import httpx
import pytest

from daemon import Daemon, roster
from expect import SEARCH, made, patch, user
from wire import connected, head

PASSWORD = "Tr0ub4dor-and-3-zebras"
WRONG_TOKEN = "rst_0123456789abcdefghijWRONGklmnopqrstuv"


@pytest.fixture(scope="module")
def spilled(tmp_path_factory):
    """A server that was told secrets by every route, and everything that it answered."""
    daemon = Daemon(tmp_path_factory.mktemp("server"), "--log-level", "debug").start()
    tenant = daemon.tenant("spill")
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
