"""The requirement report and its mutation check. Called by ./dev conformance.

    main.py check                         is the list itself in order?
    main.py needs unit|e2e                the meson programs, or the pytest files, that the tied tests need
    main.py report TESTLOG JUNIT [--compare]   writes docs/generated/conformance.md, or compares it with what is there
    main.py mutate [N] [--seed S] [--only P-nnn,...] -- MESON_OPTION...   N = 0: all
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import sys

import mutate
import report
from results import Results
from rows import PROFILES, Wrong, parse_reference, read_all, scenario_profiles


def references(sections):
    return {ref for section in sections for row in section.rows for p in PROFILES for ref in row.tests[p]}


def needs(sections, kind):
    found = {"scenarios"} if kind == "unit" else {"test_scenarios.py", "test_probe.py"}
    for reference in references(sections):
        what, name = parse_reference(reference, "")
        if kind == "unit" and what in ("unit", "fuzz"):
            found.add(name.partition(": ")[0] if what == "unit" else f"fuzz corpus {name}")
        if kind == "e2e" and what == "e2e":
            found.add(name.partition("::")[0])
    print("\n".join(sorted(found)))


def write_report(sections, testlog, junit, compare):
    results = Results(scenario_profiles())
    results.read_meson(testlog)
    results.read_junit(junit)
    verdicts = report.judge_all(sections, results)
    page = report.page(sections, verdicts)
    bad = report.problems(sections, verdicts)
    if not compare:
        report.PAGE.parent.mkdir(parents=True, exist_ok=True)
        report.PAGE.write_text(page)
    elif not report.PAGE.exists() or report.PAGE.read_text() != page:
        bad.append("docs/generated/conformance.md is not what the tests say. Remedy: ./dev conformance")
    for line in bad:
        print(line)
    for profile in PROFILES:
        rows = [row for section in sections for row in section.rows]
        passed, failed, left = report.counts(rows, verdicts, profile)
        print(f"{profile}: {passed} passed, {failed} failed, {left} not done")
    return not bad


def parse_arguments():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    commands.add_parser("needs").add_argument("kind", choices=["unit", "e2e"])
    reporting = commands.add_parser("report")
    reporting.add_argument("testlog")
    reporting.add_argument("junit")
    reporting.add_argument("--compare", action="store_true")
    mutating = commands.add_parser("mutate")
    mutating.add_argument("count", nargs="?", type=int, default=30)
    mutating.add_argument("--seed", type=int)
    mutating.add_argument("--only", default="")
    mutating.add_argument("--meson", action="append", default=[])
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    sections = read_all()
    if arguments.command == "needs":
        needs(sections, arguments.kind)
    elif arguments.command == "report":
        return write_report(sections, arguments.testlog, arguments.junit, arguments.compare)
    elif arguments.command == "mutate":
        only = set(filter(None, arguments.only.split(",")))
        noticed, bad = mutate.check(sections, arguments.count, arguments.seed, only, arguments.meson)
        print(f"\n{noticed} passed, {bad} failed")
        return bad == 0
    return True


if __name__ == "__main__":
    try:
        sys.exit(0 if main() else 1)
    except Wrong as wrong:
        print(f"conformance: {wrong}", file=sys.stderr)
        sys.exit(1)
