# SPDX-License-Identifier: Apache-2.0
"""Schemas, resource types and indexes of tenants, with the server up and down."""

import json
import os
import pty
import signal
import subprocess
import threading

import pytest

from daemon import Daemon, binary, roster
from expect import patch

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
BADGE = "urn:example:2.0:Badge"
PRINTER = "urn:example:2.0:Printer"


def schema(uri=BADGE, *attributes, **more):
    return {"schemas": [CORE + "Schema"], "id": uri, "attributes": list(attributes) or [{"name": "number"}], **more}


def resource_type(name="Printer", endpoint="/Printers", base=PRINTER, **more):
    return {"schemas": [CORE + "ResourceType"], "name": name, "endpoint": endpoint, "schema": base, **more}


class Declarer:
    """Adds documents to tenants through files, as a person does."""

    def __init__(self, folder):
        self.path = folder / "declared.json"

    def __call__(self, server, tenant, document, *options):
        text = document if isinstance(document, (str, bytes)) else json.dumps(document)
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return server.command("schema", "add", "--tenant", tenant.name, str(self.path), *options)


@pytest.fixture
def declare(tmp_path):
    return Declarer(tmp_path)


def must(done):
    assert done.returncode == 0, done.stderr
    return done


def listed(server, tenant):
    return server.do_json("schema", "list", "--tenant", tenant.name)


def person(name, **badge):
    body = {"schemas": [CORE + "User"], "userName": name}
    return {**body, "schemas": [*body["schemas"], BADGE], BADGE: badge} if badge else body


def audited(server, tenant):
    """How many audit rows of schemas there are (kind 7), and that they hold the documents."""
    return int(
        subprocess.run(
            ["python3", "-c", "import sqlite3,sys;print(sqlite3.connect(sys.argv[1]).execute("
             "\"SELECT count(*) FROM audit AS a JOIN tenant AS t ON t.tenant = a.tenant"
             " WHERE a.kind = 7 AND t.name = ?\", (sys.argv[2],)).fetchone()[0])", server.database, tenant.name],
            capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip


def test_an_extension_works_at_once_and_for_its_tenant_alone(server, declare):
    ours, theirs = server.tenant(), server.tenant()
    with ours.client() as client, theirs.client() as other:
        assert client.get(f"/Schemas/{BADGE}").status_code == 404
        must(declare(server, ours, schema(), "--extends", "User"))
        assert client.get(f"/Schemas/{BADGE}").json()["attributes"][0]["name"] == "number"
        extensions = client.get("/ResourceTypes/User").json()["schemaExtensions"]
        assert {"schema": BADGE, "required": False} in extensions
        made = client.post("/Users", json=person("ana", number="1"))
        assert made.status_code == 201 and made.json()[BADGE] == {"number": "1"}
        assert other.get(f"/Schemas/{BADGE}").status_code == 404
        assert BADGE not in other.post("/Users", json=person("ana", number="1")).json()
        assert other.get("/ResourceTypes/User").json()["schemaExtensions"] != extensions
    assert audited(server, ours) == 2 and audited(server, theirs) == 0


def test_a_resource_type_of_its_own_takes_every_method(server, declare):
    tenant = server.tenant()
    document = [schema(PRINTER, {"name": "displayName", "required": True}, {"name": "dpi", "type": "integer"}),
                resource_type()]  # fmt: skip
    with tenant.client() as client:
        assert client.get("/Printers").status_code == 404
        must(declare(server, tenant, document))
        made = client.post("/Printers", json={"schemas": [PRINTER], "displayName": "p", "dpi": 300})
        assert made.status_code == 201 and made.json()["meta"]["resourceType"] == "Printer"
        where = made.headers["Location"].partition("/scim/v2")[2]
        assert where.startswith("/Printers/")
        assert client.post("/Printers", json={"schemas": [PRINTER]}).json()["scimType"] == "invalidValue"
        patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                 "Operations": [{"op": "replace", "path": "dpi", "value": 600}]}  # fmt: skip
        changed = client.patch(where, json=patch, headers={"If-Match": made.headers["ETag"]})
        assert changed.status_code == 200 and changed.json()["dpi"] == 600
        assert client.patch(where, json=patch, headers={"If-Match": made.headers["ETag"]}).status_code == 412
        assert client.get("/Printers", params={"filter": "dpi gt 500"}).json()["totalResults"] == 1
        assert client.get("/", params={"filter": 'displayName eq "p"'}).json()["totalResults"] == 1
        group = {"schemas": [CORE + "Group"], "displayName": "g", "members": [{"value": made.json()["id"]}]}
        member = client.post("/Groups", json=group).json()["members"][0]
        assert member["type"] == "Printer" and member["$ref"].endswith(where)
        assert client.put(where, json={"schemas": [PRINTER], "displayName": "q"}).json().get("dpi") is None
        shown = listed(server, tenant)
        assert shown["resourceTypes"][0]["resources"] == 1
        refused = server.command("schema", "remove", "--tenant", tenant.name, "Printer")
        assert refused.returncode != 0 and "its 1 resource first" in refused.stderr
        assert client.delete(where).status_code == 204
        server.do("schema", "remove", "--tenant", tenant.name, "Printer")
        server.do("schema", "remove", "--tenant", tenant.name, PRINTER)
        assert client.get("/Printers").status_code == 404
        assert listed(server, tenant) == {"schemas": [], "resourceTypes": [], "indexes": []}


def test_commands_work_with_the_server_down_and_are_there_when_it_comes_back(own_server, declare):
    tenant = own_server.tenant()
    own_server.stop()
    must(declare(own_server, tenant, schema(), "--extends", "User", "--required"))
    assert len(listed(own_server, tenant)["schemas"]) == 1
    own_server.start()
    with tenant.client() as client:
        assert client.post("/Users", json=person("ana")).status_code == 400
        assert client.post("/Users", json=person("ana", number="1")).status_code == 201


def test_what_is_required_later_stops_neither_a_patch_nor_a_deactivation(server, declare):
    tenant = server.tenant()
    with tenant.client() as client:
        old = client.post("/Users", json=person("ana")).json()["id"]
        manager = client.post("/Users", json=person("boss")).json()["id"]
        enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        client.post("/Users", json={**person("eve"), enterprise: {"manager": {"value": manager}}})
        must(declare(server, tenant, schema(BADGE, {"name": "number", "required": True}), "--extends", "User",
                     "--required"))  # fmt: skip
        off = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
               "Operations": [{"op": "replace", "path": "active", "value": False}]}  # fmt: skip
        assert client.patch(f"/Users/{old}", json=off).json()["active"] is False
        assert client.put(f"/Users/{old}", json=person("ana")).status_code == 400
        assert client.delete(f"/Users/{manager}").status_code == 204
        half = {**off, "Operations": [{"op": "add", "path": BADGE, "value": {"other": "x"}}]}
        assert client.patch(f"/Users/{old}", json=half).status_code == 200
        whole = {**off, "Operations": [{"op": "add", "path": f"{BADGE}:number", "value": "1"}]}
        assert client.patch(f"/Users/{old}", json=whole).json()[BADGE] == {"number": "1"}
        gone = {**off, "Operations": [{"op": "remove", "path": BADGE}]}
        assert client.patch(f"/Users/{old}", json=gone).json()["scimType"] == "mutability"


def test_a_schema_leaves_the_indexes_of_one_whose_uri_goes_on_where_its_own_ends(server, declare):
    tenant = server.tenant()
    attribute = {"name": "code", "uniqueness": "server"}
    must(declare(server, tenant, schema(BADGE), "--extends", "User"))
    must(declare(server, tenant, schema(f"{BADGE}:east", attribute), "--extends", "User"))
    body = {"schemas": [CORE + "User"], f"{BADGE}:east": {"code": "7"}}
    with tenant.client() as client:
        assert client.post("/Users", json={**body, "userName": "ana"}).status_code == 201
        must(server.command("schema", "remove", "--tenant", tenant.name, BADGE))
        must(declare(server, tenant, schema(f"{BADGE}:west"), "--extends", "User"))
        assert client.post("/Users", json={**body, "userName": "ben"}).status_code == 409
        found = client.get("/Users", params={"filter": f'{BADGE}:east:code eq "7"'}).json()
        assert found["totalResults"] == 1


def test_a_schema_in_use_is_not_removed(server, declare):
    tenant = server.tenant()
    must(declare(server, tenant, schema(), "--extends", "User"))
    with tenant.client() as client:
        ids = [client.post("/Users", json=person(f"u{n}", number=str(n))).json()["id"] for n in range(3)]
        client.post("/Users", json={**person("trap"), "displayName": f',"{BADGE}":{{'})
        refused = server.command("schema", "remove", "--tenant", tenant.name, BADGE)
        assert refused.returncode != 0 and "3 resources have values of it" in refused.stderr
        remove = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                  "Operations": [{"op": "remove", "path": BADGE}]}  # fmt: skip
        for number in ids:
            assert client.patch(f"/Users/{number}", json=remove).status_code == 200
        server.do("schema", "remove", "--tenant", tenant.name, BADGE)
        assert client.get(f"/Schemas/{BADGE}").status_code == 404
        assert BADGE not in client.post("/Users", json=person("late", number="1")).json()


NUMBER = {"name": "number", "type": "string"}
CHANGES = {
    "a new attribute": ([NUMBER, {"name": "color"}], None),
    "a description": ([{**NUMBER, "description": "printed on it"}], None),
    "suggestions": ([{**NUMBER, "canonicalValues": ["1"]}], None),
    "required": ([{**NUMBER, "required": True}], None),
    "another type": ([{**NUMBER, "type": "integer"}], "type cannot change"),
    "more than one value": ([{**NUMBER, "multiValued": True}], "multiValued cannot change"),
    "letter case": ([{**NUMBER, "caseExact": True}], "caseExact cannot change"),
    "another mutability": ([{**NUMBER, "mutability": "immutable"}], "mutability cannot change"),
    "another visibility": ([{**NUMBER, "returned": "request"}], "returned cannot change"),
    "uniqueness": ([{**NUMBER, "uniqueness": "server"}], "uniqueness cannot change"),
    "an attribute less": ([{"name": "color"}], "presence"),
    "another spelling": ([{**NUMBER, "name": "Number"}], "presence and spelling"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_schema_changes_where_no_stored_value_changes_its_meaning(what, server, declare):
    attributes, refusal = CHANGES[what]
    tenant = server.tenant()
    must(declare(server, tenant, schema(BADGE, NUMBER), "--extends", "User"))
    before = listed(server, tenant)
    done = declare(server, tenant, schema(BADGE, *attributes), "--json")
    if refusal is None:
        assert json.loads(must(done).stdout)[0]["result"] == "changed"
        assert json.loads(must(declare(server, tenant, schema(BADGE, *attributes), "--json")).stdout)[0]["result"] == "unchanged"
    else:
        assert done.returncode != 0 and refusal in done.stderr and 'attribute "' in done.stderr
        assert listed(server, tenant) == before


def nested(levels):
    return {"name": "a", "type": "complex", "subAttributes": [nested(levels - 1)]} if levels else {"name": "a"}


many = [{"name": f"a{n}"} for n in range(3000)]
HOSTILE = {
    "no JSON": (b"{", "byte"),
    "bytes that are no text": (b'{"id":"\xff"}', "UTF-8"),
    "nothing": (b"", "empty"),
    "a number": ("1", "object"),
    "an empty list": ([], "1 to"),
    "megabytes": ('{"id":"' + "a" * 2_000_000 + '"}', "1048576 bytes"),
    "deep nesting": ('{"a":' * 100 + "1" + "}" * 100, "level"),
    "a third level": (schema(BADGE, nested(2)), "sub-attributes are simple"),
    "thousands of attributes": (schema(BADGE, *many), "at most 500"),
    "thousands of sub-attributes": (
        schema(BADGE, *[{"name": f"c{n}", "type": "complex", "subAttributes": many[:400]} for n in range(6)]), "2000"),
    "no attribute": (schema(BADGE) | {"attributes": []}, "at least one attribute"),
    "names that differ in case": (schema(BADGE, {"name": "one"}, {"name": "ONE"}), '"ONE": "name" is taken'),
    "a name that is none": (schema(BADGE, {"name": "1st"}), '"1st"'),
    "a wrong type": (schema(BADGE, {"name": "a", "type": "float"}), '"a": "type" must be'),
    "a wrong keyword": (schema(BADGE, {"name": "a", "returned": "sometimes"}), '"a": "returned"'),
    "a type of the wrong kind": (schema(BADGE, {"name": "a", "multiValued": "yes"}), '"a": "multiValued"'),
    "an unknown characteristic": (schema(BADGE, {"name": "a", "color": 1}), '"color"'),
    "subs of a simple attribute": (schema(BADGE, {"name": "a", "subAttributes": [{"name": "b"}]}), '"subAttributes"'),
    "a complex one without subs": (schema(BADGE, {"name": "a", "type": "complex"}), '"subAttributes"'),
    "an attribute that is no object": (schema(BADGE, 7), "no object"),
    "unique and never kept": (schema(BADGE, {"name": "a", "returned": "never", "uniqueness": "server"}), "uniqueness"),
    "write-only and returned": (schema(BADGE, {"name": "a", "mutability": "writeOnly", "returned": "default"}), "returned"),
    "no URI": (schema("badge"), "URI"),
    "a URI of 300 bytes": (schema("urn:" + "a" * 300), "URI"),
    "a URI with a comma": (schema("urn:a,b"), "URI"),
    "the URI of a core schema": (schema(CORE + "User"), "built in"),
    "that in another case": (schema((CORE + "User").upper()), "built in"),
    "a URI beside the core ones": (schema(CORE + "Badge"), "belong to the protocol"),
    "the URI of a message": (schema("urn:ietf:params:scim:api:messages:2.0:PatchOp"), "belong to the protocol"),
    "a URI of SCIM 1": (schema("urn:scim:schemas:core:1.0"), "belong to the protocol"),
    "a URI that is a path into another": ([schema("urn:a", {"name": "b"}), schema("urn:a:B")], "same text"),
    "one schema twice": ([schema(), schema(BADGE.upper())], "document 2: "),
    "a type without its schema": (resource_type(), 'no schema "urn:example:2.0:Printer"'),
    "a type of a built-in schema": (resource_type(base=CORE + "User"), "built-in type"),
    "a type that is built in": (resource_type("User"), "built in"),
    "a type of the protocol": (resource_type(base=CORE + "Schema"), "built-in"),
    "a reserved endpoint": ([schema(PRINTER), resource_type(endpoint="/Bulk")], "endpoint"),
    "an endpoint that is taken": ([schema(PRINTER), resource_type(endpoint="/users")], "taken"),
    "an endpoint of two segments": ([schema(PRINTER), resource_type(endpoint="/a/b")], "endpoint"),
    "an endpoint without its slash": ([schema(PRINTER), resource_type(endpoint="Printers")], "endpoint"),
    "an extension of nobody": (
        [schema(PRINTER), resource_type(schemaExtensions=[{"schema": "urn:x:y", "required": False}])], "urn:x:y"),
    "a type that extends itself": (
        [schema(PRINTER), resource_type(schemaExtensions=[{"schema": PRINTER, "required": False}])], "listed twice"),
    "two types of one schema": ([schema(PRINTER), resource_type(), resource_type("Other", "/Others")], "another type"),
    "an extension that is a core schema": (
        [schema(PRINTER), resource_type(schemaExtensions=[{"schema": CORE + "Group"}])], "no extension"),
    "an id of its own": ([schema(PRINTER, {"name": "id"}), resource_type()], "leave it out"),
    "an unknown member of a type": ([schema(PRINTER), resource_type(color="red")], "document 2: "),
    "a hundred schemas and more": ([schema(f"urn:x:{n}") for n in range(101)], "at most 100"),
    "too many types": (
        [d for n in range(31) for d in (schema(f"urn:x:{n}"), resource_type(f"T{n}", f"/T{n}", f"urn:x:{n}"))], "at most 30"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_document_is_refused_by_name_and_stores_nothing(what, server, hostile_tenant, declare):
    document, refusal = HOSTILE[what]
    done = declare(server, hostile_tenant, document)
    assert done.returncode in (64, 65, 66, 69), done.stderr
    assert refusal in done.stderr and "Sanitizer" not in done.stderr, done.stderr
    assert listed(server, hostile_tenant) == {"schemas": [], "resourceTypes": [], "indexes": []}
    assert audited(server, hostile_tenant) == 0


@pytest.fixture(scope="module")
def hostile_tenant(server):
    return server.tenant("hostile")


def test_options_that_make_no_sense_are_refused(server, declare):
    tenant = server.tenant()
    for options, refusal in [(["--required"], "--extends"), (["--extends", "Nobody"], "Nobody")]:
        done = declare(server, tenant, schema(), *options)
        assert done.returncode != 0 and refusal in done.stderr
    done = declare(server, tenant, [schema(PRINTER), resource_type()], "--extends", "User")
    assert done.returncode != 0 and "schemaExtensions" in done.stderr
    done = roster("schema", "add", "--tenant", tenant.name, "/nowhere/at/all", "--store", server.store)
    assert done.returncode != 0 and "/nowhere/at/all" in done.stderr
    assert listed(server, tenant)["schemas"] == []


def fill(client, count):
    for number in range(count):
        name = {"familyName": f"family {number % 7}"}
        made = client.post("/Users", json={**person(f"u{number}", number=str(number)), "name": name})
        assert made.status_code == 201


def found(client, family):
    return client.get("/Users", params={"filter": f'name.familyName eq "{family}"'}).json()["totalResults"]


def test_an_index_is_filled_while_the_server_serves_and_its_rows_go_with_it(server, declare):
    tenant = server.tenant()
    must(declare(server, tenant, schema(), "--extends", "User"))
    with tenant.client() as client:
        fill(client, 1100)
        stop, wrong = threading.Event(), []

        def ask():
            with tenant.client() as other:
                while not stop.is_set():
                    if found(other, "FAMILY 3") < 157:
                        wrong.append("a search missed somebody")
                    other.post("/Users", json={**person(f"new{len(wrong)}"), "name": {"familyName": "x"}})

        thread = threading.Thread(target=ask)
        thread.start()
        done = server.command("schema", "index", "--tenant", tenant.name, "User", "name.familyName")
        stop.set()
        thread.join()
        assert done.returncode == 0 and done.stderr.endswith("name.familyName: indexed\n"), done.stderr
        assert not wrong
        states = {row["path"]: row["state"] for row in listed(server, tenant)["indexes"]}
        assert states == {"name.familyName": "complete"}
        assert found(client, "family 3") == 157
        server.do("schema", "index", "--tenant", tenant.name, "User", "name.familyName")
        server.do("schema", "index", "--tenant", tenant.name, "User", "name.familyName", "--remove")
        assert listed(server, tenant)["indexes"] == [] and found(client, "family 3") == 157
        again = server.command("schema", "index", "--tenant", tenant.name, "User", "name.familyName", "--remove")
        assert again.returncode != 0 and "no index" in again.stderr


INDEXES = {
    "an unknown type": ("Robot", "userName", "no resource type"),
    "an unknown attribute": ("User", "nothing", "no attribute"),
    "what is indexed already": ("User", "userName", "indexed already"),
    "what every resource has": ("User", "meta.created", "cannot be indexed"),
    "a complex attribute": ("User", "name", "sub-attribute"),
    "a password": ("User", "password", "not stored"),
    "what is derived": ("User", "groups.value", "not stored"),
    "a broken path": ("User", "a b", "malformed"),
}


@pytest.mark.parametrize("what", INDEXES)
def test_an_index_that_cannot_be_is_refused(what, server, hostile_tenant):
    type_name, path, refusal = INDEXES[what]
    done = server.command("schema", "index", "--tenant", hostile_tenant.name, type_name, path)
    assert done.returncode != 0 and refusal in done.stderr, done.stderr
    assert listed(server, hostile_tenant)["indexes"] == []


def test_an_index_over_more_values_than_a_resource_may_have_is_taken_back(server, declare):
    tenant = server.tenant()
    words = {"name": "words", "type": "string", "multiValued": True}
    must(declare(server, tenant, schema(BADGE, words), "--extends", "User"))
    with tenant.client() as client:
        fill(client, 3)
        many = client.post("/Users", json=person("many", words=[f"word {number}" for number in range(2001)]))
        assert many.status_code == 201, many.text
        done = server.command("schema", "index", "--tenant", tenant.name, "User", f"{BADGE}:words")
        assert done.returncode != 0 and "more than 2000" in done.stderr, done.stderr
        assert listed(server, tenant)["indexes"] == []
        path = f"/Users/{many.json()['id']}"
        assert client.patch(path, json=patch({"op": "replace", "path": "active", "value": False})).status_code == 200
        more = client.post("/Users", json=person("more", words=[f"word {number}" for number in range(2001)]))
        assert more.status_code == 201


def test_a_kill_in_the_middle_of_filling_loses_nothing(own_server):
    tenant = own_server.tenant()
    with tenant.client() as client:
        fill(client, 1600)
    # The process that fills goes away, at whatever step it is.
    command = [binary(), "schema", "index", "--tenant", tenant.name, "User", "name.familyName", "--store", own_server.store]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process.send_signal(signal.SIGINT)
    process.communicate()
    own_server.kill()
    own_server.start()
    with tenant.client() as client:
        assert found(client, "family 3") == 229
        own_server.do("schema", "index", "--tenant", tenant.name, "User", "name.familyName")
        assert [row["state"] for row in listed(own_server, tenant)["indexes"]] == ["complete"]
        assert found(client, "family 3") == 229


def test_a_command_that_owns_the_store_is_killed_while_it_fills(own_server):
    tenant = own_server.tenant()
    with tenant.client() as client:
        fill(client, 1600)
    own_server.stop()
    command = [binary(), "schema", "index", "--tenant", tenant.name, "User", "name.familyName", "--store", own_server.store]
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        process.stderr.readline()  # it is under way, or done
        process.kill()
        process.communicate()
    own_server.do("schema", "index", "--tenant", tenant.name, "User", "name.familyName")
    own_server.start()
    with tenant.client() as client:
        assert found(client, "family 3") == 229


def test_a_terminal_shows_a_bar_and_a_pipe_shows_lines(own_server):
    tenant = own_server.tenant()
    with tenant.client() as client:
        fill(client, 1100)
    own_server.stop()
    words = ["schema", "index", "--tenant", tenant.name, "--store", own_server.store, "User"]
    piped = roster(*words, "name.familyName")
    assert "%  500 of 1100\n" in piped.stderr and "\r" not in piped.stderr
    leader, follower = pty.openpty()
    process = subprocess.Popen([binary(), *words, "title"], stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    process.wait()
    shown = os.read(leader, 65536).decode()
    os.close(leader)
    assert "\r[#" in shown and "1000 of 1100\r\n" in shown and "title: indexed" in shown


def test_help_names_every_command_of_schemas():
    text = roster("help", "schema").stdout
    for word in ("add", "list", "show", "remove", "index"):
        assert f"schema {word}" in text
        assert "--tenant" in roster("schema", word, "--help").stdout
    assert Daemon is not None
