"""Beside Odoo's own google_calendar and microsoft_calendar: what copies say, and what comes back from them (R23).

Dana syncs with Google, Omar with Outlook; both answer from a stub on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dev.trial_stack import TrialStack
from tests.system.other_calendars import DANA, GOOGLE, NEUTRAL, OUTLOOK, Side, as_told, beside, moment
from tests.system.practice import ODOO_FORMAT


@pytest.fixture(scope="module")
def side(stack: TrialStack) -> Iterator[Side]:
    yield from beside(stack)


def test_a_copy_carries_the_organizer_the_neutral_title_and_the_join_route_alone(side: Side) -> None:
    """R23, decision 3."""
    side.stub.calls.clear()
    for login, owner, title in (("dana", GOOGLE, "summary"), ("omar", OUTLOOK, "subject")):
        session = side.book(login)
        route = f"{side.stack.odoo_url}/telehealth/join/{session.token}"
        copy = side.copy(owner, session)
        assert copy[title] == NEUTRAL
        assert route in json.dumps(copy)
        assert "conferenceData" not in copy
        assert not copy.get("isOnlineMeeting")
    [inserted] = side.stub.asked("POST", GOOGLE)
    assert inserted.query["conferenceDataVersion"] == ["0"]
    assert [person["email"] for person in inserted.body["attendees"]] == [DANA]
    [inserted] = side.stub.asked("POST", OUTLOOK)
    assert inserted.body["attendees"] == []
    sent = json.dumps([call.body for call in side.stub.calls])
    for word in ("Alex", "alex@", "Grief", "divorce", "zoom.us", side.stack.simulator_url):
        assert word not in sent


def test_clients_are_invited_by_odoo_since_google_does_not_know_them(side: Side) -> None:
    before = len(side.stack.mails())
    side.book("dana")
    [invitation] = side.mails_since(before)
    assert "alex" in invitation["To"].lower()


@pytest.mark.parametrize(("login", "owner"), [("dana", GOOGLE), ("omar", OUTLOOK)])
def test_a_sync_in_either_direction_keeps_the_link_and_asks_zoom_nothing(side: Side, login: str, owner: str) -> None:
    """R23."""
    session = side.book(login)
    copy = side.copy(owner, session)
    side.stub.change(owner, copy["id"], **as_told(copy))
    side.sync()
    side.stack.rpc(login, "calendar.event", "write", [[session.event_id], {"location": "Room 1"}])
    side.sync()
    assert side.copy(owner, session)["location"] in ("Room 1", {"displayName": "Room 1"})
    side.assert_intact(session)
    assert side.zoom_calls() == []
    assert side.state(session) == "scheduled"


@pytest.mark.parametrize(("login", "owner", "title"), [("dana", GOOGLE, "summary"), ("omar", OUTLOOK, "subject")])
def test_what_is_changed_in_a_copy_reaches_the_session_and_nobody_else(
    side: Side, login: str, owner: str, title: str
) -> None:
    """The title goes to the encrypted label, a move moves; a link or a guest added there counts for nothing."""
    session = side.book(login)
    copy, start = side.copy(owner, session), side.practice.moment(days=20)
    told = as_told(copy) | {title: "Panic on trains"}
    told["start"] = moment(start)
    told["end"] = moment(start + timedelta(minutes=30))
    if owner == GOOGLE:
        meet = {"entryPoints": [{"entryPointType": "video", "uri": "https://meet.google.com/abc"}]}
        told |= {"conferenceData": meet, "description": "Bring the diary"}
        told["attendees"] = [*copy["attendees"], {"email": "stranger@elsewhere.example", "responseStatus": "accepted"}]
    else:
        told |= {"isOnlineMeeting": True, "onlineMeeting": {"joinUrl": "https://teams.microsoft.com/abc"}}
        told["attendees"] = [
            {"emailAddress": {"address": "stranger@elsewhere.example"}, "status": {"response": "accepted"}}
        ]
    side.stub.change(owner, copy["id"], **told)
    side.sync()
    side.assert_intact(session)
    [row] = side.stack.rpc(login, "telehealth.session", "read", [[session.id], ["label", "start", "minutes"]])
    assert (row["label"], row["start"], row["minutes"]) == ("Panic on trains", start.strftime(ODOO_FORMAT), 30)
    assert side.zoom_calls() == ["PATCH"]
    if owner == GOOGLE:
        [notes] = side.event(session, "notes")
        assert notes.count("Bring the diary") == 1
        side.stub.change(owner, copy["id"], **told)
        side.sync()
        assert side.event(session, "notes") == (notes,)


@pytest.mark.parametrize(("login", "owner"), [("dana", GOOGLE), ("omar", OUTLOOK)])
def test_a_copy_that_is_deleted_cancels_the_session_which_can_be_restored(side: Side, login: str, owner: str) -> None:
    session = side.book(login)
    before = len(side.stack.mails())
    side.stub.remove(owner, side.copy(owner, session)["id"])
    side.sync()
    assert (side.state(session), side.event(session, "active")) == ("cancelled", (False,))
    assert side.zoom_calls() == ["DELETE"]
    assert any("alex" in mail["To"].lower() for mail in side.mails_since(before))
    side.practice.restore(session, login)
    side.sync()
    assert (side.state(session), side.zoom_calls()) == ("scheduled", ["DELETE", "POST"])
    side.assert_intact(session)
    assert side.copy(owner, session)


def test_a_day_without_hours_in_a_copy_is_no_session_and_is_set_right_there(side: Side) -> None:
    session = side.book("dana")
    times = side.event(session, "start", "stop", "allday")
    copy = side.copy(GOOGLE, session)
    day = {"date": "2031-03-03", "dateTime": None}
    side.stub.change(GOOGLE, copy["id"], **as_told(copy) | {"start": day, "end": {"date": "2031-03-04"}})
    side.sync()
    assert side.event(session, "start", "stop", "allday") == times
    assert side.copy(GOOGLE, session)["start"]["dateTime"]
    assert side.zoom_calls() == []


@pytest.mark.parametrize(
    ("old", "owner", "new", "new_owner"), [("dana", GOOGLE, "omar", OUTLOOK), ("omar", OUTLOOK, "dana", GOOGLE)]
)
def test_a_change_of_provider_moves_the_copy_and_keeps_the_link(
    side: Side, old: str, owner: str, new: str, new_owner: str
) -> None:
    session = side.book(old)
    assert side.copy(owner, session)
    side.stack.rpc("sam", "calendar.event", "write", [[session.event_id], {"user_id": side.practice.user(new)}])
    side.sync()
    assert not [one for one in side.stub.copies(owner) if session.token in json.dumps(one)]
    assert side.copy(new_owner, session)
    side.assert_intact(session)
    assert sorted(side.zoom_calls()) == ["DELETE", "POST"]


@pytest.mark.parametrize(("login", "owner"), [("dana", GOOGLE), ("omar", OUTLOOK)])
def test_deleting_in_odoo_removes_the_copy_and_the_meeting(side: Side, login: str, owner: str) -> None:
    session = side.book(login)
    dialog = side.stack.rpc(login, "calendar.event", "action_unlink_event", [[session.event_id]])
    assert dialog["res_model"] == "calendar.popover.delete.wizard", "clients can still be told"
    side.stack.rpc(login, "calendar.event", "unlink", [[session.event_id]])
    side.sync()
    assert side.state(session) == "cancelled"
    assert not [one for one in side.stub.copies(owner) if session.token in json.dumps(one)]
    assert side.zoom_calls() == ["DELETE"]
