# SPDX-License-Identifier: Apache-2.0
"""roster audit show on the real program, with the server up and down."""

import json
import time
from datetime import datetime, timezone

import pytest



def now():
    """A moment between two changes."""
    time.sleep(0.003)
    text = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    time.sleep(0.003)
    return text


def made(reply):
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


def patched(client, where, **operation):
    reply = client.patch(where, json={"Operations": [operation]})
    assert reply.status_code in (200, 204), reply.text


def show(server, tenant, who, *options, code=0):
    result = server.command("audit", "show", who, "--tenant", tenant.name, *options)
    assert result.returncode == code, result.stderr
    return result


def shown(server, tenant, who, *options):
    return json.loads(show(server, tenant, who, "--json", *options).stdout)


@pytest.fixture
def story(own_server):
    """A life: made, put into a group of a group, changed, deleted; then somebody of the same name comes."""
    tenant = own_server.tenant("acme")
    with tenant.client() as client:
        first = now()
        ana = made(client.post("/Users", json={"userName": "ana@x.example", "externalId": "e-1", "title": "One"}))
        group = made(client.post("/Groups", json={"displayName": "Ops", "members": [{"value": ana}]}))
        made(client.post("/Groups", json={"displayName": "All", "members": [{"value": group}]}))
        alive = now()
        patched(client, f"/Users/{ana}", op="replace", path="active", value=False)
        patched(client, f"/Groups/{group}", op="replace", path="displayName", value="Ops 2")
        inactive = now()
        assert client.delete(f"/Users/{ana}").status_code == 204
        gone = now()
    return own_server, tenant, ana, dict(first=first, alive=alive, inactive=inactive, gone=gone)


def test_a_deleted_person_is_found_by_any_name_and_told_as_he_was(story):
    server, tenant, ana, at = story
    for name in (ana, "ANA@x.example", "e-1"):
        then = shown(server, tenant, name, "--at", at["alive"])
        assert (then["id"], then["state"], then["active"]) == (ana, "there", True)
    assert then["resource"]["externalIds"] == {"default": "e-1"} and then["resource"]["title"] == "One"
    assert [(group["display"], group["direct"]) for group in then["groups"]] == [("Ops", True), ("All", False)]
    assert then["groups"][1]["via"] == then["groups"][0]["value"]
    then = shown(server, tenant, ana, "--at", at["inactive"])
    assert not then["active"] and then["groups"][0]["display"] == "Ops 2"
    then = shown(server, tenant, ana, "--at", at["first"])
    assert then["state"] == "not created" and then["created"] > at["first"]
    then = shown(server, tenant, ana, "--at", at["gone"])
    assert then["state"] == "deleted" and at["inactive"] < then["deleted"] < at["gone"]


def test_what_was_done_to_a_person_is_listed_in_order_with_who_did_it(story):
    server, tenant, ana, at = story
    told = shown(server, tenant, ana)
    assert [change["kind"] for change in told["changes"]] == ["created", "membership", "changed", "membership", "deleted"]
    assert told["changes"][2]["attributes"]["active"]["to"] is False
    assert [c["group"]["added"] for c in told["changes"] if c["kind"] == "membership"] == [True, False]
    assert all(change["actor"].startswith("token:") and change["time"] > at["first"] for change in told["changes"])
    assert shown(server, tenant, ana, "--limit", "2")["more"]


def test_who_lives_comes_before_who_is_gone(story):
    server, tenant, ana, at = story
    with tenant.client() as client:
        other = made(client.post("/Users", json={"userName": "ana@x.example"}))
    assert shown(server, tenant, "ana@x.example")["id"] == other
    with tenant.client() as client:
        assert client.delete(f"/Users/{other}").status_code == 204
    result = show(server, tenant, "ana@x.example", "--json")
    assert json.loads(result.stdout)["id"] == other and "1 more" in result.stderr


def test_it_answers_the_same_without_a_server_and_refuses_with_a_reason(story):
    server, tenant, ana, at = story
    up = shown(server, tenant, ana, "--at", at["alive"])
    server.stop()
    assert shown(server, tenant, ana, "--at", at["alive"]) == up
    assert "there is and was nobody" in show(server, tenant, "bob", code=66).stderr
    assert "a time is" in show(server, tenant, ana, "--at", "yesterday", code=64).stderr
