from odoo import models

from .calendar_event_invitation import RECIPIENT_CONTEXT

# Core's texts list all attendees and call our link "Odoo Discuss"; a session has its own.
SESSION_TEMPLATES = {
    "calendar.calendar_template_meeting_invitation": "zoom_telehealth.mail_template_session_invitation",
    "calendar.calendar_template_meeting_changedate": "zoom_telehealth.mail_template_session_moved",
    "calendar.calendar_template_meeting_reminder": "zoom_telehealth.mail_template_session_reminder",
    "calendar.calendar_template_delete_event": "zoom_telehealth.mail_template_session_cancelled",
}

# The events that a mail about a cancelled one names besides it.
ALSO_CANCELLED = "telehealth_also_cancelled"


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """Write to the attendees of sessions one by one, with texts and calendar files of their own (decision 3)."""
        of_sessions = self.filtered(lambda attendee: attendee.event_id.telehealth)
        if not of_sessions or self.env.context.get("no_mail_to_attendees"):
            return super()._notify_attendees(mail_template, notify_author, force_send)
        others, result = self - of_sessions, None
        if others:
            result = super(CalendarAttendee, others)._notify_attendees(mail_template, notify_author, force_send)
        template = self._session_template(mail_template)
        for attendee in of_sessions:
            recipient = attendee.with_context(**{RECIPIENT_CONTEXT: attendee.partner_id.id})
            result = super(CalendarAttendee, recipient)._notify_attendees(template, notify_author, force_send)
        return result

    def _unsubscribe_partner(self):
        """Take who attends no longer off the sessions' followers; core does so event by event."""
        of_sessions = self.filtered(lambda attendee: attendee.event_id.telehealth)
        for partner, attendees in of_sessions.grouped("partner_id").items():
            attendees.event_id.message_unsubscribe(partner.ids)
        return super(CalendarAttendee, self - of_sessions)._unsubscribe_partner()

    def _session_template(self, mail_template):
        """Return the session's text in place of one of core's; a practice's own text stays."""
        own = SESSION_TEMPLATES.get(mail_template.get_external_id().get(mail_template.id)) if mail_template else None
        return (own and self.env.ref(own, raise_if_not_found=False)) or mail_template

    def _tell_cancelled(self):
        """Tell each person but the user that their sessions are off, with files that take them out of their calendar.

        One mail a person, about the nearest, which names the others. The mails hang on the attendees: what hangs on the
        event goes with it when it is deleted.
        """
        template = self.env.ref("zoom_telehealth.mail_template_session_cancelled", raise_if_not_found=False)
        told = self.filtered(lambda attendee: attendee.email and attendee._should_notify_attendee())
        if not template or not told:
            return
        mails = self.env["mail.mail"].sudo()
        for attendees in told.grouped("partner_id").values():
            first, *others = attendees.sorted(lambda attendee: attendee.event_id.start)
            files = (
                self.env["ir.attachment"].sudo().create([attendee._cancelled_file() for attendee in (first, *others)])
            )
            # As superuser: a mail template is sent by whoever may cancel, and reads the practice's help contact.
            mails |= mails.browse(
                template.sudo()
                .with_context(**{ALSO_CANCELLED: [attendee.event_id for attendee in others]})
                .send_mail(
                    first.id,
                    email_values={"attachment_ids": files.ids},
                    email_layout_xmlid="mail.mail_notification_light",
                )
            )
        mails.send_after_commit()

    def _cancelled_file(self):
        """Return the values of the calendar file that takes the session out of its one recipient's calendar."""
        self.ensure_one()
        event = self.event_id.with_context(**{RECIPIENT_CONTEXT: self.partner_id.id})
        return {
            "name": "cancelled.ics",
            "raw": event._telehealth_ics(cancelled=True),
            "mimetype": "text/calendar",
            "res_model": "mail.compose.message",
            "res_id": 0,
        }

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
