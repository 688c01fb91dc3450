# SPDX-License-Identifier: Apache-2.0
"""Progress that is not timed: what must be answered at all, however slow the machine is."""

import select
import socket
import time

from .rows import Row

PATIENCE_S = 5
STALL_MS = 1000


def connect(server):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _ask_all(connections, request):
    for connection in connections:
        connection.sendall(request)


def _answered(connections, patience_s):
    waiting = set(connections)
    deadline = time.monotonic() + patience_s
    while waiting and time.monotonic() < deadline:
        ready, _, _ = select.select(list(waiting), [], [], 0.1)
        for connection in ready:
            if connection.recv(65536):
                waiting.discard(connection)
    return len(connections) - len(waiting)


def _ready_at_once(server, token, count):
    """Stops the server, asks on `count` connections, lets it go on: all of them are ready."""
    request = f"GET /healthz HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    connections = [connect(server) for _ in range(count)]
    try:
        _ask_all(connections, request)
        warmed = _answered(connections, 30)
        server.pause()
        _ask_all(connections, request)
        server.resume()
        return _answered(connections, PATIENCE_S) if warmed == count else warmed
    finally:
        for connection in connections:
            connection.close()


def ready_sockets(server, token):
    counts = (127, 128, 129, 255, 256, 257, 384)
    stuck = []
    for count in counts:
        answered = _ready_at_once(server, token, count)
        if answered != count:
            stuck.append(f"{answered} of {count}")
    row = Row("progress", "128 and 256 sockets ready at once", figure="all answered")
    row.budget, row.met = "every request is answered", not stuck
    row.reason = f"tried {', '.join(str(count) for count in counts)}"
    if stuck:
        row.figure = "stuck"
        row.reason = f"answered within {PATIENCE_S} s: " + ", ".join(stuck)
    return row


def reads_beside_writes(bench, server, creates, read_form, read_options):
    """GETs at a steady rate while 64 connections always wait for the writer."""
    seconds = 2 * bench.seconds
    writing = bench.generator.begin(
        server.port, [creates.form], **creates.options(connections=64, seconds=seconds + 0.5)
    )
    time.sleep(0.25)
    reads = bench.generator.measure(
        server, [read_form], connections=16, rate=500, seconds=seconds, **read_options
    )
    writes = bench.generator.finish(writing)
    creates.next += writes["requests"] + 1000
    row = Row("progress", "GETs beside 64 suspended POSTs", reads)
    reads.cpu_us = reads.written_kb = 0.0  # the creates' share is in them
    longest = reads.extra["max_ms"]
    row.figure = f"p99 {reads.p99_ms:.1f} ms, longest {longest:.0f} ms"
    row.budget, row.met = f"none waits {STALL_MS} ms", longest < STALL_MS
    row.reason = f"500 GETs/s beside {writes['rate']:.0f} creates/s on one core"
    return row
