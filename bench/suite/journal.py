# SPDX-License-Identifier: Apache-2.0
"""What the journal costs a read: two servers side by side, one with it and one without, in turn.

Two processes of one program differ by more than the journal costs, for where their memory lies, and
a machine's speed drifts by more within seconds. So each side of a pair is the mean of several fresh
processes, one of either side at a time, which are asked in turn, on two copies of a store that change
places. All that a server did between the first turn and the last counts, what its journal wrote
behind a turn too."""

import statistics
import time

from . import data, machine
from .load import median
from .rows import Row
from .server import Roster

PAIRS = 20
PROCESSES = 3  # of each side of a pair
TURNS = 2      # of each process
TURN_SHARE = 4
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
        self.samples.append(self.ask(self.bench.seconds / TURN_SHARE))

    def sample(self, began_ns):
        merged = median(self.samples)
        requests = sum(sample.requests for sample in self.samples)
        merged.cpu_us = (machine.cpu_ns(self.server.pid) - began_ns) / 1e3 / max(requests, 1)
        return merged


def _ask_in_turn(sides):
    """Gives a sample of each."""
    for side in sides.values():
        side.ask(WARM_S)
    time.sleep(WRITTEN_S)
    began = {name: machine.cpu_ns(side.server.pid) for name, side in sides.items()}
    for turn in range(TURNS):
        for name in sides if turn % 2 == 0 else reversed(sides):
            sides[name].turn()
    time.sleep(WRITTEN_S)
    return {name: side.sample(began[name]) for name, side in sides.items()}


class Pairs:
    def __init__(self, bench):
        self.bench = bench
        self.form = bench.generator.form(
            data.head("GET", "Users/{{v}}", bench.prepared.tokens["people"])
        )
        self.folders = [bench.prepared.copy("journal-0"), bench.prepared.copy("journal-1")]
        self.dropped = 0.0

    def _ask_two(self):
        """A process of each side; gives a sample of each."""
        sides = {}
        self.folders.reverse()
        try:
            for name, folder in zip(OPTIONS, self.folders):
                sides[name] = Side(self.bench, self.form, folder, name)
            samples = _ask_in_turn(sides)
            self.dropped += sides["with"].server.metric("roster_journal_dropped_total")
            return samples
        finally:
            for side in sides.values():
                side.server.kill()

    def measure(self):
        """One pair."""
        twos = [self._ask_two() for _ in range(PROCESSES)]
        return {name: _mean([two[name] for two in twos]) for name in OPTIONS}


def _mean(samples):
    merged = median(samples)
    merged.cpu_us = statistics.mean(sample.cpu_us for sample in samples)
    return merged


def measure(bench):
    """GET by id in interleaved pairs; the median of the pairs' differences counts."""
    pairs = Pairs(bench)
    measured = [pairs.measure() for _ in range(5 if bench.quick else PAIRS)]
    yield _row([pair["with"] for pair in measured], [pair["without"] for pair in measured],
               pairs.dropped)


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
        f"median of {len(with_it)} interleaved pairs of {PROCESSES} processes each, all threads of the "
        f"server; half of the pairs between {lower:+.2f} and {upper:+.2f}"
    )
    return row
