# SPDX-License-Identifier: Apache-2.0
"""Starting, stopping, reloading: what was acknowledged is there, what was accepted is finished."""

import json
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from daemon import Daemon, roster, wait_for
from expect import add_members, group, made, members, patch, total, user
from wire import Wire, connected, head, with_body

METRIC = re.compile(r"^[a-zA-Z_:][\w:]*(\{[^}]*\})? [-+]?(\d+(\.\d+)?([eE][-+]?\d+)?|Inf|NaN)$")


def get(server, path):
    return httpx.get(server.url + path, trust_env=False)


def test_health_and_readiness_need_no_token(server):
    for path in ("/healthz", "/readyz"):
        assert get(server, path).status_code == 200


def test_metrics_are_prometheus_text(server, client):
    client.get("/Users")
    response = get(server, "/metrics")
    assert response.status_code == 200 and response.headers["content-type"].startswith("text/plain")
    lines = [line for line in response.text.splitlines() if line and not line.startswith("#")]
    assert any(line.startswith("roster_") for line in lines)
    assert [line for line in lines if not METRIC.match(line)] == []


def test_every_log_line_is_json_and_a_request_carries_the_id_of_its_reply(tmp_path):
    daemon = Daemon(tmp_path, "--log-level", "debug").start()
    with daemon.tenant().client() as http:
        request_id = http.get("/Users/none").headers["x-request-id"]
    daemon.stop()
    lines = [json.loads(line) for line in daemon.log.splitlines()]
    [line] = [line for line in lines if line.get("request_id") == request_id]
    assert line["status"] == 404


def test_a_restart_keeps_everything(own_server):
    tenant = own_server.tenant("kept")
    with tenant.client() as http:
        person = made(http.post("/Users", json=user("kept", externalId="e", title="Head")))
        gone = made(http.post("/Users", json=user("gone")))
        crowd = made(http.post("/Groups", json=group("Crowd", person, gone)))
        assert http.delete(f"/Users/{gone}").status_code == 204
        before = [http.get(f"/Users/{person}").json(), http.get(f"/Groups/{crowd}").json()]
    own_server.restart()
    with tenant.client() as http:
        after = [http.get(f"/Users/{person}").json(), http.get(f"/Groups/{crowd}").json()]
        assert without_locations(after) == without_locations(before)
        assert total(http.get('/Users?filter=userName eq "gone"')) == 0
        assert members(http, crowd) == [person]
        assert http.post("/Users", json=user("KEPT")).status_code == 409


def without_locations(value):
    """The port differs from start to start."""
    return re.sub(r"http://127\.0\.0\.1:\d+", "", json.dumps(value, sort_keys=True))


def write_until_closed(server, tenant, number, kept):
    """Creates people until the server goes; keeps what was acknowledged."""
    wire, count = Wire(server.address), 0
    while True:
        name = f"w{number}-{count}"
        reply = wire.send_while_open(with_body("POST", "/scim/v2/Users", tenant, user(name))).reply()
        if reply is None or reply.status == 503:
            break
        assert reply.status == 201, reply
        kept.append((json.loads(reply.text)["id"], name))
        if reply.headers.get("connection", "").lower() == "close":
            break
        count += 1
    wire.close()


def test_a_stop_under_load_finishes_what_it_accepted(own_server):
    tenant, kept = own_server.tenant(), []
    with ThreadPoolExecutor(32) as pool:
        writers = [pool.submit(write_until_closed, own_server, tenant, number, kept) for number in range(32)]
        wait_for(lambda: len(kept) > 200, "some writes")
        own_server.stop()
        for writer in writers:
            writer.result()
    own_server.start()
    with tenant.client() as http:
        assert total(http.get("/Users?count=0")) >= len(kept)
        for person, name in kept:
            assert http.get(f"/Users/{person}").json()["userName"] == name


def test_a_request_that_is_under_way_at_a_stop_is_answered(own_server):
    tenant = own_server.tenant()
    request = with_body("POST", "/scim/v2/Users", tenant, user("last"))
    with connected(own_server) as wire:
        wire.send(request[:-5])
        with connected(own_server) as other:
            assert other.send(head("GET", "/healthz")).reply().status == 200
        own_server.send_signal(signal.SIGTERM)
        wire.send_while_open(request[-5:])
        reply = wire.reply()
    own_server.wait_for_end()
    own_server.start()
    with tenant.client() as http:
        assert total(http.get("/Users")) == (1 if reply is not None and reply.status == 201 else 0)


def test_sigint_ends_it_cleanly_as_well(own_server):
    own_server.stop(with_signal=signal.SIGINT)


def test_a_stop_with_idle_connections_does_not_wait_for_them(own_server):
    idle = [Wire(own_server.address) for _ in range(50)]
    assert idle[0].send(head("GET", "/healthz")).reply().status == 200
    own_server.stop()
    for wire in idle:
        wire.close()


def test_sighup_reloads_and_drops_nobody(own_server):
    tenant = own_server.tenant()
    with connected(own_server) as wire, tenant.client() as http:
        assert wire.send(head("GET", "/healthz")).reply().status == 200
        for number in range(5):
            own_server.send_signal(signal.SIGHUP)
            made(http.post("/Users", json=user(f"hup{number}")))
            assert wire.send(head("GET", "/healthz")).reply().status == 200
    assert own_server.process.poll() is None


def test_sighup_under_load_loses_no_request(own_server):
    tenant, done = own_server.tenant(), threading.Event()

    def read(_):
        with tenant.client() as http:
            count = 0
            while not done.is_set() or count < 20:
                assert http.get("/Users").status_code == 200
                count += 1
            return count

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read, number) for number in range(8)]
        for _ in range(20):
            own_server.send_signal(signal.SIGHUP)
        done.set()
        assert sum(reader.result() for reader in readers) >= 160


@pytest.fixture
def configured(tmp_path):
    """A server with a configuration file that the test may rewrite."""
    config = tmp_path / "roster.conf"
    config.write_text("log-level = error\n")
    daemon = Daemon(tmp_path, "--config", str(config)).start()
    yield daemon, config
    daemon.stop()


def test_sighup_takes_what_may_change(configured):
    daemon, config = configured
    assert daemon.log == ""
    config.write_text("log-level = info\n")
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: '"reloaded"' in daemon.log, "the reload")


def test_sighup_with_a_broken_file_keeps_the_old_settings_and_says_so(configured):
    daemon, config = configured
    config.write_text("log-level = shouting\n")
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "log-level" in daemon.log, "the refusal")
    assert get(daemon, "/readyz").status_code == 200


BAD_SETTINGS = {
    "no-such-setting": "no-such-setting = 1",
    "log-level": "log-level = shouting",
    "listen": "listen = nowhere",
}


@pytest.mark.parametrize("name,line", BAD_SETTINGS.items())
def test_a_bad_setting_is_refused_with_its_line(tmp_path, name, line):
    config = tmp_path / "roster.conf"
    config.write_text(f"# settings\n\n{line}\n")
    done = roster("serve", "--config", str(config), "--store", f"sqlite:{tmp_path}/roster.db")
    assert done.returncode in range(64, 79) and done.stdout == ""
    assert done.stderr.count("\n") == 1 and name in done.stderr and "3" in done.stderr


def test_a_client_that_leaves_while_its_write_waits_harms_nobody(server, tenant, client):
    for number in range(50):
        wire = Wire(server.address)
        wire.send(with_body("POST", "/scim/v2/Users", tenant, user(f"left{number}")))
        wire.close()
    made(client.post("/Users", json=user("stays")))
    assert total(client.get('/Users?filter=userName eq "stays"')) == 1


def test_a_no_op_changes_neither_version_nor_date(client):
    person = made(client.post("/Users", json=user("same", title="T")))
    before = client.get(f"/Users/{person}").json()["meta"]
    assert (
        client.patch(
            f"/Users/{person}", json=patch({"op": "replace", "path": "title", "value": "T"})
        ).status_code
        == 200
    )
    assert client.get(f"/Users/{person}").json()["meta"] == before
    crowd = made(client.post("/Groups", json=group("Same", person)))
    version = client.get(f"/Groups/{crowd}").json()["meta"]["version"]
    assert client.patch(f"/Groups/{crowd}", json=add_members(person)).status_code == 204
    assert client.get(f"/Groups/{crowd}").json()["meta"]["version"] == version
