# SPDX-License-Identifier: Apache-2.0
"""A tenant has its share of the server: its rate, and what happens to whoever wants more."""

import signal
import time

import httpx
import pytest

from daemon import Daemon, wait_for
from expect import refused


def flood(client, most=10_000):
    """Asks until it is refused, and returns the refusal."""
    for _ in range(most):
        reply = client.get("/Users?count=0")
        if reply.status_code != 200:
            return reply
    raise AssertionError(f"{most} requests were served")


@pytest.fixture
def slow(server):
    tenant = server.tenant()
    server.tell("tenant", "set", tenant.name, "rate=2/20")
    with tenant.client() as http:
        http.tenant = tenant
        yield http


def test_who_waits_as_long_as_retry_after_says_gets_through(slow):
    reply = flood(slow)
    refused(reply, 429)
    time.sleep(int(reply.headers["Retry-After"]))
    assert slow.get("/Users?count=0").status_code == 200


def test_a_refused_request_keeps_its_connection(slow):
    flood(slow)
    reply = slow.post("/Users", json={"userName": "x"})
    assert reply.status_code == 429 and reply.headers.get("Connection", "").lower() != "close"


def test_the_metrics_count_what_was_refused_of_whom(server, slow):
    flood(slow)
    text = httpx.get(server.url + "/metrics", trust_env=False).text
    assert f'roster_tenant_throttled_total{{tenant="{slow.tenant.name}"}} 1' in text.splitlines()


def test_the_rate_of_all_tenants_is_a_setting_that_a_running_server_takes(tmp_path):
    config = tmp_path / "roster.conf"
    config.write_text("rate = 1/5\n")
    daemon = Daemon(tmp_path, "--config", str(config)).start()
    with daemon.tenant().client() as http:
        refused(flood(http, most=100), 429)
        config.write_text("rate = unlimited\n")
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: http.get("/Users?count=0").status_code == 200, "the new rate")
        assert all(http.get("/Users?count=0").status_code == 200 for _ in range(50))
    daemon.stop()
