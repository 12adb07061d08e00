"""Where a practice's sessions are held, on the page of its settings."""

from odoo import fields, models

PLACE_FIELDS = ("telehealth_place",)


class TelehealthSettingsPlaces(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_place = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_place"]._description_selection(self.env),
        string="Place without Zoom",
    )

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in PLACE_FIELDS if name in fields}

    def action_save(self):
        result = super().action_save()
        # After the check of who saves; as superuser for the same reason as there.
        self.company_id.sudo().write({name: self[name] for name in PLACE_FIELDS})
        return result
