# SPDX-License-Identifier: Apache-2.0
"""What the journal costs a read: two servers on the same data, one without it, asked in turn."""

import statistics

from . import data
from .load import median
from .rows import Row, interleave
from .server import Roster

PAIRS = 20
BUDGET_US = 0.5


def measure(bench):
    """GET by id in interleaved pairs; the median of the pairs' differences counts."""
    form = bench.generator.form(data.head("GET", "Users/{{v}}", bench.prepared.tokens["people"]))
    options = {"values": bench.prepared.ids("people"), "random": True, "status": 200}
    servers = {
        "with": Roster(bench.binary, bench.prepared.copy("journal-with")),
        "without": Roster(bench.binary, bench.prepared.copy("journal-without"),
                          options=["--journal-size", "0"]),
    }
    try:
        works = {
            name: lambda server=server: bench.generator.measure(
                server, [form], seconds=bench.seconds / 2, **options
            )
            for name, server in servers.items()
        }
        interleave(1, works)  # warms both
        samples = interleave(5 if bench.quick else PAIRS, works)
        dropped = servers["with"].metric("roster_journal_dropped_total")
    finally:
        for server in servers.values():
            server.kill()
    yield _row(samples["with"], samples["without"], dropped)


def _row(with_it, without, dropped):
    more = statistics.median(a.cpu_us - b.cpu_us for a, b in zip(with_it, without))
    row = Row("journal", "GET by id with the journal", median(with_it), median(without),
              "without the journal")
    row.figure = f"{more:+.2f} µs a request, {dropped:.0f} records dropped"
    row.budget = f"≤ {BUDGET_US} µs CPU a request over {PAIRS} pairs"
    row.met = more <= BUDGET_US
    row.reason = f"median of {len(with_it)} interleaved pairs, all threads of the server"
    return row
