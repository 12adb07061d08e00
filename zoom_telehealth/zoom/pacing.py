"""Makes calls wait until Zoom's limits allow them, in whichever thread makes them.

Places in line are given out elsewhere (:mod:`..models.zoom_call_pace` asks the database, which all processes share);
here they are kept to. A thread that comes late must not run into the one behind it: so a gate for each account counts
what this process really sends.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .errors import HeldBack
from .plan_limits import category_of

# Two calls that are a second apart here may be less at Zoom, by what the first took longer on its way.
SECOND = 1.03


@dataclass(frozen=True)
class Places:
    """Places in line for calls of one category.

    :ivar starts: when each may start, on :func:`time.monotonic`'s scale; fewer than asked for where the rest is refused
    :ivar interval: seconds from one place to the next
    :ivar per_second: how many calls Zoom takes in a second
    :ivar wait: seconds until another try for the first that was refused, if one was
    :ivar daily: it was refused for the rest of the UTC day
    """

    starts: tuple[float, ...]
    interval: float
    per_second: int
    wait: float = 0.0
    daily: bool = False


@dataclass(frozen=True)
class Place:
    """One place in line: see :class:`Places`."""

    category: str
    start: float
    per_second: int


class Reserve(Protocol):
    """Takes places in line; works in any thread."""

    def __call__(self, category: str, count: int, patient: bool = True) -> Places:
        """Take so many places; all of them, however late, where it is not patient."""


class Gate:
    """Lets no more of an account's calls of one category through in a second than Zoom takes, in this process.

    Calls that were all held up may catch up, but not so far that the way to Zoom makes one second of two.
    """

    def __init__(self, per_second: int) -> None:
        self._lock = threading.Lock()
        # One fewer than Zoom takes, for the same reason.
        most = max(1, per_second - 1)
        self._last = deque([-math.inf] * most, maxlen=most)

    def pass_at(self, start: float) -> None:
        """Wait until `start`, and until a second has passed since the call before which a second is full."""
        _sleep_until(start)
        # Whoever comes next would have to wait as well; and what counts is when a thread woke, not when it should have.
        with self._lock:
            _sleep_until(self._last[0] + SECOND)
            self._last.append(time.monotonic())


class Pace:
    """Holds the calls of one task to the limits of one Zoom account.

    :param account: whose limits these are
    :param reserve: takes places in line that are not held already
    :param held: places that were taken for this task
    :param hurried: a person waits: calls go at once, and are counted
    """

    def __init__(self, account: str, reserve: Reserve, held: Iterable[Place] = (), hurried: bool = False) -> None:
        self._account = account
        self._reserve = reserve
        self._hurried = hurried
        self._begun = False
        self._held: dict[str, deque[Place]] = {}
        for place in held:
            self._held.setdefault(place.category, deque()).append(place)

    def __call__(self, method: str, template: str) -> None:
        """Wait for the turn of a call.

        :raises HeldBack: its turn is too far off; nothing of the task was sent
        """
        category = category_of(method, template)
        if self._hurried:
            self._reserve(category, 1, patient=False)
            return
        held = self._held.get(category)
        place = held.popleft() if held else self._one_more(category)
        self._begun = True
        _gate(self._account, category, place.per_second).pass_at(place.start)

    def _one_more(self, category: str) -> Place:
        # What was begun is finished: a task that stops half way has changed something and does not know what.
        places = self._reserve(category, 1, patient=not self._begun)
        if not places.starts:
            raise HeldBack(daily=places.daily, retry_after=places.wait)
        return Place(category, places.starts[0], places.per_second)


_gates: dict[tuple[str, str, int], Gate] = {}
_gates_lock = threading.Lock()


def _gate(account: str, category: str, per_second: int) -> Gate:
    with _gates_lock:
        key = account, category, per_second
        return _gates.setdefault(key, Gate(per_second))


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
