"""Beside Odoo's own google_calendar and microsoft_calendar: what copies say, and what comes back from them (R23).

Dana syncs with Google, Omar with Outlook; both answer from a stub on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dev.trial_stack import TrialStack
from tests.bench.calendar_stub import CalendarStub
from tests.system.other_calendars import (
    DANA,
    GOOGLE,
    NEUTRAL,
    OUTLOOK,
    GoogleSeries,
    OutlookSeries,
    Side,
    as_told,
    moment,
)
from tests.system.practice import ODOO_FORMAT

# Of a weekly series whose first is in five days; a practice's horizon is 30 days.
INSIDE = 4
ADDONS = Path(__file__).parents[1] / "bench" / "addons"


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


# === SERIES === #


def test_a_series_that_is_moved_in_google_keeps_its_meetings_and_links(side: Side) -> None:
    """R6, R11, R23: one change a meeting, none made or removed; Alex, whom Google does not know, hears of it once."""
    series = GoogleSeries(side)
    before, inserted = series.kept(), len(side.stub.asked("POST", GOOGLE))
    for turn in (1, 2):
        series.change(later=timedelta(minutes=15 * turn))
        assert series.starts() == series.weeks(*range(6), later=timedelta(minutes=15 * turn))
        assert series.kept() == before
        assert series.told() == ["PATCH"] * INSIDE * turn
        series.assert_intact(*range(6))
        assert series.starts("cancelled") == []
    assert len(side.stub.asked("POST", GOOGLE)) == inserted
    [first, second] = series.subjects_to_alex()
    assert "was moved to" in first
    assert "was moved to" in second


def test_a_title_or_nothing_new_in_google_costs_no_call(side: Side) -> None:
    """R23."""
    series = GoogleSeries(side)
    before = series.kept()
    series.change(summary="Panic on trains")
    series.change(location="Room 1")
    labels = side.stack.rpc("dana", "telehealth.session", "read", [series.ids, ["label"]])
    assert {one["label"] for one in labels} == {"Panic on trains"}
    assert (series.told(), series.kept(), series.starts()) == ([], before, series.weeks(*range(6)))
    assert series.subjects_to_alex() == []
    series.assert_intact(*range(6))


def test_fewer_or_more_in_google_are_as_many_sessions_less_or_more(side: Side) -> None:
    series = GoogleSeries(side)
    rule = series.copy["recurrence"][0]
    series.change(recurrence=[rule.replace("COUNT=6", "COUNT=3")])
    assert series.starts() == series.weeks(0, 1, 2)
    assert series.told() == ["DELETE"] * (INSIDE - 3)
    [cancelled] = series.subjects_to_alex()
    assert "cancelled" in cancelled
    series.change(recurrence=[rule.replace("COUNT=6", "COUNT=8")])
    assert series.starts() == series.weeks(*range(8))
    assert series.told() == ["DELETE"] * (INSIDE - 3) + ["POST"] * (INSIDE - 3)
    series.assert_intact(0, 1, 2)


def test_another_day_of_the_week_in_google_moves_every_meeting(side: Side) -> None:
    series = GoogleSeries(side)
    before, day = series.kept(), timedelta(days=1)
    rule = series.copy["recurrence"][0]
    old, new = ((series.first + one).strftime("%a").upper()[:2] for one in (timedelta(), day))
    series.change(later=day, recurrence=[rule.replace(f"BYDAY={old}", f"BYDAY={new}")])
    assert series.starts() == series.weeks(*range(6), later=day)
    assert (series.told(), series.kept()) == (["PATCH"] * INSIDE, before)
    series.assert_intact(*range(6))


def test_one_occurrence_in_google_is_one_session(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=15)
    [start] = series.weeks(1)
    moved = {"start": moment(start + later), "end": moment(start + later + timedelta(minutes=50))}
    side.stub.tell(GOOGLE, series.instance(1, originalStartTime=moment(start), **as_told(series.copy), **moved))
    side.sync()
    assert series.starts() == [*series.weeks(0), start + later, *series.weeks(2, 3, 4, 5)]
    assert (series.told(), series.kept()) == (["PATCH"], before)
    side.stub.tell(GOOGLE, series.instance(2, status="cancelled"))
    side.sync()
    assert series.starts("cancelled") == series.weeks(2)
    assert series.told() == ["DELETE", "PATCH"]
    side.assert_intact(series.session(1))


def test_what_was_cancelled_stays_so_when_the_series_moves_in_google_and_google_is_told(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=15)
    side.stub.tell(GOOGLE, series.instance(2, status="cancelled"))
    side.sync()
    side.practice.cancel(series.session(4))
    side.sync()
    side.stub.calls.clear()
    series.change(later=later)
    assert series.starts() == series.weeks(0, 1, 3, 5, later=later)
    assert series.starts("cancelled") == series.weeks(2, 4)
    assert series.told() == ["DELETE"] + ["PATCH"] * (INSIDE - 1)
    assert series.kept() == before
    side.sync()
    for [start] in (series.weeks(2, later=later), series.weeks(4, later=later)):
        instance = f"{series.copy['id']}_{start:%Y%m%dT%H%M%SZ}"
        assert any(call.path.endswith(instance) for call in side.stub.calls if call.method in ("PATCH", "DELETE"))


def test_where_the_first_was_cancelled_a_change_in_google_moves_nothing_by_a_week(side: Side) -> None:
    """Google reckons a series from its first date, whether it stands or not."""
    series = GoogleSeries(side)
    side.stub.tell(GOOGLE, series.instance(0, status="cancelled"))
    side.sync()
    before, later = series.kept(), timedelta(minutes=15)
    series.change(summary="Panic on trains")
    assert (series.starts(), series.told()) == (series.weeks(1, 2, 3, 4, 5), ["DELETE"])
    series.change(later=later)
    assert series.starts() == series.weeks(1, 2, 3, 4, 5, later=later)
    assert (series.told(), series.kept()) == (["DELETE"] + ["PATCH"] * (INSIDE - 1), before)
    assert series.starts("cancelled") == series.weeks(0)


def test_this_and_following_in_google_are_the_same_sessions_in_a_series_of_their_own(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=15)
    [split] = series.weeks(2)
    former, rule = series.copy, series.copy["recurrence"][0]
    start = split + later
    following = {
        **{name: value for name, value in former.items() if name not in ("iCalUId",)},
        "id": f"{former['id']}_R{split:%Y%m%dT%H%M%S}",
        "recurrence": [rule.replace("COUNT=6", "COUNT=4")],
        "start": moment(start),
        "end": moment(start + timedelta(minutes=50)),
        **as_told(former),
    }
    side.stub.tell(GOOGLE, following)
    until = f"UNTIL={split - timedelta(days=1):%Y%m%dT235959Z}"
    series.change(recurrence=[rule.replace("COUNT=6", until)])
    assert series.starts() == series.weeks(0, 1) + series.weeks(2, 3, 4, 5, later=later)
    assert (series.told(), series.kept()) == (["PATCH"] * (INSIDE - 2), before)
    assert series.starts("cancelled") == []
    series.assert_intact(*range(6))
    [moved] = series.subjects_to_alex()
    assert "was moved to" in moved


def test_a_series_that_is_deleted_in_google_is_cancelled_and_told_of_once(side: Side) -> None:
    series = GoogleSeries(side)
    side.stub.remove(GOOGLE, series.copy["id"])
    side.sync()
    assert (series.starts(), series.starts("cancelled")) == ([], series.weeks(*range(6)))
    assert series.told() == ["DELETE"] * INSIDE
    [cancelled] = series.subjects_to_alex()
    assert "cancelled" in cancelled


def test_a_colleagues_session_of_a_series_is_not_moved_by_the_providers_google(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=15)
    values = {"user_id": side.practice.user("omar"), "recurrence_update": "self_only"}
    side.stack.rpc("sam", "calendar.event", "write", [[series.session(2).event_id], values])
    side.sync()
    side.zoom.forget_calls()
    series.change(later=later)
    assert sorted(series.starts()) == sorted(series.weeks(0, 1, 3, 4, 5, later=later) + series.weeks(2))
    assert series.told() == ["PATCH"] * (INSIDE - 1)
    assert [token for token, _zoom_id in series.kept()] == [token for token, _zoom_id in before]
    assert len(series.starts()) == 6


def test_a_series_that_is_moved_in_outlook_keeps_its_meetings_and_links(side: Side) -> None:
    """R6, R11, R23."""
    series = OutlookSeries(side)
    before = series.kept()
    for turn in (1, 2):
        later = timedelta(minutes=15 * turn)
        series.tell(*range(6), later=later)
        assert series.starts() == series.weeks(*range(6), later=later)
        assert (series.told(), series.kept()) == (["PATCH"] * INSIDE * turn, before)
        series.assert_intact(*range(6))
        assert series.starts("cancelled") == []
    series.tell(*range(6), later=later, subject="Panic on trains")
    assert (series.told(), series.kept()) == (["PATCH"] * INSIDE * 2, before)
    assert len(series.subjects_to_alex()) == 2


def test_fewer_or_another_day_in_outlook(side: Side) -> None:
    series = OutlookSeries(side)
    before, day = series.kept(), timedelta(days=1)
    series.tell(*range(6), later=day)
    assert series.starts() == series.weeks(*range(6), later=day)
    assert (series.told(), series.kept()) == (["PATCH"] * INSIDE, before)
    series.tell(0, 1, later=day)
    assert series.starts() == series.weeks(0, 1, later=day)
    assert (series.told(), series.kept()[:2]) == (["DELETE"] * (INSIDE - 2) + ["PATCH"] * INSIDE, before[:2])
    series.assert_intact(0, 1)
    assert len(series.subjects_to_alex()) == 2


@pytest.mark.parametrize("alone", [True, False])
def test_one_that_is_removed_in_outlook_stays_off_when_the_series_moves_there(side: Side, alone: bool) -> None:
    """Outlook tells of the occurrence alone, or of a series that lacks it."""
    series = OutlookSeries(side)
    before, later = series.kept(), timedelta(minutes=15)
    if alone:
        side.stub.remove(OUTLOOK, f"{series.id}-1")
        side.sync()
    else:
        series.tell(0, 2, 3, 4, 5, count=6)
    assert (series.starts("cancelled"), series.told()) == (series.weeks(1), ["DELETE"])
    [cancelled] = series.subjects_to_alex()
    assert "cancelled" in cancelled
    for turn in (1, 2):
        weeks = range(6) if turn == 2 else (0, 2, 3, 4, 5)
        series.tell(*weeks, later=later * turn, count=6)
        assert series.starts() == series.weeks(0, 2, 3, 4, 5, later=later * turn)
        assert (series.told(), series.kept()) == (["DELETE"] + ["PATCH"] * (INSIDE - 1) * turn, before)
    assert len(series.subjects_to_alex()) == 3
