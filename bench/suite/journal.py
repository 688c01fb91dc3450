# SPDX-License-Identifier: Apache-2.0
"""What the journal costs a read: two servers side by side, one with it and one without, in turn.

Two processes of one program may differ by as much as the journal costs, for where their memory
lies, and a machine's speed drifts by more within seconds. So each pair has processes of its own,
which are asked in turn, on two copies of a store that change places from pair to pair. All that a
server did between the first turn and the last counts, what its journal wrote behind a turn too."""

import statistics
import time

from . import data, machine
from .load import median
from .rows import Row
from .server import Roster

PAIRS = 20
TURNS = 4
BUDGET_US = 0.5
WARM_S = 0.3
WRITTEN_S = 0.4  # longer than a record waits in memory
OPTIONS = {"with": [], "without": ["--journal-size", "0"]}


class Side:
    """One server of a pair."""

    def __init__(self, bench, form, folder, name):
        self.bench, self.form = bench, form
        self.server = Roster(bench.binary, folder, options=OPTIONS[name])
        self.samples = []

    def ask(self, seconds):
        # The same people in the same order for both of a pair.
        return self.bench.generator.measure(
            self.server, [self.form], seconds=seconds, values=self.bench.prepared.ids("people"),
            random=True, status=200,
        )

    def turn(self):
        self.samples.append(self.ask(self.bench.seconds / TURNS))

    def sample(self, began_ns):
        merged = median(self.samples)
        requests = sum(sample.requests for sample in self.samples)
        merged.cpu_us = (machine.cpu_ns(self.server.pid) - began_ns) / 1e3 / max(requests, 1)
        return merged


def _measure_pair(sides):
    """Asks both in turn; gives a sample of each."""
    for side in sides.values():
        side.ask(WARM_S)
    time.sleep(WRITTEN_S)
    began = {name: machine.cpu_ns(side.server.pid) for name, side in sides.items()}
    for turn in range(TURNS):
        for name in sides if turn % 2 == 0 else reversed(sides):
            sides[name].turn()
    time.sleep(WRITTEN_S)
    return {name: side.sample(began[name]) for name, side in sides.items()}


def measure(bench):
    """GET by id in interleaved pairs; the median of the pairs' differences counts."""
    form = bench.generator.form(data.head("GET", "Users/{{v}}", bench.prepared.tokens["people"]))
    folders = [bench.prepared.copy("journal-0"), bench.prepared.copy("journal-1")]
    samples = {name: [] for name in OPTIONS}
    dropped = 0.0
    for at in range(5 if bench.quick else PAIRS):
        sides = {}
        try:
            for name, folder in zip(OPTIONS, folders if at % 2 == 0 else reversed(folders)):
                sides[name] = Side(bench, form, folder, name)
            for name, sample in _measure_pair(sides).items():
                samples[name].append(sample)
            dropped += sides["with"].server.metric("roster_journal_dropped_total")
        finally:
            for side in sides.values():
                side.server.kill()
    yield _row(samples["with"], samples["without"], dropped)


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
