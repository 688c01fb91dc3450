# SPDX-License-Identifier: Apache-2.0
"""Creates in bulk jobs, against the same creates one by one.

The jobs are made before the clock runs and sent by this process over one connection, one after the other:
what is measured is the server, which has the next job as soon as it has answered the one before.
"""

import http.client
import json
import os
import re
import time

from . import data, machine
from .load import Sample, median
from .rows import Row, ratio_of
from .server import SCIM

OPERATIONS = 1000
BULK_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
GAP = re.compile(r"\{\{([nhi])(?:%(\d+))?\}\}")
FIRST = 20_000_000  # numbers that no other row uses
RATE = 8000  # creates a second that are expected; decides only how many jobs a round has


def fill(text, number):
    """The same gaps as bench-load fills (bench/form.h)."""

    def value(gap):
        name, modulus = gap.groups()
        if name == "h":
            return f"{number * 2654435761 % 2**32:08x}"
        return str(number % int(modulus)) if modulus else f"{number:07}" if name == "n" else str(number)

    return GAP.sub(value, text)


class Jobs:
    """Jobs with numbers that grow over all runs on one server."""

    def __init__(self, bench, server, prepared):
        self.bench, self.server = bench, server
        self.token = prepared.tokens["people"]
        self.next = FIRST
        self.user = json.dumps(data.USER, separators=(",", ":"))

    def job(self):
        operations = []
        for number in range(self.next, self.next + OPERATIONS):
            head = f'{{"method":"POST","path":"/Users","bulkId":"{number}","data":'
            operations.append(head + fill(self.user, number) + "}")
        self.next += OPERATIONS
        return f'{{"schemas":["{BULK_SCHEMA}"],"Operations":[{",".join(operations)}]}}'.encode()

    def send(self, connection, job):
        headers = {"Content-Type": SCIM, "Authorization": f"Bearer {self.token}"}
        connection.request("POST", "/scim/v2/Bulk", job, headers)
        reply = connection.getresponse()
        text = reply.read()
        made = text.count(b'"status":"201"')
        return "" if reply.status == 200 and made == OPERATIONS else f"{reply.status}: {made} created"

    def measure(self):
        jobs = [self.job() for _ in range(max(2, round(self.bench.seconds * RATE / OPERATIONS)))]
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {machine.LOAD_CORE})
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            return self._run(connection, jobs)
        finally:
            connection.close()
            os.sched_setaffinity(0, allowed)

    def _run(self, connection, jobs):
        pid = self.server.pid
        cpu, ticks, written = machine.cpu_ns(pid), machine.cpu_ticks(pid), machine.written_bytes(pid)
        batches = self.server.metric("roster_write_batches_total")
        began = time.monotonic()
        wrong = [trouble for trouble in (self.send(connection, job) for job in jobs) if trouble]
        took = time.monotonic() - began
        creates = len(jobs) * OPERATIONS
        batches = self.server.metric("roster_write_batches_total") - batches
        return Sample(
            rate=creates / took,
            p50_ms=took / len(jobs) * 1e3,
            cpu_us=(machine.cpu_ns(pid) - cpu) / 1e3 / creates,
            kernel_share=machine.cpu_kernel_share(ticks, machine.cpu_ticks(pid)),
            written_kb=(machine.written_bytes(pid) - written) / 1024 / creates,
            requests=creates,
            errors=wrong[0] if wrong else "",
            extra={"batch": creates / max(batches, 1)},
        )


def row(samples, connections):
    ours, singles = median(samples["bulk"]), median(samples["create"])
    out = Row("writes", f"creates in bulk jobs of {OPERATIONS:,}", ours, singles, "create")
    out.ratio = ratio_of(samples["bulk"], samples["create"], "rate")
    out.budget = f"≥ 110 % of the same creates one by one on {connections} connections"
    out.met = out.ratio >= 1.1
    out.reason = (
        f"{ours.cpu_us:.0f} µs CPU a create against {singles.cpu_us:.0f} "
        f"({ratio_of(samples['create'], samples['bulk'], 'cpu_us'):.2f}×), "
        f"{ours.extra['batch']:.0f} creates a transaction against {singles.extra['batch']:.0f}; "
        f"one connection, a job takes {ours.p50_ms:.0f} ms"
    )
    return out
