from odoo import api, fields, models


class TelehealthSessionSeries(models.Model):
    """A session as one of a series: where its series planned it, whatever became of it (decision 5)."""

    _inherit = "telehealth.session"

    planned_start = fields.Datetime(
        readonly=True, copy=False, help="Where the series put it. Moving this one session alone leaves it as it is."
    )
    left_out_of_id = fields.Many2one(
        "calendar.recurrence",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The series that goes on without this date: the session was cancelled by itself, and no edit of all "
        "brings it back.",
    )
    off_rhythm = fields.Boolean(
        readonly=True,
        copy=False,
        help="Cancelled by itself, and none of its series' dates by now. Should it become one again, it stays off.",
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

    def _leave_out_of_series(self):
        """Remember of which series these scheduled sessions are that are cancelled by themselves."""
        scheduled = self.filtered(lambda session: session.state == "scheduled" and session.event_id.recurrence_id)
        for recurrence, sessions in scheduled.grouped(lambda session: session.event_id.recurrence_id).items():
            sessions.write({"left_out_of_id": recurrence.id, "off_rhythm": False})

    def _is_coming(self, now):
        """Whether this session may still be moved: it has not begun, and its time is not over.

        :param now: naive UTC
        """
        self.ensure_one()
        return self.state not in ("live", "ended") and self.stop > now
