"""A mail server that delivers nothing: it keeps each mail as a file, so that no mail of demo or test ever leaves."""

from __future__ import annotations

import itertools
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from dev import paths


class MailCatcher:
    """Speaks just enough SMTP on a port of 127.0.0.1; mails end up in `folder` as 00001.eml, 00002.eml, ..."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = paths.make(folder)
        self._numbers = itertools.count(len(list(folder.glob("*.eml"))) + 1)
        self._server = _Server(("127.0.0.1", port), _Conversation)
        self._server.catcher = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def keep(self, mail: bytes) -> None:
        """Store one mail."""
        (self.folder / f"{next(self._numbers):05d}.eml").write_bytes(mail)

    def mails(self) -> list[EmailMessage]:
        """Return every mail caught so far, oldest first."""
        return [_parse(path) for path in sorted(self.folder.glob("*.eml"))]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    catcher: MailCatcher


class _Conversation(socketserver.StreamRequestHandler):
    """One client's connection (RFC 5321: a greeting, commands of one line each, mail data up to a lone dot)."""

    def handle(self) -> None:
        self._say("220 mail catcher")
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                self._say("354 go on")
                cast(_Server, self.server).catcher.keep(self._data())
                self._say("250 kept")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _data(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line.rstrip(b"\r\n") == b".":
                break
            lines.append((line[1:] if line.startswith(b"..") else line).rstrip(b"\r\n"))
        return b"\n".join(lines) + b"\n"

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def _parse(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)
