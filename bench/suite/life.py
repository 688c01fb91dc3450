# SPDX-License-Identifier: Apache-2.0
"""What is not a request: memory, starting, starting again after a kill under load."""

import contextlib
import os
import resource
import statistics
import time
from pathlib import Path

from . import data, machine
from .checks import connect
from .rows import Row
from .server import Roster
from .writes import CONNECTIONS, Creates

IDLE = 1000
START_MAX_MS = 200


def memory(server, users, when):
    used = machine.anonymous_mb(server.pid)
    row = Row("memory", f"RssAnon with {users:,} users, {when}", figure=f"{used:.1f} MB")
    most = 100 if users <= 100_000 else 250
    row.budget, row.met = f"< {most} MB", used < most
    row.reason = "the whole process, all threads and caches warm"
    return row


def idle(server, token):
    """Connections that asked once and stay."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    request = f"GET /scim/v2/Users?count=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}"
    before = machine.anonymous_mb(server.pid)
    with contextlib.ExitStack() as stack:
        for _ in range(IDLE):
            connection = stack.enter_context(connect(server))
            connection.sendall(f"{request}\r\n\r\n".encode())
            connection.recv(65536)
        used = machine.anonymous_mb(server.pid) - before
    row = Row("memory", f"{IDLE:,} idle connections", figure=f"{used:.1f} MB")
    row.budget, row.met = "< 18 MB", used < 18
    row.reason = f"growth of RssAnon, {used * 1024 / IDLE:.1f} KiB a connection"
    return row


def _forget(folder):
    """Takes a store's files out of the page cache, as far as they are on the disk."""
    for path in (folder / "roster.db", folder / "roster.db-wal"):
        if not path.exists():
            continue
        with open(path, "rb") as file:
            os.fdatasync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _start_row(work, times, reason):
    row = Row("start", work, figure=f"{statistics.median(times):.0f} ms (most {max(times):.0f})")
    row.budget = f"< {START_MAX_MS} ms"
    row.met = statistics.median(times) < START_MAX_MS
    row.reason = reason
    return row


def start(bench, prepared):
    folder = prepared.copy("start")
    warm, cold = [], []
    for at in range(2 * bench.rounds):
        if at % 2:
            _forget(folder)
        server = Roster(bench.binary, folder)
        (cold if at % 2 else warm).append(server.ready_ms)
        server.stop()
    yield _start_row("start until listening", warm, "from exec to the line on standard output")
    yield _start_row("start, store not in the page cache", cold, "after POSIX_FADV_DONTNEED")
    yield after_kill(bench, prepared, folder)
    prepared.drop(folder)


def after_kill(bench, prepared, folder):
    times, logs = [], []
    server = Roster(bench.binary, folder)
    creates = Creates(bench, server, prepared)
    for _ in range(bench.rounds):
        running = bench.generator.begin(
            server.port, [creates.form], **creates.options(connections=CONNECTIONS, seconds=30)
        )
        time.sleep(1 + bench.seconds / 2)
        server.kill()
        answer = bench.generator.finish(running)
        logs.append(Path(f"{server.store}-wal").stat().st_size / 1e6)
        creates.next += answer["requests"] + 10 * CONNECTIONS
        _forget(folder)
        server = Roster(bench.binary, folder)
        times.append(server.ready_ms)
        status, text = server.ask("GET", "/scim/v2/Users?count=1", prepared.tokens["people"])
        if status != 200:
            data.say(f"after a kill a list was answered {status}: {text[:200]}")
    server.stop()
    reason = f"killed by SIGKILL at full load of creates; log of up to {max(logs):.0f} MB"
    return _start_row("start after SIGKILL under load", times, reason)
