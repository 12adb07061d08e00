"""What people change by the throw of dice, while Zoom fails by the throw of dice."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.system.practice import Booked, Practice
from tests.system.zoom_side import ZoomSide

STEPS_BETWEEN_FAULTS = 8
LONGEST_LATENESS_SECONDS = 400
# Past every look, back-off and double check of the addon's.
LONG_SECONDS = 4000
# Sixty of these reach past midnight, where the day's writes of a host are used up by so many changes.
PATIENT_STEP_SECONDS = 1800

WRITES = ("POST", "PATCH", "DELETE")
FAULTS: tuple[Callable[[random.Random], dict[str, Any]], ...] = (
    lambda dice: {"kind": "answer_lost", "method": dice.choice(WRITES)},
    lambda dice: {
        "kind": "late_effect",
        "method": dice.choice(WRITES),
        "seconds": dice.randint(5, LONGEST_LATENESS_SECONDS),
    },
    lambda dice: {"kind": "reset", "method": dice.choice((*WRITES, "GET"))},
    lambda dice: {"kind": "status", "status": dice.choice((500, 502, 503, 429)), "effect": dice.random() < 0.5},
    lambda dice: {"kind": "html", "effect": dice.random() < 0.5},
    lambda dice: {"kind": "list_lag", "method": "GET", "seconds": dice.randint(5, 60), "times": 3},
    lambda dice: {"kind": "delay", "seconds": 0.2, "times": 2},
)


class Changes:
    """A few sessions and what a person does to them, by the throw of dice."""

    def __init__(self, practice: Practice, dice: random.Random, count: int) -> None:
        self.practice = practice
        self.dice = dice
        self.sessions = practice.book_many([practice.moment(days=2 + day) for day in range(count)])
        self.cancelled: set[int] = set()

    def step(self) -> None:
        """Move, cancel or restore one session."""
        session = self.dice.choice(self.sessions)
        if session.id in self.cancelled:
            self.practice.restore(session)
            self.cancelled.remove(session.id)
        elif self.dice.random() < 0.4:
            self.practice.cancel(session)
            self.cancelled.add(session.id)
        else:
            self.practice.move(session, self.practice.moment(days=self.dice.randint(2, 20), minutes=5))

    def assert_zoom_agrees(self) -> None:
        """Each scheduled session has one meeting at its time, each cancelled one none."""
        zoom = ZoomSide(self.practice.stack)
        for session in self.sessions:
            expected = [] if session.id in self.cancelled else [self._start(session)]
            found = [one["start_time"] for one in of_session(self.practice, zoom, session)]
            assert found == expected, f"session {session.id}"

    def _start(self, session: Booked) -> str:
        [[start]] = self.practice.stack.sql("SELECT start FROM telehealth_session WHERE id = %s", (session.id,))
        return f"{start:%Y-%m-%dT%H:%M:%SZ}"


def of_session(practice: Practice, zoom: ZoomSide, session: Booked) -> list[dict[str, Any]]:
    """Return the meetings at Zoom that bear a marker which was ever made for this session."""
    rows = practice.stack.sql("SELECT DISTINCT reference FROM zoom_meeting WHERE session_id = %s", (session.id,))
    return [one for one in zoom.live() if any(reference in one["topic"] for (reference,) in rows)]


def change_under_faults(practice: Practice, seed: int) -> None:
    """Change two sessions while Zoom fails, let it be well again and time pass; in the end Zoom is to agree.

    :raise AssertionError: it does not
    """
    zoom = ZoomSide(practice.stack)
    dice = random.Random(seed)
    changes = Changes(practice, dice, count=2)
    practice.hold_back_action()
    try:
        for _step in range(STEPS_BETWEEN_FAULTS):
            fault = dice.choice(FAULTS)(dice)
            zoom.fault(path="/v2/**", **{"times": 1, **fault})
            changes.step()
            practice.reconcile()
            practice.stack.move_clock(dice.choice((1, 25, 70, 700)))
    finally:
        practice.hold_back_action(held=False)
    zoom.mend()
    practice.stack.move_clock(LONGEST_LATENESS_SECONDS)
    practice.settle(step_seconds=PATIENT_STEP_SECONDS)
    practice.stack.move_clock(LONG_SECONDS)
    practice.settle(step_seconds=PATIENT_STEP_SECONDS)

    assert zoom.landing() == 0
    changes.assert_zoom_agrees()
