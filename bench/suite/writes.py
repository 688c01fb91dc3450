# SPDX-License-Identifier: Apache-2.0
"""Durable writes: creates against bare SQLite, PATCH, members, and their latency."""

import json

from . import bulk, data
from .load import median
from .rows import Row, interleave, ratio_of
from .server import Broken

CONNECTIONS = 64
CANDIDATES = 400  # users that join and leave the groups of the member rows
PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def patch_form(token, target, operations):
    body = {"schemas": [PATCH_SCHEMA], "Operations": operations}
    return data.head_with_body("PATCH", target, token) + json.dumps(body, separators=(",", ":"))


def user_patch_form(token):
    """Two attributes, one of them indexed, as Entra ID sends them."""
    department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
    return patch_form(
        token,
        "Users/{{v}}",
        [
            {"op": "Replace", "path": "displayName", "value": "Ana Maria {{i}}"},
            {"op": "Replace", "path": department, "value": "Department {{i}}"},
        ],
    )


class Creates:
    """Creates with numbers that grow over all runs on one server."""

    def __init__(self, bench, server, prepared):
        self.bench, self.server = bench, server
        self.form = bench.generator.form(data.create_form(prepared.tokens["people"]))
        self.next = prepared.users

    def options(self, **more):
        contains = f'"userName":"{data.USER_NAME}"'
        return {"status": 201, "first": self.next, "contains": contains, **more}

    def measure(self, **more):
        writes = self.server.metric("roster_writes_total")
        batches = self.server.metric("roster_write_batches_total")
        options = self.options(connections=CONNECTIONS, seconds=self.bench.seconds, **more)
        sample = self.bench.generator.measure(self.server, [self.form], **options)
        self.next += sample.requests + 10 * CONNECTIONS
        batches = self.server.metric("roster_write_batches_total") - batches
        writes = self.server.metric("roster_writes_total") - writes
        sample.extra = {"batch": writes / max(batches, 1)}
        return sample


def measure_patch(bench, server, prepared, form):
    return bench.generator.measure(
        server,
        [form],
        seconds=bench.seconds,
        connections=CONNECTIONS,
        random=True,
        seed=server.pid + bench.tick(),
        values=prepared.ids("people"),
        contains='"displayName":"Ana Maria {{i}}"',
    )


def _written_row(samples):
    ours = median(samples["create"])
    row = Row("writes", "written to the disk for a create", figure=f"{ours.written_kb:.1f} KB")
    row.budget, row.met = "≤ 30 KB", ours.written_kb <= 30
    row.reason = f"{ours.extra['batch']:.0f} creates a transaction"
    if "bare" in samples:
        bare = median(samples["bare"]).written_kb
        row.reason += f"; bare SQLite writes {bare:.1f} KB for the same rows"
    return row


def _create_row(samples):
    ours, bare = median(samples["create"]), median(samples["bare"])
    row = Row("writes", f"durable create, {CONNECTIONS} connections", ours, bare, "bare SQLite")
    row.ratio = ratio_of(samples["create"], samples["bare"], "rate")
    row.budget = "≥ 75 % of bare SQLite, same rows, same batches"
    row.met = row.ratio >= 0.75
    share = ratio_of(samples["bare"], samples["create"], "cpu_us")
    row.reason = (
        f"{ours.extra['batch']:.0f} creates a transaction; of our {ours.cpu_us:.0f} µs CPU bare "
        f"SQLite takes {bare.cpu_us:.0f} ({share:.0%}), the rest is HTTP, JSON, validation and "
        "answering on the same core"
    )
    return row


def _patch_row(samples):
    row = Row("writes", "PATCH a user, two attributes", median(samples["patch"]))
    row.ceiling, row.ceiling_name = median(samples["create"]), "create"
    row.ratio = ratio_of(samples["patch"], samples["create"], "rate")
    row.budget = "≥ 120 % of durable create"
    row.met = row.ratio >= 1.2
    row.reason = (
        f"{row.sample.cpu_us:.0f} µs and {row.sample.written_kb:.1f} KB against a create's "
        f"{row.ceiling.cpu_us:.0f} µs and {row.ceiling.written_kb:.1f} KB"
    )
    return row


def measure(bench, server, prepared):
    creates = Creates(bench, server, prepared)
    patch = bench.generator.form(user_patch_form(prepared.tokens["people"]))
    works = {
        "create": creates.measure,
        "patch": lambda: measure_patch(bench, server, prepared, patch),
        "bulk": bulk.Jobs(bench, server, prepared).measure,
    }
    batch = round(creates.measure().extra["batch"])  # warms up, too
    try:
        bare = bench.bare(max(batch, 1))
        works["bare"] = bare.measure
    except Broken as error:
        bare, trouble = None, str(error)
    samples = interleave(bench.rounds, works)
    yield _written_row(samples)
    if bare is None:
        yield Row("writes", "durable create against bare SQLite", reason=trouble, broken=True)
    else:
        yield _create_row(samples)
        prepared.drop(bare.store.parent)
    yield _patch_row(samples)
    yield bulk.row(samples, CONNECTIONS)
    yield _latency(bench, creates)


def _latency(bench, creates):
    """Runs of an open loop, each at 70 % of what the moment before it could take."""
    samples = []
    seconds = bench.long_seconds / bench.rounds
    for _ in range(bench.rounds):
        rate = round(0.7 * creates.measure().rate)
        options = creates.options(connections=512, seconds=seconds, rate=rate)
        sample = bench.generator.measure(creates.server, [creates.form], **options)
        creates.next += sample.requests + 10 * CONNECTIONS
        samples.append(sample)
    sample = median(samples)
    row = Row("writes", "latency of a create at 70 % load", sample)
    row.figure = f"p99 {sample.p99_ms:.1f} ms, p99.9 {sample.p999_ms:.1f} ms"
    row.budget = "p99 ≤ 50 ms, p99.9 ≤ 150 ms"
    row.met = sample.p99_ms <= 50 and sample.p999_ms <= 150
    row.reason = (
        f"{bench.rounds} runs of {seconds:.0f} s, checkpoints included; timed from the moment a "
        f"request was due; p99 from {min(each.p99_ms for each in samples):.0f} to "
        f"{max(each.p99_ms for each in samples):.0f} ms"
    )
    return row


def _member_forms(bench, token, group):
    add = [{"op": "add", "path": "members", "value": [{"value": "{{v}}"}]}]
    remove = [{"op": "remove", "path": 'members[value eq "{{v}}"]'}]
    target = f"Groups/{group}"
    return [bench.generator.form(patch_form(token, target, what)) for what in (add, remove)]


def _frames(bench, server, forms, options):
    """Frames of the log that one request adds, as far as no checkpoint came between."""
    before = server.wal_frames()
    answer = bench.generator.run(server.port, forms, **{**options, "jobs": 50, "seconds": 0})
    after = server.wal_frames()
    return (after - before) / answer["requests"] if after > before else None


def member_sizes(users):
    return [size for size in (10, 1000, 100_000, 1_000_000) if size <= users]


def measure_members(bench, server, prepared):
    """One member joins and leaves groups of different sizes, one request after the other."""
    token = prepared.tokens["people"]
    ids = prepared.ids("people").read_text().split()
    candidates = data.load_users(
        bench.generator, server, token, CANDIDATES, 5_000_000, bench.folder
    )
    values = bench.folder / "candidates"
    values.write_text("".join(f"{identifier}\n" for identifier in candidates))
    options = {"connections": 1, "status": 204, "values": values, "seconds": bench.seconds}
    forms, frames = {}, {}
    for size in member_sizes(prepared.users):
        group = data.add_group(server, token, f"Of {size}", ids[:size])
        forms[size] = _member_forms(bench, token, group)
    works = {
        size: lambda forms=forms[size]: bench.generator.measure(server, forms, **options)
        for size in forms
    }
    samples = {size: median(each) for size, each in interleave(bench.rounds, works).items()}
    for size in forms:
        counted = [_frames(bench, server, forms[size], options) for _ in range(3)]
        frames[size] = min((count for count in counted if count), default=0)
    return _member_rows(samples, frames)


def _member_rows(samples, frames):
    medians = [sample.p50_ms for sample in samples.values()]
    spread = max(medians) / min(medians)
    same = max(frames.values()) - min(frames.values()) < 0.5
    rows = []
    for size, sample in samples.items():
        row = Row("members", f"one member joins or leaves a group of {size:,}", sample)
        row.figure = f"median {sample.p50_ms:.2f} ms, {frames[size]:.1f} WAL frames"
        row.budget = "medians within 1.3×, same WAL frames"
        row.met = spread <= 1.3 and same
        row.reason = f"largest median is {spread:.2f}× the smallest"
        rows.append(row)
    return rows
