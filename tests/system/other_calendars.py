"""Providers' other calendars beside Odoo's: their copies of sessions and series, and what a test then looks at."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from dev.trial_stack import TrialStack
from tests.bench.calendar_stub import CalendarStub
from tests.system.patience import eventually
from tests.system.practice import ODOO_FORMAT, Booked, Practice
from tests.system.zoom_side import ZoomSide

GOOGLE, OUTLOOK = "google-dana", "outlook-omar"
NEUTRAL = "Telehealth session"
TITLE = "Griefwork after a divorce"
DANA, OMAR = "dana@sunrise-practice.example", "omar@sunrise-practice.example"
ALEX = "alex@example.com"
ADDONS = Path(__file__).parents[1] / "bench" / "addons"
CRONS = ("google_calendar.ir_cron_sync_all_cals", "microsoft_calendar.ir_cron_sync_all_cals")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR = timedelta(hours=1)


class Side:
    """The practice, its providers' other calendars, and Zoom."""

    def __init__(self, stack: TrialStack, stub: CalendarStub) -> None:
        self.stack, self.stub = stack, stub
        self.practice, self.zoom = Practice(stack), ZoomSide(stack)
        self._days = 1
        self.series_so_far = 0

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
        return eventually(lambda: self.stack.mails()[before:], "a mail is sent")

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


class Series:
    """A weekly series of a provider's with Alex, the first in five days: its sessions, and what became of them."""

    side: Side
    stack: TrialStack
    first: datetime
    ids: list[int]
    last_before: int
    mails: int

    def weeks(self, *weeks: int, later: timedelta = timedelta()) -> list[datetime]:
        """Return when the sessions of some weeks were booked for, or so much later."""
        return [self.first + timedelta(weeks=week) + later for week in weeks]

    def starts(self, state: str = "scheduled") -> list[datetime]:
        """Return when its sessions in a state are held, those that came to it too."""
        query = "SELECT start FROM telehealth_session WHERE state = %s AND id > %s ORDER BY start"
        return [row for [row] in self.stack.sql(query, (state, self.last_before))]

    def kept(self) -> list[tuple[str, str | None]]:
        """Return what must survive: each session's token, which is in its link, and its meeting at Zoom."""
        rows = self.stack.sql(
            """
            SELECT s.token, max(m.zoom_id) FROM telehealth_session s LEFT JOIN zoom_meeting m ON m.session_id = s.id
             WHERE s.id IN %s GROUP BY s.id ORDER BY s.id
            """,
            (tuple(self.ids),),
        )
        return [tuple(row) for row in rows]

    def session(self, week: int) -> Booked:
        """Return the session of a week."""
        return self.side.practice.session(self.ids[week])

    def told(self) -> list[str]:
        """Return what was asked of Zoom since the series stood there."""
        return sorted(self.side.zoom_calls())

    def subjects_to_alex(self) -> list[str]:
        """Return what Alex was written to since the series stood there."""
        time.sleep(1)  # one too many would come right after
        return [str(mail["Subject"]) for mail in self.stack.mails()[self.mails :] if "alex" in mail["To"].lower()]

    def assert_intact(self, *weeks: int) -> None:
        """The sessions of these weeks have their links, neutral faces and client; each stands once in the calendar."""
        for week in weeks:
            session = self.session(week)
            self.side.assert_intact(session)
        [[events]] = self.stack.sql(
            "SELECT count(*) FROM calendar_event WHERE active AND start::time IN %s AND recurrency AND start >= %s",
            (tuple({start.time() for start in self.starts()}), self.first),
        )
        assert events == len(self.starts())


class GoogleSeries(Series):
    """One that Dana booked in Odoo, and its copy in her Google calendar."""

    def __init__(self, side: Side, count: int = 6, days: int = 5) -> None:
        self.side, self.stack = side, side.stack
        side.series_so_far += 1
        self.first = side.practice.moment(days=days).replace(hour=0, minute=0) + HOUR * side.series_so_far
        people = [side.practice.partner("dana"), side.practice.partner("alex")]
        day = DAYS[self.first.weekday()]
        row = {
            "name": TITLE,
            "telehealth": True,
            "start": self.first.strftime(ODOO_FORMAT),
            "stop": (self.first + timedelta(minutes=50)).strftime(ODOO_FORMAT),
            "partner_ids": [[6, 0, people]],
            "recurrency": True,
            "rrule_type": "weekly",
            "interval": 1,
            "end_type": "count",
            "count": count,
            "event_tz": "UTC",
            day: True,
        }
        [[self.last_before]] = self.stack.sql("SELECT max(id) FROM telehealth_session")
        self.stack.rpc("dana", "calendar.event", "create", [[row]])
        side.sync()
        rows = self.stack.sql("SELECT id FROM telehealth_session WHERE id > %s ORDER BY start", (self.last_before,))
        self.ids = [session_id for [session_id] in rows]
        side.zoom.forget_calls()
        self.mails = len(self.stack.mails())

    @property
    def copy(self) -> dict[str, Any]:
        """The series in Google."""
        tokens = [token for token, _zoom_id in self.kept()]
        return next(
            one
            for one in self.side.stub.copies(GOOGLE)
            if one.get("recurrence") and any(t in json.dumps(one) for t in tokens)
        )

    def instance(self, week: int, **changes: Any) -> dict[str, Any]:
        """Return what Google tells of one occurrence."""
        [[google_id]] = self.stack.sql(
            "SELECT google_id FROM calendar_event WHERE id = %s", (self.session(week).event_id,)
        )
        return {"id": google_id, "recurringEventId": self.copy["id"], "reminders": {"useDefault": False}, **changes}

    def change(self, later: timedelta = timedelta(), **changes: Any) -> None:
        """Change all of the series in Google, and let it sync."""
        start = self.first + later
        self.side.stub.change(
            GOOGLE,
            self.copy["id"],
            **{**as_told(self.copy), "start": moment(start), "end": moment(start + timedelta(minutes=50)), **changes},
        )
        self.side.sync()


class OutlookSeries(Series):
    """A weekly series that Omar made in Outlook with Alex, whose events a scheduler made sessions."""

    def __init__(self, side: Side, count: int = 6) -> None:
        self.side, self.stack = side, side.stack
        side.series_so_far += 1
        self.id = f"series{side.series_so_far}"
        self.first = side.practice.moment(days=5).replace(hour=0, minute=0) + HOUR * side.series_so_far
        [[self.last_before]] = self.stack.sql("SELECT max(id) FROM telehealth_session")
        [[newest]] = self.stack.sql("SELECT max(id) FROM calendar_event")
        self.tell(*range(count))
        made = self.stack.sql("SELECT id FROM calendar_event WHERE id > %s AND active ORDER BY start", (newest,))
        quiet = {"context": {"skip_attendee_notification": True}}
        events = [event_id for [event_id] in made]
        self.stack.rpc("sam", "calendar.event", "write", [events, {"telehealth": True}], quiet)
        side.sync()
        rows = self.stack.sql("SELECT id FROM telehealth_session WHERE id > %s ORDER BY start", (self.last_before,))
        self.ids = [session_id for [session_id] in rows]
        side.zoom.forget_calls()
        self.mails = len(self.stack.mails())

    def tell(self, *weeks: int, later: timedelta = timedelta(), count: int | None = None, **changes: Any) -> None:
        """Have Outlook tell of the series as it now is, with the occurrences of these weeks, and let it sync.

        `count` is what its rule says, where that is more than there are.
        """
        alike = {
            "subject": TITLE,
            "isOrganizer": True,
            "organizer": {"emailAddress": {"address": OMAR}},
            "attendees": [{"emailAddress": {"address": ALEX}, "status": {"response": "none"}}],
            "body": {"content": ""},
            "isAllDay": False,
            **changes,
        }
        repeats = {
            "pattern": {
                "type": "weekly",
                "interval": 1,
                "daysOfWeek": [(self.first + later).strftime("%A").lower()],
                "dayOfMonth": 0,
                "index": "first",
            },
            "range": {"type": "numbered", "numberOfOccurrences": count or len(weeks)},
        }
        times = [self.first + timedelta(weeks=week) + later for week in weeks]
        for event in self.side.stub.copies(OUTLOOK):
            if event.get("seriesMasterId") == self.id:
                self.side.stub.forget(OUTLOOK, event["id"])
        for week, start in zip(weeks, times):
            self.side.stub.tell(
                OUTLOOK,
                {
                    **alike,
                    "id": f"{self.id}-{week}",
                    "iCalUId": f"uid-{self.id}-{week}",
                    "type": "occurrence",
                    "seriesMasterId": self.id,
                    "start": moment(start),
                    "end": moment(start + timedelta(minutes=50)),
                },
            )
        master = {"id": self.id, "iCalUId": f"uid-{self.id}", "type": "seriesMaster", "recurrence": repeats}
        master |= {"start": moment(times[0]), "end": moment(times[0] + timedelta(minutes=50))}
        self.side.stub.tell(OUTLOOK, {**alike, **master})
        self.side.sync()


def beside(stack: TrialStack) -> Iterator[Side]:
    """Run Odoo with both sync modules, Dana with Google and Omar with Outlook, and both connected to Zoom."""
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


def as_told(copy: dict[str, Any]) -> dict[str, Any]:
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


def moment(moment: Any) -> dict[str, Any]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "timeZone": "UTC"}
