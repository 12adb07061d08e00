"""Reads an answer of Zoom's: the JSON it should be, or the error it stands for.

What is read from an error are numbers, and names that have a name's form. Texts are matched, never kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import (
    MalformedAnswer,
    MeetingGone,
    NotAllowedToHost,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerTrouble,
    TokenRefused,
    UserUnknown,
    ZoomError,
)
from .rate_limits import is_daily, is_of_host, seconds_to_wait

# Zoom's codes, from its OpenAPI documents of 2026-03-10 and its guides.
TOKEN_CODES = frozenset({124, 4700, 4711, 4738, 4741})
USER_UNKNOWN_CODES = frozenset({1001, 1010})
NOT_ALLOWED_TO_HOST = 3161
SCHEDULING_NOT_POSSIBLE = 3000
MEETING_DOES_NOT_EXIST = 3001

_SCOPE_TEXT = "does not contain scopes"
_SCOPE_NAME = re.compile(r"\b[a-z][a-z_]*(?::[a-z_]+)+\b", re.ASCII)
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,79}", re.ASCII)
_TRACKING_ID = re.compile(r"[A-Za-z0-9_.:;=/+-]{1,120}", re.ASCII)
_XML_CODE = re.compile(r"<code>\s*(\d{1,9})\s*</code>", re.IGNORECASE | re.ASCII)
_XML_MESSAGE = re.compile(r"<message>([^<]*)</message>", re.IGNORECASE)
_MOST_NAMES = 20


@dataclass(frozen=True, repr=False)
class Answer:
    """An HTTP answer, read to its end.

    :ivar method: of the request
    :ivar headers: with lower-case names
    :ivar seen_at: when it came, naive UTC
    """

    method: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seen_at: datetime

    @property
    def tracking_id(self) -> str | None:
        """Zoom's `x-zm-trackingid`, if it has the form of one."""
        tracking_id = self.headers.get("x-zm-trackingid", "")
        return tracking_id if _TRACKING_ID.fullmatch(tracking_id) else None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any] | None:
        """The body's JSON object; None where the body is anything else."""
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return body if isinstance(body, dict) else None

    def text(self) -> str:
        """The body as text, with what is not UTF-8 replaced."""
        return self.body.decode("utf-8", "replace")


def object_in(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer that must have one.

    :raises ZoomError: the error that the answer stands for, or :class:`MalformedAnswer`
    """
    body = answer.json()
    if not answer.is_success or (body is not None and _code_in(body) is not None):
        raise error_in(answer)
    if body is None:
        raise MalformedAnswer(http_status=answer.status, tracking_id=answer.tracking_id)
    return body


def expect_no_error(answer: Answer) -> None:
    """Check the answer to a change: 204, which is all that Zoom's documents know for it.

    :raises ZoomError: as :func:`object_in`; :class:`MalformedAnswer` for any other success, which comes from somebody
        else than Zoom (a proxy's page has status 200), so that nobody takes the change for done
    """
    if answer.status != 204:
        object_in(answer)
        raise MalformedAnswer(http_status=answer.status, tracking_id=answer.tracking_id)


def error_in(answer: Answer) -> ZoomError:
    """The error that an answer of Zoom's REST API stands for."""
    code, message, fields = _said(answer)
    facts: dict[str, Any] = {"code": code, "http_status": answer.status, "tracking_id": answer.tracking_id}
    if answer.status == 429 or code == 429:
        return rate_limited(answer, message, facts)
    if answer.status >= 500:
        return server_trouble(answer, facts)
    if _SCOPE_TEXT in message:
        return ScopeMissing(_names(_SCOPE_NAME.findall(message.partition(_SCOPE_TEXT)[2])), **facts)
    if answer.status == 401 or code in TOKEN_CODES:
        return TokenRefused(**facts)
    if code is None:
        # Not Zoom's words: a proxy, a captive portal, a fault on the way. Nobody may conclude anything from it.
        return MalformedAnswer(**facts)
    return _refusal(answer, code, fields, facts)


def rate_limited(answer: Answer, message: str, facts: dict[str, Any]) -> RateLimited:
    """The error of a 429, with the wait that its headers or its text tell."""
    daily = is_daily(message, answer.headers.get("x-ratelimit-type"))
    wait = seconds_to_wait(answer.headers.get("retry-after"), daily=daily, now=answer.seen_at)
    return RateLimited(daily=daily, of_host=is_of_host(message), retry_after=wait, **facts)


def server_trouble(answer: Answer, facts: dict[str, Any]) -> ServerTrouble:
    """The error of a 5xx, with the wait that its header tells."""
    wait = seconds_to_wait(answer.headers.get("retry-after"), daily=False, now=answer.seen_at)
    return ServerTrouble(retry_after=wait, **facts)


def number_in(value: object) -> int | None:
    """A whole number of 18 digits at most that may have come as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**18 else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return int(value)
    return None


def http_date(header: str) -> datetime | None:
    """A `Date` header as naive UTC; None where it is not readable."""
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def _refusal(answer: Answer, code: int, fields: tuple[str, ...], facts: dict[str, Any]) -> ZoomError:
    if code == MEETING_DOES_NOT_EXIST and answer.status == 404:
        return MeetingGone(**facts)
    if code in USER_UNKNOWN_CODES:
        return UserUnknown(**facts)
    # 3000 has several meanings; for a call that schedules it says that this user cannot.
    if code == NOT_ALLOWED_TO_HOST or (code == SCHEDULING_NOT_POSSIBLE and answer.method in ("POST", "PATCH")):
        return NotAllowedToHost(**facts)
    return Refused(fields=fields, **facts)


def _said(answer: Answer) -> tuple[int | None, str, tuple[str, ...]]:
    """Code, message and field names of an error body in JSON or XML."""
    body = answer.json()
    if body is not None:
        message = body.get("message")
        return _code_in(body), message if isinstance(message, str) else "", _fields_in(body.get("errors"))
    text = answer.text()
    code, message_match = _XML_CODE.search(text), _XML_MESSAGE.search(text)
    message = message_match[1] if message_match else text
    return (int(code[1]) if code else None), message, ()


def _code_in(body: Mapping[str, Any]) -> int | None:
    return number_in(body.get("code"))


def _fields_in(errors: object) -> tuple[str, ...]:
    if not isinstance(errors, list):
        return ()
    fields = (error.get("field") for error in errors if isinstance(error, dict))
    return tuple(_names(field for field in fields if isinstance(field, str) and _FIELD_NAME.fullmatch(field)))


def _names(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))[:_MOST_NAMES]
