# SPDX-License-Identifier: Apache-2.0
"""Roles and entitlements: what the administrator lists, clients read, and users are held to."""

import sqlite3

import pytest

from expect import made, patch, refused, user


class Roles:
    def __init__(self, server, tenant):
        self.server, self.tenant = server, tenant

    def __call__(self, verb, *arguments):
        return self.server.command("role", verb, *arguments, "--tenant", self.tenant.name)

    def must(self, verb, *arguments):
        done = self(verb, *arguments)
        assert done.returncode == 0, done.stderr

    def refuse(self, text, verb, *arguments):
        done = self(verb, *arguments)
        assert done.returncode != 0 and text in done.stderr, done.stderr


@pytest.fixture(params=["interop", "rfc"])
def tenant(server, request):
    tenant = server.tenant(profile=request.param)
    server.do("tenant", "set", tenant.name, "roles=on")
    return tenant


@pytest.fixture
def roles(server, tenant):
    return Roles(server, tenant)


def read(client, endpoint="/Roles"):
    return {one["value"]: one for one in client.get(endpoint).json()["Resources"]}


def test_what_the_administrator_adds_is_read_by_clients(roles, client):
    roles.must("add", "admin", "--display", "Administrator", "--type", "app")
    roles.must("add", "auditor", "--within", "ADMIN", "--unsupported")
    roles.must("add", "seat", "--entitlement", "--limit", "50")
    found = read(client)
    admin, auditor = found["admin"], found["auditor"]
    assert admin["display"] == "Administrator" and admin["type"] == "app" and admin["supported"] is True
    assert admin["contains"] == ["auditor"] and auditor["containedBy"] == ["admin"]
    assert auditor["supported"] is False and "contains" not in auditor
    seat = read(client, "/Entitlements")["seat"]
    assert seat["limitedAssignmentsPermitted"] is True and seat["totalAssignmentsPermitted"] == 50
    assert client.get(f"/Roles/{admin['id']}").json() == admin
    assert client.get("/Roles", params={"filter": 'value eq "Admin"'}).json()["totalResults"] == 1
    assert client.get("/Roles", params={"filter": 'containedBy eq "admin"'}).json()["totalResults"] == 1


def test_adding_again_changes_what_is_said_and_keeps_the_id(roles, client):
    roles.must("add", "admin", "--display", "A")
    before = read(client)["admin"]
    roles.must("add", "admin", "--display", "B", "--type", "t")
    after = read(client)["admin"]
    assert (after["id"], after["display"], after["type"]) == (before["id"], "B", "t")
    assert after["meta"]["version"] != before["meta"]["version"]


def test_what_makes_no_sense_is_refused(roles, client):
    roles.must("add", "a")
    roles.must("add", "b", "--within", "a")
    roles.must("add", "c", "--within", "b")
    roles.refuse("cannot include itself", "add", "a", "--within", "c")
    roles.refuse("cannot include itself", "add", "a", "--within", "a")
    roles.refuse('no role "nobody"', "add", "d", "--within", "nobody")
    roles.refuse("whole number", "add", "d", "--limit", "0")
    roles.refuse("empty", "add", "")
    roles.refuse('includes "c"', "remove", "b")
    roles.refuse('no role "d"', "remove", "d")
    assert sorted(read(client)) == ["a", "b", "c"]
    roles.must("remove", "c")
    roles.must("remove", "b")
    assert list(read(client)) == ["a"] and "contains" not in read(client)["a"]


def test_without_the_switch_there_is_nothing_to_add_to(server):
    Roles(server, server.tenant()).refuse("roles=on", "add", "admin")


def test_the_list_is_shown_to_people_and_programs(server, tenant, roles):
    assert "there are none" in roles("list").stderr
    roles.must("add", "admin")
    assert roles("list").stdout.splitlines()[1].split() == ["admin", "-", "-", "yes", "-"]
    listed = server.do_json("role", "list", "--tenant", tenant.name)
    assert [one["value"] for one in listed] == ["admin"]
    assert server.do_json("role", "list", "--entitlement", "--tenant", tenant.name) == []


def test_roles_are_no_members_of_groups(roles, client):
    roles.must("add", "admin")
    one = read(client)["admin"]["id"]
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "g"}
    reply = client.post("/Groups", json={**group, "members": [{"value": one}]})
    assert reply.status_code == 400 or "members" not in reply.json()


def test_users_get_what_is_listed_only_where_that_is_enforced(server, tenant, roles, client):
    one = made(client.post("/Users", json=user("old", roles=[{"value": "legacy"}])))
    roles.must("add", "admin")
    roles.must("add", "closed", "--unsupported")
    roles.must("add", "seat", "--entitlement")
    server.do("tenant", "set", tenant.name, "roles-enforced=on")
    made(client.post("/Users", json=user("a", roles=[{"value": "admin"}], entitlements=[{"value": "seat"}])))
    for wrong in ({"roles": [{"value": "nobody"}]}, {"roles": [{"value": "closed"}]}, {"entitlements": [{"value": "admin"}]}):
        refused(client.post("/Users", json=user("b", **wrong)), 400, "invalidValue")
    add = {"op": "add", "path": "roles", "value": [{"value": "nobody"}]}
    refused(client.patch(f"/Users/{one}", json=patch(add)), 400, "invalidValue")
    refused(client.put(f"/Users/{one}", json=user("old", roles=[{"value": "x"}])), 400, "invalidValue")
    off = {"op": "replace", "path": "active", "value": False}
    kept = client.patch(f"/Users/{one}", json=patch(off)).json()
    assert kept["active"] is False and [role["value"] for role in kept["roles"]] == ["legacy"]
    server.do("tenant", "set", tenant.name, "roles-enforced=off")
    assert client.patch(f"/Users/{one}", json=patch(add)).status_code == 200


def test_the_switches_hang_together(server, tenant, roles):
    server.do("tenant", "set", tenant.name, "roles-enforced=on")
    done = server.command("tenant", "set", tenant.name, "roles=off")
    assert done.returncode != 0 and "roles-enforced=on needs roles=on" in done.stderr
    server.do("tenant", "set", tenant.name, "roles-enforced=off")
    roles.must("add", "admin")
    assert '"Role" is in use' in server.command("tenant", "set", tenant.name, "roles=off").stderr
    roles.must("remove", "admin")
    server.do("tenant", "set", tenant.name, "roles=off")


def test_another_tenant_sees_none_of_it(server, roles):
    roles.must("add", "admin")
    other = server.tenant()
    server.do("tenant", "set", other.name, "roles=on")
    with other.client() as http:
        assert http.get("/Roles").json()["totalResults"] == 0


def test_who_listed_a_role_is_in_the_history(server, tenant, roles, client):
    roles.must("add", "admin")
    roles.must("remove", "admin")
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as store:
        rows = store.execute(
            "SELECT actor, request_id, before, after FROM audit JOIN audit_detail USING (detail) JOIN tenant"
            " ON tenant.tenant = audit.tenant WHERE audit.type = 5 AND name = ? ORDER BY audit.sequence",
            [tenant.name],
        ).fetchall()
    assert len(rows) == 2 and all(actor.startswith("cli:") and request for actor, request, _, _ in rows)
    assert '"admin"' in rows[0][3] and '"admin"' in rows[1][2]


def test_a_scope_is_for_what_clients_may_do(server):
    tenant = server.tenant()
    before = server.command("token", "add", "--tenant", tenant.name, "--scope", "read:Role")
    assert before.returncode == 65 and 'no resource type "Role"; there are: User, Group' in before.stderr
    server.do("tenant", "set", tenant.name, "roles=on")
    for scope in ("write:Role", "write:entitlement", "read,write:Role"):
        done = server.command("token", "add", "--tenant", tenant.name, "--scope", scope)
        assert done.returncode == 65 and "only read" in done.stderr and "there are: User, Group" in done.stderr
    assert server.do("token", "add", "--tenant", tenant.name, "--scope", "read:role,write:group").startswith("rst_")
    listed = server.command("token", "add", "--tenant", tenant.name, "--scope", "read:Roles")
    assert "there are: User, Group, Role, Entitlement" in listed.stderr
