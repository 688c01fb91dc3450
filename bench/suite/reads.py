# SPDX-License-Identifier: Apache-2.0
"""Reads: one resource, one by a key, a page; against a constant reply of the same size."""

import http.client
import json
import re

from . import data
from .rows import Row, gap_reason, interleave, ratio_of
from .load import median
from .server import Broken

PAGE = 100
CURSOR = f"/scim/v2/Users?count={PAGE}&cursor={{}}"
DEPTH_LIMIT = 1.5
SHALLOW = [1, 101, 201, 401, 601, 801, 901]  # depths that a loop thread serves itself


def _get(bench, tenant):
    return data.head("GET", "Users/{{v}}", bench.prepared.tokens[tenant])


def _filter(bench, attribute, value):
    target = f"Users?filter={attribute}%20eq%20%22{value}%22"
    return data.head("GET", target, bench.prepared.tokens["people"])


def _page(bench, tenant, start):
    target = f"Users?startIndex={start}&count={PAGE}"
    return data.head("GET", target, bench.prepared.tokens[tenant])


def _rounds(bench, server, form, **options):
    """Ours and the constant reply of the same size, in turn; and the median of each."""
    path = bench.generator.form(form)
    options.setdefault("random", True)

    def measure(program, **checks):
        return bench.generator.measure(
            program, [path], seconds=bench.seconds, **{**options, **checks}
        )

    warm = bench.generator.run(server.port, [path], **{**options, "seconds": bench.seconds / 2})
    constant = bench.constant(round(warm["body_mean"]))
    try:
        works = {
            "ours": lambda: measure(server),
            "constant": lambda: measure(constant, contains=None, status=200),
        }
        samples = interleave(bench.rounds, works)
    finally:
        constant.stop()
    return samples["ours"], samples["constant"]


def _point_row(bench, server, work, least, form, **options):
    ours, constant = _rounds(bench, server, form, **options)
    ratio = ratio_of(constant, ours, "cpu_us")
    row = Row("reads", work, median(ours), median(constant), "constant reply", ratio)
    row.budget = f"constant reply takes ≥ {least:.0%} of our CPU"
    row.met = ratio >= least
    row.reason = gap_reason(row.sample, row.ceiling)
    return row


def _page_row(bench, server, work, least, form, **options):
    ours, constant = _rounds(bench, server, form, connections=16, **options)
    sample = median(ours)
    pages = 1e6 / sample.cpu_us
    row = Row("reads", work, sample, median(constant), "constant reply")
    row.ratio = ratio_of(constant, ours, "cpu_us")
    row.figure = f"{pages:.0f} pages/s a core"
    if least:
        row.budget = f"≥ {least:,} pages/s a core"
        row.met = pages >= least
    row.reason = (
        f"{sample.cpu_us / PAGE:.2f} µs for each of {PAGE} users of a page; "
        f"sending as many bytes takes {row.ceiling.cpu_us:.0f} of {sample.cpu_us:.0f} µs"
    )
    return row


def _check_groups(bench, server):
    """The rows with groups would mean nothing without groups."""
    token = bench.prepared.tokens["grouped"]
    first = bench.prepared.ids("grouped").read_text().split("\n", 1)[0]
    _, text = server.ask("GET", f"/scim/v2/Users/{first}", token)
    count = len(json.loads(text).get("groups", []))
    if count != 10:
        raise Broken(f"a user of ten groups shows {count}")
    _, text = server.ask("GET", f"/scim/v2/Users?startIndex=901&count={PAGE}", token)
    people = json.loads(text)["Resources"]
    counts = {len(person.get("groups", [])) for person in people}
    if counts != {5} or len(people) != PAGE:
        raise Broken(f"a page of users of five groups shows {sorted(counts)} groups")


def _points(bench):
    people = {"values": bench.prepared.ids("people")}
    grouped = {"values": bench.prepared.ids("grouped")}
    has_id = {"contains": '"id":"{{v}}"'}
    yield "GET by id", 0.60, _get(bench, "people"), {**people, **has_id}
    yield "GET by id, 10 groups", 0.45, _get(bench, "grouped"), {**grouped, **has_id}
    keys = {"count": bench.users}
    for attribute, value in (("userName", data.USER_NAME), ("externalId", "{{h}}")):
        contains = f'"{attribute}":"{value}"'
        form = _filter(bench, attribute, value)
        yield f"filter {attribute} eq", 0.45, form, {**keys, "contains": contains}


def _pages(bench):
    depths = bench.folder / "depths"
    depths.write_text("".join(f"{depth}\n" for depth in SHALLOW))
    full = {"contains": f'"itemsPerPage":{PAGE}'}
    shallow = {**full, "values": depths}
    yield "page of 100, the first", 3000, _page(bench, "people", 1), full
    yield "page of 100, first ten pages", 3000, _page(bench, "people", "{{v}}"), shallow
    yield "page of 100 with 5 groups each", 1500, _page(bench, "grouped", "{{v}}"), shallow
    middle = max(bench.users // 2, 1)
    yield "page of 100 in the middle, startIndex", None, _page(bench, "people", middle), full


def _cursors(bench, server):
    """Cursors of full pages, found by walking as clients do: forward to where, and one backward."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {bench.prepared.tokens['people']}"}
    cursors, back, cursor = [], "", b""
    while cursor is not None:
        connection.request("GET", CURSOR.format(cursor.decode()), headers=headers)
        head = connection.getresponse().read()[:2000]
        if f'"itemsPerPage":{PAGE},'.encode() not in head:
            break
        cursors.append(cursor.decode())
        ways = dict(re.findall(rb'"(previous|next)Cursor":"([^"]+)"', head))
        cursor, back = ways.get(b"next"), ways.get(b"previous", b"").decode()
    connection.close()
    if len(cursors) < 3:
        raise Broken("there are fewer than three full pages by cursor")
    return {
        "the first": cursors[0],
        "the middle": cursors[len(cursors) // 2],
        "the deepest": cursors[-1],
        "one back from the deepest": back,
    }


def _cursor_rows(bench, server):
    """The same page at different depths, in turn."""
    token = bench.prepared.tokens["people"]

    def work(cursor):
        target = CURSOR.format(cursor).removeprefix("/scim/v2/")
        path = bench.generator.form(data.head("GET", target, token))
        contains = f'"itemsPerPage":{PAGE}'
        return lambda: bench.generator.measure(
            server, [path], seconds=bench.seconds, connections=16, contains=contains
        )

    cursors = _cursors(bench, server)
    samples = interleave(bench.rounds, {name: work(text) for name, text in cursors.items()})
    first = samples["the first"]
    for name, runs in samples.items():
        row = Row("reads", f"page of 100 by cursor, {name}", median(runs))
        pages = 1e6 / row.sample.cpu_us
        row.figure = f"{pages:.0f} pages/s a core"
        row.budget, row.met = "≥ 3,000 pages/s a core", pages >= 3000
        row.reason = f"{row.sample.cpu_us / PAGE:.2f} µs for each of {PAGE} users"
        if runs is not first:
            row.ratio = ratio_of(runs, first, "cpu_us")
            row.ceiling, row.ceiling_name = median(first), "the first page"
            row.budget += f", within {DEPTH_LIMIT}× of the first"
            row.met = row.met and row.ratio <= DEPTH_LIMIT
        yield row


def measure(bench, server):
    _check_groups(bench, server)
    for work, least, form, options in _points(bench):
        yield _point_row(bench, server, work, least, form, **options)
    for work, least, form, options in _pages(bench):
        yield _page_row(bench, server, work, least, form, **options)
    yield from _cursor_rows(bench, server)
