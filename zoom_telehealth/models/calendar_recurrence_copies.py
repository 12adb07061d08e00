"""Series whose copy was changed in Google's or Outlook's calendar: their sessions are carried over (R23, decision 5).

Odoo's sync takes such a change over by deleting and making anew, as core does where a series is edited in Odoo. So it
is one more edit of a series, begun and finished around the sync's own work.
"""

import re
from contextlib import contextmanager

import pytz
from dateutil.parser import parse

from odoo import api, models
from odoo.fields import Command

from .calendar_event_copies import COPY_CONTEXT
from .series_edit import EDIT_CONTEXT, SeriesEdit

# What Google calls a series that was split off another by "this and following events": after that one's id.
SPLIT_OFF = re.compile(r"(\w+?)_R\d{8}(T\d{6}Z?)?")


class CalendarRecurrenceCopies(models.Model):
    """A series is one copy, which says what its first session says."""

    _inherit = "calendar.recurrence"

    # === OUT === #

    def _google_insert(self, google_service, values, *args, **options):
        values = self._get_first_event()._discreet(values) if values else values
        return super()._google_insert(google_service, values, *args, **options)

    def _google_patch(self, google_service, google_id, values, *args, **options):
        values = self._get_first_event()._discreet(values) if values else values
        return super()._google_patch(google_service, google_id, values, *args, **options)

    def _microsoft_insert(self, values, *args, **options):
        return super()._microsoft_insert(self.base_event_id._discreet(values), *args, **options)

    def _microsoft_patch(self, user_id, event_id, values, *args, **options):
        return super()._microsoft_patch(user_id, event_id, self.base_event_id._discreet(values), *args, **options)

    # === BACK === #

    @api.model
    def _sync_google2odoo(self, google_events, write_dates=None, default_reminders=()):
        """Take over each series of sessions on its own, with its sessions; then all others."""
        own = self.with_context(**{COPY_CONTEXT: True})
        write_dates = {**(write_dates or {}), **own._split_as_in_google(google_events, write_dates or {})}
        synced = self.browse()
        for copy in google_events.exists(self.env) - google_events.cancelled():
            series = own.browse(copy.odoo_id(self.env))
            if not series._is_of_sessions():
                continue
            google_events -= copy
            with series._carrying_sessions(_google_start(copy)) as edit:
                inside = own.with_context(**{EDIT_CONTEXT: edit, "skip_attendee_notification": True})
                synced |= super(CalendarRecurrenceCopies, inside)._sync_google2odoo(
                    copy, write_dates, default_reminders
                )
            if edit.refused:
                series.need_sync = True
        return synced | super(CalendarRecurrenceCopies, own)._sync_google2odoo(
            google_events, write_dates, default_reminders
        )

    def _is_of_sessions(self):
        """Whether this is a series of the user who syncs, with sessions."""
        return bool(self.base_event_id._of_whom_syncs()) and any(self.calendar_event_ids.mapped("telehealth"))

    @contextmanager
    def _carrying_sessions(self, begins=None):
        """Carry the sessions over to what the sync makes of this series meanwhile.

        :param begins: where the copy's first date is, naive UTC
        :return: the :class:`SeriesEdit`, to be put into the sync's context
        """
        mine = self.calendar_event_ids.filtered(lambda event: event._of_whom_syncs() or not event.telehealth)
        edit = SeriesEdit(self.base_event_id.sudo(), mine.sudo(), {}, in_copy=True)
        edit.leave_apart((self.calendar_event_ids - mine).sudo())
        self._begin_at_first_date(edit, begins)
        yield edit
        self._leave_out_missing(edit)
        self.env["calendar.event"].with_context(**{COPY_CONTEXT: False})._finish_series_edit(edit)

    def _reconcile_events(self, ranges):
        """Let an occurrence that was moved alone go on standing for its date, as it does in the copy.

        Core would make that date anew where the rule changed, and take the moved one away.
        """
        synced, missing = super()._reconcile_events(ranges)
        edit = self.env.context.get(EDIT_CONTEXT)
        if not edit or not edit.in_copy:
            return synced, missing
        moved = {
            edit.planned.get(event.telehealth_session_ids): event
            for event in self.calendar_event_ids - synced
            if not event.follow_recurrence
        }
        missing = list(missing)
        standing = synced.union(*(moved[start] for start, _stop in missing if start in moved))
        return standing, [(start, stop) for start, stop in missing if start not in moved]

    def _leave_out_missing(self, edit):
        """Take a date of the series that has no occurrence for cancelled by itself: so Outlook tells of one."""
        base = self.exists().base_event_id
        dates = {start for start, _stop in self._range_calculation(base, base.stop - base.start)} if base else ()
        missing = edit.coming.filtered(lambda session: not session.event_id.active and session.event_id.start in dates)
        missing.filtered(lambda session: session.state == "scheduled").left_out_of_id = self

    def _begin_at_first_date(self, edit, begins):
        """Let the edit begin at a first date that was cancelled, where the copy does.

        Google reckons a series from its first date, whether it stands or not; Odoo from the first that stands, which it
        would move to where that was.
        """
        before = edit.left_out.filtered(
            lambda session: session.event_id.recurrence_id == self and edit.planned[session] < edit.base_planned
        )
        first = before.sorted("planned_start")[:1]
        if first and begins and abs(begins - edit.planned[first]) < abs(begins - edit.base_planned):
            first.event_id.with_context(**{EDIT_CONTEXT: edit, "dont_notify": True}).write(
                {"active": True, **first.event_id.with_context(**{COPY_CONTEXT: True})._told_by_copy()}
            )
            self.base_event_id = first.event_id
            edit.begin_at(first)

    def _split_as_in_google(self, google_events, write_dates):
        """Split series as "this and following events" did in Google: it ends one and begins another after it.

        The events after the end become the other one's, with their sessions; so the sync finds it there already.

        :return: dict of the new series' ids to when they were written last: as far as the former ones
        """
        known = google_events.exists(self.env) - google_events.cancelled()
        dates = {}
        for copy in google_events - known - google_events.cancelled():
            name = SPLIT_OFF.fullmatch(copy.id)
            former = known.filter(lambda one, name=name: name and one.id.split("_R")[0] == name[1])
            for one in former:
                series = self.browse(one.odoo_id(self.env))
                ends = one.rrule and self._rrule_parse(one.rrule, series.dtstart).get("until")
                if ends and series._is_of_sessions():
                    later = series._split_after(ends.replace(tzinfo=None), copy.id)
                    dates |= dict.fromkeys(later.ids, write_dates.get(series.id, series.write_date))
        return dates

    def _split_after(self, ends, google_id):
        """Make what comes after a moment a series of its own, and return it.

        :param ends: naive UTC
        """
        following = self.calendar_event_ids.filtered(lambda event: event.start > ends).sorted("start")
        if not following or following == self.calendar_event_ids:
            return self.browse()
        left_out = self._left_out_sessions().filtered(lambda session: session.planned_start > ends)
        [values] = self.copy_data()
        later = self.with_context(dont_notify=True).create(
            {
                **values,
                "base_event_id": following[0].id,
                "calendar_event_ids": [Command.set(following.ids)],
                "google_id": google_id,
                "need_sync": False,
            }
        )
        left_out.left_out_of_id = later
        following.with_context(dont_notify=True).write({"google_id": False, "need_sync": False})
        self.env.add_to_compute(following._fields["google_id"], following)
        return later

    @api.model
    def _changed_in_outlook(self, microsoft_events):
        """Return the series of sessions among what changed in Outlook, each with what belongs to it.

        :return: list of ``(recurrence, MicrosoftEvent)``
        """
        masters = microsoft_events.filter(lambda event: event.is_recurrence() and not event.is_cancelled())
        if not masters:
            return []
        found = self.search(
            ["|", ("ms_universal_event_id", "in", masters.uids), ("microsoft_id", "in", masters.ids)]
        ).filtered(lambda series: series._is_of_sessions())
        changed = []
        for master in masters:
            series = found.filtered(
                lambda one, master=master: master.iCalUId and one.ms_universal_event_id == master.iCalUId
                or one.microsoft_id == master.id
            )[:1]  # fmt: skip
            if series:
                theirs = microsoft_events.filter(
                    lambda event, master=master: (
                        master.id in (event.id, event.seriesMasterId) and not event.is_cancelled()
                    )
                )
                changed.append((series, theirs))
        return changed


def _google_start(copy):
    """Return where a Google event begins, naive UTC; None for a day without hours."""
    moment = copy.start and copy.start.get("dateTime")
    return parse(moment).astimezone(pytz.utc).replace(tzinfo=None) if moment else None
