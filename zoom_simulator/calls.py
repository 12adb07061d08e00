"""A record of the API calls that came in, complete enough to check each against Zoom's documents afterwards."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

KEPT_CALLS = 5000


@dataclass
class Answer:
    """What went back. `body` is parsed JSON, text, or None for an empty body."""

    status: int
    content_type: str
    body: Any


@dataclass
class Call:
    """One API call. Tokens and app secrets are never in it; `at` is simulated time in seconds since 1970.

    `answer` is what the caller got, None while there is none and for ever when it got nothing. `effect` is what the
    API did where a fault kept that from the caller.
    """

    number: int
    at: float
    method: str
    path: str
    query: dict[str, str]
    content_type: str
    body: Any
    user: str | None = None
    client_id: str | None = None
    fault: str | None = None
    answer: Answer | None = None
    effect: Answer | None = None
    took_ms: int | None = None


@dataclass
class CallLog:
    """The newest calls, oldest first."""

    _calls: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    _count: int = 0

    def add(self, at: float, method: str, path: str, query: dict[str, str], content_type: str, body: Any) -> Call:
        """Record a call that just came in and return the record, to be completed by its answer."""
        self._count += 1
        call = Call(self._count, at, method, path, query, content_type, body)
        self._calls.append(call)
        return call

    def all(self) -> list[Call]:
        """Every kept call, oldest first."""
        return list(self._calls)

    def clear(self) -> None:
        """Forget all calls and count from 1 again."""
        self._calls.clear()
        self._count = 0
