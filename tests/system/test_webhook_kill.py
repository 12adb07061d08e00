"""Odoo is killed again and again while Zoom tells it a thousand things: nothing is lost, nothing counts twice (R20)."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from datetime import datetime, timezone
from threading import Thread
from typing import Any

import pytest

from dev.trial_stack import TrialStack
from tests.system.practice import Booked, Practice
from tests.system.webhook_side import WebhookSide
from tests.system.zoom_side import ZoomSide

SESSIONS = 9
ROUNDS = 5
CLIENTS = ("Ada", "Bo", "Cy", "Dee", "Eli")
DELIVERIES = 1000
# Zoom tries for the last time 85 minutes after the first: by then Odoo is left in peace.
PEACE_AFTER_SECONDS = 80 * 60
KILLS_DURING_RETRIES = 3
# People do not come and go faster: some eighty events a second.
BETWEEN_PEOPLE_SECONDS = 0.03
PAST_THE_START_SECONDS = 180
# Zoom's times have whole seconds: a meeting is not held twice within one.
BETWEEN_ROUNDS_SECONDS = 61
LONGEST_LIFE_SECONDS = 2.0
# The action's own interval is a minute: what nobody could wake it for is found by then.
EFFECT_SECONDS = 100.0


@pytest.fixture
def side(fresh_stack: TrialStack) -> WebhookSide:
    """A fresh practice that keeps attendance, and whose Zoom app is subscribed to events."""
    practice = Practice(fresh_stack)
    practice.connect("dana")
    side = WebhookSide(practice)
    side.switch_on("attendance")
    side.subscribe()
    return side


class Meetings:
    """Sessions that are held at the simulated Zoom, again and again."""

    def __init__(self, side: WebhookSide) -> None:
        self.side = side
        self.stack = side.stack
        practice = side.practice
        self.sessions = practice.book_many([practice.moment(days=0, minutes=2)] * SESSIONS)
        practice.settle()
        side.wait_until_worked_on()
        self.zoom_ids = {session.id: self._zoom_id(session) for session in self.sessions}
        # From here on only events tell what happens: the reconciler would ask Zoom, and find what was lost.
        practice.hold_back_action()
        self.stack.move_clock(PAST_THE_START_SECONDS)
        self.stack.simulator("DELETE", "/control/deliveries")

    def hold(self, stay: bool) -> None:
        """Hold every meeting once: all come, some go early, and the host ends it, or half of them `stay`."""
        for number, zoom_id in enumerate(self.zoom_ids.values()):
            self._person("POST", zoom_id, role="host")
            for client in CLIENTS:
                self._person("POST", zoom_id, name=client, admit=True)
            self._person("DELETE", zoom_id, name=CLIENTS[0])
            if not (stay and number % 2):
                self._person("DELETE", zoom_id)

    def _person(self, method: str, zoom_id: str, **wish: Any) -> None:
        self.stack.simulator(method, "/control/people", {"meeting_id": int(zoom_id), **wish})
        time.sleep(BETWEEN_PEOPLE_SECONDS)

    def _zoom_id(self, session: Booked) -> str:
        [[zoom_id]] = self.stack.sql(
            "SELECT zoom_id FROM zoom_meeting WHERE session_id = %s AND state = 'live'", (session.id,)
        )
        return str(zoom_id)


# === WHAT SHOULD BE THERE, FROM WHAT ZOOM DID; AND WHAT IS === #


def instances_at_zoom(meetings: Meetings) -> list[tuple[Any, ...]]:
    """Return every holding: its meeting, uuid, start and end."""
    found = [ZoomSide(meetings.stack).meeting(zoom_id) for zoom_id in meetings.zoom_ids.values()]
    return sorted(
        (str(one["id"]), held["uuid"], _moment(held["started_at"]), _moment(held["ended_at"]))
        for one in found
        for held in one["instances"]
    )


def instances_in_odoo(stack: TrialStack) -> list[tuple[Any, ...]]:
    """Return every holding that Odoo knows of."""
    rows = stack.sql(
        "SELECT m.zoom_id, i.zoom_uuid, i.started_at, i.ended_at FROM zoom_meeting_instance i"
        " JOIN zoom_meeting m ON m.id = i.meeting_id"
    )
    return sorted(rows)


def presences_told(side: WebhookSide) -> Counter[tuple[Any, ...]]:
    """Return what Zoom's events tell of people, read from the very bytes that were sent."""
    told: Counter[tuple[Any, ...]] = Counter()
    for delivery in side.sent():
        content = json.loads(delivery["body"])
        kind = content["event"].removeprefix("meeting.participant_")
        if kind != content["event"]:
            about = content["payload"]["object"]
            person = about["participant"]
            at = next(person[name] for name in ("join_time", "leave_time", "date_time") if name in person)
            moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ")
            told[about["uuid"], kind, person["participant_uuid"], moment] += 1
    return told


def presences_in_odoo(stack: TrialStack) -> Counter[tuple[Any, ...]]:
    """Return what Odoo noted of people."""
    return Counter(
        stack.sql(
            "SELECT i.zoom_uuid, p.kind, p.person_key, p.at FROM zoom_meeting_presence p"
            " JOIN zoom_meeting_instance i ON i.id = p.instance_id"
        )
    )


def _moment(seconds: float | None) -> datetime | None:
    return seconds and datetime.fromtimestamp(int(seconds), timezone.utc).replace(tzinfo=None)  # type: ignore[return-value]


# === KILLING === #


def kill_soon(side: WebhookSide, dice: random.Random) -> None:
    """Let Odoo live a little longer, kill it, and leave it down for a moment."""
    time.sleep(dice.uniform(0, LONGEST_LIFE_SECONDS))
    side.stack.kill_odoo()
    time.sleep(dice.uniform(0, 0.3))
    side.stack.restart_odoo()


def let_zoom_retry(side: WebhookSide, dice: random.Random) -> None:
    """Leap from retry to retry until nothing is left to send; some of the leaps end in Odoo's death.

    Behind each leap time runs as it does, so that retries come no denser than what they repeat.
    """
    peace, kills = side.now() + PEACE_AFTER_SECONDS, KILLS_DURING_RETRIES
    while underway := side.underway():
        wait = min(delivery["next_attempt_at"] for delivery in underway) - side.now()
        if wait < 2:
            time.sleep(0.2)
            continue
        side.stack.move_clock(wait - 1)
        if kills and side.now() < peace:
            kills -= 1
            kill_soon(side, dice)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [random.SystemRandom().randrange(10**6)])
def test_a_thousand_deliveries_to_an_odoo_that_is_killed_have_each_their_effect_once(
    side: WebhookSide, seed: int
) -> None:
    """The seed, another one in each run, stands in the test's name."""
    dice, meetings = random.Random(seed), Meetings(side)
    for number in range(ROUNDS):
        holding = Thread(target=meetings.hold, args=(number == ROUNDS - 1,))
        holding.start()
        kill_soon(side, dice)
        holding.join()
        side.stack.move_clock(BETWEEN_ROUNDS_SECONDS)
    let_zoom_retry(side, dice)
    side.wait_until_worked_on(EFFECT_SECONDS)

    sent = side.sent()
    assert len(sent) >= DELIVERIES
    fates = Counter((one["state"], *(attempt["status"] for attempt in one["attempts"])) for one in sent)
    assert {state for state, *_statuses in fates} == {"delivered"}, fates
    assert len(fates) > 1, "No kill hit a delivery: nothing was tried."
    # Before the kills: that a meeting was made may be told before Odoo knows it for its own.
    assert set(side.states()) <= {"done", "foreign"}
    assert instances_in_odoo(side.stack) == instances_at_zoom(meetings)
    assert presences_in_odoo(side.stack) == presences_told(side)
    states = dict(side.stack.sql("SELECT id, state FROM telehealth_session"))
    expected = {one.id: "live" if number % 2 else "ended" for number, one in enumerate(meetings.sessions)}
    assert {one: states[one] for one in expected} == expected
