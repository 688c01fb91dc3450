# SPDX-License-Identifier: Apache-2.0
"""One run of the whole: what it was told, its programs, and its parts in order."""

import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path

from . import checks, data, growth, journal, life, machine, neighbours, reads, report, writes
from .load import Generator, Sample
from .rows import Row
from .server import Broken, Program, Roster

TOOLS = ("bench-load", "bench-constant", "bench-bare-sqlite")
GROWTH = (1000, 10_000)


def build_tools():
    """The C programs of this folder, in the folder of the optimised build."""
    release = machine.ROOT / "build" / "release"
    given = os.environ.get("ROSTER_BENCH_TOOLS")
    if given:
        return {name: Path(given) / name for name in TOOLS if (Path(given) / name).exists()}
    command = ["meson", "compile", "-C", str(release), *TOOLS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"the tools of bench cannot be built:\n{done.stdout[-2000:]}{done.stderr}")
    return {name: release / "bench" / name for name in TOOLS}


class Bench:
    """What all parts share."""

    def __init__(self, options):
        self.binary = Path(os.environ.get("ROSTER_BIN", machine.ROOT / "build" / "roster"))
        if not self.binary.exists():
            raise Broken("there is no program to measure: ./dev bench builds it")
        self.users = options.users
        self.quick = options.quick
        self.only = options.only
        self.rounds = options.rounds or (3 if self.quick else 5)
        self.seconds = 0.8 if self.quick else 2.0
        self.long_seconds = 8 if self.quick else 30
        self.folder = machine.WORK / "run"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        self.tools = build_tools()
        self.generator = Generator(self.tools["bench-load"], self.folder)
        self.prepared = None
        self._ticks = itertools.count(1)

    def tick(self):
        """Another number each time, for seeds."""
        return next(self._ticks)

    def wants(self, part):
        return not self.only or part in self.only

    def missing(self, part, work, budget, server, feature):
        """A row for what the design promises and the server does not offer yet."""
        _, text = server.ask("GET", "/scim/v2/ServiceProviderConfig",
                             self.prepared.tokens["people"])
        offered = json.loads(text).get(feature, {}).get("supported")
        row = Row(part, work, budget=budget)
        row.reason = (
            "the server offers it by now, and bench does not measure it yet"
            if offered
            else "the server does not offer it yet"
        )
        return row

    def constant(self, size):
        """The HTTP ceiling: a constant reply of `size` bytes."""
        log = self.folder / "constant.log"
        return Program([self.tools["bench-constant"], str(size)], log, machine.SERVER_CORE)

    def bare(self, batch):
        """The write ceiling: creates in batches of that size."""
        return Bare(self, batch)


class Bare:
    """bench-bare-sqlite on a store of its own, which grows as that of the server does."""

    WARM = 2000

    def __init__(self, bench, batch):
        self.batch, self.seconds = batch, bench.seconds
        self.program = bench.tools["bench-bare-sqlite"]
        self.store = bench.prepared.copy("bare") / "roster.db"
        self.next = 10_000_000
        self.rate = self._run(self.WARM)["rate"]

    def _run(self, creates):
        command = [str(self.program), "--store", str(self.store), "--batch", str(self.batch)]
        command += ["--creates", str(creates), "--first", str(self.next)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=machine.pin(machine.SERVER_CORE),
        )
        if done.returncode != 0:
            raise Broken(done.stderr.strip())
        self.next += creates
        return json.loads(done.stdout)

    def measure(self):
        answer = self._run(round(max(self.rate * self.seconds, self.WARM)))
        return Sample(
            rate=answer["rate"],
            cpu_us=answer["cpu_us"],
            written_kb=answer["written_kb"],
            requests=answer["creates"],
        )


def _reads(bench, server):
    yield from reads.measure(bench, server)


def _memory(bench, server):
    yield life.memory(server, bench.users, "after what was measured before")
    yield life.idle(server, bench.prepared.tokens["people"])


def _writes(bench, server):
    yield from writes.measure(bench, server, bench.prepared)
    yield life.memory(server, bench.users, "after writes")


def _members(bench, server):
    yield from writes.measure_members(bench, server, bench.prepared)


def _progress(bench, server):
    token = bench.prepared.tokens["people"]
    creates = writes.Creates(bench, server, bench.prepared)
    creates.next += 2_000_000  # other numbers than the part "writes" has used
    form = bench.generator.form(data.head("GET", "Users/{{v}}", token))
    ids = bench.prepared.ids("people")
    yield checks.ready_sockets(server, token)
    yield checks.reads_beside_writes(bench, server, creates, form, {"values": ids, "random": True})


def _neighbours(bench):
    server = Roster(bench.binary, bench.prepared.copy("neighbours"))
    try:
        yield from neighbours.measure(bench, server, bench.prepared)
    finally:
        server.kill()


def _start(bench):
    yield from life.start(bench, bench.prepared)


def _journal(bench):
    yield from journal.measure(bench)


def _growth(bench):
    sizes = [size for size in GROWTH if size < bench.users]
    stores = [data.prepare(bench.binary, bench.generator, size, False) for size in sizes]
    yield from growth.measure(bench, [*stores, bench.prepared])


ON_ONE_SERVER = {
    "reads": _reads,
    "memory": _memory,
    "writes": _writes,
    "members": _members,
    "progress": _progress,
}
ON_THEIR_OWN = {
    "journal": _journal,
    "neighbours": _neighbours,
    "start": _start,
    "growth": _growth,
}
PARTS = (*ON_ONE_SERVER, *ON_THEIR_OWN)


def _collect(part, rows, out):
    """A part that breaks off costs its own rows only."""
    try:
        for row in rows:
            data.say(report.progress_line(row))
            out.append(row)
    except (Broken, OSError, ValueError) as error:
        out.append(Row(part, f"{part} broke off", reason=str(error), broken=True))
        data.say(f"{part} broke off: {error}")


def run(bench):
    """Measures all parts that are wanted; gives their rows."""
    rows = []
    bench.prepared = data.prepare(bench.binary, bench.generator, bench.users, True)
    if any(bench.wants(part) for part in ON_ONE_SERVER):
        server = Roster(bench.binary, bench.prepared.copy("main"))
        try:
            for part, measure in ON_ONE_SERVER.items():
                if bench.wants(part):
                    _collect(part, measure(bench, server), rows)
        finally:
            server.kill()
    for part, measure in ON_THEIR_OWN.items():
        if bench.wants(part):
            _collect(part, measure(bench), rows)
    shutil.rmtree(machine.WORK / "copies", ignore_errors=True)
    return rows
