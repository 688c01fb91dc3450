# SPDX-License-Identifier: Apache-2.0
"""Bytes on a socket, exactly as given: for what an HTTP client would not send."""

import json
import socket
from contextlib import contextmanager, suppress

from daemon import PATIENCE_S
from scenario import Reply


class Wire:
    """One connection. `send` writes bytes, `reply` reads one response, `closed` waits for the end."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=PATIENCE_S)
        self.stream = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())
        return self

    def send_while_open(self, data):
        """Sends what the peer may no longer want to read."""
        with suppress(OSError):
            self.send(data)
        return self

    def end_of_sending(self):
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def head(self):
        """Status and headers of the next response, or None at the end of the stream."""
        line = self.line()
        if not line:
            return None
        status, headers = int(line.split(b" ")[1]), {}
        while (line := self.line()) not in (b"", b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Reply(status, headers)

    def line(self):
        try:
            return self.stream.readline()
        except ConnectionError:
            return b""

    def reply(self, method="GET"):
        """The next response, or None when the peer goes before its end."""
        reply = self.head()
        if reply is None or method == "HEAD" or reply.status in (100, 204, 304):
            return reply
        if reply.headers.get("transfer-encoding") == "chunked":
            data = self.chunks()
        elif "content-length" in reply.headers:
            data = self.exactly(int(reply.headers["content-length"]))
        else:
            data = self.rest()
        if data is None:
            return None
        reply.text = data.decode()
        return reply

    def chunks(self):
        data = b""
        while size := int(self.line().split(b";")[0] or b"0", 16):
            piece = self.exactly(size + 2)
            if piece is None:
                return None
            data += piece[:-2]
        return data if self.line() else None

    def exactly(self, size):
        try:
            data = self.stream.read(size)
        except ConnectionError:
            return None
        return data if len(data) == size else None

    def rest(self):
        try:
            return self.stream.read()
        except ConnectionError:
            return b""

    def closed(self):
        """Whether the peer ends the connection without another byte."""
        return self.rest() == b""

    def close(self):
        self.stream.close()
        self.socket.close()


@contextmanager
def connected(server):
    wire = Wire(server.address)
    try:
        yield wire
    finally:
        wire.close()


def head(method, target, *headers, host="roster.example"):
    """The head of a request; `host=None` leaves the Host header out."""
    first = [f"{method} {target} HTTP/1.1"] + ([f"Host: {host}"] if host else [])
    return "\r\n".join([*first, *headers, "", ""])


def bearer(tenant):
    return f"Authorization: Bearer {tenant.token}"


def with_body(method, target, tenant, body, *headers):
    """A complete request with a body of JSON (or of text, as it stands)."""
    data = (body if isinstance(body, str) else json.dumps(body)).encode()
    sent = head(
        method,
        target,
        bearer(tenant),
        f"Content-Length: {len(data)}",
        "Content-Type: application/scim+json",
        *headers,
    )
    return sent.encode() + data


def ask(server, tenant, method, target, body, *headers):
    """One request on a connection of its own."""
    with connected(server) as wire:
        return wire.send(with_body(method, target, tenant, body, *headers)).reply(method)
