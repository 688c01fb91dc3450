# SPDX-License-Identifier: Apache-2.0
"""What a quiet tenant notices of a noisy one: its latencies alone, and beside storms.

The noisy tenant keeps as many bulk jobs under way as it gets, each of groups that all refer to each other,
and asks for full pages of people and for scans on connections that never pause. The quiet tenant sends GETs
and creates at a steady rate, timed from when they were due. No rate holds the noisy one back here.
"""

import http.client
import json
import threading
from dataclasses import dataclass

from . import data
from .bulk import BULK_SCHEMA
from .load import median
from .rows import Row
from .server import SCIM, Broken

GROUPS = 150     # of one bulk job: each has all others for members
JOBS = 24        # connections that send them; half as many as this and more are refused with 429
LISTS = 32       # connections that ask for full pages
SCANS = 8        # connections that ask for what no index has
GETS_PER_S = 200
CREATES_PER_S = 100
FIRST = 30_000_000  # numbers that no other row uses


def circle():
    """One bulk job of groups that all refer to each other."""
    names = [f"g{at}" for at in range(GROUPS)]
    members = [{"value": f"bulkId:{name}"} for name in names]
    operations = [
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": name,
            "data": {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": name,
                "members": members[:at] + members[at + 1 :],
            },
        }
        for at, name in enumerate(names)
    ]
    return json.dumps({"schemas": [BULK_SCHEMA], "Operations": operations}).encode()


class Storm:
    """The bulk jobs of the noisy tenant, on threads of this process."""

    def __init__(self, server, token):
        self.server, self.token, self.job = server, token, circle()
        self.over = threading.Event()
        self.statuses = {}
        self.threads = [threading.Thread(target=self._send) for _ in range(JOBS)]

    def _send(self):
        headers = {"Content-Type": SCIM, "Authorization": f"Bearer {self.token}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        while not self.over.is_set():
            connection.request("POST", "/scim/v2/Bulk", self.job, headers)
            reply = connection.getresponse()
            reply.read()
            self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
            if reply.status != 200:
                self.over.wait(0.2)
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


@dataclass
class Quiet:
    """The requests of the quiet tenant."""

    bench: object
    server: object
    token: str
    ids: object
    next: int = FIRST

    def read(self):
        form = self.bench.generator.form(data.head("GET", "Users/{{v}}", self.token))
        return self.bench.generator.begin(
            self.server.port, [form], connections=16, rate=GETS_PER_S,
            seconds=2 * self.bench.seconds, values=self.ids, random=True, seed=self.bench.tick(),
        )

    def creates(self):
        form = self.bench.generator.form(data.create_form(self.token))
        first, self.next = self.next, self.next + 100_000
        return self.bench.generator.begin(
            self.server.port, [form], connections=16, rate=CREATES_PER_S, status=201, first=first,
            seconds=2 * self.bench.seconds, seed=self.bench.tick(),
        )

    def measure(self):
        """Both at once; their samples."""
        reads, creates = self.read(), self.creates()
        return [
            self.bench.generator.sample(self.bench.generator.finish(process))
            for process in (reads, creates)
        ]


def _noisy_lists(bench, server, token):
    full = bench.generator.form(data.head("GET", "Users?count=200", token))
    scan = bench.generator.form(data.head("GET", "Users?filter=title+co+%22nowhere%22", token))
    seconds = 2 * bench.seconds + 1
    return [
        bench.generator.begin(server.port, [full], connections=LISTS, seconds=seconds),
        bench.generator.begin(server.port, [scan], connections=SCANS, seconds=seconds),
    ]


def _beside(bench, server, quiet, noisy):
    with Storm(server, noisy) as storm:
        storm.over.wait(0.3)
        lists = _noisy_lists(bench, server, noisy)
        samples = quiet.measure()
        answers = [bench.generator.finish(process) for process in lists]
    if not storm.statuses.get(200):
        raise Broken(f"no bulk job of the noisy tenant was answered: {storm.statuses}")
    return samples, storm.statuses, [answer["rate"] for answer in answers]


def measure(bench, server, prepared):
    noisy = prepared.tokens["people"]
    quiet = Quiet(bench, server, prepared.tokens["grouped"], prepared.ids("grouped"))
    alone, beside, noise = [], [], []
    for _ in range(bench.rounds):
        alone.append(quiet.measure())
        samples, statuses, rates = _beside(bench, server, quiet, noisy)
        beside.append(samples)
        noise.append((statuses, rates))
    for at, what in enumerate(("GET", "create")):
        ours, before = median([each[at] for each in beside]), median([each[at] for each in alone])
        row = Row("neighbours", f"{what} of a quiet tenant beside a noisy one", ours)
        row.figure = (
            f"p99 {ours.p99_ms:.1f} ms, longest {ours.extra['max_ms']:.0f} ms; "
            f"alone {before.p99_ms:.1f} and {before.extra['max_ms']:.0f}"
        )
        row.reason = _noise(noise)
        yield row


def _noise(noise):
    jobs = sum(statuses.get(200, 0) for statuses, _ in noise)
    refused = sum(sum(statuses.values()) - statuses.get(200, 0) for statuses, _ in noise)
    pages = sum(rates[0] for _, rates in noise) / len(noise)
    scans = sum(rates[1] for _, rates in noise) / len(noise)
    return (
        f"beside {JOBS} connections with bulk jobs of {GROUPS} groups that all refer to each other "
        f"({jobs} answered, {refused} refused), {LISTS} with pages of 200 ({pages:.0f}/s) and {SCANS} "
        f"with scans ({scans:.0f}/s), all on one core"
    )
