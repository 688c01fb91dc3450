# SPDX-License-Identifier: Apache-2.0
"""A process that may open no more files: what is open goes on, what comes waits, nothing is lost."""

import os
import resource
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from daemon import PATIENCE_S, Daemon, binary, roster, wait_for
from expect import made, user
from issuer import Key, claims, publishing

SPARE = 8  # descriptors that are left when the crowd comes
CROWD = 60
OPTIONS = ["--journal-size", "2", "--jwks-networks", "127.0.0.0/8"]


def allow(server, descriptors):
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))


def highest(server):
    """One more than the highest descriptor that is open: the limit counts numbers."""
    return max(map(int, os.listdir(f"/proc/{server.process.pid}/fd"))) + 1


def crowd(server):
    """Connections that come and say nothing."""
    for _ in range(CROWD):
        wire = socket.create_connection(server.address, timeout=PATIENCE_S)
        yield wire


class Writing(threading.Thread):
    """Writes over a connection that was there before; keeps what was acknowledged and what was not."""

    def __init__(self, tenant, name):
        super().__init__()
        self.tenant, self.name = tenant, name
        self.over, self.done, self.refused, self.odd = threading.Event(), set(), 0, []

    def run(self):
        # Bodies large enough that segments of the journal are full and others begun.
        padding = "x" * 20000
        with self.tenant.client() as http:
            number = 0
            while not self.over.is_set():
                number += 1
                name = f"{self.name}-{number}"
                try:
                    answer = http.post("/Users", json=user(name, title=padding))
                except httpx.TransportError as error:
                    self.odd.append(f"{name}: {error!r}")
                    return
                if answer.status_code == 201:
                    self.done.add(name)
                elif answer.status_code == 503:
                    self.refused += 1
                else:
                    self.odd.append(f"{name}: {answer.status_code} {answer.text}")


def names(http):
    found, more = set(), True
    while more:
        page = http.get(f"/Users?startIndex={len(found) + 1}&count=200&attributes=userName").json()
        found |= {one["userName"] for one in page["Resources"]}
        more = len(found) < page["totalResults"] and page["Resources"]
    return found


def goes_on(writers, by=10):
    before = [len(writer.done) for writer in writers]
    wait_for(
        lambda: all(len(writer.done) > count + by or writer.odd for writer, count in zip(writers, before)),
        "writers go on",
    )


def test_without_descriptors_what_is_open_goes_on_what_comes_waits_and_nothing_is_lost(tmp_path):
    server = Daemon(tmp_path, *OPTIONS).start()
    tenant, key, issuer = server.tenant("acme"), Key(tmp_path, "k", "EdDSA"), "https://issuer.example/v2.0"
    writers = [Writing(tenant, f"w{number}") for number in range(4)]
    with publishing(key) as published, ThreadPoolExecutor() as pool:
        said = ["--tenant", "acme", "--issuer", issuer, "--audience", "api://roster", "--jwks", published.url]
        server.do("issuer", "add", *said)
        for writer in writers:
            writer.start()
        goes_on(writers)
        allow(server, highest(server) + SPARE)
        wires = list(crowd(server))
        goes_on(writers)
        # Whoever comes now is not refused: a command, a client, and one whose issuer's keys have to be fetched.
        command = pool.submit(roster, "token", "add", "--tenant", "acme", "--store", server.store)
        token = key.token(claims(issuer))
        latecomer = pool.submit(status, server, token)
        verify = pool.submit(roster, "audit", "verify", "--store", server.store)
        goes_on(writers, by=40)
        for wire in wires:
            wire.close()
        assert latecomer.result() in (200, 401, 503)
        for done in (command.result(), verify.result()):
            assert done.returncode in (0, *range(64, 79)), done
        wait_for(lambda: status(server, token) == 200, "the keys of the issuer")
        goes_on(writers)
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.join()
    assert [odd for writer in writers for odd in writer.odd] == []
    acknowledged = set().union(*(writer.done for writer in writers))
    with tenant.client() as http:
        made(http.post("/Users", json=user("after")))
        assert names(http) == acknowledged | {"after"}
    server.do("audit", "verify")
    assert server.do("journal", "list", "--tenant", "acme")
    server.restart()
    with tenant.client() as http:
        assert names(http) == acknowledged | {"after"}
    server.end()


def status(server, token):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{server.url}/scim/v2/Users?count=0", headers=headers, trust_env=False, timeout=PATIENCE_S).status_code


def test_a_start_with_too_few_descriptors_says_so(tmp_path):
    limit = ["sh", "-c", 'ulimit -n 12; exec "$@"', "sh"]
    done = subprocess.run(
        [*limit, binary(), "serve", "--store", f"sqlite:{tmp_path}/roster.db", "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )
    assert done.returncode in range(64, 79) and done.stdout == "" and "Too many open files" in done.stderr
