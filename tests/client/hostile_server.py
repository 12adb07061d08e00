"""A server on raw sockets that answers as no web framework would: cut, late, reset, or with somebody else's page."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Reply = Callable[[socket.socket], None]


@dataclass
class SeenRequest:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def json(self) -> object:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class HostileServer:
    """Gives the replies one after another, the last one for ever; keeps what it was asked."""

    replies: list[Reply]
    tls: ssl.SSLContext | None = None
    requests: list[SeenRequest] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        # By name: urllib3 1.26 cannot check a certificate for a bare IP address.
        self.url = f"https://localhost:{self.port}" if self.tls else f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # shutdown() wakes the accept() of the other thread; close() alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self.requests.append(_read_request(connection))
            self.replies[min(len(self.requests), len(self.replies)) - 1](connection)
        except (OSError, ValueError):
            pass
        finally:
            connection.close()


def reply(status: int, body: bytes | str = b"", *, length: int | None = None, **headers: Any) -> Reply:
    """An HTTP answer; `length` lies about the body's size. Header names are given with `_` for `-`."""
    content = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content) if length is None else length}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head += ["Connection: close", "", ""]
    return lambda connection: connection.sendall("\r\n".join(head).encode() + content)


def json_reply(status: int, body: object, **headers: Any) -> Reply:
    return reply(status, json.dumps(body), Content_Type="application/json", **headers)


def html_page(status: int = 200) -> Reply:
    return reply(status, "<!DOCTYPE html><html><body>Please log in</body></html>", Content_Type="text/html")


def reset(connection: socket.socket) -> None:
    """Tear the connection down without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(connection: socket.socket) -> None:
    """Close politely without an answer."""


def silence(connection: socket.socket) -> None:
    """Never answer; end when the other side gives up."""
    connection.recv(1)


def trickle(connection: socket.socket) -> None:
    """An answer in drops, each in time, all of them never."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(200):
        connection.sendall(b"1\r\n \r\n")
        time.sleep(0.05)


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x00\x01\x02 this is not HTTP\r\n\r\n")


def _read_request(connection: socket.socket) -> SeenRequest:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, body = data.split(b"\r\n\r\n", 1)
    request_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _received(connection)
    method, target, _ = request_line.split(" ")
    return SeenRequest(method, target, headers, body)


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ValueError("The other side left.")
    return data
