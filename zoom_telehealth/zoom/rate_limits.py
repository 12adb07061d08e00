"""When to come back after Zoom said "too many calls" (429).

Zoom's `Retry-After` has been seen as seconds and, on daily limits, as an ISO time; HTTP allows a date as well. The
daily limit of 100 meeting writes per host comes without the header: its text says "at GMT 00:00:00".
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# No limit of Zoom's is longer than a day: a longer wait is a mistake, or a clock that is off.
LONGEST_WAIT = 86400.0

# Zoom's clock is not quite ours: its new day is trusted so long after it began here. What it says of a limit in
# between is said of the day before.
MIDNIGHT_MARGIN = timedelta(seconds=30)

_HOST_TEXT = re.compile(r"meeting create/update|particular user", re.IGNORECASE)
_DAILY_TEXT = re.compile(r"\bdaily\b|GMT 00:00:00", re.IGNORECASE)


def is_daily(message: str, limit_type: str | None) -> bool:
    """Whether a 429 is about a limit per day.

    :param message: the text of Zoom's answer
    :param limit_type: its header `X-RateLimit-Type`, if any
    """
    return bool(_DAILY_TEXT.search(message)) or bool(limit_type and _DAILY_TEXT.search(limit_type.replace("-", " ")))


def is_of_host(message: str) -> bool:
    """Whether a 429 is about the meetings that one host may make or change in a day.

    :param message: the text of Zoom's answer
    """
    return bool(_HOST_TEXT.search(message)) and is_daily(message, None)


def seconds_to_wait(retry_after: str | None, *, daily: bool, now: datetime) -> float | None:
    """Seconds to wait, 0 to :data:`LONGEST_WAIT`; None if Zoom gave no hint.

    :param retry_after: the header `Retry-After`: seconds, an HTTP date or an ISO 8601 time
    :param daily: see :func:`is_daily`; without a readable header the wait then lasts until the next 00:00 UTC
    :param now: naive UTC
    """
    wait = _seconds(retry_after.strip(), now) if retry_after else None
    if wait is None and daily:
        wait = until_midnight(now)
    return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT)


def until_midnight(now: datetime) -> float:
    """Seconds until the next 00:00 UTC, at which Zoom resets its daily limits.

    :param now: naive UTC
    """
    return (next_midnight(now) - now).total_seconds()


def next_midnight(now: datetime) -> datetime:
    """The next 00:00 UTC, naive."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def host_day(now: datetime) -> date:
    """The UTC day to which a host's writes count.

    :param now: naive UTC
    """
    return (now - MIDNIGHT_MARGIN).date()


def next_host_day(now: datetime) -> datetime:
    """When a host's writes count anew, naive UTC."""
    return next_midnight(now - MIDNIGHT_MARGIN) + MIDNIGHT_MARGIN


def _seconds(text: str, now: datetime) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        moment = _http_date(text) or _iso_time(text)
        return None if moment is None else (moment - now).total_seconds()
    return seconds if math.isfinite(seconds) else None


def _http_date(text: str) -> datetime | None:
    try:
        return _naive_utc(parsedate_to_datetime(text))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _iso_time(text: str) -> datetime | None:
    try:
        return _naive_utc(datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text)))
    except (ValueError, OverflowError):
        return None


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
