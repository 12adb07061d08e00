"""What follows an answer, a move, and a change made in Zoom, on the page of the practice's settings."""

from odoo import fields, models

ANSWER_FIELDS = (
    "telehealth_confirmation",
    "telehealth_client_decline",
    "telehealth_new_link",
    "telehealth_zoom_changes",
)


class TelehealthSettingsAnswers(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_confirmation = fields.Boolean("Providers confirm what others book")
    telehealth_client_decline = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_client_decline"].selection,
        string="When every client declined",
        required=True,
    )
    telehealth_new_link = fields.Boolean("New Zoom meeting when moved")
    telehealth_zoom_changes = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_zoom_changes"].selection,
        string="When a meeting was moved or deleted in Zoom",
        required=True,
    )

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in ANSWER_FIELDS if name in fields}

    def action_save(self):
        result = super().action_save()
        # After the check of who saves; as superuser for the same reason as there.
        self.company_id.sudo().write({name: self[name] for name in ANSWER_FIELDS})
        return result
