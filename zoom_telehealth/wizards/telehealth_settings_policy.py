"""How private the practice's meetings are made, on the page of its settings."""

from odoo import fields, models

from ..models.res_company_policy import DEMANDS

POLICY_FIELDS = tuple(DEMANDS.values())


class TelehealthSettingsPolicy(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_waiting_room = fields.Boolean("Waiting room")
    telehealth_no_chat = fields.Boolean("No lasting chat")
    telehealth_no_ai_companion = fields.Boolean("No AI Companion")
    telehealth_muted = fields.Boolean("Muted when coming in")
    telehealth_camera_off = fields.Boolean("Camera off when coming in")

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in POLICY_FIELDS if name in fields}

    def action_save(self):
        result = super().action_save()
        # After the check of who saves; as superuser for the same reason as there.
        self.company_id.sudo().write({name: self[name] for name in POLICY_FIELDS})
        return result
