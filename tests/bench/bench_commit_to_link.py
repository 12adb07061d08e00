"""How soon after the save a session has a link that works, with a Zoom that answers at once; nothing of it in the save.

Both moments are seen from outside, by looking at the database again and again: the session's commit, and the commit of
the meeting with its link. The scheduled action is woken by the commit, as it is for everybody.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from threading import Event, Thread

from dev.measurement import Measurement
from dev.trial_stack import TrialStack
from tests.bench.webhook_load import percentile
from tests.system.practice import Practice

SESSIONS = 60
WARM_UP = 5
LOOK_EVERY_SECONDS = 0.004
REST_SECONDS = 0.3
MOST_SECONDS = 30.0
CREATE = ("POST", "/v2/users/me/meetings")


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield the time from commit to link, and how many calls reached Zoom before the commit."""
    yield Measurement("link: the machine's load before (1: one core busy)", os.getloadavg()[0], "processes")
    practice = Practice(stack)
    practice.connect("dana")
    practice.settle()
    stack.simulator("DELETE", "/control/calls")
    waits: list[float] = []
    saves: list[float] = []
    early = 0
    for number in range(SESSIONS + WARM_UP):
        watch = _Watch(stack)
        began = time.monotonic()
        practice.book(practice.moment(days=2, minutes=60 * number))
        saved = time.monotonic() - began
        watch.join(MOST_SECONDS)
        assert watch.link_at, "no link came"
        creates = [call["at"] for call in _calls(stack) if (call["method"], call["path"]) == CREATE]
        early += creates[-1] < watch.committed_at_utc
        if number >= WARM_UP:
            waits.append(watch.link_at - watch.committed_at)
            saves.append(saved)
        time.sleep(REST_SECONDS)
    yield Measurement("link: from commit, p50", statistics.median(waits), "s")
    yield Measurement("link: from commit, p95", percentile(waits, 0.95), "s", 0.15)
    yield Measurement("link: from commit, fastest", min(waits), "s")
    yield Measurement("link: the user's save, p50", statistics.median(saves), "s")
    yield Measurement("link: calls to Zoom before the commit", early, "calls", 0)


def _calls(stack: TrialStack) -> list[dict[str, float]]:
    calls: list[dict[str, float]] = stack.simulator("GET", "/control/calls")["calls"]
    return calls


class _Watch(Thread):
    """Sees when one more session, and then one more live meeting, is there for everybody."""

    def __init__(self, stack: TrialStack) -> None:
        super().__init__(daemon=True)
        self._stack = stack
        self._ready = Event()
        self.committed_at = self.committed_at_utc = self.link_at = 0.0
        self.start()
        self._ready.wait()

    def run(self) -> None:
        sessions, meetings = self._counts()
        self._ready.set()
        end = time.monotonic() + MOST_SECONDS
        while not self.link_at and time.monotonic() < end:
            time.sleep(LOOK_EVERY_SECONDS)
            now_sessions, now_meetings = self._counts()
            if not self.committed_at and now_sessions > sessions:
                self.committed_at, self.committed_at_utc = time.monotonic(), time.time() - LOOK_EVERY_SECONDS
            if now_meetings > meetings:
                self.link_at = time.monotonic()

    def _counts(self) -> tuple[int, int]:
        query = (
            "SELECT (SELECT count(*) FROM telehealth_session), (SELECT count(*) FROM zoom_meeting WHERE state = 'live')"
        )
        [[sessions, meetings]] = self._stack.sql(query)
        return int(sessions), int(meetings)
