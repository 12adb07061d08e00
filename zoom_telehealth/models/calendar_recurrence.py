from odoo import models


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    def _left_out_sessions(self):
        """Return the sessions of this series that were cancelled by themselves: its dates that do not stand."""
        # As superuser: who edits a series may not see what was a colleague's.
        sessions = self.env["telehealth.session"].sudo()
        return sessions.search([("left_out_of_id", "in", self.ids), ("state", "=", "cancelled")])

    def _split_from(self, event, recurrence_values=None):
        """Hand over the cancelled dates from there on, too: core counts those that stand, and would lose as many."""
        left_out = self._left_out_sessions().filtered(lambda session: session.planned_start > event.start)
        following = super()._split_from(event, recurrence_values)
        if following and left_out:
            left_out.left_out_of_id = following
            if not (recurrence_values or {}).get("count"):
                following.count += len(left_out.filtered(lambda session: not session.off_rhythm))
        return following
