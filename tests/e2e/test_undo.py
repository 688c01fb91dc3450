# SPDX-License-Identifier: Apache-2.0
"""roster undo on the real program: a tenant that was broken by mistake is as it was before."""

import json

from test_history import made, now, patched, shown

USERS, GROUPS, PIECE = 1000, 10, 500
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def undo(server, tenant, *options, code=0):
    result = server.command("undo", "--tenant", tenant.name, *options)
    assert result.returncode == code, (result.returncode, result.stdout[-2000:], result.stderr)
    return result


def undone(server, tenant, *options, code=0):
    """Items and the sum."""
    lines = undo(server, tenant, "--json", *options, code=code).stdout.splitlines()
    *items, end = map(json.loads, lines)
    return items, end


def nothing_left(server, tenant, *options):
    items, end = undone(server, tenant, *options, "--apply")
    return items == [] and not any(end[name] for name in ("removed", "recreated", "changed", "joined", "parted", "conflicts"))


def bulk(client, method, bodies):
    """Many operations in jobs of PIECE; the ids in order."""
    ids = []
    for at in range(0, len(bodies), PIECE):
        operations = [
            {"method": method, "path": path, "bulkId": f"b{number}", **({"data": data} if data else {})}
            for number, (path, data) in enumerate(bodies[at : at + PIECE])
        ]
        reply = client.post("/Bulk", json={"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations})
        assert reply.status_code == 200, reply.text
        results = reply.json()["Operations"]
        assert all(result["status"] in ("200", "201", "204") for result in results), results[:3]
        ids += [result["location"].rpartition("/")[2] for result in results]
    return ids


def everybody(client):
    """Users and groups of the tenant as a reader sees them, without versions and times."""
    seen = {}
    for path in ("/Users", "/Groups"):
        start, total = 1, 1
        while start <= total:
            page = client.get(path, params={"startIndex": start, "count": 200}).json()
            total, start = page["totalResults"], start + page["itemsPerPage"]
            for resource in page["Resources"]:
                resource.pop("meta")
                for name in ("groups", "members"):
                    resource[name] = sorted(item["value"] for item in resource.get(name, []))
                seen[resource["id"]] = resource
    return seen


def test_everybody_deactivated_by_mistake_is_active_again(own_server):
    tenant = own_server.tenant("acme")
    own_server.do("tenant", "set", "acme", "guard=off")  # which would have stopped this
    with tenant.client() as client:
        users = bulk(client, "POST", [("/Users", {"userName": f"u{n}@x.example", "externalId": f"e{n}", "active": True}) for n in range(USERS)])
        groups = [made(client.post("/Groups", json={"displayName": f"G{n}", "members": [{"value": id} for id in users[n::GROUPS]]})) for n in range(GROUPS)]
        before = everybody(client)
        since = now()
        own_server.do("tenant", "set", "acme", "guard=off")  # which would have stopped what follows
        off = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
        bulk(client, "PATCH", [(f"/Users/{id}", off) for id in users])
        for group in groups[:5]:
            patched(client, f"/Groups/{group}", op="remove", path="members")
        bulk(client, "DELETE", [(f"/Users/{id}", None) for id in users[:20]])
        broken = everybody(client)
        assert not any(resource.get("active") for resource in broken.values())

        items, end = undone(own_server, tenant, "--since", since)
        assert (end["applied"], end["changed"], end["recreated"], end["conflicts"]) == (False, 980, 20, 0)
        # Five groups were emptied; of the others each lost two members to deletions.
        assert end["joined"] == 5 * USERS // GROUPS + 10 and end["parted"] == 0
        assert everybody(client) == broken, "a plan changes nothing"

        # Stopped after the first turn, which the server answers with "again": the next run goes on.
        own_server.tell("undo", "--tenant", "acme", "--since", since, "--apply")
        halfway = sum(resource.get("active") is True for resource in everybody(client).values())
        assert 0 < halfway < USERS
        _, end = undone(own_server, tenant, "--since", since, "--apply")
        assert end["applied"] and end["conflicts"] == 0
        assert everybody(client) == before
        assert nothing_left(own_server, tenant, "--since", since)
    change = shown(own_server, tenant, users[505])["changes"][-1]
    assert change["actor"].startswith("cli:") and change["request"].startswith("undo:")
    assert change["attributes"]["active"] == {"from": False, "to": True}
    own_server.do("audit", "verify")
    own_server.stop()
    assert nothing_left(own_server, tenant, "--since", since)
    own_server.do("audit", "verify")


def test_a_person_comes_back_whole_with_id_manager_and_reports(own_server):
    tenant = own_server.tenant("acme", profile="rfc")
    with tenant.client() as client:
        schemas = ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]
        boss = made(client.post("/Users", json={"schemas": schemas, "userName": "boss", "externalId": "b-1"}))
        ana = made(client.post("/Users", json={"schemas": schemas, "userName": "ana", ENTERPRISE: {"manager": {"value": boss}, "department": "D"}}))
        before = everybody(client)
        since = now()
        for id in (boss, ana):
            assert client.delete(f"/Users/{id}").status_code == 204
        _, end = undone(own_server, tenant, "--since", since, "--apply")
        assert end["recreated"] == 2 and end["conflicts"] == 0
        assert everybody(client) == before
        assert nothing_left(own_server, tenant, "--since", since)


def test_what_others_changed_later_is_listed_and_stays(own_server):
    tenant = own_server.tenant("acme")
    other = own_server.token("acme", "--source", "hr")
    with tenant.client() as client, tenant.client(token=other) as hr:
        ana = made(client.post("/Users", json={"userName": "ana", "title": "A", "nickName": "N"}))
        bob = made(client.post("/Users", json={"userName": "bob"}))
        group = made(client.post("/Groups", json={"displayName": "G", "members": [{"value": ana}, {"value": bob}]}))
        since = now()
        patched(client, f"/Users/{ana}", op="replace", path="title", value="B")
        patched(client, f"/Users/{ana}", op="replace", path="nickName", value="M")
        patched(client, f"/Users/{bob}", op="replace", path="userName", value="robert")
        patched(client, f"/Groups/{group}", op="remove", path="members")
        patched(hr, f"/Users/{ana}", op="replace", path="title", value="C")
        made(hr.post("/Users", json={"userName": "bob"}))
        mine = ("--since", since, "--source", "default")
        for apply in ([], ["--apply"]):
            items, end = undone(own_server, tenant, *mine, *apply, code=1)
            assert (end["changed"], end["joined"], end["conflicts"], end["left"]) == (1, 2, 2, 0)
            why = {item["id"]: item["why"] or item["attributes"].get("title", {}).get("why") for item in items if item["kind"] == "changed"}
            assert "changed later by token" in why[ana] and "userName is already in use" in why[bob]
        seen = client.get(f"/Users/{ana}").json()
        assert (seen["title"], seen["nickName"]) == ("C", "N")
        assert client.get(f"/Users/{bob}").json()["userName"] == "robert"
        _, end = undone(own_server, tenant, *mine, "--apply", "--force", "--resource", ana)
        assert end["conflicts"] == 0 and client.get(f"/Users/{ana}").json()["title"] == "A"


def test_what_was_created_stays_unless_asked_and_an_undo_can_be_undone(own_server):
    tenant = own_server.tenant("acme")
    with tenant.client() as client:
        ana = made(client.post("/Users", json={"userName": "ana", "title": "A"}))
        since = now()
        eve = made(client.post("/Users", json={"userName": "eve"}))
        patched(client, f"/Users/{ana}", op="remove", path="title")
        after = everybody(client)
        items, end = undone(own_server, tenant, "--since", since, "--apply")
        assert (end["left"], end["removed"], end["changed"]) == (1, 0, 1) and eve in everybody(client)
        undone(own_server, tenant, "--since", since, "--apply", "--created")
        assert list(everybody(client)) == [ana]
        text = undo(own_server, tenant, "--since", since)
        assert "nothing was changed" in text.stderr and text.stdout == ""
        # Where the clock shows one time for both: between them.
        began = shown(own_server, tenant, ana)["changes"][-1]["time"]
        undone(own_server, tenant, "--since", began, "--apply")
        assert everybody(client) == after
    assert "--until is before" in undo(own_server, tenant, "--since", since, "--until", "2020-01-01T00:00:00Z", code=64).stderr
    assert "no source" in undo(own_server, tenant, "--since", since, "--source", "x", code=66).stderr
