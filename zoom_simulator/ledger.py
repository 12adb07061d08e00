"""The ledger of secrets, for `--ledger FILE`: every token, code, link, passcode and app secret that was issued or told.

Who tests an app can then look for each of them wherever they must not be. One line of JSON each: `kind` and `value`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .state import World

SHORTEST = 8  # shorter ones are found everywhere by chance
# The names under which secrets travel, in JSON, forms and the queries of links.
KINDS = {
    "access_token": "access token",
    "refresh_token": "refresh token",
    "token": "access token",
    "code": "authorization code",
    "code_verifier": "code verifier",
    "client_secret": "client secret",
    "webhook_secret": "secret token",
    "password": "passcode",
    "encrypted_password": "passcode in a link",
    "pwd": "passcode in a link",
    "zak": "host key",
    "tk": "personal link",
    "start_url": "start link",
    "join_url": "join link",
    "download_token": "download token",
    "recording_play_passcode": "passcode",
}
LINKS = ("start_url", "join_url")


class Ledger:
    """Appends each secret to a file that several simulators may share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._noted: set[tuple[str, str]] = set()

    def note_apps(self, world: World) -> None:
        """Note the secrets with which a world begins."""
        for app in world.apps.values():
            self.note([("client secret", app.client_secret), ("secret token", app.webhook_secret)])

    def note(self, secrets: Iterable[tuple[str, str]]) -> None:
        """Append those that are new and long enough to be recognised."""
        fresh = [pair for pair in dict.fromkeys(secrets) if len(pair[1]) >= SHORTEST and pair not in self._noted]
        if not fresh:
            return
        self._noted.update(fresh)
        lines = "".join(json.dumps({"kind": kind, "value": value}) + "\n" for kind, value in fresh)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as out:
            out.write(lines)


def note_secrets(ledger: Ledger) -> Middleware:
    """A middleware that notes what comes in and what goes out; it goes outside of all others."""

    @web.middleware
    async def noting(request: web.Request, handler: Handler) -> web.StreamResponse:
        ledger.note([*_in_header(request), *secrets_in(_parsed(request.content_type, await request.read()))])
        answer = await handler(request)
        body = answer.body if isinstance(answer, web.Response) else None
        if isinstance(body, (bytes, bytearray)):
            ledger.note(secrets_in(_parsed(answer.content_type, bytes(body))))
        ledger.note(_in_link(answer.headers.get("Location", "")))
        return answer

    return noting


def secrets_in(data: Any) -> Iterator[tuple[str, str]]:
    """What of some parsed JSON or form is secret, at any depth, as pairs of kind and value."""
    if isinstance(data, list):
        for item in data:
            yield from secrets_in(item)
    elif isinstance(data, Mapping):
        for name, value in data.items():
            if not isinstance(value, str):
                yield from secrets_in(value)
            elif name in LINKS:
                yield from ((KINDS[name], value), *_in_link(value))
            elif name in KINDS:
                yield KINDS[name], value


def _in_link(link: str) -> Iterator[tuple[str, str]]:
    return secrets_in(dict(parse_qsl(urlsplit(link).query)))


def _in_header(request: web.Request) -> Iterator[tuple[str, str]]:
    """The app's secret that stands in a call to the token endpoint."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            yield "client secret", base64.b64decode(credentials, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return


def _parsed(content_type: str, raw: bytes) -> Any:
    text = raw.decode(errors="replace")
    if content_type == "application/json":
        try:
            return json.loads(text)
        except ValueError:
            return None
    return dict(parse_qsl(text)) if content_type == "application/x-www-form-urlencoded" else None
