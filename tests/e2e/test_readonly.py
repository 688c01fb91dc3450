# SPDX-License-Identifier: Apache-2.0
"""A file system that turns read-only: under a running server, and before it starts."""

import os
import subprocess

import pytest

from daemon import PATIENCE_S, Daemon, binary, wait_for
from expect import made, refused, total, user
from preload import ReadOnly
from sandbox import can_confine


@pytest.fixture
def server(tmp_path):
    """With some people, and a hand on its file system."""
    place = tmp_path / "store"
    place.mkdir()
    readonly = ReadOnly(tmp_path, place)
    daemon = Daemon(tmp_path, store=f"sqlite:{place}/roster.db", environment=readonly.environment).start()
    daemon.readonly = readonly
    yield daemon
    daemon.end()


def names(http):
    return {one["userName"] for one in http.get("/Users?count=200&attributes=userName").json()["Resources"]}


def test_a_file_system_that_turns_read_only_refuses_writes_answers_reads_and_loses_nothing(server):
    tenant = server.tenant("acme")
    with tenant.client() as http:
        kept = {f"kept{number}" for number in range(10)}
        for name in kept:
            made(http.post("/Users", json=user(name)))
        server.readonly.begin()
        for number in range(5):
            answer = http.post("/Users", json=user(f"refused{number}"))
            refused(answer, 503)
            assert int(answer.headers["retry-after"]) >= 1
            assert names(http) == kept
            assert total(http.get('/Users?filter=userName eq "kept3"')) == 1
        done = server.command("token", "add", "--tenant", "acme")
        assert done.returncode in range(64, 79) and done.stdout == "" and done.stderr
        server.readonly.end()
        wait_for(lambda: http.post("/Users", json=user("again")).status_code in (201, 409), "writes again")
        made(http.post("/Users", json=user("after")))
        assert names(http) == kept | {"again", "after"}
    server.do("audit", "verify")
    server.kill()
    server.start()
    with tenant.client() as http:
        assert names(http) == kept | {"again", "after"}
    server.do("audit", "verify")


def test_a_server_stops_cleanly_on_a_file_system_that_is_read_only(server):
    tenant = server.tenant("acme")
    with tenant.client() as http:
        made(http.post("/Users", json=user("kept")))
        server.readonly.begin()
        refused(http.post("/Users", json=user("refused")), 503)
    server.stop()
    server.readonly.end()
    server.start()
    with tenant.client() as http:
        assert names(http) == {"kept"}


@pytest.mark.skipif(not can_confine(), reason="no root, or a root that may not mount")
@pytest.mark.parametrize("there", [True, False], ids=["an old store", "no store yet"])
def test_a_start_on_a_read_only_file_system_says_so(tmp_path, there):
    place = tmp_path / "store"
    place.mkdir()
    if there:
        Daemon(tmp_path, store=f"sqlite:{place}/roster.db").do("tenant", "add", "acme")
    mounted = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    command = [binary(), "serve", "--store", f"sqlite:{place}/roster.db", "--listen", "127.0.0.1:0"]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mounted, str(place), *command],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )
    assert done.returncode in (os.EX_CANTCREAT, os.EX_UNAVAILABLE, os.EX_NOPERM) and done.stdout == ""
    assert "Read-only file system" in done.stderr and str(place) in done.stderr
    assert len(done.stderr.splitlines()) == 1
