"""Answers for Google and Microsoft Graph what Odoo's calendar syncs ask them, and remembers it.

Each person has a calendar of their own, told by the token, which is "google-dana" or "outlook-omar". What a test
changes in it is told at the next sync.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Call:
    """One request: what was asked of whose calendar."""

    method: str
    path: str
    query: dict[str, list[str]]
    owner: str
    body: dict[str, Any]


class CalendarStub:
    """A server on 127.0.0.1. `latency_seconds` may be changed at any time."""

    def __init__(self) -> None:
        self.latency_seconds = 0.0
        self.calls: list[Call] = []
        self._events: dict[str, dict[str, dict[str, Any]]] = {}
        self._news: dict[str, dict[str, dict[str, Any]]] = {}
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> CalendarStub:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # === FOR TESTS === #

    def asked(self, method: str, owner: str | None = None) -> list[Call]:
        """Return the calls of one HTTP method, of one calendar or of all."""
        return [call for call in self.calls if call.method == method and owner in (None, call.owner)]

    def copies(self, owner: str) -> list[dict[str, Any]]:
        """Return what stands in one calendar."""
        return list(self._events.get(owner, {}).values())

    def change(self, owner: str, event_id: str, **changes: Any) -> None:
        """Change a copy as its owner does in Google's or Outlook's own page; told at the next sync."""
        with self._lock:
            event = self._events[owner][event_id]
            event.update(changes)
            later = (datetime.now(timezone.utc) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            event.update(updated=later, lastModifiedDateTime=later)
            self._news.setdefault(owner, {})[event_id] = dict(event)

    def tell(self, owner: str, *events: dict[str, Any]) -> None:
        """Tell what the owner made or changed that is no copy of Odoo's making, such as one occurrence of a series."""
        for event in events:
            with self._lock:
                self._events.setdefault(owner, {}).setdefault(event["id"], dict(event))
            self.change(owner, **{**event, "event_id": event["id"]})

    def forget(self, owner: str, event_id: str) -> None:
        """Take an event out of a calendar without a word, as an occurrence goes with a change of its series."""
        with self._lock:
            self._events.get(owner, {}).pop(event_id, None)

    def remove(self, owner: str, event_id: str) -> None:
        """Delete a copy as its owner does; told at the next sync."""
        with self._lock:
            self._events[owner].pop(event_id)
            gone = {"id": event_id, "status": "cancelled", "@removed": {"reason": "deleted"}}
            self._news.setdefault(owner, {})[event_id] = gone

    # === ANSWERS === #

    def answer(self, call: Call) -> tuple[int, dict[str, Any] | None]:
        """Return status and body for one request."""
        with self._lock:
            self.calls.append(call)
            if call.path.endswith("/instances"):
                return 200, {"value": self._instances(call.owner, call.path.split("/")[-2])}
            if call.method == "GET":
                news = list(self._news.pop(call.owner, {}).values())
                return 200, {
                    "items": news,
                    "nextSyncToken": "later",
                    "defaultReminders": [],
                    "value": news,
                    "@odata.deltaLink": f"{self.url}/delta?$deltatoken=later",
                }
            if call.method == "POST":
                return 200, self._insert(call)
            return self._change_one(call)

    def _instances(self, owner: str, series_id: str) -> list[dict[str, Any]]:
        """Return what Outlook knows of each occurrence of a series."""
        events = self._events.get(owner, {}).values()
        return [dict(event) for event in events if event.get("seriesMasterId") == series_id]

    def _insert(self, call: Call) -> dict[str, Any]:
        event = dict(call.body)
        event.setdefault("id", uuid.uuid4().hex)
        event["iCalUId"] = f"uid-{event['id']}"
        self._events.setdefault(call.owner, {})[event["id"]] = event
        return event

    def _change_one(self, call: Call) -> tuple[int, dict[str, Any] | None]:
        events, event_id = self._events.get(call.owner, {}), call.path.rsplit("/", 1)[-1]
        if event_id not in events:
            return 404, {"error": {"message": "Not Found"}}
        if call.method == "DELETE" or call.body.get("status") == "cancelled":
            del events[event_id]
            return 204, None
        events[event_id].update(call.body)
        return 200, events[event_id]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                time.sleep(stub.latency_seconds)
                address = urlsplit(self.path)
                query = parse_qs(address.query)
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = query.get("access_token", [(self.headers.get("Authorization") or "").removeprefix("Bearer ")])
                body = json.loads(text) if text else {}
                status, answer = stub.answer(Call(self.command, address.path, query, token[0], body))
                content = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                self.reply()

            def do_POST(self) -> None:
                self.reply()

            def do_PATCH(self) -> None:
                self.reply()

            def do_DELETE(self) -> None:
                self.reply()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the calls are kept."""

        return Handler
