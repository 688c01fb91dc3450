# SPDX-License-Identifier: Apache-2.0
"""What a server gives up. Run as root, it becomes `nobody`; run by anybody else, it stays that user, and the
same is asked of its process."""

import json
import os
import pwd
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from certificates import Maker, Place, trusting
from daemon import PATIENCE_S, Daemon, roster, wait_for
from expect import made, total, user
from sandbox import copy_program

ROOT = os.geteuid() == 0
USER = pwd.getpwnam("nobody") if ROOT else pwd.getpwuid(os.geteuid())
AS_USER = {"user": USER.pw_uid, "group": USER.pw_gid, "extra_groups": []} if ROOT else {}


@pytest.fixture
def home():
    """A folder of the user's that the user can reach: those of pytest are for their owner alone."""
    with tempfile.TemporaryDirectory(prefix="roster-", dir="/var/tmp") as folder:
        if ROOT:
            os.chown(folder, USER.pw_uid, USER.pw_gid)
        yield Path(folder)


@pytest.fixture
def started_as_user(home):
    """How the user itself starts the program: from a place that it can reach, with what belongs to it."""
    with tempfile.TemporaryDirectory(prefix="roster-program-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        copy_program(Path(folder))
        environment = {**os.environ, "LD_LIBRARY_PATH": folder}
        yield [f"{folder}/roster", "serve", "--store", f"sqlite:{home}/roster.db"], {"env": environment, **AS_USER}


@pytest.fixture
def dropped(home):
    daemon = Daemon(home, "--user", USER.pw_name).start()
    yield daemon
    daemon.end()


def statuses(server):
    """What the kernel says of each thread of the server."""
    for task in Path(f"/proc/{server.process.pid}/task").iterdir():
        lines = (task / "status").read_text().splitlines()
        yield {name: value.split() for name, _, value in (line.partition(":") for line in lines)}


def test_a_server_with_a_user_has_no_right_that_the_user_has_not_and_no_way_back(dropped):
    groups = set(os.getgrouplist(USER.pw_name, USER.pw_gid) if ROOT else os.getgroups())
    threads = list(statuses(dropped))
    assert len(threads) > 3
    for status in threads:
        assert status["Uid"] == [str(USER.pw_uid)] * 4 and status["Gid"] == [str(USER.pw_gid)] * 4
        assert status["NoNewPrivs"] == ["1"]
        assert set(map(int, status["Groups"])) == groups
        if ROOT:
            sets = [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")]
            assert sets == [["0" * 16]] * 4


def test_all_that_it_makes_belongs_to_its_user_and_root_may_administer_it(dropped):
    tenant = dropped.tenant("kept")
    with tenant.client() as http:
        made(http.post("/Users", json=user("before")))
    dropped.stop()
    # No server runs: the command of root opens the store itself, and makes keys.
    dropped.do("audit", "key", "--new")
    dropped.do("token", "add", "--tenant", "kept")
    owners = {path.stat().st_uid for path in dropped.folder.rglob("*") if path != dropped.log_path}
    assert owners == {USER.pw_uid}
    dropped.start()
    with tenant.client() as http:
        made(http.post("/Users", json=user("after")))
        assert total(http.get("/Users")) == 2


def test_a_store_that_root_made_in_the_folder_of_the_user_is_the_users(home):
    daemon = Daemon(home, "--user", USER.pw_name)
    daemon.do("tenant", "add", "early")
    daemon.start()
    with daemon.tenant().client() as http:
        made(http.post("/Users", json=user("ada")))
    daemon.end()


def test_a_link_in_the_folder_of_the_user_is_not_followed(home, tmp_path):
    """Root's command must not make somebody else's file the user's."""
    precious = tmp_path / "precious"
    precious.write_text("root's")
    (home / "roster.db.lock").symlink_to(precious)
    done = roster("tenant", "add", "acme", "--store", f"sqlite:{home}/roster.db")
    assert done.returncode != 0 and "roster.db.lock" in done.stderr
    assert precious.stat().st_uid == os.geteuid() and precious.read_text() == "root's"


@pytest.mark.parametrize("said", [(), ("--core-dumps", "yes")], ids=["by default", "with core-dumps"])
def test_memory_is_dumped_only_when_that_is_asked_for(home, started_as_user, said):
    """Started by the user itself: a change of the user alone would have the same effect."""
    command, options = started_as_user
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0", *said], stdout=subprocess.PIPE, stderr=log, **options
        )
    try:
        assert process.stdout.readline().startswith(b"listening on ")
        memory = Path(f"/proc/{process.pid}/environ").stat()  # root's own when it may not be dumped
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert memory.st_uid == (USER.pw_uid if said else 0)
        [core] = [line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size")]
        assert said or core == "0"
    finally:
        process.terminate()
        assert process.wait(timeout=PATIENCE_S) == 0
        process.stdout.close()


def low_port():
    """A port that is root's alone, unless this machine gives them to everybody."""
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port below 1024 is free")


@pytest.mark.skipif(not ROOT, reason="only root has ports below 1024 to give")
def test_it_listens_on_a_port_of_roots_before_it_becomes_its_user(home):
    port = low_port()
    daemon = Daemon(home, "--user", USER.pw_name, "--listen", f"127.0.0.1:{port}").start()
    assert daemon.address == ("127.0.0.1", port)
    with daemon.tenant().client() as http:
        made(http.post("/Users", json=user("ada")))
    daemon.end()


def shown(daemon, root):
    """The certificate that a new connection is shown."""
    with socket.create_connection(daemon.address, timeout=PATIENCE_S) as plain:
        with trusting(root).wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
            return wrapped.getpeercert(binary_form=True)


def events(daemon, name):
    return [line for line in map(json.loads, daemon.log.splitlines()) if line["event"] == name]


def test_a_key_that_its_user_cannot_read_is_named_with_the_remedy_and_read_once_that_is_followed(home, tmp_path):
    maker = Maker(tmp_path)
    root = maker.make("root", kind="ca")
    first, second = maker.make("first", root), maker.make("second", root)
    place = Place(home)
    place.put(first.pem, first.key)
    daemon = Daemon(home, "--user", USER.pw_name, *place.options).start()
    if ROOT:
        [warning] = events(daemon, "tls-not-renewable")
        assert "server.key" in warning["detail"] and "chgrp" in warning["remedy"]
    place.put(second.pem, second.key, mode=0o600 if ROOT else 0)
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: events(daemon, "tls-reload-refused"), "word of the reload")
    assert "Permission denied for the user of the server" in events(daemon, "tls-reload-refused")[-1]["detail"]
    assert shown(daemon, root) == first.der
    if ROOT:
        os.chown(place.key, 0, USER.pw_gid)
    os.chmod(place.key, 0o640 if ROOT else 0o600)
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: shown(daemon, root) == second.der, "the second certificate")
    daemon.end()


def start_as(name, folder):
    return roster("serve", "--user", name, "--store", f"sqlite:{folder}/roster.db", "--listen", "127.0.0.1:0")


def test_users_that_it_cannot_or_should_not_become_are_refused(home):
    nobody = start_as("no-such-user", home)
    assert nobody.returncode == os.EX_NOUSER and "useradd" in nobody.stderr and nobody.stdout == ""
    root = start_as("root", home)
    assert root.returncode == os.EX_CONFIG and "root" in root.stderr
    assert list(home.iterdir()) == []


def test_only_root_becomes_another_user(started_as_user):
    command, options = started_as_user
    other = next(row for row in pwd.getpwall() if row.pw_uid not in (0, USER.pw_uid) and row.pw_gid != 0)
    refused = subprocess.run(
        [*command, "--user", other.pw_name], capture_output=True, text=True, timeout=PATIENCE_S, check=False, **options
    )
    assert refused.returncode == os.EX_NOPERM and other.pw_name in refused.stderr


@pytest.mark.skipif(not ROOT, reason="nobody else can make a folder that the user may not use")
def test_a_folder_that_is_not_the_users_is_refused_with_the_remedy(home):
    os.chown(home, 0, 0)
    os.chmod(home, 0o755)
    refused = start_as(USER.pw_name, home)
    assert refused.returncode == os.EX_NOPERM and refused.stdout == ""
    assert "Permission denied" in refused.stderr and f"chown -R {USER.pw_name}" in refused.stderr


@pytest.mark.skipif(not ROOT, reason="only root can be warned of being it")
def test_a_server_that_stays_root_warns_of_it(own_server, dropped):
    assert len(events(own_server, "running-as-root")) == 1
    assert events(dropped, "running-as-root") == []
