"""Verdicts, and docs/generated/conformance.md.
SPDX-License-Identifier: Apache-2.0
"""
from dataclasses import dataclass

from rows import PROFILES, ROOT

PAGE = ROOT / "docs" / "generated" / "conformance.md"
NAMES = {"rfc": "`rfc`", "interop": "`interop`"}
HEAD = """# Conformance

Made by `./dev conformance` from `data/conformance` and the results of the tests; do not edit. One row is one
requirement of the SCIM family: its number in our list, its level, where it comes from (RFC and section; "own" where
the RFCs are silent and we chose), what it asks for, and what the tests tied to it said in each profile of a tenant.

Levels: MUST, SHOULD and MAY as in the source; DEC is our reading where the source is silent or contradicts itself; CMP is
a tolerance for clients that exist. Roles: SP service provider, CL client, both.
"""


@dataclass
class Verdict:
    word: str  # passed, failed, not done
    detail: str = ""


def judge(row, profile, results):
    if not row.tests[profile]:
        return Verdict("not done", row.not_done[profile])
    failed, missing = [], []
    for reference in row.tests[profile]:
        outcomes = results.find(reference, profile)
        if not outcomes:
            missing.append(reference)
        elif not all(outcomes):
            failed.append(reference)
    if missing:
        return Verdict("failed", "no runner has " + "; ".join(missing))
    return Verdict("failed", "; ".join(failed)) if failed else Verdict("passed")


def judge_all(sections, results):
    return {
        (row.id, profile): judge(row, profile, results)
        for section in sections
        for row in section.rows
        for profile in PROFILES
    }


def problems(sections, verdicts):
    """What makes the command fail."""
    found = []
    for section in sections:
        for row in section.rows:
            for profile in PROFILES:
                verdict = verdicts[row.id, profile]
                if verdict.word == "failed":
                    found.append(f"{row.id} {profile}: {row.title}: {verdict.detail}")
            if row.binds() and verdicts[row.id, "rfc"].word == "not done":
                found.append(f"{row.id}: a MUST without a test in rfc: {row.title}")
    return found


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def counts(rows, verdicts, profile):
    words = [verdicts[row.id, profile].word for row in rows]
    return [words.count(word) for word in ("passed", "failed", "not done")]


def totals(sections, verdicts):
    rows = [row for section in sections for row in section.rows]
    lines = ["## Totals", "", "| which | profile | requirements | passed | failed | not done |", "|---|---|---|---|---|---|"]
    groups = [
        ("all", rows),
        ("MUST that binds a service provider", [row for row in rows if row.binds()]),
        ("MUST of an optional module", [r for r in rows if r.level == "MUST" and r.role != "CL" and r.module]),
        ("SHOULD, MAY", [row for row in rows if row.level in ("SHOULD", "MAY") and row.role != "CL"]),
        ("DEC, CMP", [row for row in rows if row.level in ("DEC", "CMP") and row.role != "CL"]),
        ("client only", [row for row in rows if row.role == "CL"]),
    ]
    for name, group in groups:
        for profile in PROFILES:
            numbers = " | ".join(map(str, counts(group, verdicts, profile)))
            lines.append(f"| {name} | {NAMES[profile]} | {len(group)} | {numbers} |")
    broken = sum(1 for row in rows if row.mutations)
    lines += ["", f"{broken} requirements name a way to break the code that implements them: `./dev conformance --mutate`"
              " breaks some at random, and the tied test must fail.", ""]
    return lines


def section_table(section, verdicts):
    lines = [f"## {section.number}. {section.title}", ""]
    lines += ["| id | level | role | source | requirement | `rfc` | `interop` |", "|---|---|---|---|---|---|---|"]
    for row in section.rows:
        words = [verdicts[row.id, profile].word for profile in PROFILES]
        level = f"{row.level} (module)" if row.level == "MUST" and row.module else row.level
        lines.append(f"| {row.id} | {level} | {row.role} | {cell(row.source)} | {cell(row.title)} | {words[0]} | {words[1]} |")
    return lines + [""]


def not_done(sections, verdicts):
    lines = ["## Not done", "", "| id | level | profile | reason |", "|---|---|---|---|"]
    for section in sections:
        for row in section.rows:
            reasons = {p: verdicts[row.id, p].detail for p in PROFILES if verdicts[row.id, p].word == "not done"}
            for reason in dict.fromkeys(reasons.values()):
                which = [profile for profile in PROFILES if reasons.get(profile) == reason]
                where = "both" if len(which) == 2 else NAMES[which[0]]
                lines.append(f"| {row.id} | {row.level} | {where} | {cell(reason)} |")
    return lines + [""]


def page(sections, verdicts):
    lines = [HEAD, *totals(sections, verdicts)]
    for section in sections:
        lines += section_table(section, verdicts)
    return "\n".join(lines + not_done(sections, verdicts))
