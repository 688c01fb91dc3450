"""Which tests match a text, and how many individual cases ran.

    cases.py select BUILD_DIR TEXT    names of meson tests that match, one a line
    cases.py count TESTLOG_JSON TEXT  "passed failed skipped" of a meson run
    cases.py junit FILE               the same of a pytest run

A meson test is a program with many cases. It matches when its name contains the text, or when one
of its sources does: then only the matching cases are counted.
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

TAP = re.compile(r"^\s*(ok|not ok)\b\s*\d*\s*-?\s*(.*)$")
SKIP = re.compile(r"#\s*skip", re.IGNORECASE)


def plain(text):
    """Names of functions and sentences compare alike."""
    return text.lower().replace("_", " ")


def introspect(build, what):
    done = subprocess.run(
        ["meson", "introspect", what, build], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def sources_by_program(build):
    found = {}
    for target in introspect(build, "--targets"):
        files = [f for group in target["target_sources"] for f in group.get("sources", [])]
        for name in target["filename"]:
            found[name] = [f for f in files if "/tests/" in f]
    return found


def contains(path, text):
    try:
        return text in plain(Path(path).read_text(errors="replace"))
    except OSError:
        return False


def select(build, text):
    sources = sources_by_program(build)
    for test in introspect(build, "--tests"):
        inside = sources.get(test["cmd"][0], [])
        if text in plain(test["name"]) or any(contains(path, text) for path in inside):
            print(test["name"])


def cases(test):
    """The TAP lines of a program as (passed, skipped, name)."""
    for line in test.get("stdout", "").splitlines():
        found = TAP.match(line)
        if found:
            yield found[1] == "ok", bool(SKIP.search(found[2])), found[2]


def wanted(test, text):
    all_cases = list(cases(test))
    if text in plain(test["name"]):
        return all_cases
    return [case for case in all_cases if text in plain(case[2])] or all_cases


def count_test(test, text):
    """A program without TAP is one case; one that crashed failed once more than it says."""
    result = test["result"]
    found = wanted(test, text)
    if not found:
        return (0, 0, 1) if result == "SKIP" else ((1, 0, 0) if result == "OK" else (0, 1, 0))
    skipped = sum(1 for ok, skip, _ in found if skip)
    passed = sum(1 for ok, skip, _ in found if ok and not skip)
    failed = sum(1 for ok, skip, _ in found if not ok and not skip)
    # cmocka writes a skipped case as "not ok # SKIP", which meson takes for a failure.
    broken = test.get("returncode", 0) != 0 or result in ("ERROR", "TIMEOUT", "INTERRUPT")
    if failed == 0 and broken:
        failed = 1
    return passed, failed, skipped


def count(log, text):
    rows = [json.loads(line) for line in Path(log).read_text().splitlines() if line.strip()]
    totals = [count_test(row, text) for row in rows]
    print(*(sum(column) for column in zip(*totals)) if totals else (0, 0, 0))


def junit(path):
    if not Path(path).exists():
        print(0, 1, 0)
        return
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        for key in totals:
            totals[key] += int(suite.get(key, 0))
    failed = totals["failures"] + totals["errors"]
    print(max(totals["tests"] - failed - totals["skipped"], 0), failed, totals["skipped"])


def main(command, *arguments):
    if command == "select":
        select(arguments[0], plain(arguments[1]))
    elif command == "count":
        count(arguments[0], plain(arguments[1]))
    else:
        junit(arguments[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
