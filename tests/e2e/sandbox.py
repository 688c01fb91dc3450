# SPDX-License-Identifier: Apache-2.0
"""The unit that is shipped, and a server that runs under its lines."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from daemon import ROOT, Daemon, binary, roster

UNIT = ROOT / "packaging" / "roster.service.in"
# Lines of the service that are no limit: what a service manager does with a process.
MANAGING = {"Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "TimeoutStopSec", "User", "DynamicUser"}
SERVICE_USER = 61999  # of those that systemd makes up for DynamicUser


def service_lines():
    """The lines of [Service] in their order."""
    section = UNIT.read_text().partition("[Service]")[2].partition("\n[")[0]
    return [tuple(line.split("=", 1)) for line in section.splitlines() if "=" in line and not line.startswith("#")]


def limits():
    """What confines the service, with one line for all that says which calls it may make."""
    lines = [line for line in service_lines() if line[0] not in MANAGING]
    first = next(line for line in lines if line[0] == "SystemCallFilter")
    return [line for line in lines if line[0] != "SystemCallFilter" or line == first]


def calls_in(name):
    """A set of systemd's, down to the names of calls."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    inner = [line.strip() for line in text.stdout.splitlines()[1:]]
    return set().union(*(calls_in(one) for one in inner if one and not one.startswith("#")))


def allowed_calls():
    allowed = set()
    for name, value in service_lines():
        if name == "SystemCallFilter":
            named = set().union(*(calls_in(one) for one in value.lstrip("~").split()))
            allowed = allowed - named if value.startswith("~") else allowed | named
    # What systemd always lets through, so that the program can begin.
    return sorted(allowed | calls_in("@default") | {"execve"})


def copy_program(folder):
    """The program and what it needs besides the libraries of the system, for a place that stays in sight."""
    shutil.copy(binary(), folder / "roster")
    needed = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    for path in re.findall(r"=> (/\S+)", needed):
        if not path.startswith(("/lib/", "/usr/", "/lib64/")):
            shutil.copy(path, folder)


def can_confine():
    """Whether this user of this machine may do what a service manager does."""
    trial = ["unshare", "--mount", "--uts", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(trial, capture_output=True, check=False).returncode == 0


class Sandbox:
    """Where commands run as the unit says. `kill`: a call that is not allowed ends the process, so that no
    refusal of a running server goes unseen."""

    def __init__(self, folder, kill=False):
        self.folder, self.state, self.program = folder, folder / "state", folder / "program"
        self.kill = kill
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "LD_LIBRARY_PATH": "/opt",
            # LeakSanitizer stops the other threads with ptrace, which nobody may in here.
            "ASAN_OPTIONS": "detect_leaks=0",
            "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", ""),
        }
        self.state.mkdir()
        self.program.mkdir()
        copy_program(self.program)

    def command(self, *command):
        """What to start, as root, to run `command` inside."""
        plan = self.folder / "plan.json"
        plan.write_text(
            json.dumps({
                "command": command,
                "environment": self.environment,
                "state": str(self.state),
                "program": str(self.program),
                "user": SERVICE_USER,
                "calls": allowed_calls(),
                "kill": self.kill,
                "lines": limits(),
            })
        )
        launcher = Path(__file__).with_name("confine.py")
        return ["unshare", "--mount", "--uts", sys.executable, str(launcher), str(plan)]

    def server_command(self):
        [line] = [value for name, value in service_lines() if name == "ExecStart"]
        return self.command(*line.replace("@bindir@", "/opt").replace("/etc/roster/", "/opt/").split())


class ConfinedDaemon(Daemon):
    """`roster serve` as the unit starts it; its commands run outside, as root's do."""

    def __init__(self, sandbox, **settings):
        super().__init__(sandbox.folder, store=f"sqlite:{sandbox.state}/roster.db")
        self.sandbox = sandbox
        lines = {"listen": "127.0.0.1:0", **settings}
        (sandbox.program / "roster.conf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))

    def spawn(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.sandbox.server_command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )

    def command(self, *arguments):
        return roster(*arguments, "--store", self.store)
