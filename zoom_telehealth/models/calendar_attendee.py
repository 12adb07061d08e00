from odoo import models

from .calendar_event_invitation import RECIPIENT_CONTEXT

# Core's texts list all attendees and call our link "Odoo Discuss"; a session has its own.
SESSION_TEMPLATES = {
    "calendar.calendar_template_meeting_invitation": "zoom_telehealth.mail_template_session_invitation",
    "calendar.calendar_template_meeting_changedate": "zoom_telehealth.mail_template_session_moved",
    "calendar.calendar_template_meeting_reminder": "zoom_telehealth.mail_template_session_reminder",
    "calendar.calendar_template_delete_event": "zoom_telehealth.mail_template_session_cancelled",
}


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """Write to the attendees of sessions one by one, with texts and calendar files of their own (decision 3)."""
        of_sessions = self.filtered(lambda attendee: attendee.event_id.telehealth)
        others = self - of_sessions
        result = (
            super(CalendarAttendee, others)._notify_attendees(mail_template, notify_author, force_send)
            if others
            else None
        )
        template = self._session_template(mail_template) if of_sessions else mail_template
        for attendee in of_sessions:
            recipient = attendee.with_context(**{RECIPIENT_CONTEXT: attendee.partner_id.id})
            result = super(CalendarAttendee, recipient)._notify_attendees(template, notify_author, force_send)
        return result

    def _session_template(self, mail_template):
        """Return the session's text in place of one of core's; a practice's own text stays."""
        own_names = mail_template.get_external_id() if mail_template else {}
        own = SESSION_TEMPLATES.get(own_names.get(mail_template.id)) if mail_template else None
        return self.env.ref(own, raise_if_not_found=False) or mail_template if own else mail_template

    def _session_page_values(self):
        """Return what the page behind an invitation's buttons shows to its one recipient, who may be signed out."""
        self.ensure_one()
        session = self.event_id.sudo().telehealth_session_ids
        return {
            "recipient": self.common_name,
            "answer": self.state,
            "event": self.event_id,
            "session": session._portal_values(self.partner_id),
            "company": session.company_id,
            "help_lines": session.company_id._telehealth_help_lines(),
        }
