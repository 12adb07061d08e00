"""A series that is changed in Google's or Outlook's calendar keeps its sessions, links and meetings (R6, R11, R23).

Dana books in Odoo and syncs with Google; Omar's series was made in Outlook. Both answer from a stub on this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dev.trial_stack import TrialStack
from tests.system.other_calendars import GOOGLE, OUTLOOK, GoogleSeries, OutlookSeries, Side, as_told, beside, moment
from tests.system.practice import ODOO_FORMAT

HORIZON_DAYS = 20
# Of a weekly series whose first is in five days.
INSIDE = 3


@pytest.fixture(scope="module")
def side(stack: TrialStack) -> Iterator[Side]:
    for side in beside(stack):
        stack.rpc("admin", "res.company", "write", [[1], {"telehealth_horizon_days": HORIZON_DAYS}])
        yield side


def test_a_series_that_is_moved_in_google_keeps_its_meetings_and_links(side: Side) -> None:
    """R6, R11, R23: one change a meeting, none made or removed; Alex, whom Google does not know, hears of it once."""
    series = GoogleSeries(side)
    before, inserted = series.kept(), len(side.stub.asked("POST", GOOGLE))
    for turn in (1, 2):
        series.change(later=timedelta(minutes=5 * turn))
        assert series.starts() == series.weeks(*range(6), later=timedelta(minutes=5 * turn))
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
    series.change(recurrence=[rule.replace("COUNT=6", "COUNT=2")])
    assert series.starts() == series.weeks(0, 1)
    assert series.told() == ["DELETE"] * (INSIDE - 2)
    [cancelled] = series.subjects_to_alex()
    assert "cancelled" in cancelled
    series.change(recurrence=[rule.replace("COUNT=6", "COUNT=8")])
    assert series.starts() == series.weeks(*range(8))
    assert series.told() == ["DELETE"] * (INSIDE - 2) + ["POST"] * (INSIDE - 2)
    series.assert_intact(0, 1)


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
    before, later = series.kept(), timedelta(minutes=5)
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


def test_one_that_was_moved_alone_stays_there_when_the_rule_changes_in_google(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=5)
    [start] = series.weeks(1, later=later)
    times = {"start": start.strftime(ODOO_FORMAT), "stop": (start + timedelta(minutes=50)).strftime(ODOO_FORMAT)}
    side.stack.rpc("dana", "calendar.event", "write", [[series.session(1).event_id], times])
    side.sync()
    rule = series.copy["recurrence"][0]
    series.change(recurrence=[rule.replace("COUNT=6", "COUNT=8")])
    assert series.starts() == [*series.weeks(0), start, *series.weeks(*range(2, 8))]
    assert (series.told(), series.kept()) == (["PATCH"], before)
    assert len(series.subjects_to_alex()) == 1, "of the one move"
    series.change(recurrence=[rule.replace("COUNT=6", "COUNT=1")])
    assert series.starts() == series.weeks(0)


def test_what_was_cancelled_stays_so_when_the_series_moves_in_google_and_google_is_told(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=5)
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
    before, later = series.kept(), timedelta(minutes=5)
    series.change(summary="Panic on trains")
    assert (series.starts(), series.told()) == (series.weeks(1, 2, 3, 4, 5), ["DELETE"])
    series.change(later=later)
    assert series.starts() == series.weeks(1, 2, 3, 4, 5, later=later)
    assert (series.told(), series.kept()) == (["DELETE"] + ["PATCH"] * (INSIDE - 1), before)
    assert series.starts("cancelled") == series.weeks(0)


def test_this_and_following_in_google_are_the_same_sessions_in_a_series_of_their_own(side: Side) -> None:
    series = GoogleSeries(side)
    before, later = series.kept(), timedelta(minutes=5)
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
    before, later = series.kept(), timedelta(minutes=5)
    values = {"user_id": side.practice.user("omar"), "recurrence_update": "self_only"}
    side.stack.rpc("sam", "calendar.event", "write", [[series.session(2).event_id], values])
    side.sync()
    side.zoom.forget_calls()
    series.change(later=later)
    assert sorted(series.starts()) == sorted(series.weeks(0, 1, 3, 4, 5, later=later) + series.weeks(2))
    assert series.told() == ["PATCH"] * (INSIDE - 1)
    assert [token for token, _zoom_id in series.kept()] == [token for token, _zoom_id in before]
    assert len(series.starts()) == 6


def test_a_year_that_is_moved_in_google_leaves_what_was_held_as_it_was(side: Side) -> None:
    """R11: two are over, 50 to come; one change for each meeting within the horizon."""
    series = GoogleSeries(side, count=52, days=-9)
    side.stack.sql(
        "UPDATE telehealth_session SET state = 'ended' WHERE id IN %s RETURNING id", (tuple(series.ids[:2]),)
    )
    before, later = series.kept(), timedelta(minutes=5)
    side.practice.cancel(series.session(10))
    side.sync()
    series.change(later=later)
    assert series.starts("ended") == series.weeks(0, 1)
    assert series.starts() == series.weeks(*range(2, 10), *range(11, 52), later=later)
    assert (series.told(), series.kept()) == (["PATCH"] * INSIDE, before)
    assert len(series.subjects_to_alex()) == 2, "of the cancelled one, and of the move"


def test_after_a_move_in_google_each_occurrence_is_still_known_there(side: Side) -> None:
    series = GoogleSeries(side)
    later = timedelta(minutes=5)
    series.change(later=later)
    told = [series.instance(week, status="cancelled") for week in (0, 2)]
    assert [one["id"] for one in told] == [
        f"{series.copy['id']}_{start:%Y%m%dT%H%M%SZ}" for start in series.weeks(0, 2, later=later)
    ]
    side.stub.tell(GOOGLE, *told)
    side.sync()
    assert series.starts("cancelled") == series.weeks(0, 2, later=later)
    assert series.starts() == series.weeks(1, 3, 4, 5, later=later)


def test_a_cancelled_date_is_taken_out_of_google_when_the_series_is_moved_in_odoo(side: Side) -> None:
    """Core begins a series anew in Google as well, with all its dates."""
    series = GoogleSeries(side)
    later = timedelta(minutes=5)
    side.practice.cancel(series.session(2))
    side.sync()
    side.stub.calls.clear()
    [start] = series.weeks(1, later=later)
    times = {"start": start.strftime(ODOO_FORMAT), "stop": (start + timedelta(minutes=50)).strftime(ODOO_FORMAT)}
    values = {**times, "recurrence_update": "all_events"}
    side.stack.rpc("dana", "calendar.event", "write", [[series.session(1).event_id], values])
    for _turn in range(2):
        side.sync()
    assert series.starts() == series.weeks(0, 1, 3, 4, 5, later=later)
    assert series.told() == ["DELETE"] + ["PATCH"] * (INSIDE - 1)
    [start] = series.weeks(2, later=later)
    instance = f"{series.copy['id']}_{start:%Y%m%dT%H%M%SZ}"
    assert any(call.path.endswith(instance) for call in side.stub.calls if call.method in ("PATCH", "DELETE"))


def test_where_no_overlap_is_allowed_a_series_moves_in_google_but_for_the_one_that_cannot(side: Side) -> None:
    series = GoogleSeries(side)
    later = timedelta(minutes=5)
    [busy] = series.weeks(2, later=timedelta(minutes=52))
    side.practice.book(busy)
    side.practice.settle()
    side.zoom.forget_calls()
    company = {"telehealth_overlap_blocked": True}
    side.stack.rpc("admin", "res.company", "write", [[1], company])
    try:
        series.change(later=later)
    finally:
        side.stack.rpc("admin", "res.company", "write", [[1], {"telehealth_overlap_blocked": False}])
    moved = series.weeks(0, 1, 3, 4, 5, later=later)
    assert sorted({*series.starts()} - {busy}) == sorted(moved + series.weeks(2))
    assert series.told() == ["PATCH"] * (INSIDE - 1)
    [start], [chosen] = series.weeks(2), series.weeks(2, later=later)
    told = [call for call in side.stub.asked("PATCH", GOOGLE) if call.path.endswith(f"_{chosen:%Y%m%dT%H%M%SZ}")]
    assert told[-1].body["start"]["dateTime"].startswith(f"{start:%Y-%m-%dT%H:%M}")


def test_a_series_of_days_without_hours_in_google_stays_as_it_is_and_is_set_right_there(side: Side) -> None:
    series = GoogleSeries(side)
    before, start = series.kept(), series.copy["start"]["dateTime"]
    day = {"date": f"{series.first:%Y-%m-%d}", "dateTime": None}
    series.change(start=day, end={"date": f"{series.first + timedelta(days=1):%Y-%m-%d}", "dateTime": None})
    side.sync()
    assert (series.starts(), series.kept(), series.told()) == (series.weeks(*range(6)), before, [])
    assert series.copy["start"]["dateTime"] == start
    series.assert_intact(*range(6))


def test_a_series_that_is_moved_in_outlook_keeps_its_meetings_and_links(side: Side) -> None:
    """R6, R11, R23."""
    series = OutlookSeries(side)
    before = series.kept()
    for turn in (1, 2):
        later = timedelta(minutes=5 * turn)
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
    before, later = series.kept(), timedelta(minutes=5)
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
