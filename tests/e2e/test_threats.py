# SPDX-License-Identifier: Apache-2.0
"""SECURITY.md names a test for each threat; a test that was renamed or removed is missed here."""

import re

import pytest

from daemon import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()
ROWS = [line for line in TEXT.partition("| threat | tests |")[2].splitlines() if line.startswith("| ")]
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
