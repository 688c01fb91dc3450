# SPDX-License-Identifier: Apache-2.0
"""The programs that are measured: `roster serve`, and the ceiling that answers a constant."""

import http.client
import json
import os
import re
import select
import signal
import subprocess
import time

from . import machine

READY_S = 60
STOP_S = 30
SCIM = "application/scim+json"


class Broken(Exception):
    """Something that has to work did not; the message says what."""


def admin(binary, store, *arguments):
    """One administrative command; gives what it printed."""
    command = [str(binary), *arguments, "--store", f"sqlite:{store}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"roster {' '.join(arguments[:2])} failed: {done.stderr.strip()}")
    return done.stdout.strip()


class Program:
    """A child that listens and says where on its first line."""

    def __init__(self, command, log, core):
        self.log = log
        with open(log, "ab") as stderr:
            self.began = time.monotonic()
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                preexec_fn=machine.pin(core) if core is not None else None,
            )
        self.pid = self.process.pid
        self.port = self._wait_until_ready()
        self.ready_ms = (time.monotonic() - self.began) * 1e3

    def _wait_until_ready(self):
        ready, _, _ = select.select([self.process.stdout], [], [], READY_S)
        line = self.process.stdout.readline().decode() if ready else ""
        found = re.search(r"listening on http://\S+:(\d+)", line)
        if not found:
            self.kill()
            tail = self.log.read_text(errors="replace").strip().split("\n")[-1]
            raise Broken(f"{self.process.args[0]} did not start: {line.strip() or tail}")
        return int(found.group(1))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Broken(f"{self.process.args[0]} did not stop within {STOP_S} s") from None
        self.process.stdout.close()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def pause(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)


class Roster(Program):
    """The server on one prepared copy of a store."""

    def __init__(self, binary, folder, core=machine.SERVER_CORE, options=()):
        self.folder = folder
        self.store = folder / "roster.db"
        # Counted as in any server, by a rate that no machine reaches.
        command = [binary, "serve", "--store", f"sqlite:{self.store}", "--rate", "1000000/1000000"]
        if os.geteuid() != 0:
            command += ["--core-dumps", "yes"]  # else root alone may see in /proc what it reads and writes
        super().__init__([*command, "--listen", "127.0.0.1:0", *options], folder / "server.log", core)

    def ask(self, method, path, token=None, body=None):
        """One request; gives its status and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": SCIM}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, text, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def create(self, token, endpoint, body):
        status, text = self.ask("POST", f"/scim/v2/{endpoint}", token, body)
        if status != 201:
            raise Broken(f"POST /{endpoint} was answered {status}: {text[:200]}")
        return json.loads(text)["id"]

    def metric(self, name):
        _, text = self.ask("GET", "/metrics")
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def wal_frames(self):
        """Frames in the log, by the index beside it: its 32-bit word at byte 16 is mxFrame."""
        with open(f"{self.store}-shm", "rb") as index:
            return int.from_bytes(index.read(20)[16:], "little")
