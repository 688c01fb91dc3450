# SPDX-License-Identifier: Apache-2.0
"""A full disk, without root: the kernel refuses to let the files of the running server grow."""

import resource

import pytest

from daemon import wait_for
from expect import group, made, refused, total, user


def let_files_grow_to(server, size):
    hard = resource.RLIM_INFINITY
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, hard))


def fill_the_disk(server):
    """No file of the server may grow beyond the longest that there is."""
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    let_files_grow_to(server, max(path.stat().st_size for path in files))


def names(http):
    people = http.get("/Users?count=200&attributes=userName").json()["Resources"]
    return {one["userName"] for one in people}


@pytest.fixture
def full(own_server):
    """A server with some people whose disk is full now."""
    tenant = own_server.tenant()
    with tenant.client() as http:
        kept = {f"kept{number}" for number in range(20)}
        for name in kept:
            made(http.post("/Users", json=user(name)))
        fill_the_disk(own_server)
        yield own_server, tenant, http, kept
    let_files_grow_to(own_server, resource.RLIM_INFINITY)


def write_into_the_full_disk(http):
    """What was acknowledged and what was refused, as sets of names; small gaps may still take a write."""
    done, not_done = set(), set()
    for number in range(40):
        name = f"tried{number}"
        response = http.post("/Users", json=user(name))
        if response.status_code == 201:
            done.add(name)
            continue
        not_done.add(name)
        refused(response, 503)
        assert int(response.headers["retry-after"]) >= 1
    assert not_done
    return done, not_done


def test_a_full_disk_answers_503_reads_go_on_and_nothing_acknowledged_is_lost(full):
    server, tenant, http, kept = full
    done, not_done = write_into_the_full_disk(http)
    assert kept | done <= names(http) <= kept | done | not_done
    refused(http.post("/Groups", json=group("Crowd")), 503)
    server.stop()
    server.start()
    with tenant.client() as again:
        assert kept | done <= names(again) <= kept | done | not_done
        made(again.post("/Users", json=user("room again")))


def test_writes_go_on_when_the_disk_has_room_again(full):
    server, tenant, http, kept = full
    done, not_done = write_into_the_full_disk(http)
    let_files_grow_to(server, resource.RLIM_INFINITY)
    wait_for(lambda: http.post("/Users", json=user("room again")).status_code in (201, 409), "room again")
    assert "room again" in names(http)
    made(http.post("/Groups", json=group("Crowd")))
    server.restart()
    with tenant.client() as again:
        assert kept | done | {"room again"} <= names(again)
        assert total(again.get("/Groups")) == 1


def test_a_full_disk_is_told_to_administrators_as_well(full):
    server, tenant, _, _ = full
    answers = [server.command("token", "add", "--tenant", tenant.name) for _ in range(10)]
    refusals = [one for one in answers if one.returncode != 0]
    assert refusals
    for one in refusals:
        assert one.returncode in range(64, 79) and one.stdout == "" and one.stderr
