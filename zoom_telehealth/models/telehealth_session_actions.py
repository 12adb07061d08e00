"""What the buttons on a session do."""

from odoo import models

from .. import clock
from ..routes import START_ROUTE


class TelehealthSessionActions(models.Model):
    _inherit = "telehealth.session"

    def action_start(self):
        """Open Zoom in a new tab by our own start route; Odoo stays where it was."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": START_ROUTE + self.sudo().token, "target": "new"}

    def action_cancel(self):
        """Cancel by archiving the event, and tell those who would have come."""
        scheduled = self.filtered(lambda session: session.state == "scheduled")
        without_event = scheduled.filtered(lambda session: not session.event_id)
        without_event.check_access("write")
        # Their events are gone already, so nothing but the system's own record is left to change.
        without_event.sudo()._cancel()
        coming = (scheduled - without_event).filtered(lambda session: session.start > clock.now())
        coming.event_id.attendee_ids._tell_cancelled()
        (scheduled - without_event)._events().action_archive()
        return True

    def action_open_event(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.event_id.id,
            "views": [(False, "form")],
        }
