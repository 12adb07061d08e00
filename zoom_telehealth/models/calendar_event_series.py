from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Command

from .. import clock
from .calendar_event_booking import LINK_CONTEXT
from .series_edit import EDIT_CONTEXT, SeriesEdit

# Core marks the edit of more than one occurrence so.
MANY = ("future_events", "all_events")


class CalendarEventSeries(models.Model):
    """Edits of series: core archives occurrences and makes new ones, their sessions are carried over (decision 5)."""

    _inherit = "calendar.event"

    # === ONE EDIT === #

    def _edits_series(self, vals):
        """Whether core is about to write many occurrences of sessions at once, or to make a series of one."""
        if self.env.context.get(EDIT_CONTEXT) or not self:
            return False
        if vals.get("recurrence_update") in MANY:
            series = self.sudo().recurrence_id.calendar_event_ids if len(self) == 1 else self.browse()
            return bool(series) and (bool(vals.get("telehealth")) or any(series.mapped("telehealth")))
        repeats = vals.get("recurrency") and self._get_recurrent_fields() & vals.keys()
        return bool(repeats) and (bool(vals.get("telehealth")) or any(self.mapped("telehealth")))

    def _begin_series_edit(self, vals):
        """Note what stands before core's edit, and book for all what only sessions keep.

        :return: the :class:`SeriesEdit`, and what is left for core to write
        :raises AccessError: when one of the sessions is another provider's, and the user no scheduler
        """
        self.ensure_one()
        events, base = self._occurrences_to_edit(vals)
        events._check_may_change_series()
        edit = SeriesEdit(base.sudo(), events.sudo(), vals, edited=self.sudo())
        rest = dict(vals)
        if base.telehealth or not vals.get("telehealth"):
            self._book_series(edit, {name: rest.pop(name) for name in vals if base._is_kept_by_session(name)})
        return edit, rest

    def _check_may_change_series(self):
        """Refuse with a sentence what core would do half-way: leave out the occurrences that the user may not see.

        :raises AccessError: for who may not edit each of the sessions
        """
        sessions = self.sudo().telehealth_session_ids.with_env(self.env)
        if sessions and not self.env.su and not sessions.has_access("write"):
            raise AccessError(
                self.env._(
                    "Not all sessions of this series are yours to change: a scheduler changes the series, or you "
                    "change your sessions one by one."
                )
            )

    def _occurrences_to_edit(self, vals):
        """Return the occurrences that core will write or replace, and the one among them that survives."""
        # As superuser: who may not see one of them is refused, or it would be left out and stand beside its successor.
        recurrence = self.sudo().recurrence_id
        events, setting = recurrence.calendar_event_ids | self.sudo(), vals.get("recurrence_update")
        if not recurrence or setting not in MANY:
            return self, self
        if setting == "all_events" or self == recurrence.base_event_id.with_env(self.env):
            base = recurrence.base_event_id or recurrence._get_first_event(include_outliers=False)
            return events.with_env(self.env), base.with_env(self.env)
        return events.filtered(lambda event: event.start >= self.start).with_env(self.env), self

    def _is_kept_by_session(self, name):
        """Whether what is written there is the session's: written to each, it needs no new occurrences."""
        if name == "name":
            return self.telehealth
        return name.startswith("telehealth_") and bool(self._fields[name].inverse)

    def _book_series(self, edit, booked):
        """Write to each session of an edit what was booked; of those that began, the title alone can change."""
        if not booked:
            return
        quiet = {"no_mail_to_attendees": True, "dont_notify": True, EDIT_CONTEXT: edit}
        coming = edit.coming.event_id.with_env(self.env).with_context(**quiet)
        begun = (edit.sessions - edit.coming).event_id.with_env(self.env).with_context(**quiet)
        coming.write(dict(booked))
        title = {name: value for name, value in booked.items() if name in ("name", "telehealth_label")}
        if title and begun:
            begun.write(title)

    def _finish_series_edit(self, edit):
        """Let the sessions follow the occurrences that core left; cancel those that have none any more."""
        lost = edit.coming.filtered(lambda session: not session.event_id.active)
        kept = edit.coming - lost
        booking, tells = edit.booking(), not self.env.context.get("skip_attendee_notification")
        if tells:
            self._tell_of_lost(edit, lost)
        lost._cancel()
        edit.outgrown().event_id = False
        self._leave_out_again(edit)
        self._keep_people(edit, kept | edit.running)
        if not edit.hands_over:
            self._keep_providers(edit, kept | edit.running)
        if edit.in_copy:
            self._put_back_overlapping(edit, kept)
        kept._follow_events()
        if edit.in_copy:
            # An answer that was given in the copy is one; what core resets while it edits a series is none.
            edit.answers.exists()._tell_sessions()
        # As one that is moved alone.
        kept.filtered(lambda session: session.start != edit.times[session][0])._await_provider()
        edit.events.exists().with_env(self.env)._make_missing_sessions(booking)
        self._clear_away(edit)
        if tells:
            self._tell_of_series_edit(edit, kept)
        return True

    def _tell_of_lost(self, edit, sessions):
        """Tell who would have come to sessions that the series has no occurrence for any more."""
        scheduled = sessions.filtered(lambda session: session.state == "scheduled" and session.start > edit.now)
        scheduled.event_id.with_env(self.env).attendee_ids._tell_cancelled()

    def _clear_away(self, edit):
        """Delete what core wanted to delete, now that its session is behind another occurrence."""
        superseded = edit.aside.exists().filtered(lambda event: not event.telehealth_session_ids)
        # The copies of those that stand by now in Google or Outlook are others'.
        superseded.filtered(lambda event: not event.active)._forget_copies()
        superseded.unlink()

    def _keep_people(self, edit, sessions):
        """Let who comes to one session alone come to it still: core makes all anew with the people of the base.

        To one that runs come those who came, whatever is said for all.
        """
        before, now = edit.base_people, edit.base.exists().partner_ids or edit.base_people
        alike = {}
        for session in sessions.filtered(lambda session: session.event_id not in edit.events):
            people = edit.people[session]
            if session not in edit.running:
                # Who held one of them alone came as its provider, and gives it up with the others.
                gone = (before | session.provider_id.partner_id if edit.hands_over else before) - now
                people = people - gone | (now - before)
            if people != session.event_id.partner_ids:
                alike.setdefault(frozenset(people.ids), []).append(session.event_id.id)
        quiet = {"no_mail_to_attendees": True, "dont_notify": True, EDIT_CONTEXT: edit}
        for people, events in alike.items():
            self.sudo().browse(events).with_context(**quiet).write({"partner_ids": [Command.set(list(people))]})

    def _leave_out_again(self, edit):
        """Take off the calendar what was cancelled by itself and core made anew: nobody asked for it again.

        The session stays cancelled at its own time; restored, it comes back where the series is now. A date that the
        series has no more is remembered, since the next change of the rule may bring it back.
        """
        # As superuser: core made the row in the user's name, though the session was perhaps a colleague's.
        rows = edit.made_anew.event_id.with_env(self.env).sudo()
        quiet = {"no_mail_to_attendees": True, "dont_notify": True, EDIT_CONTEXT: edit}
        # As a date of its own: the copies of a series in Google and Outlook are told of it apart.
        rows.with_context(**quiet).write({"active": False, "follow_recurrence": False})
        still, series = edit.made_anew.filtered("event_id"), edit.base.exists().recurrence_id
        still._follow_each(
            {
                session.id: {
                    "planned_start": session.event_id.start,
                    "left_out_of_id": (session.event_id.recurrence_id or series).id,
                    "off_rhythm": False,
                }
                for session in still
            }
        )
        skipped = edit.left_out - edit.made_anew
        # Core deletes the recurrence where it makes all anew, and cuts it short where it makes the following ones anew.
        skipped = skipped.filtered(lambda session: series and session.left_out_of_id != series)
        skipped._follow_each(
            {
                session.id: {
                    "planned_start": edit.planned_now(session),
                    "left_out_of_id": series.id,
                    "off_rhythm": True,
                }
                for session in skipped
            }
        )

    def _keep_providers(self, edit, sessions):
        """Let what was given to a colleague stay theirs: core makes all anew with the organizer of the base."""
        given = sessions.filtered(lambda session: session.event_id.user_id != session.provider_id)
        quiet = {"no_mail_to_attendees": True, "dont_notify": True, EDIT_CONTEXT: edit}
        for provider, theirs in given.grouped("provider_id").items():
            theirs.event_id.with_context(**quiet).write({"user_id": provider.id})

    def _tell_of_series_edit(self, edit, sessions):
        """Write to each person once: of the nearest session that moved, or, to who is new, of the first to come to."""
        told, invited, moved = set(), [], []
        for session in sessions.filtered(lambda session: session.state == "scheduled").sorted("start"):
            if session.start <= edit.now:
                continue
            for attendee in session.event_id.attendee_ids:
                is_new = attendee.partner_id not in edit.partners
                if attendee.partner_id in told or not (is_new or session.start != edit.times[session][0]):
                    continue
                told.add(attendee.partner_id)
                (invited if is_new else moved).append(attendee.id)
        attendees = self.env["calendar.attendee"]
        attendees.browse(invited)._send_invitation_emails()
        attendees.browse(moved)._notify_attendees(
            self.env.ref("calendar.calendar_template_meeting_changedate", raise_if_not_found=False), force_send=True
        )

    # === WHAT CORE DOES INSIDE === #

    def _sessions_to_follow(self):
        """Return these events' sessions, but those of a series' edit: they follow when it is done."""
        edit = self.env.context.get(EDIT_CONTEXT)
        sessions = self.sudo().telehealth_session_ids
        return sessions - edit.sessions - edit.left_out if edit else sessions

    def _apply_recurrence_values(self, values, future=True):
        edit = self.env.context.get(EDIT_CONTEXT)
        if edit:
            values = edit.until_moved(edit.on_its_days(edit.counted(values)))
        return super()._apply_recurrence_values(values, future)

    def unlink(self):
        """Archive what core deletes while it rewrites a series: it may turn out that its session has no other place."""
        edit = self.env.context.get(EDIT_CONTEXT)
        aside = (
            self.filtered(lambda event: event.sudo().telehealth_session_ids & edit.sessions) if edit else self.browse()
        )
        if aside:
            edit.aside |= aside.sudo()
            aside.write({"active": False, **self._told_by_copy()})
        rest = self - aside
        return super(CalendarEventSeries, rest).unlink() if rest or not aside else True

    def _over_in_series_edit(self):
        """Return those of a series that are over: switching telehealth on for the series leaves them as they were."""
        if not self.env.context.get(EDIT_CONTEXT) or len(self) == 1:
            return self.browse()
        return self.filtered(lambda event: event.stop <= clock.now() and not event.telehealth)

    def _carried_to(self, vals_list):
        """Return the session that each new occurrence takes over, as :meth:`SeriesEdit.assign` says; in order."""
        edit = self.env.context.get(EDIT_CONTEXT)
        rows = [place for place, vals in enumerate(vals_list) if edit and vals.get("recurrence_id")]
        carried = [None] * len(vals_list)
        if rows:
            recurrence = self.env["calendar.recurrence"].sudo().browse(vals_list[rows[0]]["recurrence_id"])
            times = [(vals_list[place]["start"], vals_list[place]["stop"]) for place in rows]
            for place, session in zip(rows, edit.assign(times, recurrence)):
                carried[place] = session
        return carried

    def _settle_occurrences(self, carried, bookings):
        """Hand the carried sessions to new occurrences; other coming ones get a new session, past ones none.

        :param carried: list of sessions or None, one an event; what an empty session means: :meth:`SeriesEdit.assign`
        :param bookings: list of dict of session values, one an event
        """
        edit = self.env.context.get(EDIT_CONTEXT)
        fresh = []
        for event, session, booking in zip(self, carried, bookings):
            if session:
                event._stand_behind(session)
            elif session is not None:
                edit.aside |= event.sudo()
            elif event.stop > edit.now if edit else not event._left_its_series():
                fresh.append((event, booking))
        self.browse(event.id for event, _booking in fresh)._make_sessions([booking for _event, booking in fresh])

    def _left_its_series(self):
        """Whether core archived the event at once, since its day is none of those on which its series repeats."""
        return self.recurrency and not self.recurrence_id and not self.active

    def _stand_behind(self, session):
        """Put this event behind a session, in the place of the one that core archived or deleted."""
        session.with_context(from_calendar_event=True).event_id = self

    def _make_missing_sessions(self, booking=None):
        """Make the sessions of coming events that have none, such as an old occurrence that somebody restores.

        :param booking: dict of session values
        """
        if self.env.context.get(EDIT_CONTEXT) or self.env.context.get("is_calendar_event_new"):
            return  # they are made when core is done
        now = clock.now()
        missing = self.sudo().filtered(
            lambda event: event.telehealth and event.active and event.stop > now and not event.telehealth_session_ids
        )
        if not missing:
            return
        bookings = {}
        for company, events in missing.grouped("telehealth_company_id").items():
            places = self.env["telehealth.session"]._default_places(events.user_id, company)
            for event in events:
                bookings[event] = {"place": places.get(event.user_id.id, "zoom"), **(booking or {})}
        missing._make_sessions([bookings[event] for event in missing])
        for event in missing.with_context(**{LINK_CONTEXT: True}):
            event.videocall_location = event.telehealth_session_ids.join_url
