from odoo import api, fields, models


class TelehealthSessionSeries(models.Model):
    """A session as one of a series: where its series planned it, whatever became of it (decision 5)."""

    _inherit = "telehealth.session"

    planned_start = fields.Datetime(
        readonly=True, copy=False, help="Where the series put it. Moving this one session alone leaves it as it is."
    )
    of_series = fields.Boolean(compute="_compute_of_series")

    @api.depends("event_id.recurrence_id")
    def _compute_of_series(self):
        for session in self:
            session.of_series = bool(session.sudo().event_id.recurrence_id)

    def _planned_start(self):
        """Return where the series planned this session: for one that was moved alone, not where it stands."""
        self.ensure_one()
        event = self.event_id
        moved_alone = event.recurrency and not event.follow_recurrence
        return moved_alone and self.planned_start or event.start or self.start

    def _is_coming(self, now):
        """Whether this session may still be moved: it has not begun, and its time is not over.

        :param now: naive UTC
        """
        self.ensure_one()
        return self.state not in ("live", "ended") and self.stop > now
