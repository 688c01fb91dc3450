# SPDX-License-Identifier: Apache-2.0
"""What the journal costs a read: servers on one store, one with it and one without, in turn.

Two processes of one program may differ by as much as the journal costs, for where their memory
lies. So each pair has processes of its own, and all have one store."""

import statistics

from . import data
from .load import median
from .rows import Row
from .server import Roster

PAIRS = 20
BUDGET_US = 0.5
WARM_S = 0.2


class Pairs:
    def __init__(self, bench):
        self.bench = bench
        self.form = bench.generator.form(data.head("GET", "Users/{{v}}", bench.prepared.tokens["people"]))
        self.folder = bench.prepared.copy("journal")
        self.options = {"with": [], "without": ["--journal-size", "0"]}
        self.dropped = 0.0

    def _ask(self, server, seconds):
        # The same people in the same order for both of a pair.
        return self.bench.generator.measure(
            server, [self.form], seconds=seconds, values=self.bench.prepared.ids("people"),
            random=True, status=200,
        )

    def measure(self, name):
        server = Roster(self.bench.binary, self.folder, options=self.options[name])
        try:
            self._ask(server, WARM_S)
            sample = self._ask(server, self.bench.seconds / 2)
            self.dropped += server.metric("roster_journal_dropped_total")
        finally:
            server.kill()
        return sample


def measure(bench):
    """GET by id in interleaved pairs; the median of the pairs' differences counts."""
    pairs = Pairs(bench)
    samples = {"with": [], "without": []}
    for at in range(5 if bench.quick else PAIRS):
        for name in samples if at % 2 == 0 else reversed(samples):
            samples[name].append(pairs.measure(name))
    yield _row(samples["with"], samples["without"], pairs.dropped)


def _row(with_it, without, dropped):
    differences = [a.cpu_us - b.cpu_us for a, b in zip(with_it, without)]
    more = statistics.median(differences)
    lower, _, upper = statistics.quantiles(differences, n=4)
    row = Row("journal", "GET by id with the journal", median(with_it), median(without),
              "without the journal")
    row.figure = f"{more:+.2f} µs a request, {dropped:.0f} records dropped"
    row.budget = f"≤ {BUDGET_US} µs CPU a request over {PAIRS} pairs"
    row.met = more <= BUDGET_US
    row.reason = (
        f"median of {len(with_it)} interleaved pairs of processes, all threads of the server; half of "
        f"the pairs between {lower:+.2f} and {upper:+.2f}"
    )
    return row
