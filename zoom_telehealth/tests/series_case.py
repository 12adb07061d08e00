"""A weekly series of Dana's with Ana, and what its edits leave in the calendar and at Zoom."""

from datetime import timedelta

from odoo.fields import Domain

from .common import ANAS_TITLE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MANY = ("future_events", "all_events")
# Of a weekly series that begins in three days; a practice's horizon is 30 days.
INSIDE = 4


class SeriesCase(ReconcilerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Core reads the day of the week in the user's time zone, so one and the same counts here.
        (cls.dana | cls.omar | cls.sam).tz = "UTC"

    @classmethod
    def series(cls, count=8, start=None, zone="UTC", by=None, **values):
        """Book a weekly series and return its events, the first one first."""
        start = start or at_ten(days=3)
        event = cls.book(
            cls.dana,
            [cls.ana],
            ANAS_TITLE,
            by=by,
            **{
                "start": start,
                "recurrency": True,
                "rrule_type": "weekly",
                "interval": 1,
                "end_type": "count",
                "count": count,
                "event_tz": zone,
                DAYS[start.weekday()]: True,
                **values,
            },
        )
        return event.recurrence_id.calendar_event_ids.sorted("start")

    def edit(self, event, which="all_events", **values):
        """Save an edit of a series as the calendar's form does."""
        event.write({**values, "recurrence_update": which})
        self.env.flush_all()
        self.env.invalidate_all()

    def move(self, event, which="all_events", partner_ids=None, **delta):
        """Move an occurrence, and the others with it."""
        shift, people = timedelta(**delta), {"partner_ids": partner_ids} if partner_ids else {}
        self.edit(event, which, start=event.start + shift, stop=event.stop + shift, **people)

    def sessions(self, state="scheduled"):
        """Return the sessions of both practices in a state, the first one first."""
        return self.env["telehealth.session"].search(
            Domain("company_id", "in", (self.sunrise | self.harbour).ids) & Domain("state", "=", state), order="start"
        )

    def at_zoom(self):
        """Connect Dana, have all meetings made, and forget the calls."""
        self.connect(self.dana, DANA)
        self.drain()
        self.simulator.forget_calls()

    def drain(self):
        """Let the reconciler work until nothing is due, and return the changes that Zoom was told, by method."""
        for _turn in range(200):
            if not self.work():
                break
        self.env.invalidate_all()
        return self.told()

    def told(self):
        calls = self.simulator.calls("POST", "PATCH", "DELETE", path="/meetings")
        return {method: sum(call["method"] == method for call in calls) for method in ("POST", "PATCH", "DELETE")}

    def assert_agreement(self):
        """Zoom has the meetings of the coming sessions within the horizon, at their times; links are the sessions'."""
        horizon = soon(days=self.sunrise.telehealth_horizon_days)
        kept = self.sessions().filtered(lambda one: one.place == "zoom" and one.start < horizon)
        wanted = sorted((one.start.strftime("%Y-%m-%dT%H:%M:%SZ"), one.minutes) for one in kept)
        found = sorted((one["start_time"], one["duration"]) for one in self.simulator.meetings())
        beyond = [one for one in found if one[0] >= horizon.strftime("%Y-%m-%dT%H:%M:%SZ")]
        self.assertEqual([one for one in found if one not in beyond], wanted)
        self.assert_every_event_has_its_session()

    def assert_every_event_has_its_session(self):
        events = self.env["calendar.event"].search([("telehealth", "=", True), ("stop", ">", soon(minutes=1))])
        events = events.filtered(lambda event: event.telehealth_company_id in self.sunrise | self.harbour)
        self.assertEqual(set(self.sessions().filtered(lambda one: one.stop > soon(minutes=1)).event_id), set(events))
        for event in events:
            session = event.telehealth_session_ids
            self.assertEqual((session.start, session.stop), (event.start, event.stop))
            self.assertEqual(event.videocall_location, session.join_url)


def at_ten(**delta):
    """Return ten o'clock of today plus a time, naive UTC: whatever the hour of the test, no move changes the day."""
    return soon().replace(hour=10, minute=0) + timedelta(**delta)
