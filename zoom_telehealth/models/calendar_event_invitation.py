import pytz
import vobject

from odoo import models

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

    def _telehealth_ics(self):
        """Return a calendar file with the neutral name, our join link, the provider and the one recipient."""
        self.ensure_one()
        recipient = self.env["res.partner"].browse(self.env.context.get(RECIPIENT_CONTEXT))
        calendar = vobject.iCalendar()
        entry = calendar.add("vevent")
        entry.add(
            "uid"
        ).value = f"telehealth-{self.id}@{self.env['ir.config_parameter'].sudo().get_param('database.uuid')}"
        entry.add("created").value = self.create_date.replace(tzinfo=pytz.utc)
        entry.add("dtstart").value = self.start.replace(tzinfo=pytz.utc)
        entry.add("dtend").value = self.stop.replace(tzinfo=pytz.utc)
        entry.add("summary").value = self.name
        entry.add("location").value = self.videocall_location or ""
        entry.add("url").value = self.videocall_location or ""
        if recipient.email:
            entry.add("attendee").value = f"MAILTO:{recipient.email}"
        provider = self.user_id.partner_id
        if provider.email:
            organizer = entry.add("organizer")
            organizer.value = f"MAILTO:{provider.email}"
            organizer.params["CN"] = [provider.name.replace('"', "'")]
        return calendar.serialize().encode()

    def action_open_composer(self):
        """Write to attendees with a text that lists nobody."""
        action = super().action_open_composer()
        if self.filtered("telehealth"):
            template = self.env.ref("zoom_telehealth.mail_template_session_message", raise_if_not_found=False)
            action["context"]["default_template_id"] = template.id if template else False
        return action

    def action_unlink_event(self, attendee_id=None, recurrence=False):
        action = super().action_unlink_event(attendee_id, recurrence)
        if action and action.get("res_model") == "calendar.popover.delete.wizard" and self.telehealth:
            template = self.env.ref("zoom_telehealth.mail_template_session_message", raise_if_not_found=False)
            action["context"]["default_template_id"] = template.id if template else False
        return action
