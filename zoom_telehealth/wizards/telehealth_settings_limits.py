"""How much of Zoom's limit of calls the practice's Odoo uses."""

from odoo import fields, models

LIMIT_FIELDS = ("telehealth_call_plan", "telehealth_call_share")


class TelehealthSettingsLimits(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_call_plan = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_call_plan"].selection,
        string="Zoom's limit of calls",
    )
    telehealth_call_share = fields.Integer("Of it for Odoo, %")

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in LIMIT_FIELDS if name in fields}

    def action_save(self):
        result = super().action_save()
        self.company_id.sudo().write({name: self[name] for name in LIMIT_FIELDS})
        return result
