# SPDX-License-Identifier: Apache-2.0
"""The machine: which core does what, and what the kernel says about a process."""

import os
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "bench"
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = _CORES[0], _CORES[-1]


def pin(core):
    """For subprocess: what the child does before it becomes the program."""
    return lambda: os.sched_setaffinity(0, {core})


def cpu_ns(pid):
    """Time on a processor of all threads that live."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total


def cpu_kernel_share(before, after):
    """Share of the time between two cpu_ticks that was spent in the kernel."""
    user, kernel = after[0] - before[0], after[1] - before[1]
    return kernel / (user + kernel) if user + kernel > 0 else 0.0


def cpu_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]), int(fields[12])


def written_bytes(pid):
    """Bytes handed to the kernel for files. write_bytes would count whole folios of the page cache,
    which is many times what reaches the disk when a database's pages are written at random."""
    text = Path(f"/proc/{pid}/io").read_text()
    return int(re.search(r"^wchar: (\d+)", text, re.MULTILINE).group(1))


def anonymous_mb(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^RssAnon:\s+(\d+) kB", text, re.MULTILINE).group(1)) / 1024


def busy():
    """Seconds since some moment: of the clock, of all cores at work, of ourselves and children."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    working = sum(ticks) - ticks[3] - ticks[4]
    own = os.times()
    ours = own.user + own.system + own.children_user + own.children_system
    return own.elapsed, working / os.sysconf("SC_CLK_TCK"), ours


def taken_by_others(before, after):
    """Share of all cores that other programs had between two busy()."""
    elapsed, working, ours = (late - early for early, late in zip(before, after))
    return max(0.0, (working - ours) / (elapsed * os.cpu_count()))


def _first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip().split("\n")[0] if done.returncode == 0 else "unknown"


def _processor():
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _file_system(folder):
    return _first_line("findmnt", "-no", "FSTYPE", "--target", str(folder))


def _revision():
    name = _first_line("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    changed = _first_line("git", "-C", str(ROOT), "status", "--porcelain", "--", "src", "include")
    return name + (" with changes" if changed else "")


def _package(name):
    return _first_line("pkg-config", "--modversion", name)


def facts(binary):
    """What a reader has to know to compare the figures with others."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_gib():.0f} GiB",
        "kernel": platform.release(),
        "file system": _file_system(WORK),
        "program": _first_line(str(binary), "--version"),
        "revision": _revision(),
        "compiler": _first_line("gcc", "--version"),
        "libraries": f"libmicrohttpd {_package('libmicrohttpd')}, SQLite {_package('sqlite3')}",
        "cores": f"server on core {SERVER_CORE}, load generator on core {LOAD_CORE}",
    }
