# SPDX-License-Identifier: Apache-2.0
"""The same works on stores of different sizes, in turn."""

import json

from . import data, machine
from .load import median
from .rows import Row, interleave, ratio_of
from .server import Roster
from .writes import Creates, measure_patch, user_patch_form

LIMIT = 1.5
WRITES_BOUND = 10_000  # below, the writes of one batch share their pages


class Place:
    """One server on a store of one size, with what is asked of it."""

    def __init__(self, bench, prepared):
        self.bench, self.prepared = bench, prepared
        self.server = Roster(bench.binary, prepared.copy(f"growth-{prepared.users}"))
        self.token = prepared.tokens["people"]
        self.creates = Creates(bench, self.server, prepared)
        self.patch = bench.generator.form(user_patch_form(self.token))

    def close(self):
        self.server.kill()
        self.prepared.drop(self.server.folder)

    def _read(self, target, **options):
        form = self.bench.generator.form(data.head("GET", target, self.token))
        options = {"random": True, "count": self.prepared.users, **options}
        seconds = options.pop("seconds", self.bench.seconds / 2)
        return lambda: self.bench.generator.measure(
            self.server, [form], seconds=seconds, **options
        )

    def reads(self):
        name = f"Users?filter=userName%20eq%20%22{data.USER_NAME}%22"
        contains = f'"userName":"{data.USER_NAME}"'
        page = {"contains": '"itemsPerPage":100', "connections": 16}
        ids = self.prepared.ids("people")
        return {
            "GET by id": self._read("Users/{{v}}", values=ids, contains='"id":"{{v}}"'),
            "filter userName eq": self._read(name, contains=contains),
            "page of 100, the first": self._read("Users?count=100", **page),
        }

    def writes(self):
        return {
            "durable create": self.creates.measure,
            "PATCH a user": lambda: measure_patch(
                self.bench, self.server, self.prepared, self.patch
            ),
        }

    def count(self):
        """An exact count of one user in sixteen, off the index."""
        target = "Users?filter=userName%20sw%20%22a%22&count=1"
        return self._read(target, connections=2, contains='"totalResults"')

    def scan(self):
        """One filter without an index: seconds, and what came of it."""
        target = "/scim/v2/Users?filter=title%20eq%20%22nobody%22"
        before = machine.cpu_ns(self.server.pid)
        status, text = self.server.ask("GET", target, self.token)
        seconds = (machine.cpu_ns(self.server.pid) - before) / 1e9
        return seconds, status, json.loads(text).get("scimType", "")


def _growth_row(work, small, large, small_users, large_users):
    ratio = ratio_of(large, small, "cpu_us")
    row = Row("growth", f"{work}: {small_users:,} to {large_users:,} users", median(large))
    row.ceiling, row.ceiling_name = median(small), f"{small_users:,} users"
    row.ratio = ratio
    return row


def measure(bench, stores):
    """`stores` from small to large; all of them are open at the same time."""
    places = {}
    try:
        for prepared in stores:
            places[prepared.users] = Place(bench, prepared)
        yield from _compare_each(bench, {users: at.reads() for users, at in places.items()}, 0)
        counts = {users: place.count() for users, place in places.items()}
        yield from _compare(bench, counts, "filter userName sw, 1 in 16 counted", linear=True)
        yield from _scans(places)
        writes = {users: at.writes() for users, at in places.items()}
        yield from _compare_each(bench, writes, WRITES_BOUND)
    finally:
        for place in places.values():
            place.close()


def _compare_each(bench, works, bound):
    for work in works[max(works)]:
        same = {users: works[users][work] for users in works}
        yield from _compare(bench, same, work, bound=bound)


def _compare(bench, works, work, linear=False, bound=0):
    """A budget holds from `bound` users on."""
    largest = max(works)
    samples = interleave(bench.rounds, works)
    for users in works:
        if users == largest:
            continue
        row = _growth_row(work, samples[users], samples[largest], users, largest)
        row.figure = f"{row.ratio:.2f}× the CPU for {largest / users:.0f}× the users"
        row.reason = f"{row.ceiling.cpu_us:.1f} µs and {row.sample.cpu_us:.1f} µs a request"
        if linear:
            row.reason += ": linear by design, shown as such"
        elif users >= bound:
            row.budget, row.met = f"within {LIMIT}×", row.ratio <= LIMIT
        yield row


def _scans(places):
    for users, place in places.items():
        times = [place.scan() for _ in range(3)]
        seconds, status, problem = sorted(times)[1]
        row = Row("growth", f"filter without an index, {users:,} users")
        row.figure = f"{seconds * 1e3:.0f} ms CPU"
        row.reason = f"{seconds * 1e6 / users:.1f} µs a user: linear by design, shown as such"
        if status != 200:
            row.figure += f", then refused: {status} {problem}"
            row.reason = "a scan may take two seconds; then it is refused"
        yield row
