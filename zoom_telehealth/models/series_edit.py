"""One edit of a series while core makes it: which sessions it concerns, and to which new occurrence each is carried.

Core archives most occurrences of a series and makes new ones, also where all of them only move by an hour. Their
sessions, with meeting, join route and people, are carried to the new rows (design decision 5), so that Zoom hears of
the new time and of nothing else. Core also makes those anew that were cancelled by themselves: these stay cancelled.
"""

import pytz

from odoo import fields

from .. import clock

# What a session keeps and its event only shows; a series hands it to its occurrences.
BOOKED_FIELDS = ("telehealth_label", "telehealth_service_id", "telehealth_place", "telehealth_modality")
# Set while core rewrites a series: the :class:`SeriesEdit`.
EDIT_CONTEXT = "telehealth_series_edit"
# Core's fields of a weekly rule, in the order of the week.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SeriesEdit:
    """What stood before, read as superuser: the sessions of the occurrences that core is about to write or replace."""

    def __init__(self, base, events, vals, in_copy=False, edited=None):
        """
        :param base: the ``calendar.event`` that survives the edit and gives the shift
        :param events: all occurrences that the edit concerns, the base among them
        :param vals: the values that are written
        :param in_copy: whether it was made in Google's or Outlook's copy of the series
        :param edited: the occurrence that a person took hold of, where there is one
        """
        self.base, self.events, self.vals, self.in_copy = base, events, vals, in_copy
        recurrence = base.recurrence_id
        # Browsed anew, so that they are read together also after core made Odoo forget what it had read.
        self.sessions = events.telehealth_session_ids.browse(events.telehealth_session_ids.ids)
        self.company = base.telehealth_company_id or self.sessions.company_id[:1] or base.env.company
        self.hands_over = "user_id" in vals
        self.now = clock.now()
        self.coming = self.sessions.filtered(lambda session: session._is_coming(self.now))
        self.zone, self.frequency = recurrence._get_timezone(), recurrence.rrule_type
        self.planned = {
            session: session._planned_start() if recurrence else session.event_id.start for session in self.sessions
        }
        self.base_planned = self.planned.get(base.telehealth_session_ids, base.start)
        self.edited_planned = self.planned.get(edited.telehealth_session_ids) if edited else None
        self.splits = vals.get("recurrence_update") == "future_events" and base != recurrence.base_event_id
        # The dates that were cancelled by themselves, and those of them that core made anew.
        self.left_out, self.made_anew = self._left_out(recurrence), self.sessions.browse()
        self.times = {session: (session.start, session.stop) for session in self.sessions}
        self.stood = {event: event.start for event in events}
        self.running = self.sessions.filtered(lambda session: session.state == "live")
        self.people = {session: session.event_id.partner_ids for session in self.coming | self.running}
        self.base_people, self.partners = base.partner_ids, self.coming.event_id.attendee_ids.partner_id
        self.apart = {}
        # What core deletes, what attendees answered, and whether a time was refused while it was at work.
        self.aside, self.answers, self.refused = events.browse(), events.attendee_ids.browse(), False

    def _left_out(self, recurrence):
        """Return the cancelled dates that this edit concerns, but those where another session of the series stands."""
        standing = set(self.planned.values())
        sessions = recurrence._left_out_sessions().filtered(lambda session: session.planned_start not in standing)
        self.planned |= {session: session.planned_start for session in sessions}
        if self.splits:
            return sessions.filtered(lambda session: self.planned[session] > self.base_planned)
        return sessions

    def assign(self, rows, recurrence):
        """Choose the session that each new occurrence takes over.

        By the planned start plus the shift given to the base. Where the rhythm changed, so that neither all new dates
        are old ones nor all old ones are among the new, the n-th coming session goes to the n-th coming occurrence.
        An occurrence on a cancelled date takes over the cancelled session.

        :param rows: list of ``(start, stop)``, naive UTC
        :param recurrence: ``calendar.recurrence`` as it repeats now; times of day are compared, across DST
        :return: list in the order of ``rows``: a ``telehealth.session``; an empty one for an occurrence that is to have
            none; None for one that gets a session of its own
        """
        zone = recurrence._get_timezone()
        shift = self._shift(zone)
        due = {session: _wall(moment, self.zone) + shift for session, moment in self.planned.items()}
        waiting, walls = self._without_occurrence(), [_wall(start, zone) for start, _stop in rows]
        dates = {due[session] for session in waiting}
        apart = {_wall(moment, self.zone) + shift for moment in self.apart.values()}
        new_dates = set(walls) - apart - {due[session] for session in self.left_out}
        keeps_rhythm = dates <= new_dates or dates >= new_dates
        taken = self._assign_left_out(walls, due, None if keeps_rhythm else recurrence.rrule_type)
        by_wall = {}
        for session in waiting:
            if keeps_rhythm or session not in self.coming:
                by_wall.setdefault(due[session], session)
        for place, (start, stop) in enumerate(rows):
            session = by_wall.get(walls[place])
            if session and not taken[place] and self._fits(session, start, stop):
                taken[place] = session
        if not keeps_rhythm:
            self._assign_in_order(taken, rows, waiting)
        return [
            self.sessions.browse() if taken[place] is None and wall in apart else taken[place]
            for place, wall in enumerate(walls)
        ]

    def planned_now(self, session):
        """Return where a date of the series is by the shift given to the base, naive UTC."""
        zone = self.base.recurrence_id._get_timezone()
        moment = zone.localize(_wall(self.planned[session], self.zone) + self._shift(zone))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def leave_apart(self, events):
        """Leave occurrences as they are that are a colleague's: their dates, which core makes anew, get no session."""
        self.apart = {session: session._planned_start() for session in events.telehealth_session_ids}

    def begin_at(self, session):
        """Reckon from a cancelled date before the first that stands: its occurrence is the base of this edit."""
        self.base, self.base_planned = session.event_id, self.planned[session]
        self.made_anew |= session

    def counted(self, values):
        """Return the values of a series' rule with the number of dates that it really has.

        Core counts the occurrences that stand where it splits a series, and reckons from the first that stands where
        it makes all anew: of cancelled ones, the former would lose as many at the end, the latter would add as many.
        """
        if not values.get("count") or "count" in self.vals:
            return values
        dates = self.left_out.filtered(lambda session: not session.off_rhythm)
        ahead = dates.filtered(lambda session: self.planned[session] > self.base_planned)
        change = len(ahead) if self.splits else len(ahead) - len(dates)
        return {**values, "count": max(values["count"] + change, 1)}

    def on_its_days(self, values):
        """Return the values of a weekly rule without the day that the series leaves.

        Core takes out the day on which the edited occurrence stands. One that was moved alone stands on another day
        than its series, whose own would stay beside the new one: twice as many sessions.
        """
        if not self.edited_planned or values.get("rrule_type") != "weekly" or self.vals.keys() & set(WEEKDAYS):
            return values
        before, now = (_wall(moment, self.zone).weekday() for moment in (self.base_planned, self.base.start))
        left = _wall(self.edited_planned, self.zone).weekday()
        return values if now in (before, left) else {**values, WEEKDAYS[left]: False}

    def until_moved(self, values):
        """Return the values of a rule with its last day moved as far as the series.

        Core leaves that where it was: moved to a later day a series would lose its last session, to an earlier one it
        could get one more.
        """
        until = values.get("until")
        if values.get("end_type") != "end_date" or not until or "until" in self.vals:
            return values
        before, now = (_wall(moment, self.zone).date() for moment in (self.base_planned, self.base.start))
        return {**values, "until": fields.Date.to_date(until) + (now - before)}

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

    def _assign_left_out(self, walls, due, frequency):
        """Choose the cancelled session that each new occurrence takes over, and remember which were made anew.

        :param walls: the new occurrences' starts, as clocks on the wall show them
        :param due: dict of sessions to where their series plans them now, likewise
        :param frequency: what the series repeats by now if its rhythm changed: then a cancelled date is the new one on
            its day, or the first of its week or month where no session was planned
        """
        taken = [None] * len(walls)
        busy = {moment.date() for session, moment in due.items() if session not in self.left_out}
        in_order = sorted(range(len(walls)), key=walls.__getitem__)
        for session in self.left_out.sorted(due.get):
            free = [place for place in in_order if not taken[place]]
            found = [place for place in free if walls[place] == due[session]]
            if frequency:
                found += [place for place in free if walls[place].date() == due[session].date()]
            if frequency == self.frequency and not session.off_rhythm:
                near = _period(due[session], frequency)
                found += [
                    place
                    for place in free
                    if _period(walls[place], frequency) == near and walls[place].date() not in busy
                ]
            if found:
                taken[found[0]] = session
                self.made_anew |= session
        return taken

    def _shift(self, zone):
        return _wall(self.base.start, zone) - _wall(self.base_planned, self.zone)

    def _assign_in_order(self, taken, rows, waiting):
        left = [session for session in waiting if session in self.coming and session not in taken]
        free = [place for place, (_start, stop) in enumerate(rows) if stop > self.now and taken[place] is None]
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


def _period(moment, frequency):
    """Return the month or the week of a moment, whichever a series repeats by."""
    return (moment.year, moment.month) if frequency == "monthly" else moment.isocalendar()[:2]
