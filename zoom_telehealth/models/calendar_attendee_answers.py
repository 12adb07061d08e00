from odoo import api, models

from .series_edit import EDIT_CONTEXT


class CalendarAttendee(models.Model):
    """Hears what attendees of sessions answer, by whichever door: a button, a mail's link, another calendar's sync."""

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees.filtered(lambda attendee: attendee.state in ("accepted", "declined"))._tell_sessions()
        return attendees

    def write(self, vals):
        news = self.filtered(lambda attendee: attendee.state != vals["state"]) if "state" in vals else self.browse()
        result = super().write(vals)
        news._tell_sessions()
        return result

    def _tell_sessions(self):
        """Have the sessions draw their conclusions, those of a series when its edit is done."""
        edit = self.env.context.get(EDIT_CONTEXT)
        if edit:
            edit.answers |= self.sudo()
            return
        # As superuser: an attendee answers for themself and need not see the session.
        attendees = self.sudo().filtered(lambda attendee: attendee.event_id.telehealth)
        if attendees:
            attendees.event_id.telehealth_session_ids._take_answers(attendees)

    def _is_held_back(self):
        """Whether this attendee was not invited yet, since the provider has to accept first."""
        session = self.event_id.sudo().telehealth_session_ids
        return session.is_held_back and self.partner_id != session.provider_id.partner_id

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        told = self.filtered(lambda attendee: not (attendee.event_id.telehealth and attendee._is_held_back()))
        if self and not told:
            return False
        return super(CalendarAttendee, told)._notify_attendees(mail_template, notify_author, force_send)

    def _tell_cancelled(self):
        return super(CalendarAttendee, self.filtered(lambda one: not one._is_held_back()))._tell_cancelled()
