# SPDX-License-Identifier: Apache-2.0
"""End-to-end tests: pytest and httpx against the real binary (ROSTER_BIN, else build/roster)."""

import os
import signal

import pytest

from daemon import Daemon, Tenant, binary

def pytest_configure(config):
    # A shell starts background jobs with Ctrl-C ignored, and what a test starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "long: takes more than a few seconds; runs with ROSTER_LONG=1")


def pytest_sessionstart(session):
    if not os.access(binary(), os.X_OK):
        raise pytest.UsageError(f"there is no program {binary()}: run ./dev build, or set ROSTER_BIN")


def pytest_collection_modifyitems(config, items):
    if os.environ.get("ROSTER_LONG") == "1":
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_terminal_summary(terminalreporter):
    held = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "assertions"
    ]
    if held:
        terminalreporter.write_line(f"{len(held)} scenarios held {sum(held)} assertions")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests of a module; it must end cleanly when they are through."""
    daemon = Daemon(tmp_path_factory.mktemp("server")).start()
    yield daemon
    daemon.stop()


@pytest.fixture
def own_server(tmp_path):
    """A server of this test alone, which may stop it itself."""
    daemon = Daemon(tmp_path).start()
    yield daemon
    daemon.end()


@pytest.fixture
def tenant(server) -> Tenant:
    return server.tenant()


@pytest.fixture
def client(tenant):
    with tenant.client() as http:
        yield http
