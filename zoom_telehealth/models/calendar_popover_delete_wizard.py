from odoo import fields, models

from .. import clock


class CalendarPopoverDeleteWizard(models.TransientModel):
    _inherit = "calendar.popover.delete.wizard"

    telehealth = fields.Boolean(related="calendar_event_id.telehealth")

    def action_send_mail_and_delete(self):
        """Tell each person of the sessions on their own; core's one mail goes to all and lists them."""
        if not self.calendar_event_id.telehealth:
            return super().action_send_mail_and_delete()
        self._deleted_events().filtered(lambda event: event.start > clock.now()).attendee_ids._tell_cancelled()
        return self.action_delete()

    def _deleted_events(self):
        """Return the events that core's :meth:`action_delete` deletes: one, or some of its series."""
        event, kind = self.calendar_event_id, self.env.context.get("default_recurrence")
        if kind not in ("next", "all") or not event.recurrence_id:
            return event
        series = event.recurrence_id.calendar_event_ids.filtered("telehealth")
        return series if kind == "all" else series.filtered(lambda one: one.start >= event.start)
