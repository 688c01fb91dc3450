# SPDX-License-Identifier: Apache-2.0
"""Results for people (Markdown) and for programs (JSON)."""

import json
from dataclasses import asdict

TITLES = {
    "reads": "Reads",
    "writes": "Durable writes",
    "members": "Members of groups",
    "memory": "Memory",
    "journal": "Journal",
    "start": "Start",
    "growth": "Growth",
    "progress": "Progress (not timed)",
    "neighbours": "Neighbours",
}
COLUMNS = [
    "work", "requests/s", "p50 ms", "p99 ms", "CPU µs", "KB written", "compared with",
    "its CPU µs", "its /s", "ratio", "figure", "budget", "verdict",
]


def _of(sample, name, digits):
    value = getattr(sample, name) if sample is not None else 0
    return f"{value:,.{digits}f}" if value >= 0.1**digits / 2 else ""


def _cells(row):
    return [
        row.work,
        _of(row.sample, "rate", 0),
        _of(row.sample, "p50_ms", 2),
        _of(row.sample, "p99_ms", 2),
        _of(row.sample, "cpu_us", 1),
        _of(row.sample, "written_kb", 1),
        row.ceiling_name,
        _of(row.ceiling, "cpu_us", 1),
        _of(row.ceiling, "rate", 0),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.figure,
        row.budget,
        row.verdict,
    ]


def _line(cells):
    return "| " + " | ".join(cells) + " |"


def _table(rows):
    """Without the columns that are empty all the way down."""
    columns = list(zip(COLUMNS, *[_cells(row) for row in rows]))
    kept = [column for column in columns if any(column[1:])]
    lines = [_line(cells) for cells in zip(*kept)]
    return [lines[0], _line(["---"] * len(kept)), *lines[1:]]


def _ending(rows):
    met = sum(row.verdict == "met" for row in rows)
    missed = [row for row in rows if row.verdict == "missed"]
    absent = [row for row in rows if row.verdict == "not measured"]
    broken = [row for row in rows if row.broken]
    wrong = [row for row in rows if row.verdict == "WRONG ANSWERS"]
    total = (
        f"{met} budgets met, {len(missed)} missed, {len(absent)} not measured, "
        f"{len(wrong)} rows with wrong answers."
    )
    lines = ["", "## Verdict", "", total]
    for title, chosen in (("Missed", missed), ("Not measured", absent), ("Broke off", broken)):
        if chosen:
            lines += ["", f"{title}:", ""]
            lines += [
                f"- **{row.work}** ({row.budget or row.part}): {row.reason}." for row in chosen
            ]
    if wrong:
        lines += ["", "Wrong answers; the figures of these rows mean nothing:", ""]
        lines += [f"- **{row.work}**: {row.sample.errors}." for row in wrong]
    return lines


def markdown(facts, rows):
    lines = ["# Results of `./dev bench`", ""]
    lines += ["How to read them: `bench/README.md`.", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    for part, title in TITLES.items():
        chosen = [row for row in rows if row.part == part]
        if chosen:
            lines += ["", f"## {title}", "", *_table(chosen)]
            reasons = [row for row in chosen if row.reason and row.verdict in ("met", "")]
            lines += [""] + [f"- {row.work}: {row.reason}." for row in reasons]
    lines += _ending(rows)
    return "\n".join(lines) + "\n"


def as_json(facts, rows):
    out = [{**asdict(row), "verdict": row.verdict} for row in rows]
    return json.dumps({"facts": facts, "rows": out}, indent=1, ensure_ascii=False)


def progress_line(row):
    """What is said while it runs."""
    parts = [row.part, row.work]
    if row.sample is not None:
        parts.append(f"{row.sample.rate:,.0f}/s, {row.sample.cpu_us:.1f} µs")
    if row.ratio is not None:
        parts.append(f"ratio {row.ratio:.2f}")
    parts += [text for text in (row.figure, row.verdict) if text]
    if row.sample is not None and row.sample.errors:
        parts.append(row.sample.errors)
    return " · ".join(parts)
