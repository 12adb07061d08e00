"""Sessions' copies in Google's and Outlook's calendars: what they say, and what comes back from them (R23, decision 3).

Odoo's google_calendar and microsoft_calendar may be installed or not, and the addon depends on neither. What it extends
is what their mixins define: a mixin stands behind every extension of a model, so ``super()`` finds its method in
whatever order the modules were loaded, and where a module is absent nobody calls it. Only who is mailed and whose
address is wanted stand in their own extensions: those are reached in the order of a start, which puts this addon last.
"""

from odoo import api, models
from odoo.fields import Command

from .. import clock
from .series_edit import EDIT_CONTEXT

# Set while one of the two modules takes over what changed in a copy.
COPY_CONTEXT = "telehealth_from_copy"
# What marks an event as differing from its copy, and what the copy is known by.
SYNC_FLAGS = ("need_sync", "need_sync_m")
COPY_IDS = ("google_id", "microsoft_id", "ms_universal_event_id")


class CalendarEventCopies(models.Model):
    _inherit = "calendar.event"

    # === OUT === #

    def _discreet(self, values):
        """Return what a copy of a session may say: the organizer alone, the neutral title, our join route.

        :param values: dict of values for Google's or Microsoft's API
        """
        event = self[:1].sudo()
        if not event.telehealth:
            return values
        values = dict(values)
        description = self._link_values(event.videocall_location)["description"]
        mine = event.user_id.email_normalized
        if "attendees" in values:
            values["attendees"] = [person for person in values["attendees"] if person.get("email") == mine]
        for title in {"summary", "subject"} & values.keys():
            values[title] = event.name
        if "description" in values:
            values["description"] = description
        if "body" in values:
            values["body"] = {"content": description, "contentType": "html"}
        if "isOnlineMeeting" in values:
            values["isOnlineMeeting"] = False
        return values

    def _google_insert(self, google_service, values, *args, **options):
        return super()._google_insert(google_service, self._discreet(values), *args, **options)

    def _google_patch(self, google_service, google_id, values, *args, **options):
        if self[:1].telehealth and values:
            # Takes away a Meet link that Google's copy got while it was no session.
            values = self._discreet(values) | {"conferenceData": None}
        return super()._google_patch(google_service, google_id, values, *args, **options)

    def _microsoft_insert(self, values, *args, **options):
        return super()._microsoft_insert(self._discreet(values), *args, **options)

    def _microsoft_patch(self, user_id, event_id, values, *args, **options):
        event = self._as_organizer()
        values = self._discreet(values)
        return super(CalendarEventCopies, event)._microsoft_patch(user_id, event_id, values, *args, **options)

    def _microsoft_delete(self, user_id, event_id, *args, **options):
        event = self._as_organizer()
        return super(CalendarEventCopies, event)._microsoft_delete(user_id, event_id, *args, **options)

    def _as_organizer(self):
        """Return a session's event as its organizer: a scheduler without Outlook reaches the copy by nobody else."""
        return self.with_user(self.user_id) if self[:1].telehealth and self.user_id else self

    def _ensure_attendees_have_email(self):
        """Outlook wants everybody's address; a session's copy names nobody but its organizer."""
        others = self.filtered(lambda event: not event.telehealth)
        return super(CalendarEventCopies, others)._ensure_attendees_have_email() if others else None

    def _skip_send_mail_status_update(self):
        """Core leaves invitations to Google and Outlook; they know none of a session's clients."""
        return False if self.telehealth else super()._skip_send_mail_status_update()

    def _leave_copies(self):
        """Have the copies in their organizers' calendars removed: the next organizers get copies of their own."""
        if "google_id" in self._fields:
            for event in self.filtered("google_id"):
                # No record with it: it would be written on after the commit, by who may not see it any more.
                nobody = self.browse().with_user(event.user_id)
                nobody._google_delete(self._google_service(), event.google_id)
        if "microsoft_id" in self._fields:
            for event in self.filtered("microsoft_id"):
                event._microsoft_delete(event.user_id, event.microsoft_id)
        # Not to be told of: what is left is made anew by the next sync of whoever is the organizer then.
        self._forget_copies()

    def _forget_copies(self):
        """Let no copy be these events' any more, and tell nobody."""
        ids = [name for name in COPY_IDS if name in self._fields]
        copied = self.filtered(lambda event: any(event[name] for name in ids))
        if copied:
            copied.with_context(dont_notify=True, no_calendar_sync=True).write(
                dict.fromkeys(ids, False) | {name: False for name in SYNC_FLAGS if name in self._fields}
            )

    @api.model
    def _google_service(self):
        from odoo.addons.google_calendar.utils.google_calendar import GoogleCalendarService

        return GoogleCalendarService(self.env["google.service"])

    # === BACK === #

    @api.model
    def _sync_google2odoo(self, *args, **options):
        return super(CalendarEventCopies, self.with_context(**{COPY_CONTEXT: True}))._sync_google2odoo(*args, **options)

    @api.model
    def _sync_microsoft2odoo(self, microsoft_events):
        """Take over each series of sessions on its own, with its sessions; then all else.

        A series goes first: what Outlook took out of it is no single session that was cancelled.
        """
        # As core does nearly everywhere below: it refuses who changes an occurrence of Outlook's series in Odoo, and
        # where Outlook itself took one out, it refuses that as well and stops the sync.
        own = self.with_context(**{COPY_CONTEXT: True, "dont_notify": True})
        events, recurrences = self.browse(), self.env["calendar.recurrence"]
        for series, theirs in recurrences._changed_in_outlook(microsoft_events):
            microsoft_events -= theirs
            with series._carrying_sessions() as edit:
                inside = own.with_context(**{EDIT_CONTEXT: edit, "skip_attendee_notification": True})
                synced = super(CalendarEventCopies, inside)._sync_microsoft2odoo(theirs)
            events |= synced[0].exists()
            recurrences |= synced[1].exists()
        if microsoft_events:
            synced = super(CalendarEventCopies, own)._sync_microsoft2odoo(microsoft_events)
            events, recurrences = events | synced[0], recurrences | synced[1]
        return events, recurrences

    @api.model_create_multi
    def create(self, vals_list):
        """Let the occurrences of a series that its copy makes anew have the people of the series."""
        edit = self.env.context.get(EDIT_CONTEXT)
        if edit and self.env.context.get(COPY_CONTEXT):
            people = {"partner_ids": [Command.set(edit.base.partner_ids.ids)], "user_id": edit.base.user_id.id}
            vals_list = [
                {name: value for name, value in vals.items() if name != "attendee_ids"} | people for vals in vals_list
            ]
        return super().create(vals_list)

    def _from_copy(self, vals):
        """Return what an event takes over of a change that was made in its copy.

        Title, time, place and the organizer's answer count. Attendees and organizer do not: the copy never had the
        former, and knows the latter by an address alone. A time that a session cannot have is set right in the copy.

        :param vals: dict of the event's values
        """
        self.ensure_one()
        if not self._of_whom_syncs():
            # An occurrence of the series that was given to a colleague: it may be taken out of it, and no more.
            return {name: value for name, value in vals.items() if name in ("recurrence_id", "recurrency", *SYNC_FLAGS)}
        vals = {name: value for name, value in vals.items() if name not in ("partner_ids", "user_id")}
        if "attendee_ids" in vals:
            mine = self.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.user_id.partner_id)
            vals["attendee_ids"] = [one for one in vals["attendee_ids"] if one[0] == 1 and one[1] in mine.ids]
        if vals.get("name") == self.name:
            del vals["name"]
        if self._refuses_time(vals):
            for name in ("allday", "start", "stop", "start_date", "stop_date"):
                vals.pop(name, None)
            vals |= {name: True for name in SYNC_FLAGS if name in vals}
            edit = self.env.context.get(EDIT_CONTEXT)
            if edit:
                edit.refused = True
        return vals

    def _told_by_copy(self):
        """Return the values of an event that need not be told to the copy, where it is the copy that told of them."""
        told = self.env.context.get(COPY_CONTEXT)
        return {name: False for name in SYNC_FLAGS if name in self._fields} if told else {}

    def _refuses_time(self, vals):
        """Whether a session cannot be held at a time that was chosen in its copy."""
        if vals.get("allday"):
            return True
        start, stop = vals.get("start", self.start), vals.get("stop", self.stop)
        moved = (start, stop) != (self.start, self.stop)
        if not moved or not self.telehealth_company_id.sudo().telehealth_overlap_blocked:
            return False
        session = self.sudo().telehealth_session_ids
        return bool(session._overlap_sentences({1: (session.id, self.user_id.id, session.place, start, stop)}))

    @api.model
    def _put_back_overlapping(self, edit, sessions):
        """Move back what the copy of a series put where its practice allows no session; the others stay moved."""
        moved = {
            session.id: (
                session.id,
                session.provider_id.id,
                session.place,
                session.event_id.start,
                session.event_id.stop,
            )
            for session in sessions
            if session.event_id.start != session.start and session.company_id.telehealth_overlap_blocked
        }
        quiet = {"skip_attendee_notification": True, EDIT_CONTEXT: edit}
        # Google's id of an occurrence is made from where its series puts it: before it is moved.
        self.env.flush_all()
        for session in sessions.browse(self.env["telehealth.session"]._overlap_sentences(moved, moving=moved)):
            event = session.event_id.with_env(self.env).with_context(**quiet)
            event.write({"start": session.start, "stop": session.stop})

    def write(self, vals):
        sessions = self.filtered("telehealth") if self.env.context.get(COPY_CONTEXT) else self.browse()
        if not sessions:
            if vals.get("user_id") and not self.env.context.get(COPY_CONTEXT):
                new = vals["user_id"]
                self.filtered(lambda event: event.telehealth and event.user_id.id not in (new, False))._leave_copies()
            return super().write(vals)
        alike = {}
        for event in sessions:
            taken_over = event._from_copy(vals)
            alike.setdefault(str(taken_over), (taken_over, []))[1].append(event.id)
        for taken_over, events in alike.values():
            super(CalendarEventCopies, self.browse(events)).write(taken_over)
        return super(CalendarEventCopies, self - sessions).write(vals) if self - sessions else True

    def unlink(self):
        """Keep a session's event whose copy was deleted as an archived one: it can be restored."""
        if not self or not self.env.context.get(COPY_CONTEXT):
            return super().unlink()
        sessions = self.filtered("telehealth")
        coming = sessions._of_whom_syncs().filtered("active")
        if coming:
            coming.write({"active": False, **self._told_by_copy()})
        return super(CalendarEventCopies, self - sessions).unlink()

    def _cancel(self):
        self._of_whom_syncs()._tell_of_cancelling()
        return super()._cancel()

    def _cancel_microsoft(self):
        self._of_whom_syncs()._tell_of_cancelling()
        return super()._cancel_microsoft()

    def _of_whom_syncs(self):
        """Return those sessions' events that the user's copy decides on: a guest's copy cancels nothing."""
        return self.filtered(
            lambda event: event.telehealth and event.user_id in (self.env.user, event.user_id.browse())
        )

    def _tell_of_cancelling(self):
        """Tell those who would have come; Google and Outlook know nobody to tell."""
        sessions = self._sessions_to_follow().filtered(lambda session: session.state == "scheduled")
        coming = sessions.filtered(lambda session: session.start > clock.now())
        coming.event_id.attendee_ids._tell_cancelled()
