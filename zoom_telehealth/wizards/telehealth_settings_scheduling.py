"""How a practice schedules, on its settings: what may overlap, who may step in for whom."""

from odoo import fields, models

SCHEDULING_FIELDS = ("telehealth_overlap_blocked", "telehealth_cover_allowed", "telehealth_now_service_id")


class TelehealthSettingsScheduling(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_overlap_blocked = fields.Boolean("No two sessions at one time")

    telehealth_cover_allowed = fields.Boolean("Providers may cover for each other")
    telehealth_now_service_id = fields.Many2one(
        "telehealth.service", "Service of sessions begun at once", domain="[('company_id', 'in', [company_id, False])]"
    )

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in SCHEDULING_FIELDS if name in fields}

    def action_save(self):
        result = super().action_save()
        # After the check of who saves; as superuser for the same reason as there.
        self.company_id.sudo().write({name: self[name] for name in SCHEDULING_FIELDS})
        return result
