# SPDX-License-Identifier: Apache-2.0
"""Runs a command as a service manager would, by the lines of a unit, where no service manager runs.

Started by `sandbox.py` as root in a mount and host name space of its own (unshare -m -u), with a plan in
JSON; ends by becoming the command, so that the process stays the caller's child. Each line of the unit is
put into effect by the function of its name here; a line that has none ends this program.
"""

import ctypes
import errno
import json
import os
import resource
import stat
import struct
import subprocess
import sys

import seccomp

PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 24, 47, 4
PROT_WRITE, PROT_EXEC, SHM_EXEC, CAP_LAST = 2, 4, 0o100000, 63
NAMESPACES = 0x7E020000  # mnt, cgroup, uts, ipc, user, pid, net
LIBC = ctypes.CDLL(None, use_errno=True)


def prctl(*arguments):
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[1:5]]
    return LIBC.prctl(ctypes.c_int(arguments[0]), *padded)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def set_read_only(place, on, below=False):
    """mount_setattr(2), for which the tools of this distribution are too old."""
    attributes = struct.pack("QQQQ", on, not on, 0, 0)
    call, here, recursive = ctypes.c_long(442), ctypes.c_int(-100), ctypes.c_uint(0x8000 if below else 0)
    if LIBC.syscall(call, here, place.encode(), recursive, attributes, ctypes.c_size_t(len(attributes))) != 0:
        raise OSError(ctypes.get_errno(), f"mount_setattr {place}")


def cover(place, mode="000"):
    """Nothing of what stands there can be seen."""
    if os.path.isdir(place):
        mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", place)


class Service:
    """One run. Mounts are made at once; the rest is kept until its time has come."""

    def __init__(self, plan):
        self.plan, self.environment = plan, dict(plan["environment"])
        self.refusal = errno.EPERM
        self.writable = ["/dev", "/proc"]
        self.after_mounts, self.as_root, self.as_user, self.at_last = [], [], [], []

    # Mounts

    def StateDirectory(self, value):
        """The state stands elsewhere: what is mounted on /var/lib is this name space's alone."""
        place = f"/var/lib/{value}"
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib")
        os.mkdir(place)
        mount("--bind", self.plan["state"], place)
        os.chown(place, self.plan["user"], self.plan["user"])
        self.environment["STATE_DIRECTORY"] = place
        self.writable.append(place)

    def StateDirectoryMode(self, value):
        os.chmod(self.plan["state"], int(value, 8))

    def ProtectHome(self, value):
        for place in ("/home", "/root", "/run/user"):
            cover(place)

    def PrivateTmp(self, value):
        for place in ("/tmp", "/var/tmp"):
            cover(place, "1777")
        self.writable += ["/tmp", "/var/tmp"]

    def PrivateDevices(self, value):
        """A folder with the harmless ones; they are moved in, because the old ones go out of sight."""
        made = "/mnt/dev"
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/mnt")
        os.mkdir(made)
        for name in ("null", "zero", "full", "random", "urandom"):
            open(f"{made}/{name}", "w").close()
            mount("--bind", f"/dev/{name}", f"{made}/{name}")
        mount("--rbind", made, "/dev")

    def ProtectProc(self, value):
        mount("-t", "proc", "-o", f"hidepid={value},subset=pid", "proc", "/proc")

    def ProtectKernelTunables(self, value):
        set_read_only("/sys", True, below=True)

    def ProtectSystem(self, value):
        assert value == "strict"
        self.after_mounts.append(lambda: set_read_only("/", True, below=True))
        self.after_mounts.append(lambda: [set_read_only(place, False) for place in self.writable])

    # Limits

    def UMask(self, value):
        os.umask(int(value, 8))

    def LimitNOFILE(self, value):
        """As far as this machine lets its root raise it."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = int(value) if most == resource.RLIM_INFINITY else min(int(value), most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def LimitCORE(self, value):
        resource.setrlimit(resource.RLIMIT_CORE, (int(value), int(value)))

    # Rights

    def CapabilityBoundingSet(self, value):
        assert value == ""
        self.as_root.append(lambda: [prctl(PR_CAPBSET_DROP, one) for one in range(CAP_LAST)])

    def AmbientCapabilities(self, value):
        assert value == ""
        self.as_user.append(lambda: prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL))

    def NoNewPrivileges(self, value):
        self.as_user.append(lambda: prctl(PR_SET_NO_NEW_PRIVS, 1))

    # System calls, into a filter of their own each: the kernel takes the strictest answer

    def SystemCallErrorNumber(self, value):
        self.refusal = getattr(errno, value)

    def SystemCallFilter(self, value):
        """Known here as one list, from systemd's own sets: sandbox.py takes them apart."""
        refused = seccomp.KILL_PROCESS if self.plan["kill"] else seccomp.ERRNO(self.refusal)
        self.at_last.append(lambda: only(self.plan["calls"], refused))

    def RestrictAddressFamilies(self, value):
        import socket

        kinds = sorted(getattr(socket, name) for name in value.split())
        self.forbid([("socket", gap) for gap in gaps(kinds)], errno.EAFNOSUPPORT)

    def RestrictNamespaces(self, value):
        self.forbid([(name, bit) for name in ("unshare", "clone") for bit in masks(0, NAMESPACES)])
        self.forbid([("setns", None)])
        # Its flags are out of sight; the C library falls back to clone.
        self.forbid([("clone3", None)], errno.ENOSYS)

    def RestrictRealtime(self, value):
        kinds = range(1, 7)
        self.forbid([("sched_setscheduler", seccomp.Arg(1, seccomp.EQ, kind)) for kind in kinds if kind not in (3, 5)])

    def RestrictSUIDSGID(self, value):
        at = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "mkdir": 1, "mkdirat": 2, "mknod": 1, "mknodat": 2}
        self.forbid([(name, one) for name, place in at.items() for one in masks(place, stat.S_ISUID | stat.S_ISGID)])

    def LockPersonality(self, value):
        self.forbid([("personality", seccomp.Arg(0, seccomp.NE, 0))])

    def MemoryDenyWriteExecute(self, value):
        both = PROT_WRITE | PROT_EXEC
        self.forbid([
            ("mmap", seccomp.Arg(2, seccomp.MASKED_EQ, both, both)),
            ("mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC)),
            ("pkey_mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC)),
            ("shmat", seccomp.Arg(2, seccomp.MASKED_EQ, SHM_EXEC, SHM_EXEC)),
        ])

    def ProtectClock(self, value):
        self.forbid([(name, None) for name in ("clock_settime", "settimeofday", "adjtimex", "clock_adjtime")])

    def ProtectHostname(self, value):
        self.forbid([("sethostname", None), ("setdomainname", None)])

    def ProtectKernelModules(self, value):
        self.forbid([(name, None) for name in ("init_module", "finit_module", "delete_module")])

    def ProtectKernelLogs(self, value):
        self.forbid([("syslog", None)])

    def ProtectControlGroups(self, value):
        """Read-only, as all of /sys is by ProtectKernelTunables."""

    def SystemCallArchitectures(self, value):
        """What libseccomp does with other architectures by itself: it kills."""
        assert value == "native"

    def ProcSubset(self, value):
        """Mounted by ProtectProc."""
        assert value == "pid"

    def ConfigurationDirectory(self, value):
        """The configuration of a test stands beside its program."""

    def forbid(self, calls, error=errno.EPERM):
        self.as_user.append(lambda: all_but(calls, error))

    def run(self):
        mount("--bind", self.plan["program"], "/opt")
        for name, value in self.plan["lines"]:
            getattr(self, name)(value)
        for step in self.after_mounts + self.as_root:
            step()
        user = self.plan["user"]
        os.chdir("/")
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        # The list of what is allowed comes last: it may not allow what the others are set with.
        for step in self.as_user + self.at_last:
            step()
        os.execve(self.plan["command"][0], self.plan["command"], self.environment)


def gaps(numbers):
    """What is none of these, as comparisons of the first argument."""
    yield from (seccomp.Arg(0, seccomp.EQ, one) for one in range(numbers[-1]) if one not in numbers)
    yield seccomp.Arg(0, seccomp.GT, numbers[-1])


def masks(place, bits):
    yield from (seccomp.Arg(place, seccomp.MASKED_EQ, 1 << at, 1 << at) for at in range(32) if bits >> at & 1)


def all_but(calls, error):
    refused = seccomp.SyscallFilter(seccomp.ALLOW)
    for name, argument in calls:
        refused.add_rule(seccomp.ERRNO(error), name, *([] if argument is None else [argument]))
    refused.load()


def only(calls, refused):
    allowed = seccomp.SyscallFilter(refused)
    for name in calls:
        try:
            allowed.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, ValueError):
            pass  # a call of another architecture
    allowed.load()


if __name__ == "__main__":
    with open(sys.argv[1]) as plan:
        Service(json.load(plan)).run()
