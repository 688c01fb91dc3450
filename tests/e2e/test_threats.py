# SPDX-License-Identifier: Apache-2.0
"""SECURITY.md names a test for each threat and a run of each fuzz target; what was renamed or removed is missed here."""

import re

import pytest

from daemon import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()


def rows_below(head):
    return [line for line in TEXT.partition(head)[2].partition("\n\n")[0].splitlines() if line.startswith("| ")]


ROWS = rows_below("| threat | tests |")
SOURCES = "\n".join(
    path.read_text(errors="replace") for suffix in ("py", "c") for path in sorted((ROOT / "tests").rglob(f"*.{suffix}"))
)
SCENARIOS = "\n".join(path.read_text() for path in sorted((ROOT / "tests" / "scenarios").rglob("*.json")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_threat_has_tests(row):
    tests = row.split("|")[2]
    names, scenarios = re.findall(r"`(\w+)`", tests), re.findall(r'scenario "([^"]+)"', tests)
    assert names or scenarios, row
    missing = [name for name in names if not re.search(rf"(def|static void) {name}\(", SOURCES)]
    missing += [name for name in scenarios if f'"name": "{name}"' not in SCENARIOS]
    assert missing == []


def test_each_fuzz_target_has_its_run():
    targets = {path.name.removesuffix("_fuzz.c") for path in (ROOT / "fuzz").glob("*_fuzz.c")}
    row = re.compile(r"\| `(\w+)` \| [\d,]+ \| [\d,]+ \| [0-9a-f]{7} \|")
    runs = [row.fullmatch(line) for line in rows_below("| target | inputs | seconds | commit |")]
    assert all(runs) and sorted(run[1] for run in runs) == sorted(targets)
