import pytz
import vobject

from odoo import api, models
from odoo.fields import Domain

from .. import clock
from ..routes import JOIN_ROUTE
from .calendar_event_booking import LINK_CONTEXT
from .telehealth_service import VIDEO_PLACES

RECIPIENT_CONTEXT = "telehealth_recipient"


class CalendarEventInvitation(models.Model):
    """What leaves Odoo about a session: for each recipient on their own, naming no other client (decision 3)."""

    _inherit = "calendar.event"

    def _need_video_call(self):
        """Keep Google's and Outlook's sync from adding a Meet or Teams link of their own (R23)."""
        self.ensure_one()
        return False if self.telehealth else super()._need_video_call()

    def _get_ics_file(self):
        sessions = self.filtered("telehealth")
        files = super(CalendarEventInvitation, self - sessions)._get_ics_file()
        for event in sessions:
            files[event.id] = event._telehealth_ics()
        return files

    def _telehealth_ics(self, cancelled=False):
        """Return a calendar file with the neutral name, our join link, the provider and the one recipient.

        :param cancelled: whether it takes the session out of the recipient's calendar (RFC 5546, ``CANCEL``)
        """
        self.ensure_one()
        session = self.sudo().telehealth_session_ids
        recipient = self.env["res.partner"].browse(self.env.context.get(RECIPIENT_CONTEXT))
        calendar = vobject.iCalendar()
        calendar.add("method").value = "CANCEL" if cancelled else "REQUEST"
        entry = calendar.add("vevent")
        # The session's, not the event's: an edit of a series puts another event behind a session (decision 5).
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        entry.add("uid").value = f"telehealth-{session.id}@{database}"
        # Calendars take over a moved session only where the sequence has grown.
        entry.add("sequence").value = str(session.version + cancelled)
        entry.add("status").value = "CANCELLED" if cancelled else "CONFIRMED"
        entry.add("created").value = self.create_date.replace(tzinfo=pytz.utc)
        entry.add("dtstart").value = self.start.replace(tzinfo=pytz.utc)
        entry.add("dtend").value = self.stop.replace(tzinfo=pytz.utc)
        entry.add("summary").value = self.name
        by_video = session.place in VIDEO_PLACES
        entry.add("location").value = (self.videocall_location if by_video else self.location) or ""
        entry.add("url").value = self.videocall_location or ""
        if recipient.email:
            entry.add("attendee").value = f"MAILTO:{recipient.email}"
        provider = self.user_id.partner_id
        if provider.email:
            organizer = entry.add("organizer")
            organizer.value = f"MAILTO:{provider.email}"
            organizer.params["CN"] = [provider.name.replace('"', "'")]
        return calendar.serialize().encode()

    @api.autovacuum
    def _gc_join_links(self):
        """Let coming sessions follow the practice to another address: their join routes are stored with the old one.

        Whose description lost the route gets it back.
        """
        base = self.browse().get_base_url()
        stale = Domain("videocall_location", "not =like", f"{base}/%") | Domain("description", "not ilike", JOIN_ROUTE)
        stale = self.search(Domain("telehealth", "=", True) & Domain("stop", ">", clock.now()) & stale, limit=1000)
        for event in stale.with_context(**{LINK_CONTEXT: True}):
            event.videocall_location = event.telehealth_session_ids.join_url
        return len(stale), len(stale)

    # === THE THREAD === #

    def _message_create(self, values_list):
        """Keep what is said about a session inside the practice: clients read the messages of their events over RPC."""
        ids = {values["res_id"] for values in values_list if values.get("model") == "calendar.event"}
        inside = set(self.browse(ids).filtered("telehealth").ids)
        return super()._message_create(
            [
                {**values, "is_internal": True}
                if values.get("model") == "calendar.event" and values["res_id"] in inside
                else values
                for values in values_list
            ]
        )

    def _notify_by_email_get_headers(self, headers=None):
        """Name no other recipient of a message in the mail of each."""
        headers = super()._notify_by_email_get_headers(headers)
        if any(event.telehealth for event in self):
            headers.pop("X-Msg-To-Add", None)
        return headers

    def action_open_composer(self):
        """Write to the attendees of sessions one by one: each gets a mail of their own, which lists nobody."""
        if not self.filtered("telehealth"):
            return super().action_open_composer()
        action = super(CalendarEventInvitation, self.filtered("telehealth")).action_open_composer()
        template = self.env.ref("zoom_telehealth.mail_template_session_message", raise_if_not_found=False)
        others = self.attendee_ids.filtered(lambda attendee: attendee.partner_id != self.env.user.partner_id)
        action["context"] = {
            "default_composition_mode": "mass_mail",
            "default_model": "calendar.attendee",
            "default_res_ids": others.ids,
            "default_template_id": template.id if template else False,
        }
        return action

    def action_unlink_event(self, attendee_id=None, recurrence=False):
        """Ask whether the attendees of a session are told; what they are told is fixed and goes to each apart.

        Core does not ask where Google or Outlook would tell them: those know none of a session's clients.
        """
        if len(self) != 1 or not self.telehealth:
            return super().action_unlink_event(attendee_id, recurrence)
        return {
            "name": self.env._("Delete Event"),
            "type": "ir.actions.act_window",
            "res_model": "calendar.popover.delete.wizard",
            "views": [(self.env.ref("calendar.view_event_delete_wizard_form").id, "form")],
            "target": "new",
            "context": {
                "default_use_template": False,
                "default_attendee_id": attendee_id,
                "default_calendar_event_id": self.id,
                "default_recurrence": recurrence,
            },
        }
