# SPDX-License-Identifier: Apache-2.0
"""Crash tests. ROSTER_CRASH_RUNS says how often a mode kills the server: 3 unless told, 50 with ROSTER_LONG=1."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

SAID = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[SAID] = []


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[SAID]:
        terminalreporter.write_line(line)


@pytest.fixture
def say(request):
    """Adds a line to the end of the report."""
    return request.config.stash[SAID].append


@pytest.fixture
def runs():
    default = 50 if os.environ.get("ROSTER_LONG") == "1" else 3
    return int(os.environ.get("ROSTER_CRASH_RUNS", default))
