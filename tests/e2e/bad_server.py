# SPDX-License-Identifier: Apache-2.0
"""Servers that a probe has to survive: one that answers anything, and one that stands in the way."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from daemon import PATIENCE_S

CONFIG = b"""{"patch":{"supported":true},"filter":{"supported":true},"sort":{"supported":true},
"etag":{"supported":true},"bulk":{"supported":true,"maxOperations":3}}"""
ESCAPE = b'{"detail":"\x1b[31mred\x07","\xc2\x9b":1}'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def read_body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def serving(handler, tls=None):
    """The URL of a server with this handler, as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Bad(Handler):
    """Each answer is bad in another way, but for the first ones, which let a run begin."""

    elsewhere = ""  # URL of another server
    released = threading.Event()
    hangs = 0
    floods = 0
    turn = 0

    def do_GET(self):
        body = self.read_body()
        if self.path.endswith("/ServiceProviderConfig"):
            return self.answer(200, CONFIG)
        if self.path.endswith("/Users?count=1") and "Bearer" in self.headers.get("Authorization", ""):
            return self.answer(200, b"{}")
        Bad.turn += 1
        ways = [self.html, self.no_json, self.escape, self.redirect, self.cut, self.deep, self.odd,
                self.hang, self.html, self.flood, self.echo, self.long_head]
        return ways[Bad.turn % len(ways)](body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def html(self, body):
        self.answer(500, b"<html><h1>\x1b]0;owned\x07Error</h1></html>", Content_Type="text/html")

    def no_json(self, body):
        self.answer(200, b'{"schemas":[')

    def escape(self, body):
        self.answer(201, ESCAPE, Location="http://x/\x1b[2J")

    def redirect(self, body):
        self.answer(307, Location=self.elsewhere + self.path)

    def cut(self, body):
        """Less than was promised, then the end."""
        self.answer(200, b"{}", Content_Length="1000")
        self.close_connection = True

    def deep(self, body):
        self.answer(200, b'{"a":' + b"[" * 100000)

    def odd(self, body):
        self.answer(299, b'{"status":299,"id":["x"],"Resources":{"a":1},"totalResults":"many"}')

    def hang(self, body):
        if Bad.hangs < 2:
            Bad.hangs += 1
            self.released.wait(PATIENCE_S)
        self.close_connection = True

    def flood(self, body):
        """A body without an end."""
        if Bad.floods >= 2:
            return self.html(body)
        Bad.floods += 1
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 65536)
        except OSError:
            self.close_connection = True

    def long_head(self, body):
        self.answer(200, b"{}", X_Long="x" * 60000, X_Longer="x" * 60000)

    def echo(self, body):
        self.answer(201, body or b"[]")


class Counting(Handler):
    """Nobody is to come here."""

    seen = 0

    def do_GET(self):
        Counting.seen += 1
        self.answer(200, b"{}")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET


def gate(target, holds):
    """Passes everything on to `target`. What `holds` says true for is done there, but its answer is
    kept back: `reached` tells, and `opened` lets it go."""
    reached, opened = threading.Event(), threading.Event()
    http = httpx.Client(base_url=target, timeout=PATIENCE_S, trust_env=False, verify=False)

    class Gate(Handler):
        def do_GET(self):
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            reply = http.request(self.command, self.path, headers=headers, content=self.read_body())
            if holds(self.command, self.path):
                reached.set()
                opened.wait(PATIENCE_S)
            kept = ("Location", "ETag", "Content-Type", "WWW-Authenticate")
            try:
                self.answer(reply.status_code, reply.content,
                            **{name.replace("-", "_"): reply.headers[name] for name in kept if name in reply.headers})
            except OSError:
                self.close_connection = True

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    return Gate, reached, opened
