"""Calls wait for their turn in the thread that makes them."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from zoom.errors import HeldBack
from zoom.pacing import Gate, Pace, Place, Places
from zoom.plan_limits import LIGHT, MEDIUM

PER_SECOND = 30


class Line:
    """Gives out places that start after so many seconds; the patient get none that starts after half a second."""

    def __init__(self, *waits: float, daily: bool = False) -> None:
        self._waits = list(waits)
        self._daily = daily
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, category: str, count: int, patient: bool = True) -> Places:
        self.asked.append((category, patient))
        wait = self._waits.pop(0) if self._waits else 0.0
        if patient and wait > 0.5:
            return Places((), 1 / PER_SECOND, PER_SECOND, wait, self._daily)
        return Places((time.monotonic() + wait,), 1 / PER_SECOND, PER_SECOND)


def seconds_of(pace: Pace, method: str = "GET", template: str = "/meetings/{id}") -> float:
    """How long a call waits for its turn."""
    began = time.monotonic()
    pace(method, template)
    return time.monotonic() - began


def test_a_call_waits_for_its_place() -> None:
    assert seconds_of(Pace("waits", Line(0.2))) >= 0.2


def test_places_that_are_held_are_used_before_others_are_taken() -> None:
    line = Line()
    pace = Pace("holds", line, [Place(LIGHT, time.monotonic() + 0.1, PER_SECOND)])
    assert seconds_of(pace) >= 0.1
    assert line.asked == []
    pace("GET", "/meetings/{id}")
    pace("GET", "/users/me/meetings")
    assert [category for category, _patient in line.asked] == [LIGHT, MEDIUM]


def test_a_turn_too_far_off_is_told_and_nothing_is_sent() -> None:
    with pytest.raises(HeldBack) as held:
        Pace("refused", Line(40.0))("POST", "/users/me/meetings")
    assert (held.value.retry_after, held.value.daily, held.value.was_sent) == (40.0, False, False)


def test_the_end_of_the_day_is_told_as_such() -> None:
    with pytest.raises(HeldBack) as held:
        Pace("day", Line(3600.0, daily=True))("GET", "/meetings/{id}")
    assert held.value.daily


def test_what_was_begun_is_finished_however_long_it_waits() -> None:
    line = Line(0.0, 0.6)
    pace = Pace("begun", line)
    pace("PATCH", "/meetings/{id}")
    assert seconds_of(pace) >= 0.6
    assert [patient for _category, patient in line.asked] == [True, False]


def test_a_person_goes_ahead_and_is_counted() -> None:
    line = Line(30.0)
    assert seconds_of(Pace("hurried", line, hurried=True)) < 5
    assert line.asked == [(LIGHT, False)]


def test_who_comes_late_does_not_run_into_the_one_behind() -> None:
    """Threads that were all held up until now do not start more in a second than Zoom takes."""
    gate, passed = Gate(6), []

    def go(_number: int) -> None:
        gate.pass_at(-math.inf)
        passed.append(time.monotonic())

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(go, range(12)))
    passed.sort()
    # Each may wake late and is then seen late, but none passes early.
    assert passed[11] - passed[0] >= 1.5
    assert passed[4] - passed[0] < 1.0, "what was held up catches up"
