"""A meeting starts at Zoom when its session starts, and everybody reads it in their own time zone (R13)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tests.system.practice import Booked, Practice
from tests.system.zoom_side import ZoomSide

ZONES = ("Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
AHEAD_DAYS = 400
BEFORE_DAYS = 5
AROUND_MINUTES = (-60, -15, 0, 15, 90)


def changes_of_clock(zone: str) -> list[datetime]:
    """Return the next two instants, naive UTC, at which this zone's clocks change."""
    place = ZoneInfo(zone)
    moment = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    found: list[datetime] = []
    for _half_hour in range(2 * 24 * (AHEAD_DAYS)):
        later = moment + timedelta(minutes=30)
        if moment.astimezone(place).utcoffset() != later.astimezone(place).utcoffset():
            found.append(later.replace(tzinfo=None))
        moment = later
    return found[:2]


# In the order in which they come, since the tests' clock goes forward.
CHANGES = sorted((change, zone) for zone in ZONES for change in changes_of_clock(zone))


@pytest.fixture
def practice(connected: Practice) -> Practice:
    """The practice, whose clock only goes forward."""
    return connected


def local_time(moment: datetime, zone: str) -> str:
    """Return the time of day as Odoo writes it in American English: 1:05 PM."""
    local = moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M} {local:%p}"


def start_of(practice: Practice, session: Booked) -> datetime:
    [[start]] = practice.stack.sql("SELECT start FROM calendar_event WHERE id = %s", (session.event_id,))
    return start


@pytest.mark.parametrize(("change", "zone"), CHANGES, ids=[f"{zone} {change:%B}" for change, zone in CHANGES])
def test_a_meeting_starts_at_its_events_instant_around_a_change_of_clocks(
    practice: Practice, change: datetime, zone: str
) -> None:
    zoom = ZoomSide(practice.stack)
    real_now = datetime.now(timezone.utc).replace(tzinfo=None)
    practice.stack.set_clock((change - timedelta(days=BEFORE_DAYS) - real_now).total_seconds())
    practice.stack.rpc("admin", "res.users", "write", [[practice.user("dana"), practice.user("alex")], {"tz": zone}])
    starts = [change + timedelta(minutes=minutes) for minutes in AROUND_MINUTES]
    practice.connect("dana")  # months went by, and Zoom forgets a connection that nobody used for 90 days
    practice.settle()
    zoom.forget_calls()
    sessions = practice.book_many(starts)
    practice.settle()

    sent = {(call["body"]["start_time"], call["body"]["timezone"]) for call in zoom.creates()}
    assert sent == {(f"{start:%Y-%m-%dT%H:%M:%SZ}", zone) for start in starts}
    alex = practice.sign_in("alex")
    for session, start in zip(sessions, starts):
        [[zoom_id, seen]] = practice.stack.sql(
            "SELECT zoom_id, start FROM zoom_meeting WHERE session_id = %s", (session.id,)
        )
        assert start == start_of(practice, session) == seen
        assert zoom.meeting(zoom_id)["start"] == start.replace(tzinfo=timezone.utc).timestamp()
        page = alex.get(f"{practice.stack.odoo_url}/my/sessions/{session.token}", timeout=30).text
        assert local_time(start, zone) in page.replace("\u202f", " ").replace("\xa0", " ")


def test_a_client_far_away_reads_both_their_own_time_and_the_practices(practice: Practice) -> None:
    write = [[practice.user("dana")], {"tz": "Europe/Brussels"}], [[practice.user("alex")], {"tz": "America/New_York"}]
    for arguments in write:
        practice.stack.rpc("admin", "res.users", "write", arguments)
    start = practice.moment(days=3)
    session = practice.book(start)
    page = practice.sign_in("alex").get(f"{practice.stack.odoo_url}/my/sessions/{session.token}", timeout=30).text
    page = page.replace("\u202f", " ").replace("\xa0", " ")
    assert local_time(start, "America/New_York") in page
    assert "America/New York" in page
    words = page.replace("<span>", "").replace("</span>", "")
    assert f"At the practice: {local_time(start, 'Europe/Brussels')}" in words
