"""Zoom's limits of calls by plan and endpoint, and the arithmetic that keeps to them.

Zoom counts per Zoom account, over all apps: https://developers.zoom.us/docs/api/rate-limits/ (read 2026-02). An
endpoint's label (light, medium, heavy) stands in Zoom's OpenAPI documents. The free plan has limits per day as well;
the paid ones have them for heavy endpoints alone, which nothing here calls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LIGHT, MEDIUM = "light", "medium"

FREE, PRO, BUSINESS = "free", "pro", "business"

# Zoom takes so many creates and updates of meetings for each host and UTC day; the last ones are for what is urgent.
HOST_WRITES_A_DAY = 100
HOST_WRITES_FOR_ALL = 90


@dataclass(frozen=True)
class Limit:
    """How many calls an account may make; `per_day` None where Zoom names no such limit."""

    per_second: int
    per_day: int | None = None


LIMITS = {
    FREE: {LIGHT: Limit(4, 6_000), MEDIUM: Limit(2, 2_000)},
    PRO: {LIGHT: Limit(30), MEDIUM: Limit(20)},
    BUSINESS: {LIGHT: Limit(80), MEDIUM: Limit(60)},
}
# What a person attested (see plans.py) in terms of these limits. Other plans of Zoom's are taken for Pro.
LIMITS_OF_PLAN = {"basic": FREE, "pro": PRO, "business": BUSINESS, "business_plus": BUSINESS, "enterprise": BUSINESS}

_MEDIUM_PATHS = frozenset({"/users/me/meetings", "/users/me/settings"})


def category_of(method: str, template: str) -> str:
    """The label of an endpoint.

    :param template: the path below `/v2`, its variable parts named
    """
    return MEDIUM if method == "GET" and template in _MEDIUM_PATHS else LIGHT


def lowest(plans: list[str]) -> str:
    """The plan with the lowest limits of some; Pro where none is known."""
    return min(plans, key=lambda plan: LIMITS[plan][LIGHT].per_second, default=PRO)


@dataclass(frozen=True)
class Bucket:
    """What is known of one account's calls of one category: when the next may start, and how many today had.

    Virtual scheduling (the generic cell rate algorithm): each call takes its place in line, one interval after the one
    before, so that calls of all processes come evenly and none waits for an answer.

    :ivar free_at: when the next call may start, seconds on the scale of `now`
    :ivar taken: calls of today
    """

    free_at: float
    taken: int = 0

    def reserve(
        self, count: int, now: float, interval: float, most_wait: float = math.inf, per_day: int | None = None
    ) -> tuple[Bucket, int]:
        """Take places in line for as many of `count` calls as need not wait too long and are left of the day.

        The first one granted starts at :meth:`next_at`, each other an interval later.

        :param interval: seconds from one call to the next
        :param most_wait: how many seconds the last one may have to wait
        :return: the bucket from then on, and how many calls were granted
        """
        first = self.next_at(now)
        in_time = count if math.isinf(most_wait) else max(0, math.floor((now + most_wait - first) / interval) + 1)
        left = count if per_day is None else max(0, per_day - self.taken)
        granted = min(count, in_time, left)
        return Bucket(first + granted * interval if granted else self.free_at, self.taken + granted), granted

    def next_at(self, now: float) -> float:
        """When the next call may start."""
        return max(self.free_at, now)
