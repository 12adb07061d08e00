"""What people do to sessions and series, by number: for random sequences of edits.

Each edit takes two numbers that choose the event and what becomes of it, and which occurrences it is for. What cannot
be done at that moment does nothing.
"""

from datetime import timedelta

from odoo.fields import Command

from .common import ANAS_TITLE, soon
from .series_case import DAYS, MANY, at_ten

WHICH = ("self_only", *MANY)


class Edits:
    """One practice's calendar in the hands of its scheduler."""

    def __init__(self, case):
        self.case = case

    def do(self, kind, first, second, which):
        """Do one edit.

        :param kind: name of a method below
        :param first: chooses the event
        :param second: chooses what becomes of it
        :param which: ``self_only``, ``future_events`` or ``all_events``
        """
        getattr(self, kind)(first, second, which)
        self.case.env.flush_all()
        self.case.env.invalidate_all()

    # === CHOOSING === #

    def events(self, active=True, coming=True):
        events = self.case.as_user("calendar.event", self.case.sam).with_context(active_test=False)
        domain = [("telehealth_company_id", "=", self.case.sunrise.id), ("active", "=", active)]
        if coming:
            domain.append(("stop", ">", soon(minutes=1)))
        return events.search(domain, order="start, id").with_context(active_test=True)

    def choose(self, number, **which):
        events = self.events(**which)
        return events[number % len(events)] if events else events

    def change(self, number, which, values):
        event = self.choose(number)
        if event:
            event.write({**values, "recurrence_update": which if event.recurrence_id else "self_only"})

    # === EDITS === #

    def book(self, first, second, _which):
        start = at_ten(days=1 + first % 10, hours=second % 6)
        self.case.book(self.provider(second), [self.case.ana], ANAS_TITLE, by=self.case.sam, start=start)

    def book_series(self, first, second, _which):
        start = at_ten(days=1 + first % 7)
        self.case.series(
            2 + second % 4, start=start, by=self.case.sam, user_id=self.provider(first).id, interval=1 + second % 2,
            partner_ids=[Command.set((self.provider(first) | self.case.ana).partner_id.ids)],
        )  # fmt: skip

    def move(self, first, second, which):
        event = self.choose(first)
        if event:
            shift = timedelta(days=second % 5 - 1, hours=second % 3)
            self.change(first, which, {"start": event.start + shift, "stop": event.stop + shift})

    def lengthen(self, first, second, which):
        event = self.choose(first)
        if event:
            self.change(first, which, {"stop": event.stop + timedelta(minutes=5 * (second % 3))})

    def change_rule(self, first, second, which):
        event = self.choose(first)
        if not event.recurrence_id or which == "self_only":
            return
        day = event.start.weekday()
        values = (
            {"interval": 1 + second % 3},
            {"end_type": "count", "count": 1 + second % 5},
            {"end_type": "end_date", "until": event.start.date() + timedelta(days=second % 30)},
            {DAYS[(day + 1) % 7]: True, DAYS[day]: False},
            {DAYS[(day + 3) % 7]: True},
            {"rrule_type": "daily", "interval": 2, "end_type": "count", "count": 3},
        )
        event.write({"recurrency": True, "recurrence_update": which, **values[second % len(values)]})

    def make_series(self, first, second, _which):
        event = self.choose(first)
        if event and not event.recurrence_id:
            day = (event.start.weekday() + second % 2) % 7
            rule = {"rrule_type": "weekly", "interval": 1, "end_type": "count", "count": 2 + second % 2}
            event.write({"recurrency": True, "event_tz": "UTC", **rule, DAYS[day]: True})

    def break_series(self, first, _second, which):
        event = self.choose(first)
        if event.recurrence_id and which != "self_only":
            event.write({"recurrency": False, "recurrence_update": which})

    def cancel(self, first, second, _which):
        event = self.choose(first)
        if not event:
            return
        if second % 3 == 0:
            event.telehealth_session_id.action_cancel()
        elif second % 3 == 1:
            event.unlink()
        else:
            event.action_archive()

    def cancel_many(self, first, second, which):
        event = self.choose(first)
        if event.recurrence_id:
            event.action_mass_archive(which) if second % 2 or which == "self_only" else event.action_mass_deletion(
                which
            )

    def restore(self, first, second, _which):
        archived = self.events(active=False)
        if archived:
            from_here = archived[first % len(archived) :]
            from_here[: 1 + second % 3].action_unarchive()

    def hand_over(self, first, second, which):
        self.change(first, which, {"user_id": self.provider(second).id})

    def place(self, first, second, which):
        self.change(first, which, {"telehealth_place": ("zoom", "in_person", "zoom", "discuss")[second % 4]})

    def title(self, first, second, which):
        self.change(first, which, {"name": f"Title {second}", "telehealth_service_id": self.case.service.id})

    def attendees(self, first, second, which):
        change = Command.link if second % 2 else Command.unlink
        self.change(first, which, {"partner_ids": [change(self.case.ben.partner_id.id)]})

    def switch(self, first, second, which):
        self.change(first, which, {"telehealth": bool(second % 2)})

    def session_form(self, first, second, _which):
        session = self.choose(first).telehealth_session_id
        if session.state == "scheduled":
            start = session.start + timedelta(hours=1 + second % 3)
            session.write({"start": start, "stop": start + timedelta(minutes=40)})

    def duplicate(self, first, _second, _which):
        self.choose(first).copy()

    def hold(self, first, _second, _which):
        """Let the next session have been held, and its time pass."""
        session = self.choose(first // 50).telehealth_session_id.sudo()
        if session.state == "scheduled":
            self.case.enterContext(self.case.clock_at(session.stop + timedelta(hours=1)))
            session.with_context(from_calendar_event=True).state = "ended"

    def wait(self, first, _second, _which):
        self.case.enterContext(self.case.clock_moved(hours=1 + first % 40))

    def zoom(self, first, _second, _which):
        """Let the reconciler work for a while, not until nothing is due."""
        for _turn in range(1 + first % 2):
            self.case.work()

    def provider(self, number):
        return (self.case.dana, self.case.omar)[number % 2]


CHOOSING = ("do", "events", "choose", "change", "provider")
KINDS = sorted(name for name in vars(Edits) if not name.startswith("_") and name not in CHOOSING)
