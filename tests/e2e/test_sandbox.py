# SPDX-License-Identifier: Apache-2.0
"""The systemd unit that is shipped: in order, tight, and wide enough for all that a server does.

There is no systemd to run it under here, so `confine.py` puts its lines into effect one by one."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap

import pytest

import confine
from certificates import Maker, Place, trusting
from daemon import PATIENCE_S, binary, wait_for
from expect import made, total, user
from issuer import Key, claims, publishing
from sandbox import SERVICE_USER, UNIT, ConfinedDaemon, Sandbox, can_confine, limits
from test_scenarios import FOLDER, load, profiles, run_scenario

EXPOSURE_MAX = 2.0  # of 10; systemd calls up to 2.5 "OK"
as_root = pytest.mark.skipif(not can_confine(), reason="no root, or a root that may not make name spaces and mounts")


@pytest.fixture
def unit(tmp_path):
    """The unit as it would be installed for the program under test."""
    path = tmp_path / "roster.service"
    path.write_text(UNIT.read_text().replace("@bindir@", os.path.dirname(os.path.abspath(binary()))))
    return path


def analyze(*arguments):
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_the_unit_is_in_order(unit):
    done = analyze("verify", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_unit_exposes_little(unit):
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX * 10:.0f}", unit)
    exposure = re.search(r"Overall exposure level for roster.service: ([\d.]+)", done.stdout)
    assert done.returncode == 0 and float(exposure.group(1)) <= EXPOSURE_MAX, done.stdout[-2000:]


def test_every_limit_of_the_unit_is_put_to_the_test():
    unknown = [name for name, _ in limits() if not hasattr(confine.Service, name)]
    assert unknown == [] and len(limits()) > 25


class Manager:
    """What systemd would hear: an abstract socket, which no mount hides."""

    def __init__(self):
        self.name = f"roster-test-{os.getpid()}-{id(self)}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name)
        self.socket.settimeout(PATIENCE_S)

    def hears(self):
        return self.socket.recv(4096).decode().split("\n")[0]


@as_root
def test_a_server_under_the_unit_does_all_that_it_does(tmp_path):
    """Recorded calls, TLS, administration, a backup, a reload, a kill: no call of it is refused."""
    maker, manager = Maker(tmp_path), Manager()
    root = maker.make("root", kind="ca")
    first, second = maker.make("first", root), maker.make("second", root)
    sandbox = Sandbox(tmp_path, kill=True)
    sandbox.environment["NOTIFY_SOCKET"] = "@" + manager.name
    place = Place(sandbox.program)

    def put(certificate):
        place.put(certificate.pem, certificate.key, mode=0o640)
        os.chown(place.key, 0, SERVICE_USER)

    put(first)
    settings = {"tls-cert": "/opt/server.pem", "tls-key": "/opt/server.key", "checkpoint-dir": "/var/lib/roster"}
    daemon = ConfinedDaemon(sandbox, **settings).start()
    assert manager.hears() == "READY=1"
    tenant = daemon.tenant("kept")
    trust = trusting(root)
    with tenant.client(verify=trust) as http:
        kept = {made(http.post("/Users", json=user(f"kept{number}"))) for number in range(20)}
        assert total(http.get('/Users?filter=displayName co "x" or userName co "kept"')) == 20
    daemon.do("tenant", "set", "kept", "store-passwords=on")
    with tenant.client(verify=trust) as http:
        kept.add(made(http.post("/Users", json=user("secret", password="correct horse battery"))))
    put(second)
    daemon.send_signal(signal.SIGHUP)
    assert [manager.hears(), manager.hears()] == ["RELOADING=1", "READY=1"]
    with socket.create_connection(daemon.address, timeout=PATIENCE_S) as plain:
        with trust.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
            assert wrapped.getpeercert(binary_form=True) == second.der
    daemon.do("audit", "verify")
    daemon.do("journal", "list", "--tenant", "kept")
    back_up(daemon, tmp_path / "backup.db")
    daemon.kill()
    daemon.start()
    assert manager.hears() == "READY=1"
    with tenant.client(verify=trust) as http:
        assert kept <= {one["id"] for one in http.get("/Users").json()["Resources"]}
    daemon.end()
    assert manager.hears() == "STOPPING=1"
    assert "store_not" not in daemon.log and "failed" not in daemon.log


def back_up(daemon, target):
    with contextlib.closing(sqlite3.connect(daemon.database)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@as_root
def test_recorded_calls_of_entra_are_answered_under_the_unit_as_everywhere(tmp_path):
    daemon = ConfinedDaemon(Sandbox(tmp_path, kill=True)).start()
    other = daemon.tenant()
    for path in sorted((FOLDER / "entra").glob("*.json")):
        for profile, _ in profiles(load(path)):
            assert run_scenario(path, profile, daemon, other, tmp_path) > 0
    daemon.end()


@as_root
def test_keys_of_issuers_are_fetched_by_name_under_the_unit(tmp_path):
    """A thread that resolves names and a client that connects: of all that a server does, the most calls."""
    key, issuer = Key(tmp_path, "k", "EdDSA"), "https://issuer.example/v2.0"
    daemon = ConfinedDaemon(Sandbox(tmp_path, kill=True), **{"jwks-networks": "127.0.0.0/8"}).start()
    tenant = daemon.tenant()
    with publishing(key) as published:
        url = published.url.replace("127.0.0.1", "localhost")
        daemon.do("issuer", "add", "--tenant", tenant.name, "--issuer", issuer, "--audience", "api://roster", "--jwks", url)
        with tenant.client(token=key.token(claims(issuer))) as http:
            assert total(http.get("/Users")) == 0
        assert published.asked == 1
    daemon.end()


FORBIDDEN = textwrap.dedent("""
    import ctypes, json, mmap, os, socket, sys

    libc = ctypes.CDLL(None, use_errno=True)

    def call(name, *arguments):
        if getattr(libc, name)(*arguments) == -1:
            raise OSError(ctypes.get_errno(), name)

    attempts = {
        "write to /etc": lambda: open("/etc/roster-was-here", "w"),
        "write to /usr": lambda: open("/usr/roster-was-here", "w"),
        "write to /var/lib": lambda: open("/var/lib/roster-was-here", "w"),
        "write to its program": lambda: open("/opt/roster.conf", "w"),
        "read homes": lambda: os.listdir("/root"),
        "mount": lambda: call("mount", b"tmpfs", b"/tmp", b"tmpfs", 0, None),
        "remount": lambda: call("mount", b"/", b"/", None, 0x1020, None),
        "trace another process": lambda: call("ptrace", 16, 1, None, None),
        "a name space": lambda: call("unshare", 0x10000000),
        "become root": lambda: os.setuid(0),
        "another owner": lambda: os.chown("/var/lib/roster", 0, 0),
        "a set-uid file": lambda: os.chmod("/var/lib/roster/mine", 0o4755),
        "a device": lambda: os.mknod("/var/lib/roster/device", 0o20600, os.makedev(1, 1)),
        "memory of the machine": lambda: open("/dev/mem", "rb"),
        "raw sockets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        "writable code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
        "the clock": lambda: call("settimeofday", (ctypes.c_long * 2)(1, 0), None),
        "the name of the machine": lambda: socket.sethostname("other"),
        "a kernel module": lambda: call("delete_module", b"none", 0),
        "the log of the kernel": lambda: call("klogctl", 3, (ctypes.c_char * 16)(), 16),
        "other processes in /proc": lambda: open("/proc/1/status"),
        "another personality": lambda: call("personality", 0x0040000),
        "real-time scheduling": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    }
    open("/var/lib/roster/mine", "w").write("allowed")
    done = []
    for name, attempt in attempts.items():
        try:
            attempt()
            done.append(name)
        except OSError:
            pass
    status = {line.split(":")[0]: line.split()[1:] for line in open("/proc/self/status") if ":" in line}
    print(json.dumps({"tried": len(attempts), "done": done, "status": status}))
""")


@as_root
def test_what_the_unit_forbids_is_refused(tmp_path):
    """A program in the server's place may write its state, and nothing else of what it tries."""
    sandbox = Sandbox(tmp_path)
    (sandbox.program / "attempts.py").write_text(FORBIDDEN)
    inside = subprocess.run(
        sandbox.command(sys.executable, "/opt/attempts.py"), capture_output=True, text=True, check=False
    )
    assert inside.returncode == 0, inside.stderr
    told = json.loads(inside.stdout)
    assert told["done"] == [] and told["tried"] > 20
    assert (sandbox.state / "mine").read_text() == "allowed"
    status = told["status"]
    assert status["Uid"] == [str(SERVICE_USER)] * 4 and status["NoNewPrivs"] == ["1"] and status["Seccomp"] == ["2"]
    assert {status[name][0] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {"0" * 16}


@as_root
def test_the_attempts_succeed_outside(tmp_path):
    """The control: for root without the unit, most of them are no problem, so a refusal means something."""
    harmless = ["write to its program", "become root", "writable code", "raw sockets", "other processes in /proc"]
    script = FORBIDDEN.replace('open("/var/lib/roster/mine", "w").write("allowed")', f"attempts = {{name: attempts[name] for name in {harmless}}}")
    script = script.replace("/opt/", f"{tmp_path}/")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["done"] == harmless
