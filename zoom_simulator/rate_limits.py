"""Zoom's limits of calls: each account's per second and day by its plan, each host's 100 meeting writes a day.

Zoom documents them per account, shared by all apps: https://developers.zoom.us/docs/api/rate-limits/. They are counted
always and enforced when the control API says so. Seconds are real ones, over any span of one second; days are UTC days
of the simulated clock. A refused call counts towards nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

LIGHT, MEDIUM = "light", "medium"
# By plan and category: calls per second, calls per day (None: Zoom names none).
PLANS: dict[str, dict[str, tuple[int, int | None]]] = {
    "free": {LIGHT: (4, 6000), MEDIUM: (2, 2000)},
    "pro": {LIGHT: (30, None), MEDIUM: (20, None)},
    "business": {LIGHT: (80, None), MEDIUM: (60, None)},
}
HOST_WRITES_A_DAY = 100
# Zoom's label of each endpoint in its OpenAPI documents; all others that are simulated are light.
MEDIUM_PATHS = ("/v2/users/{user_id}/meetings", "/v2/users/{user_id}/settings")
WRITES = (("POST", "/v2/users/{user_id}/meetings"), ("PATCH", "/v2/meetings/{meeting_id}"))
RETRY_AFTER = ("none", "seconds", "http_date", "iso")

SECOND_TEXT = "You have reached the maximum per-second rate limit for this API. Try again later."
DAY_TEXT = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)
HOST_TEXT = (
    "You have exceeded the daily rate limit ({limit}) of Meeting Create/Update API requests permitted for this "
    "particular user. You may resume these requests at GMT 00:00:00."
)


def category_of(method: str, path: str) -> str:
    """The label of an endpoint.

    :param path: with the names of its variable parts, as the route has it
    """
    return MEDIUM if method == "GET" and path in MEDIUM_PATHS else LIGHT


@dataclass(frozen=True)
class Refusal:
    """A 429: its text, and its `Retry-After` where it has one."""

    message: str
    retry_after: str | None


@dataclass
class RateLimits:
    """What was called, and what is enforced.

    :ivar plans: by account id what Zoom enforces; "" stands for every other account
    :ivar host_writes: how many writes a host has on a day; None: not enforced
    :ivar retry_after: the form of the header: none, seconds, http_date or iso
    """

    plans: dict[str, str] = field(default_factory=dict)
    host_writes: int | None = None
    retry_after: str = "none"
    most_in_a_second: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _days: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _recent: defaultdict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def admit(self, account: str, host: str, category: str, is_write: bool, at: float, now: float) -> Refusal | None:
        """Count a call, or say why it is refused.

        :param host: e-mail of the user whose meeting it is
        :param at: when it came, seconds on a real, steady clock
        :param now: simulated time in seconds since 1970
        """
        moment = datetime.fromtimestamp(now, timezone.utc)
        day = moment.strftime("%Y-%m-%d")
        recent = self._recent[account, category]
        while recent and recent[0] <= at - 1:
            recent.popleft()
        refusal = self._refusal(account, host, category, is_write, len(recent), moment)
        if refusal:
            return refusal
        recent.append(at)
        self.most_in_a_second[category] = max(self.most_in_a_second[category], len(recent))
        self._days[account, category, day] += 1
        self.writes[host, day] += is_write
        return None

    def _refusal(
        self, account: str, host: str, category: str, is_write: bool, in_this_second: int, moment: datetime
    ) -> Refusal | None:
        day = moment.strftime("%Y-%m-%d")
        midnight = (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        if is_write and self.host_writes is not None and self.writes[host, day] >= self.host_writes:
            self.refused["host"] += 1
            return Refusal(HOST_TEXT.format(limit=self.host_writes), self._header(moment, midnight))
        per_second, per_day = PLANS.get(self.plans.get(account, self.plans.get("", "")), {}).get(category, (None, None))
        if per_day is not None and self._days[account, category, day] >= per_day:
            self.refused["day"] += 1
            return Refusal(DAY_TEXT, self._header(moment, midnight))
        if per_second is not None and in_this_second >= per_second:
            self.refused["second"] += 1
            return Refusal(SECOND_TEXT, self._header(moment, moment + timedelta(seconds=1)))
        return None

    def _header(self, moment: datetime, until: datetime) -> str | None:
        if self.retry_after == "seconds":
            return str(max(1, round((until - moment).total_seconds())))
        if self.retry_after == "http_date":
            return format_datetime(until, usegmt=True)
        return until.strftime("%Y-%m-%dT%H:%M:%SZ") if self.retry_after == "iso" else None
