# SPDX-License-Identifier: Apache-2.0
"""Crash tests. ROSTER_CRASH_RUNS says how often a mode kills the server: 3 unless told, 50 with ROSTER_LONG=1."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))


def pytest_terminal_summary(terminalreporter):
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, line in getattr(report, "user_properties", []):
                if name == "said" and report.when == "call":
                    terminalreporter.write_line(line)


@pytest.fixture
def say(request):
    """Adds a line to the end of the report, whichever process the test runs in."""
    return lambda line: request.node.user_properties.append(("said", line))


@pytest.fixture
def runs():
    default = 50 if os.environ.get("ROSTER_LONG") == "1" else 3
    return int(os.environ.get("ROSTER_CRASH_RUNS", default))
