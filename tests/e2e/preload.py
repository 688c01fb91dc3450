# SPDX-License-Identifier: Apache-2.0
"""Libraries that come between a server and its system calls, built at test time."""

import mmap
import struct
import subprocess
from pathlib import Path

from daemon import ROOT


def build(source, folder):
    """The library of one C file, in a folder of the test's."""
    library = Path(folder) / f"{source.stem}.so"
    subprocess.run(
        ["cc", "-std=c17", "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl", "-lpthread"],
        check=True,
    )
    return library


def preloaded(library):
    """What to put into the environment of the server."""
    return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0"}


class Clock:
    """The wall clock of a server, by tests/faults/clock.c."""

    def __init__(self, folder):
        path = Path(folder) / "clock"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.offset = mmap.mmap(file.fileno(), 8)
        self.environment = {**preloaded(build(ROOT / "tests" / "faults" / "clock.c", folder)), "CLOCK_FILE": str(path)}

    def set(self, seconds):
        """So many seconds beside the right time."""
        self.offset[:] = struct.pack("<q", int(seconds * 1e9))


class ReadOnly:
    """A folder that turns read-only and back, by tests/faults/readonly.c."""

    def __init__(self, folder, below):
        self.switch = Path(folder) / "readonly"
        self.environment = {
            **preloaded(build(ROOT / "tests" / "faults" / "readonly.c", folder)),
            "READONLY_SWITCH": str(self.switch),
            "READONLY_FOLDER": str(Path(below).resolve()),
        }

    def begin(self):
        self.switch.touch()

    def end(self):
        self.switch.unlink()
