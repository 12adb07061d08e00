from odoo import fields, models


class CalendarPopoverDeleteWizard(models.TransientModel):
    _inherit = "calendar.popover.delete.wizard"

    telehealth = fields.Boolean(related="calendar_event_id.telehealth")

    def action_send_mail_and_delete(self):
        """Tell each person of a session on their own; core's one mail goes to all and lists them."""
        event = self.calendar_event_id
        if not event.telehealth:
            return super().action_send_mail_and_delete()
        event.attendee_ids._tell_cancelled()
        return self.action_delete()
