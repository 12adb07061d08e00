"""A weekly series is booked, edited and shortened in the web client; Zoom keeps each of its meetings (R11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.system.back_office import BackOffice
from tests.system.patience import eventually
from tests.system.practice import DANA, Booked, Practice
from tests.system.zoom_side import ZoomSide

WEEKS = 6
HOUR = timedelta(hours=1)
HORIZON_DAYS = 60  # as far as the last of them


@pytest.fixture(scope="module")
def connected(connected: Practice) -> Practice:
    """A fresh practice where Dana is connected, whose meetings are made for the whole of a series.

    In UTC, where no change of clocks falls into it (see test_times_at_zoom.py).
    """
    connected.stack.rpc("admin", "res.users", "write", [[connected.user("dana")], {"tz": "UTC"}])
    company = [[1], {"telehealth_horizon_days": HORIZON_DAYS}]
    connected.stack.rpc("admin", "res.company", "write", company)
    connected.settle()
    return connected


class Series:
    """A series that Dana booked in the form of an event: its sessions and their meetings, by time."""

    def __init__(self, practice: Practice, dana: BackOffice, title: str, first: datetime) -> None:
        self.practice, self.zoom = practice, ZoomSide(practice.stack)
        [[newest]] = practice.stack.sql("SELECT max(id) FROM telehealth_session")
        dana.book_weekly(title, "Alex", first, WEEKS)
        practice.settle()
        rows = practice.stack.sql("SELECT id FROM telehealth_session WHERE id > %s ORDER BY start", (newest,))
        self.sessions = [practice.session(session_id) for [session_id] in rows]
        self.first, self.live = first, len(self.zoom.live(DANA))
        self.zoom.forget_calls()

    def now(self) -> list[Booked]:
        """Return the sessions as they stand now."""
        return [self.practice.session(session.id) for session in self.sessions]

    def meetings(self) -> list[dict[str, Any]]:
        """Return what Zoom has for each session, in order."""
        ids = dict(
            self.ask("SELECT session_id, zoom_id FROM zoom_meeting WHERE zoom_id IS NOT NULL AND session_id IN %s")
        )
        known = {str(one["id"]): one for one in self.zoom.meetings()}
        return [known[ids[session.id]] for session in self.sessions]

    def starts(self) -> list[datetime]:
        """Return when the sessions are held, in order."""
        starts = dict(self.ask("SELECT id, start FROM telehealth_session WHERE id IN %s"))
        return [starts[session.id] for session in self.sessions]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query says about these sessions."""
        return self.practice.stack.sql(query, (tuple(session.id for session in self.sessions),))

    def start(self, week: int) -> datetime:
        """Return when the session of a week was booked for."""
        return self.first + timedelta(weeks=week)

    def expect_moved(self, moved: range, before: list[dict[str, Any]]) -> None:
        """Expect each meeting where it was, an hour later those that moved, told to Zoom by one PATCH each."""
        after = self.meetings()
        expected = [self.start(week) + (HOUR if week in moved else timedelta()) for week in range(WEEKS)]
        assert [one["start_time"] for one in after] == [f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in expected]
        assert [(one["id"], one["join_url"], one["deleted"]) for one in after] == [
            (one["id"], one["join_url"], False) for one in before
        ]
        assert len(self.zoom.live(DANA)) == self.live
        assert [(session.id, session.token) for session in self.now()] == [
            (session.id, session.token) for session in self.sessions
        ], "the clients' links stay"
        assert self.writes() == {"POST": 0, "PATCH": len(moved), "DELETE": 0}

    def writes(self) -> dict[str, int]:
        """Return how often Zoom was told something about meetings since the series stood there."""
        return {method: len(self.zoom.calls(method, "/meetings")) for method in ("POST", "PATCH", "DELETE")}


def booked(practice: Practice, dana: BackOffice, title: str, first: datetime) -> Series:
    """Book a series and see that each of its sessions has its meeting, and that Zoom has no other for it."""
    others = len(ZoomSide(practice.stack).live(DANA))
    series = Series(practice, dana, title, first)
    assert [one["start_time"] for one in series.meetings()] == [
        f"{series.start(week):%Y-%m-%dT%H:%M:%SZ}" for week in range(WEEKS)
    ]
    assert series.live == others + WEEKS
    return series


@pytest.mark.parametrize(
    ("choice", "hour", "moved"),
    [
        ("This event", 8, range(2, 3)),
        ("This and following events", 10, range(2, WEEKS)),
        ("All events", 12, range(WEEKS)),
    ],
)
def test_an_hour_later_on_the_form_each_meeting_is_moved_by_one_call(
    practice: Practice, dana: BackOffice, choice: str, hour: int, moved: range
) -> None:
    first = practice.moment(days=3).replace(hour=hour, minute=0)
    series = booked(practice, dana, f"Kite at {hour}", first)
    before = series.meetings()

    dana.open_app(f"/odoo/calendar.event/{series.sessions[2].event_id}")
    dana.click(dana.page.locator(".o_field_widget[name=recurrence_update]").get_by_label(choice, exact=True))
    dana.set_times((series.start(2) + HOUR).date(), hour + 1)
    dana.save()
    practice.settle()
    series.expect_moved(moved, before)


def test_dragged_in_the_calendar_odoo_asks_and_those_that_follow_move_too(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/calendar")
    day = dana.next_week()[3]
    first = datetime.fromisoformat(f"{day} 14:00:00")
    series = booked(practice, dana, "Kite by hand", first)
    before = series.meetings()

    dana.open_app("/odoo/calendar")
    dana.next_week()
    later = dana.next_week()[3]
    dana.drag_event(dana.event("Kite by hand"), later, "15:00:00")
    dialog = dana.page.get_by_role("dialog")
    dana.click(dialog.get_by_label("This and following events"))
    dana.confirm()
    eventually(lambda: series.starts()[1] == series.start(1) + HOUR, "Odoo has moved them")
    practice.settle()
    series.expect_moved(range(1, WEEKS), before)


def test_deleted_with_those_that_follow_their_meetings_go_and_the_earlier_stay(
    practice: Practice, dana: BackOffice
) -> None:
    dana.open_app("/odoo/calendar")
    day = dana.next_week()[4]
    series = booked(practice, dana, "Kite too long", datetime.fromisoformat(f"{day} 16:00:00"))

    dana.open_app("/odoo/calendar")
    dana.next_week()
    dana.next_week()
    dana.event("Kite too long").click()
    dana.click(dana.page.locator(".o_cw_popover_delete"))
    dialog = dana.page.get_by_role("dialog")
    dana.click(dialog.get_by_label("this and following"))
    dana.click(dialog.get_by_role("button", name="Submit"))
    dana.click(dialog.get_by_role("button", name="Delete", exact=True))
    dialog.wait_for(state="hidden")
    practice.settle()

    assert [one["deleted"] for one in series.meetings()] == [False] + [True] * (WEEKS - 1)
    assert series.writes() == {"POST": 0, "PATCH": 0, "DELETE": WEEKS - 1}
    states = series.ask("SELECT state FROM telehealth_session WHERE id IN %s ORDER BY start")
    assert [state for [state] in states] == ["scheduled"] + ["cancelled"] * (WEEKS - 1)
