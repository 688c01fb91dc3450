# SPDX-License-Identifier: Apache-2.0
"""The same works on stores of different sizes, in turn."""

from . import data
from .load import median
from .rows import Row, interleave, ratio_of
from .server import Roster
from .writes import Creates, measure_patch, user_patch_form

LIMIT = 1.5


class Place:
    """One server on a store of one size, with what is asked of it."""

    def __init__(self, bench, prepared):
        self.bench, self.prepared = bench, prepared
        self.server = Roster(bench.binary, prepared.copy(f"growth-{prepared.users}"))
        self.token = prepared.tokens["people"]
        self.creates = Creates(bench, self.server, prepared)
        self.patch = bench.generator.form(user_patch_form(self.token))

    def _read(self, target, **options):
        form = self.bench.generator.form(data.head("GET", target, self.token))
        options = {"random": True, "count": self.prepared.users, **options}
        seconds = options.pop("seconds", self.bench.seconds / 2)
        return lambda: self.bench.generator.measure(
            self.server, [form], seconds=seconds, **options
        )

    def works(self):
        name = f"Users?filter=userName%20eq%20%22{data.USER_NAME}%22"
        contains = f'"userName":"{data.USER_NAME}"'
        page = {"contains": '"itemsPerPage":100', "connections": 16}
        ids = self.prepared.ids("people")
        return {
            "GET by id": self._read("Users/{{v}}", values=ids, contains='"id":"{{v}}"'),
            "filter userName eq": self._read(name, contains=contains),
            "page of 100, the first": self._read("Users?count=100", **page),
            "durable create": self.creates.measure,
            "PATCH a user": lambda: measure_patch(
                self.bench, self.server, self.prepared, self.patch
            ),
        }

    def linear_works(self):
        few = {"connections": 2, "contains": '"totalResults"'}
        return {
            "filter userName sw, count of 1 in 16": self._read(
                "Users?filter=userName%20sw%20%22a%22&count=1", **few
            ),
            "filter title eq, no index": self._read(
                "Users?filter=title%20eq%20%22Senior%20Engineer%2C%20Division%207%22&count=1",
                **few,
            ),
        }


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
        largest = stores[-1].users
        for linear in (False, True):
            for work in places[largest].works() if not linear else places[largest].linear_works():
                yield from _compare(bench, places, work, linear)
    finally:
        for place in places.values():
            place.server.kill()


def _compare(bench, places, work, linear):
    largest = max(places)
    works = {
        users: (place.linear_works() if linear else place.works())[work]
        for users, place in places.items()
    }
    samples = interleave(bench.rounds, works)
    for users in places:
        if users == largest:
            continue
        row = _growth_row(work, samples[users], samples[largest], users, largest)
        times = largest / users
        if linear:
            row.figure = f"{row.ratio:.1f}× the time for {times:.0f}× the users"
            row.reason = "linear by design, shown as such"
        else:
            row.figure = f"{row.ratio:.2f}× the CPU for {times:.0f}× the users"
            row.budget, row.met = f"within {LIMIT}×", row.ratio <= LIMIT
            row.reason = f"{row.ceiling.cpu_us:.1f} µs and {row.sample.cpu_us:.1f} µs a request"
        yield row
