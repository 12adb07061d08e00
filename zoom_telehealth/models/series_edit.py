"""One edit of a series while core makes it: which sessions it concerns, and to which new occurrence each is carried.

Core archives most occurrences of a series and makes new ones, also where all of them only move by an hour. Their
sessions, with meeting, join route and people, are carried to the new rows (design decision 5), so that Zoom hears of
the new time and of nothing else.
"""

import pytz

from .. import clock

# What a session keeps and its event only shows; a series hands it to its occurrences.
BOOKED_FIELDS = ("telehealth_label", "telehealth_service_id", "telehealth_place", "telehealth_modality")
# Set while core rewrites a series: the :class:`SeriesEdit`.
EDIT_CONTEXT = "telehealth_series_edit"
# What a series repeats by. A change of it puts the occurrences elsewhere, not only further or closer.
RHYTHM = (
    "rrule", "rrule_type", "interval", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "month_by", "day", "weekday",
    "byday",
)  # fmt: skip


class SeriesEdit:
    """What stood before, read as superuser: the sessions of the occurrences that core is about to write or replace."""

    def __init__(self, base, events, vals):
        """
        :param base: the ``calendar.event`` that survives the edit and gives the shift
        :param events: all occurrences that the edit concerns, the base among them
        :param vals: the values that are written
        """
        self.base, self.events = base, events
        # Browsed anew, so that they are read together also after core made Odoo forget what it had read.
        self.sessions = events.telehealth_session_ids.browse(events.telehealth_session_ids.ids)
        self.company = base.telehealth_company_id or self.sessions.company_id[:1] or base.env.company
        self.hands_over = "user_id" in vals
        self.now = clock.now()
        self.coming = self.sessions.filtered(lambda session: session._is_coming(self.now))
        self.keeps_rhythm = bool(base.recurrence_id) and all(
            vals[name] == base.recurrence_id[name] for name in RHYTHM if name in vals
        )
        self.zone = base.recurrence_id._get_timezone()
        self.planned = {
            session: session._planned_start() if base.recurrence_id else session.event_id.start
            for session in self.sessions
        }
        self.base_planned = self.planned.get(base.telehealth_session_ids, base.start)
        self.times = {session: (session.start, session.stop) for session in self.sessions}
        self.stood = {event: event.start for event in events}
        self.partners = self.coming.event_id.attendee_ids.partner_id

    def assign(self, rows, zone):
        """Choose the session that each new occurrence takes over.

        By the planned start plus the shift given to the base; where the rhythm changed, the n-th coming session goes
        to the n-th coming occurrence.

        :param rows: list of ``(start, stop)``, naive UTC
        :param zone: the time zone that the series now repeats in; times of day are compared, across DST
        :return: list of ``telehealth.session`` records or None, in the order of ``rows``
        """
        waiting = self._without_occurrence()
        shift = _wall(self.base.start, zone) - _wall(self.base_planned, self.zone)
        by_wall = {}
        for session in waiting:
            if self.keeps_rhythm or session not in self.coming:
                by_wall.setdefault(_wall(self.planned[session], self.zone) + shift, session)
        taken = []
        for start, stop in rows:
            session = by_wall.get(_wall(start, zone))
            fits = session and self._fits(session, start, stop)
            taken.append(session if fits else None)
        if shift or not self.keeps_rhythm:
            self._assign_in_order(taken, rows, waiting)
        return taken

    def booking(self):
        """Return what was booked for the series, as values of one more session."""
        session = self.base.telehealth_session_ids or self.sessions[:1]
        names = [name.removeprefix("telehealth_") for name in BOOKED_FIELDS] if session else []
        return {name: session._fields[name].convert_to_write(session[name], session) for name in names}

    def outgrown(self):
        """Return past sessions whose occurrence this edit moved into the future: it gets a session of its own."""
        return (self.sessions - self.coming).filtered(
            lambda session: (
                session.event_id.active
                and session.event_id.start != self.stood.get(session.event_id, session.event_id.start)
                and not self._fits(session, session.event_id.start, session.event_id.stop)
            )
        )

    def _assign_in_order(self, taken, rows, waiting):
        left = [session for session in waiting if session in self.coming and session not in taken]
        free = [place for place, (_start, stop) in enumerate(rows) if stop > self.now and not taken[place]]
        left.sort(key=self.planned.get)
        for place, session in zip(sorted(free, key=lambda place: rows[place]), left):
            taken[place] = session

    def _without_occurrence(self):
        """Return the sessions whose occurrence core archived, deleted or took out of the series."""
        events = self.base.browse(self.sessions.event_id.ids)
        standing = events.filtered(lambda event: event.active and event.recurrence_id)
        return self.sessions.filtered(lambda session: session.event_id not in standing)

    def _fits(self, session, start, stop):
        """A past session stays with an occurrence that is over, or with the day on which it was held."""
        if session in self.coming or session.state == "live" or stop <= self.now:
            return True
        return _wall(start, self.zone).date() == _wall(session.start, self.zone).date()


def _wall(moment, zone):
    """Return what a clock on the wall shows.

    :param moment: naive UTC
    :param zone: ``pytz`` time zone
    """
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
