# SPDX-License-Identifier: Apache-2.0
"""roster erase, roster audit prune and roster hold: what is gone is gone from the bytes of the store."""

import json
import time

import pytest

from test_history import made, now, patched, shown

SECRETS = ("Zyx-First", "zyx@secret.example", "Zyx Display", "zyx-external", "Zyx Nick", "Zyx-Old", "zyx-2@secret.example")
FILLER = 120  # people, so that pages fill, split and are freed


def bytes_of(server, *patterns):
    """The store, its log and the journal, as they lie on the disk."""
    folder = server.database.parent
    paths = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return b"".join(path.read_bytes() for path in paths if path.is_file())


def found(server, *patterns):
    there = bytes_of(server, *(patterns or ("roster.db*", "roster.db.journal/**/*"))).lower()
    return [secret for secret in SECRETS if secret.encode().lower() in there]


def entries(server, tenant):
    return [json.loads(line) for line in server.do("audit", "export", "--tenant", tenant.name).splitlines()]


@pytest.fixture
def person(own_server):
    """Somebody who has been in every corner of a store."""
    tenant = own_server.tenant("acme")
    hr = own_server.token("acme", "--source", "hr")
    own_server.do("tenant", "set", "acme", "store-passwords=on")
    with tenant.client() as client, tenant.client(token=hr) as other:
        first = {"userName": "zyx@secret.example", "externalId": "zyx-external", "displayName": "Zyx Display", "password": "correct horse battery"}
        zyx = made(client.post("/Users", json={**first, "name": {"familyName": "Zyx-First"}, "nickName": "Zyx Nick " * 300}))
        for n in range(FILLER):
            made(client.post("/Users", json={"userName": f"filler{n}@x.example", "displayName": f"F {n}"}))
        patched(client, f"/Users/{zyx}", op="add", path="emails", value=[{"value": "zyx-2@secret.example"}])
        patched(other, f"/Users/{zyx}", op="add", path="title", value="Zyx-Old")
        patched(client, f"/Users/{zyx}", op="replace", path="title", value="x")
        boss = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        made(client.post("/Users", json={"userName": "report", boss: {"manager": {"value": zyx}}}))
        made(client.post("/Groups", json={"displayName": "Ops", "members": [{"value": zyx}]}))
    assert found(own_server) == list(SECRETS)
    return own_server, tenant, zyx


def erase(server, tenant, who, *options, code=0):
    result = server.command("erase", who, "--tenant", tenant.name, "--reason", "request 4711", "--yes", *options)
    assert result.returncode == code, result.stderr
    return result


@pytest.mark.parametrize("up", (True, False))
def test_nothing_of_an_erased_person_is_left_in_the_bytes_of_the_store(person, up):
    server, tenant, zyx = person
    if not up:
        server.stop()
    assert "name --delete" in erase(server, tenant, "zyx@secret.example", code=65).stderr
    assert found(server) == list(SECRETS)
    told = json.loads(erase(server, tenant, "zyx@secret.example", "--delete", "--json").stdout)
    assert told["id"] == zyx and told["deleted"] and told["details"] == 5
    assert found(server) == []
    report = json.loads(server.do("audit", "verify", "--json"))
    assert report["erased"] == 5, report
    last = entries(server, tenant)[-1]
    assert last["kind"] == "erase" and "request 4711" in json.dumps(last) and zyx in json.dumps(last)
    assert not any(secret.lower() in json.dumps(last).lower() for secret in SECRETS)
    told = shown(server, tenant, zyx)
    assert all(change["erased"] for change in told["changes"] if change["kind"] != "membership")
    assert json.loads(erase(server, tenant, zyx, "--json").stdout)["details"] == 0
    if up:
        with tenant.client() as client:
            assert client.get("/Users", params={"count": 1}).json()["totalResults"] == FILLER + 1
            made(client.post("/Users", json={"userName": "zyx"}))


def test_what_was_erased_is_said_to_be_unknown(person):
    server, tenant, zyx = person
    there = now()
    erase(server, tenant, zyx, "--delete")
    then = shown(server, tenant, zyx, "--at", there)
    assert then["state"] == "there" and then["erased"] and then["resource"] is None and then["active"] is None
    assert [group["display"] for group in then["groups"]] == ["Ops"]
    result = server.command("undo", "--tenant", tenant.name, "--since", there)
    assert result.returncode == 1 and "erased" in result.stdout


def test_who_is_held_is_neither_erased_nor_pruned(person):
    server, tenant, zyx = person
    of = ("--tenant", tenant.name)
    server.do("hold", "add", "zyx@secret.example", *of, "--reason", "case 12")
    assert "already" in server.command("hold", "add", zyx, *of, "--reason", "case 13").stderr
    assert [(hold["id"], hold["reason"]) for hold in server.do_json("hold", "list", *of)] == [(zyx, "case 12")]
    assert "legal hold (case 12)" in erase(server, tenant, zyx, "--delete", code=65).stderr
    now()
    pruned = server.do_json("audit", "prune", *of, "--older-than", "1s")
    refused = server.command("tenant", "remove", tenant.name, "--yes")
    assert refused.returncode == 65 and "legal hold" in refused.stderr
    assert shown(server, tenant, zyx)["changes"][0]["attributes"]["userName"]["to"] == "zyx@secret.example"
    server.do("hold", "remove", zyx, *of)
    assert server.do_json("hold", "list", *of) == []
    assert server.command("hold", "remove", zyx, *of).returncode == 66
    assert pruned["details"] >= 0
    erase(server, tenant, zyx, "--delete")
    assert found(server) == []
    kinds = [entry["kind"] for entry in entries(server, tenant)]
    assert kinds.count("hold") == 2
    server.do("audit", "verify")


def test_details_of_old_changes_are_pruned_and_the_living_stay(own_server):
    tenant = own_server.tenant("acme")
    with tenant.client() as client:
        ana = made(client.post("/Users", json={"userName": "ana", "title": "Zyx-Old"}))
        held = made(client.post("/Users", json={"userName": "held", "title": "kept"}))
        patched(client, f"/Users/{ana}", op="replace", path="title", value="new")
        own_server.do("hold", "add", held, "--tenant", "acme", "--reason", "case")
        old = now()
        time.sleep(1.1)
        patched(client, f"/Users/{ana}", op="replace", path="nickName", value="n")
        told = own_server.do_json("audit", "prune", "--tenant", "acme", "--older-than", "1s")
        assert told["details"] >= 2 and found(own_server, "roster.db*") == []
        assert client.get(f"/Users/{ana}").json()["title"] == "new"
    # What was changed behind is known, so the state then is; before the pruned changes it is not.
    assert shown(own_server, tenant, ana, "--at", old)["resource"]["title"] == "new"
    assert shown(own_server, tenant, held)["changes"][0]["attributes"]["title"]["to"] == "kept"
    assert [change["erased"] for change in shown(own_server, tenant, ana)["changes"]] == [True, True, False]
    assert entries(own_server, tenant)[-1]["kind"] == "erase"
    own_server.do("audit", "verify")
    assert own_server.do_json("audit", "prune", "--tenant", "acme", "--older-than", "90d")["details"] == 0
    assert "duration" in own_server.command("audit", "prune", "--tenant", "acme", "--older-than", "x").stderr
