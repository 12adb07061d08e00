"""Events about the meeting of an end-to-end test, which is none of a session's."""

from odoo import api, models

from ..zoom import events


class ZoomInboxTrial(models.AbstractModel):
    _inherit = "zoom.inbox"

    @api.model
    def _take(self, delivery):
        state = super()._take(delivery)
        if state == "foreign":
            event = events.understand(events.read(delivery.body or ""))
            if event.meeting_id and self.env["telehealth.trial"]._heard(delivery.app_id, event.meeting_id):
                return "done"
        return state
