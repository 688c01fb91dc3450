# SPDX-License-Identifier: Apache-2.0
"""Many clients at once: nothing that was acknowledged is lost, nobody stalls anybody."""

import itertools
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from daemon import PATIENCE_S, wait_for
from expect import add_members, group, made, members, patch, refused, remove_member, total, user
from wire import Wire, ask, bearer, connected, head, with_body

CLIENTS = 128


def at_once(count, work):
    """Runs work(0) … work(count - 1) on threads that start together; their results in order."""
    barrier = threading.Barrier(count)

    def one(number):
        barrier.wait(PATIENCE_S)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def people(client, count):
    return [made(client.post("/Users", json=user(f"p{number}"))) for number in range(count)]


def test_128_clients_change_one_group_and_no_change_is_lost(server, tenant, client):
    server.tell("tenant", "set", tenant.name, "guard=off")
    ids = people(client, CLIENTS)
    crowd = made(client.post("/Groups", json=group("Crowd", *ids[::4])))

    def come_and_go(number):
        """Even numbers end inside the group, odd ones outside."""
        come, go = add_members(ids[number]), remove_member(ids[number])
        with connected(server) as wire:
            return [
                wire.send(with_body("PATCH", f"/scim/v2/Groups/{crowd}", tenant, body)).reply().status
                for body in [come, go, come] + [go] * (number % 2)
            ]

    assert {status for statuses in at_once(CLIENTS, come_and_go) for status in statuses} == {204}
    assert members(client, crowd) == sorted(ids[::2])
    inside = client.get("/Users", params={"filter": f'groups.value eq "{crowd}"', "count": 200}).json()
    assert sorted(one["id"] for one in inside["Resources"]) == sorted(ids[::2])


def test_concurrent_patches_of_one_person_all_survive(server, tenant, client):
    person = made(client.post("/Users", json=user("shared")))

    def add_phone(number):
        value = [{"value": str(number), "type": f"line{number}"}]
        change = patch({"op": "add", "path": "phoneNumbers", "value": value})
        return ask(server, tenant, "PATCH", f"/scim/v2/Users/{person}", change).status

    assert set(at_once(64, add_phone)) == {200}
    phones = client.get(f"/Users/{person}").json()["phoneNumbers"]
    assert sorted(int(phone["value"]) for phone in phones) == list(range(64))


def test_of_many_writers_with_one_version_exactly_one_wins(server, tenant, client):
    person = made(client.post("/Users", json=user("contested")))
    tag = client.get(f"/Users/{person}").headers["etag"]

    def claim(number):
        change = patch({"op": "replace", "path": "title", "value": f"writer {number}"})
        return ask(server, tenant, "PATCH", f"/scim/v2/Users/{person}", change, f"If-Match: {tag}").status

    statuses = at_once(32, claim)
    assert sorted(statuses) == [200] + [412] * 31
    assert client.get(f"/Users/{person}").json()["title"] == f"writer {statuses.index(200)}"


def test_of_many_creates_of_one_name_exactly_one_wins(server, tenant, client):
    def create(number):
        return ask(server, tenant, "POST", "/scim/v2/Users", user("twin" if number % 2 else "TWIN")).status

    assert sorted(at_once(32, create)) == [201] + [409] * 31
    assert total(client.get("/Users")) == 1


def test_deletes_and_member_changes_meet_without_leaving_ghosts(server, tenant, client):
    server.tell("tenant", "set", tenant.name, "guard=off")
    ids = people(client, 32)
    crowd = made(client.post("/Groups", json=group("Crowd", *ids)))

    def leave(number):
        with tenant.client() as http:
            if number % 2:
                return http.delete(f"/Users/{ids[number]}").status_code
            return http.patch(f"/Groups/{crowd}", json=add_members(*ids[number : number + 2])).status_code

    assert set(at_once(32, leave)) == {204}
    assert members(client, crowd) == sorted(ids[::2])


def test_64_waiting_creates_do_not_stall_reads(server, tenant, client):
    person = made(client.post("/Users", json=user("read me")))
    stop = threading.Event()

    def write(number):
        with connected(server) as wire:
            for count in itertools.count():
                if stop.is_set():
                    return count
                name = f"w{number}-{count}"
                reply = wire.send(with_body("POST", "/scim/v2/Users", tenant, user(name))).reply()
                assert reply.status == 201, reply

    with ThreadPoolExecutor(64) as pool:
        writers = [pool.submit(write, number) for number in range(64)]
        try:
            for _ in range(200):
                assert client.get(f"/Users/{person}").status_code == 200
        finally:
            stop.set()
        written = sum(writer.result() for writer in writers)
    assert written >= 64 and total(client.get("/Users?count=0")) == written + 1


def stopped(server):
    stat = Path(f"/proc/{server.process.pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] in "Tt"


def all_ready_at_once(server, requests):
    """Connects first, then sends everything while the server stands still, then lets it go."""
    wires = [Wire(server.address) for _ in requests]
    for wire in wires:
        wire.send(head("GET", "/healthz"))
    assert {wire.reply().status for wire in wires} == {200}
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: stopped(server), "the server to stand still")
        for wire, request in zip(wires, requests):
            wire.send(request)
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    replies = [wire.reply() for wire in wires]
    for wire in wires:
        wire.close()
    return [reply.status if reply else None for reply in replies]


@pytest.mark.parametrize("count", [127, 128, 129, 255, 256, 257])
def test_sockets_that_become_ready_together_are_all_answered(server, tenant, client, count):
    get = head("GET", "/scim/v2/Users?count=0", bearer(tenant))
    assert all_ready_at_once(server, [get] * count) == [200] * count


@pytest.mark.parametrize("count", [128, 256])
def test_creates_that_arrive_together_are_all_answered(server, tenant, client, count):
    posts = [with_body("POST", "/scim/v2/Users", tenant, user(f"burst{number}")) for number in range(count)]
    assert all_ready_at_once(server, posts) == [201] * count
    assert total(client.get("/Users?count=0")) == count


def test_a_tenant_that_writes_much_does_not_lock_out_another(server, tenant):
    with server.tenant().client() as quiet:

        def load(number):
            with tenant.client() as http:
                return [http.post("/Users", json=user(f"busy{number}-{i}")).status_code for i in range(10)]

        with ThreadPoolExecutor(16) as pool:
            busy = [pool.submit(load, number) for number in range(16)]
            ids = people(quiet, 10)
        assert {status for one in busy for status in one.result()} == {201}
        assert total(quiet.get("/Users")) == len(ids) == 10


def test_a_refused_write_between_others_leaves_them_alone(server, tenant, client):
    made(client.post("/Users", json=user("taken")))

    def mixed(number):
        with tenant.client() as http:
            if number % 3 == 0:
                refused(http.post("/Users", json=user("taken")), 409, "uniqueness")
                return 0
            made(http.post("/Users", json=user(f"mixed{number}")))
            return 1

    created = sum(at_once(48, mixed))
    assert total(client.get("/Users?count=0")) == created + 1
