"""Odoo is killed while Zoom is being asked: after its restart every session has one meeting (R12)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dev.trial_stack import TrialStack
from tests.system.patience import eventually
from tests.system.practice import DANA, Practice, connected_practice
from tests.system.zoom_side import MEETINGS, ZoomSide

# Longer than the lease under which the killed process had claimed its work (zoom_reconciler.LEASE).
PAST_THE_LEASE_SECONDS = 200


@pytest.fixture
def practice(fresh_stack: TrialStack) -> Practice:
    """A fresh practice where Dana is connected and her demo sessions have their meetings."""
    return connected_practice(fresh_stack, "dana")


def kill_while_zoom_holds(practice: Practice, zoom: ZoomSide, answers: int) -> None:
    """Wait until Zoom has done what it was asked and holds its answers back, then kill Odoo and start it again."""
    eventually(lambda: zoom.waiting() >= answers, f"Zoom holds {answers} answers")
    practice.stack.kill_odoo()
    zoom.mend()
    practice.stack.restart_odoo()
    practice.stack.move_clock(PAST_THE_LEASE_SECONDS)


def test_a_create_that_zoom_did_and_odoo_never_noted_is_adopted(practice: Practice) -> None:
    zoom = ZoomSide(practice.stack)
    before = {one["id"] for one in zoom.live()}
    zoom.forget_calls()
    zoom.fault("hold", MEETINGS, "POST", times=None)
    session = practice.book()

    kill_while_zoom_holds(practice, zoom, 1)
    [made] = [one for one in zoom.live() if one["id"] not in before]
    assert practice.stack.sql("SELECT state, zoom_id FROM zoom_meeting WHERE session_id = %s", (session.id,)) == [
        ("wanted", None)
    ]

    practice.settle()
    assert practice.stack.sql("SELECT state, zoom_id FROM zoom_meeting WHERE session_id = %s", (session.id,)) == [
        ("live", str(made["id"]))
    ]
    assert {one["id"] for one in zoom.live()} == before | {made["id"]}
    assert len(zoom.creates()) == 1
    assert practice.status(session) == "ready"


def test_ten_sessions_booked_at_once_get_ten_meetings_though_odoo_was_killed_in_between(practice: Practice) -> None:
    zoom = ZoomSide(practice.stack)
    before = {one["id"] for one in zoom.live()}
    zoom.fault("hold", MEETINGS, "POST", times=None)
    sessions = practice.book_many([practice.moment(days=2) + timedelta(hours=hour) for hour in range(10)])

    kill_while_zoom_holds(practice, zoom, 4)  # as many as are asked at once
    practice.settle()

    made = [one for one in zoom.live(DANA) if one["id"] not in before]
    assert len(made) == 10
    booked = [session.id for session in sessions]
    adopted = practice.stack.sql(
        "SELECT zoom_id FROM zoom_meeting WHERE state = 'live' AND session_id = ANY(%s)", (booked,)
    )
    assert sorted(zoom_id for (zoom_id,) in adopted) == sorted(str(one["id"]) for one in made)
