"""Requests to the webhook letter by letter: what an HTTP library would put right, or refuse to send."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.system.webhook_side import SECRET, WebhookSide, signature

# Stands in every body: no log may show it.
MARK = "Zebrafish"
SIGNATURE, TIMESTAMP, LENGTH = "x-zm-signature", "x-zm-request-timestamp", "content-length"
WAIT_SECONDS = 20.0
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Answer(NamedTuple):
    """What came back: status, headers with lower-case names, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def has(self, name: str) -> bool:
        """Tell whether there is a header of this name."""
        return any(header == name for header, _value in self.headers)


@dataclass(frozen=True)
class Letter:
    """A request to be, made from a genuine one by one change after the other; each returns a new letter.

    :ivar body: what is signed, and sent where `sent` says nothing else
    :ivar sent: what follows the headers; None: the body
    """

    side: WebhookSide
    body: bytes
    target: str
    headers: tuple[tuple[str, bytes], ...] = ()
    method: str = "POST"
    sent: bytes | None = None

    def put(self, name: str, value: str | bytes) -> Letter:
        """Give a header another value, or add it."""
        rest = self.without(name).headers
        return replace(self, headers=(*rest, (name, _raw(value))))

    def also(self, name: str, value: str | bytes) -> Letter:
        """Send a header once more, in front of those that are there."""
        return replace(self, headers=((name, _raw(value)), *self.headers))

    def without(self, name: str) -> Letter:
        """Leave a header out."""
        return replace(self, headers=tuple(header for header in self.headers if header[0] != name))

    def value(self, name: str) -> str:
        """Return a header's value."""
        return dict(self.headers)[name].decode("latin-1")

    def signed(self, secret: str = SECRET, timestamp: int | str | None = None, over: bytes | None = None) -> Letter:
        """Sign the body as it is now (or other bytes than are sent), at the present or another time."""
        stamp = str(self.side.now() if timestamp is None else timestamp)
        text = self.body if over is None else over
        letter = self.put(LENGTH, str(len(self.body))).put(TIMESTAMP, stamp.encode())
        return letter.put(SIGNATURE, signature(secret, stamp, text))

    def saying(self, body: bytes) -> Letter:
        """Have another body, signed."""
        return replace(self, body=body).signed()

    def sending(self, sent: bytes) -> Letter:
        """Send other bytes than are signed, with a length that fits them."""
        return replace(self, sent=sent).put(LENGTH, str(len(sent)))

    def to(self, target: str) -> Letter:
        """Ask another path; `{path}` is the genuine one."""
        return replace(self, target=target.replace("{path}", self.target))

    def by(self, method: str) -> Letter:
        """Use another method."""
        return replace(self, method=method)

    def chunked(self) -> Letter:
        """Send the body in chunks, without a length."""
        middle = len(self.body) // 2
        parts = [self.body[:middle], self.body[middle:], b""]
        wire = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        return replace(self, sent=wire).without(LENGTH).put("transfer-encoding", "chunked")

    def post(self, address: str = "127.0.0.1") -> Answer:
        """Send it and return the answer.

        :param address: of the loopback network, from where it comes
        """
        to = urlsplit(self.side.url)
        head = b"%b %b HTTP/1.1\r\n" % (self.method.encode(), self.target.encode("latin-1"))
        lines = [(b"host", to.netloc.encode()), *((name.encode(), value) for name, value in self.headers)]
        head += b"".join(b"%b: %b\r\n" % line for line in lines) + b"connection: close\r\n\r\n"
        with socket.create_connection((to.hostname, to.port), WAIT_SECONDS, (address, 0)) as line:
            try:
                line.sendall(head + (self.body if self.sent is None else self.sent))
                line.shutdown(socket.SHUT_WR)
            except ConnectionError:
                pass  # it was refused before all was sent; the answer may be there
            return _answer(line)


def genuine(side: WebhookSide, mark: str = MARK) -> Letter:
    """Return what Zoom could have sent: a meeting that is none of ours has started."""
    about = {
        "id": "81234567890",
        "uuid": "4444AAAiAAAAAiAiAiiAii==",
        "topic": mark,
        "start_time": "2026-01-01T10:00:00Z",
    }
    content = {"event": "meeting.started", "payload": {"account_id": mark, "object": about}, "event_ts": 1767261600000}
    letter = Letter(side, json.dumps(content).encode(), urlsplit(side.url).path)
    return letter.put("content-type", "application/json; charset=utf-8").signed()


def _raw(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


def _answer(line: socket.socket) -> Answer:
    received = b""
    try:
        while part := line.recv(65536):
            received += part
    except ConnectionError:
        pass  # reset, as some of what we sent was never read
    while received.startswith(GO_ON):
        received = received.removeprefix(GO_ON)
    head, _blank, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    match = re.match(r"HTTP/1\.\d (\d{3})", first)
    assert match, f"No HTTP answer: {received[:200]!r}"
    headers = [(name.lower(), value) for name, _colon, value in (one.partition(": ") for one in rest)]
    return Answer(int(match[1]), headers, body)


class Watched:
    """Odoo's log from here on."""

    def __init__(self, side: WebhookSide) -> None:
        self._log = side.stack.odoo_log
        self._from = self._log.stat().st_size

    def text(self) -> str:
        """Return what was written since."""
        with self._log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def reasons(self) -> list[str]:
        """Return the reasons that were given since."""
        return re.findall(r"A webhook request for Zoom app \d+ was refused: (\w+)", self.text())

    def assert_silent_about(self, letter: Letter) -> None:
        """Nothing of the request but its path was logged, nor an error."""
        text = self.text()
        assert [word for word in (MARK, SECRET, "v0=", "Traceback", " ERROR ", " WARNING ") if word in text] == [], text
        proof = dict(letter.headers).get(SIGNATURE, b"").decode("latin-1").removeprefix("v0=")
        assert not proof or proof not in text, text


def assert_nothing_but(answer: Answer, status: int, ours: bool = True) -> None:
    """The answer has this status, leads nowhere, and begins no session."""
    assert (answer.status, answer.has("location")) == (status, False), answer
    if ours:
        assert not answer.has("set-cookie"), answer
        assert MARK.encode() not in answer.body
