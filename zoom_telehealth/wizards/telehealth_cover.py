from odoo import api, fields, models
from odoo.fields import Command


class TelehealthCover(models.TransientModel):
    """Shows a provider what colleagues offer for cover: when, what and whose, and no word of a client."""

    _name = "telehealth.cover"
    _description = "Sessions to cover"

    line_ids = fields.One2many("telehealth.cover.line", "dialog_id", "Sessions", readonly=True)

    @api.model
    def default_get(self, fields):
        offers = self.env["telehealth.session"]._offers()
        lines = [
            Command.create(
                {
                    "number": offer.id,
                    "start": offer.start,
                    "stop": offer.stop,
                    "service": offer.service_id.name,
                    "provider_id": offer.provider_id.id,
                }
            )
            for offer in offers
        ]
        return super().default_get(fields) | {"line_ids": lines}

    @api.model
    def action_open(self):
        """Open the dialog, saved already: the web client runs no button in a line of one that is not."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sessions to cover"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "views": [(False, "form")],
            "target": "new",
        }


class TelehealthCoverLine(models.TransientModel):
    _name = "telehealth.cover.line"
    _description = "Session to cover"

    dialog_id = fields.Many2one("telehealth.cover", required=True, ondelete="cascade")
    # No relation: its name would be the session's title.
    number = fields.Integer(required=True)
    start = fields.Datetime("When")
    stop = fields.Datetime("Until")
    service = fields.Char()
    provider_id = fields.Many2one("res.users")

    def action_take_over(self):
        """Make it one's own and open it."""
        self.ensure_one()
        session = self.env["telehealth.session"]._take_cover(self.number)
        return {
            "type": "ir.actions.act_window",
            "res_model": "telehealth.session",
            "res_id": session.id,
            "views": [(False, "form")],
        }
