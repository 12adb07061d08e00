from odoo import api, fields, models

from .telehealth_service import VIDEO_PLACES


class TelehealthSessionPos(models.Model):
    """A session's place of service: the practice's code for how it is held, or the one that a person chose."""

    _inherit = "telehealth.session"

    pos_id = fields.Many2one(
        "telehealth.pos",
        "Place of service",
        copy=False,
        ondelete="restrict",
        help="For claims: where the client is. Empty it to have the practice's own.",
    )
    pos_by_hand = fields.Boolean(readonly=True, copy=False)
    pos_warning = fields.Char(compute="_compute_pos_warning")

    @api.depends("pos_id", "place")
    def _compute_pos_warning(self):
        for session in self:
            session.pos_warning = False
            if session.pos_by_hand and not session._fits(session.pos_id):
                session.pos_warning = self.env._(
                    "The place of service was chosen by hand and does not fit the place any more. Choose another, or "
                    "empty it to have the practice's own."
                )

    def _fits(self, pos):
        """Whether a code is for how the session is held: by telehealth, or in person."""
        self.ensure_one()
        return bool(pos) and pos.telehealth == (self.place in VIDEO_PLACES)

    @api.model_create_multi
    def create(self, vals_list):
        # One without an event makes its event first, and that makes the session: here again, with both.
        kinds = {self._kind_of_new(vals) for vals in vals_list if vals.get("event_id")}
        known = {kind: self.env["res.company"].browse(kind[0])._telehealth_pos(kind[1]).id for kind in kinds}
        return super().create(
            [{"pos_id": known[self._kind_of_new(vals)], **vals} if vals.get("event_id") else vals for vals in vals_list]
        )

    @api.model
    def _kind_of_new(self, vals):
        return vals.get("company_id") or self.env.company.id, vals.get("place")

    def _keep_own(self, values):
        if "pos_id" not in values:
            return super()._keep_own(values)
        super()._keep_own({**values, "pos_by_hand": bool(values["pos_id"])})
        return self.filtered(lambda session: not session.pos_id)._follow_place()

    def _follow_event(self, values):
        result = super()._follow_event(values)
        if "place" in values:
            self._follow_place()
        return result

    def _follow_place(self):
        """Take the practice's code where the session turned telehealth or back; what a person chose stays."""
        sessions = self.sudo().with_context(from_calendar_event=True)
        stale = sessions.filtered(lambda session: not session.pos_by_hand and not session._fits(session.pos_id))
        for (company, place), alike in stale.grouped(lambda session: (session.company_id, session.place)).items():
            alike.pos_id = company._telehealth_pos(place)
