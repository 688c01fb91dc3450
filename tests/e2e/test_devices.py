# SPDX-License-Identifier: Apache-2.0
"""Devices of RFC 9944: switched on and off with the server up and down, and where their secrets are."""

import json
import sqlite3

import pytest

from daemon import Daemon
from expect import made, patch, refused

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
EXTENSION = "urn:ietf:params:scim:schemas:extension:"
BLE = EXTENSION + "ble:2.0:Device"
DPP = EXTENSION + "dpp:2.0:Device"
FDO = EXTENSION + "fido-device-onboard:2.0:Device"
SECRETS = ["irk-9f86d081884c7d65", "dpp-60303ae22b998861", "fdo-fd61a03af4f77d87"]


def device(**more):
    return {"schemas": [CORE + "Device", *more], "displayName": "sensor", "active": True, **more}


def secretive():
    irk, key, voucher = SECRETS
    address = {"versionSupport": ["5.3"], "deviceMacAddress": "2C:54:91:88:C9:E2", "pairingMethods": ["x"]}
    return device(
        **{BLE: {**address, "irk": irk}, DPP: {"dppVersion": 2, "bootstrapKey": key}, FDO: {"fdoVoucher": voucher}}
    )


def application(**more):
    return {"schemas": [CORE + "EndpointApp"], "applicationType": "telemetry", "applicationName": "a", **more}


@pytest.fixture
def tenant(server):
    tenant = server.tenant()
    server.do("tenant", "set", tenant.name, "devices=on")
    return tenant


def test_the_switch_is_off_in_a_new_tenant_and_shown(server):
    tenant = server.tenant()
    assert server.do_json("tenant", "show", tenant.name)["devices"] is False
    server.do("tenant", "set", tenant.name, "devices=on")
    assert server.do_json("tenant", "show", tenant.name)["devices"] is True
    names = [one["name"] for one in server.do_json("schema", "list", "--tenant", tenant.name)["resourceTypes"]]
    assert names == ["Device", "EndpointApp"]


def test_it_does_not_go_off_while_there_are_devices(server, tenant, client):
    one = made(client.post("/Devices", json=device()))
    done = server.command("tenant", "set", tenant.name, "devices=off")
    assert done.returncode != 0 and '"Device" is in use: delete its 1 resource first' in done.stderr
    assert client.get(f"/Devices/{one}").status_code == 200
    assert client.delete(f"/Devices/{one}").status_code == 204
    server.do("tenant", "set", tenant.name, "devices=default")
    refused(client.get("/Devices"), 404)
    server.do("tenant", "set", tenant.name, "devices=on")
    assert client.get("/Devices").json()["totalResults"] == 0


def test_settings_that_are_refused_together_change_nothing(server, tenant, client):
    made(client.post("/Devices", json=device()))
    assert server.command("tenant", "set", tenant.name, "store-passwords=on", "devices=off").returncode != 0
    shown = server.do_json("tenant", "show", tenant.name)
    assert shown["devices"] is True and shown["store-passwords"] is False


@pytest.mark.parametrize(
    "document, named",
    [
        ({"schemas": [CORE + "Schema"], "id": BLE, "attributes": [{"name": "a"}]}, "ble:2.0:Device"),
        (
            [
                {"schemas": [CORE + "Schema"], "id": "urn:x:Thing", "attributes": [{"name": "a"}]},
                {"schemas": [CORE + "ResourceType"], "name": "Thing", "endpoint": "/devices", "schema": "urn:x:Thing"},
            ],
            "Device",
        ),
    ],
    ids=["a schema", "an endpoint"],
)
def test_it_does_not_come_on_where_the_tenant_declares_the_same_by_itself(server, tmp_path, document, named):
    tenant = server.tenant()
    file = tmp_path / "own.json"
    file.write_text(json.dumps(document))
    server.do("schema", "add", "--tenant", tenant.name, str(file))
    done = server.command("tenant", "set", tenant.name, "devices=on")
    assert done.returncode != 0 and "devices cannot come on" in done.stderr and named in done.stderr
    assert server.do_json("tenant", "show", tenant.name)["devices"] is False


def test_shipped_schemas_can_be_extended_and_neither_changed_nor_removed(server, tenant, client, tmp_path):
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"id": "urn:x:Place", "attributes": [{"name": "room"}]}))
    server.do("schema", "add", "--tenant", tenant.name, str(file), "--extends", "Device")
    place = {"urn:x:Place": {"room": "7"}}
    one = made(client.post("/Devices", json=device(**place)))
    assert client.get(f"/Devices/{one}").json()["urn:x:Place"] == {"room": "7"}
    for name in (BLE, CORE + "Device", "Device"):
        done = server.command("schema", "remove", "--tenant", tenant.name, name)
        assert done.returncode != 0 and "built in" in done.stderr
    file.write_text(json.dumps({"id": BLE, "attributes": [{"name": "a"}]}))
    assert "built in" in server.command("schema", "add", "--tenant", tenant.name, str(file)).stderr
    client.delete(f"/Devices/{one}")
    server.do("tenant", "set", tenant.name, "devices=off")
    server.do("tenant", "set", tenant.name, "devices=on")
    assert BLE in client.get("/ResourceTypes/Device").text
    assert "urn:x:Place" not in client.get("/ResourceTypes/Device").text


def test_a_repeated_create_of_an_application_is_answered_with_its_token(server, tenant, client):
    server.do("tenant", "set", tenant.name, "adopt-identical=on")
    first = client.post("/EndpointApps", json=application(externalId="e"))
    again = client.post("/EndpointApps", json=application(externalId="e"))
    assert again.status_code == 201 and again.json() == first.json()
    assert 20 < len(first.json()["clientToken"]) <= 500


def test_two_applications_have_two_tokens(client):
    tokens = {client.post("/EndpointApps", json=application()).json()["clientToken"] for _ in range(8)}
    assert len(tokens) == 8


def columns(database):
    """Every value of every table, as (table, column, value)."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            rows = store.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            yield from ((table, name, value) for row in rows for name, value in zip(names, row))


def holders(database, secret):
    return {(table, name) for table, name, value in columns(database) if secret in str(value)}


def test_devices_outlive_a_restart_and_their_secrets_are_where_they_belong(tmp_path):
    daemon = Daemon(tmp_path, "--log-level", "debug").start()
    tenant = daemon.tenant("plant")
    daemon.do("tenant", "set", "plant", "devices=on")
    with tenant.client() as http:
        one = made(http.post("/Devices", json=secretive()))
        app = http.post("/EndpointApps", json=application()).json()
        http.patch(f"/Devices/{one}", json=patch({"op": "replace", "path": f"{DPP}:bootstrapKey", "value": SECRETS[1]}))
        http.patch(f"/EndpointApps/{app['id']}", json=patch({"op": "replace", "path": "applicationName", "value": "b"}))
        http.put(f"/Devices/{one}", json=secretive())
        gone = http.post("/EndpointApps", json=application()).json()
        assert http.delete(f"/EndpointApps/{gone['id']}").status_code == 204
    daemon.restart()
    with tenant.client() as http:
        read = http.get(f"/Devices/{one}").json()
        assert read[DPP] == {"dppVersion": 2} and "irk" not in read[BLE]
        assert http.get(f"/EndpointApps/{app['id']}").json()["clientToken"] == app["clientToken"]
    assert holders(daemon.database, app["clientToken"]) == {("resource", "document")}
    assert holders(daemon.database, gone["clientToken"]) == set()
    log = daemon.log
    daemon.stop()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not any(secret.encode() in content for secret in SECRETS for content in files)
    assert not any(secret in log for secret in [*SECRETS, app["clientToken"], gone["clientToken"]])


def test_devices_are_switched_on_while_no_server_runs(tmp_path):
    daemon = Daemon(tmp_path).start()
    tenant = daemon.tenant("plant")
    other = daemon.tenant("other")
    daemon.stop()
    daemon.do("tenant", "set", "plant", "devices=on")
    daemon.start()
    with tenant.client() as http:
        made(http.post("/Devices", json=device()))
    with other.client() as http:
        refused(http.get("/Devices"), 404)
    daemon.stop()
