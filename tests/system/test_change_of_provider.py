"""Another provider takes a session over: the meeting moves to the new host, the link stays (R7, R8)."""

from __future__ import annotations

import pytest

from dev.trial_stack import TrialStack
from tests.system.practice import DANA, OMAR, Booked, Practice, connected_practice
from tests.system.zoom_side import ZoomSide


@pytest.fixture
def practice(fresh_stack: TrialStack) -> Practice:
    """A fresh practice where both providers are connected."""
    return connected_practice(fresh_stack, "dana", "omar")


def hand_over(practice: Practice, session: Booked) -> None:
    values = {"provider_id": practice.user("omar")}
    practice.stack.rpc("sam", "telehealth.session", "write", [[session.id], values])


def rows(practice: Practice, session: Booked) -> list[tuple]:
    return practice.stack.sql(
        "SELECT provider_id, state, zoom_id FROM zoom_meeting WHERE session_id = %s ORDER BY id", (session.id,)
    )


def test_the_old_meeting_goes_by_the_old_hosts_token_and_the_link_leads_to_the_new_one(practice: Practice) -> None:
    zoom = ZoomSide(practice.stack)
    session = practice.book(practice.moment(days=0, minutes=10))
    practice.settle()
    [(_host, _state, old)] = rows(practice, session)
    zoom.forget_calls()

    hand_over(practice, session)
    practice.settle()

    [gone, live] = rows(practice, session)
    assert gone == (practice.user("dana"), "gone", old)
    assert live[:2] == (practice.user("omar"), "live")
    assert zoom.meeting(old)["deleted"]
    assert zoom.meeting(live[2])["host_email"] == OMAR
    assert [(call["user"], call["path"]) for call in zoom.calls("DELETE")] == [(DANA, f"/v2/meetings/{old}")]
    assert practice.session(session.id) == session  # the token in the link, above all
    alex = practice.sign_in("alex")
    page = alex.get(f"{practice.stack.odoo_url}/my/sessions/{session.token}", timeout=30).text
    assert "Join session" in page
    assert "Omar Haddad" in page


def test_a_meeting_whose_host_is_disconnected_is_kept_in_mind_and_removed_later(practice: Practice) -> None:
    zoom = ZoomSide(practice.stack)
    session = practice.book()
    practice.settle()
    [(_host, _state, old)] = rows(practice, session)
    practice.disconnect("dana")

    hand_over(practice, session)
    practice.reconcile()
    orphan, live = rows(practice, session)
    assert orphan == (practice.user("dana"), "leaving", old)
    assert live[:2] == (practice.user("omar"), "live")
    assert not zoom.meeting(old)["deleted"]

    practice.connect("dana")
    practice.settle()
    assert zoom.meeting(old)["deleted"]
    assert [one["id"] for one in zoom.live(DANA)].count(int(old)) == 0
