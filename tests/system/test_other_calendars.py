"""Beside Odoo's own google_calendar and microsoft_calendar: what copies say, and what comes back from them (R23).

Dana syncs with Google, Omar with Outlook; both answer from a stub on this machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from dev.trial_stack import TrialStack
from tests.bench.calendar_stub import CalendarStub
from tests.system.practice import ODOO_FORMAT, Booked, Practice
from tests.system.zoom_side import ZoomSide

ADDONS = Path(__file__).parents[1] / "bench" / "addons"
GOOGLE, OUTLOOK = "google-dana", "outlook-omar"
NEUTRAL = "Telehealth session"
TITLE = "Griefwork after a divorce"
DANA, OMAR = "dana@sunrise-practice.example", "omar@sunrise-practice.example"
CRONS = ("google_calendar.ir_cron_sync_all_cals", "microsoft_calendar.ir_cron_sync_all_cals")


class Side:
    """The practice, its providers' other calendars, and Zoom."""

    def __init__(self, stack: TrialStack, stub: CalendarStub) -> None:
        self.stack, self.stub = stack, stub
        self.practice, self.zoom = Practice(stack), ZoomSide(stack)
        self._days = 1

    def book(self, login: str, **values: Any) -> Booked:
        """Book a session with Alex as its provider does, invitation and all."""
        self._days += 1
        start = self.practice.moment(days=self._days)
        row = {
            "start": start.strftime(ODOO_FORMAT),
            "stop": (start + timedelta(minutes=50)).strftime(ODOO_FORMAT),
            "label": TITLE,
            "client_ids": [[4, self.practice.partner("alex")]],
            **values,
        }
        [made] = self.stack.rpc(login, "telehealth.session", "create", [[row]])
        self.practice.settle()
        self.zoom.forget_calls()
        return self.practice.session(made)

    def copy(self, owner: str, session: Booked) -> dict[str, Any]:
        """Return a session's copy, known by our join route."""
        return next(one for one in self.stub.copies(owner) if session.token in json.dumps(one))

    def sync(self) -> None:
        """Let both calendars sync, and then Zoom follow."""
        for action in CRONS:
            self.stack.run_action(action)
        self.practice.settle()

    def event(self, session: Booked, *names: str) -> tuple[Any, ...]:
        """Return columns of a session's event."""
        [row] = self.stack.sql(f"SELECT {', '.join(names)} FROM calendar_event WHERE id = %s", (session.event_id,))
        return row

    def state(self, session: Booked) -> str:
        """Return a session's state."""
        [[state]] = self.stack.sql("SELECT state FROM telehealth_session WHERE id = %s", (session.id,))
        return str(state)

    def clients(self, session: Booked) -> list[int]:
        """Return the partners of a session."""
        rows = self.stack.sql("SELECT partner_id FROM telehealth_participant WHERE session_id = %s", (session.id,))
        return [row for [row] in rows]

    def mails_since(self, before: int) -> list[EmailMessage]:
        """Return what was sent after so many mails, at least one."""
        deadline = time.monotonic() + 10
        while len(self.stack.mails()) == before and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.stack.mails()[before:]

    def zoom_calls(self) -> list[str]:
        """Return the methods of the calls about meetings since a session was booked."""
        return [call["method"] for call in self.zoom.calls(path="/v2/") if call["method"] != "GET"]

    def assert_intact(self, session: Booked) -> None:
        """The link, the neutral face and the client are as they were."""
        name, link, description = self.event(session, "name", "videocall_location", "description")
        assert name == NEUTRAL
        assert link == f"{self.stack.odoo_url}/telehealth/join/{session.token}"
        assert description == f'<p><a href="{link}">{link}</a></p>'
        assert self.clients(session) == [self.practice.partner("alex")]


@pytest.fixture(scope="module")
def side(stack: TrialStack) -> Iterator[Side]:
    with CalendarStub() as stub:
        stack.reset()
        stack.restart_odoo(addons_path=stack.addons_path(ADDONS), bench_calendar_stub_url=stub.url)
        stack.rpc("admin", "ir.module.module", "update_list")
        [stubs] = stack.rpc("admin", "ir.module.module", "search", [[["name", "=", "bench_calendar_stub"]]])
        stack.rpc("admin", "ir.module.module", "button_immediate_install", [[stubs]])
        stack.restart_odoo()
        side = Side(stack, stub)
        for login, calendar in (("dana", "bench_use_google"), ("omar", "bench_use_outlook")):
            stack.rpc("admin", "res.users", calendar, [[side.practice.user(login)]])
            side.practice.connect(login)
        side.sync()
        yield side
    stack.reset()


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
    side.stub.change(owner, copy["id"], **_as_told(copy))
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
    told = _as_told(copy) | {title: "Panic on trains"}
    told["start"] = _time(start)
    told["end"] = _time(start + timedelta(minutes=30))
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
    side.stub.change(GOOGLE, copy["id"], **_as_told(copy) | {"start": day, "end": {"date": "2031-03-04"}})
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


def _as_told(copy: dict[str, Any]) -> dict[str, Any]:
    """Return what a calendar tells of a copy besides what it was given."""
    if "summary" in copy:
        return {"status": "confirmed", "organizer": {"email": DANA, "self": True}}
    return {
        "type": "singleInstance",
        "isOrganizer": True,
        "organizer": {"emailAddress": {"address": OMAR}},
        "attendees": [],
        "start": {**copy["start"], "timeZone": "UTC"},
        "end": {**copy["end"], "timeZone": "UTC"},
    }


def _time(moment: Any) -> dict[str, Any]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "timeZone": "UTC"}
