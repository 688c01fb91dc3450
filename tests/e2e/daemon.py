# SPDX-License-Identifier: Apache-2.0
"""A real `roster serve` over a store of its own, and the commands that administer it."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(rb"^listening on (https?://\S+)\n", re.MULTILINE)
SANITIZER = re.compile(r"Sanitizer|runtime error:|Assertion .* failed")
PATIENCE_S = 60  # how long a harness waits for what must come; nothing is asserted about speed
SCIM = "application/scim+json"


connect = socket.create_connection


def connect_promptly(*arguments, **options):
    """httpx sends head and body apart; without this each body waits for an acknowledgement, 40 ms."""
    connection = connect(*arguments, **options)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


socket.create_connection = connect_promptly


def binary():
    return os.environ.get("ROSTER_BIN", str(ROOT / "build" / "roster"))


def roster(*arguments, environment=None, stdin=subprocess.DEVNULL):
    """Runs one command to its end; the caller looks at returncode, stdout and stderr."""
    return subprocess.run(
        [binary(), *arguments],
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, **(environment or {})},
        check=False,
    )


def wait_for(ready, what):
    """Asks `ready` until it answers something true, and returns that."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.005)
    raise AssertionError(f"waited {PATIENCE_S} s in vain: {what}")


class Tenant:
    """One tenant with one token, and a client that uses it."""

    def __init__(self, server, name, token):
        self.server, self.name, self.token = server, name, token

    def client(self, token=None, prefix="/scim/v2", **options):
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        return httpx.Client(
            base_url=self.server.url + prefix,
            timeout=PATIENCE_S,
            limits=limits,
            trust_env=False,
            headers={"Authorization": f"Bearer {token or self.token}", "Content-Type": SCIM},
            # Without TLS: loading certificates takes longer than most tests.
            **{"verify": False, **options},
        )


class Daemon:
    """One server process. Standard error goes to a file beside the store and is read at the end."""

    def __init__(self, folder, *options, store=None, environment=None):
        self.folder = Path(folder)
        self.store = store or f"sqlite:{self.folder}/roster.db"
        self.options = options
        self.environment = environment or {}
        self.process = None
        self.url = None
        self.tenants = 0

    @property
    def database(self):
        return Path(self.store.partition(":")[2])

    @property
    def log_path(self):
        return self.folder / "stderr.log"

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def address(self):
        host, _, port = self.url.partition("://")[2].rpartition(":")
        return host, int(port)

    def spawn(self):
        """The process, which may take a while until it listens."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--store", self.store, "--listen", "127.0.0.1:0", *self.options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment},
            )

    def start(self):
        self.spawn()
        self.url = self.read_address()
        return self

    def read_address(self):
        said, deadline = b"", time.monotonic() + PATIENCE_S
        while not READY.search(said):
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            piece = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not piece:
                self.kill()
                raise AssertionError(f"the server did not start: {said!r}\n{self.log}")
            said += piece
        return READY.search(said).group(1).decode()

    def send_signal(self, number):
        self.process.send_signal(number)

    def stop(self, with_signal=signal.SIGTERM):
        """Asks the server to go, and holds it to a clean end."""
        if self.process.poll() is None:
            self.send_signal(with_signal)
        self.wait_for_end()

    def wait_for_end(self):
        code = self.process.wait(timeout=PATIENCE_S)
        self.process.stdout.close()
        assert code == 0, f"exit code {code}\n{self.log[-4000:]}"
        self.hold_to_sanitizers()

    def end(self):
        """For a test that may have stopped or killed the server itself, but must not find it dead."""
        if self.process.poll() is None:
            self.stop()
        code = self.process.returncode
        assert code in (0, -signal.SIGKILL), f"the server died: {code}\n{self.log[-4000:]}"
        self.hold_to_sanitizers()

    def hold_to_sanitizers(self):
        found = SANITIZER.search(self.log)
        assert found is None, self.log[max(found.start() - 500, 0) :][:6000]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def restart(self):
        self.stop()
        return self.start()

    def command(self, *arguments):
        return roster(*arguments, "--store", self.store, environment=self.environment)

    def do(self, *arguments):
        """A command that must succeed; its standard output."""
        done = self.command(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        assert SANITIZER.search(done.stderr) is None, done.stderr
        return done.stdout

    def tell(self, *arguments):
        """A command that must succeed, said over the socket of the running server as a command says it."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(PATIENCE_S)
            wire.connect(f"{self.database}.sock")
            message = json.dumps({"version": 1, "arguments": ["roster", *arguments]}).encode()
            wire.sendall(len(message).to_bytes(4, "big") + message)
            with wire.makefile("rb") as answer:
                reply = json.loads(answer.read(int.from_bytes(answer.read(4), "big")))
        assert reply["code"] == 0, f"{arguments}: {reply['code']} {reply['err']}"
        return reply["out"]

    def do_json(self, *arguments):
        return json.loads(self.do(*arguments, "--json"))

    def token(self, tenant, *options):
        return self.do("token", "add", "--tenant", tenant, *options).strip()

    def tenant(self, name=None, profile=None):
        self.tenants += 1
        name = name or f"t{self.tenants}"
        self.tell("tenant", "add", name, *(["--profile", profile] if profile else []))
        return Tenant(self, name, self.tell("token", "add", "--tenant", name).strip())
