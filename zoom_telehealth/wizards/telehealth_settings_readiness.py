"""Allowing Zoom asks a manager to acknowledge what the practice answers for; and what Zoom account may connect."""

from odoo import api, fields, models

from ..models.telehealth_readiness_words import STATEMENTS

READINESS_FIELDS = ("telehealth_lowest_plan", "telehealth_consent_first")


class TelehealthSettingsReadiness(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_lowest_plan = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_lowest_plan"].selection,
        string="Lowest Zoom plan that may connect",
    )
    telehealth_consent_first = fields.Boolean("Recordings need consent first")
    is_acknowledged = fields.Boolean(compute="_compute_is_acknowledged")
    acknowledges = fields.Boolean("I acknowledge this for the practice")
    responsibility = fields.Text(compute="_compute_is_acknowledged")

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in READINESS_FIELDS if name in fields}

    @api.depends("company_id")
    def _compute_is_acknowledged(self):
        for settings in self:
            settings.is_acknowledged = settings.company_id._telehealth_is_acknowledged()
            settings.responsibility = self.env._(STATEMENTS["responsibility"])

    def action_save(self):
        if self.telehealth_zoom_allowed and self.acknowledges and not self.is_acknowledged:
            self.env["telehealth.attestation"].create({"kind": "responsibility", "company_id": self.company_id.id})
        if self.telehealth_zoom_allowed and not self.company_id.telehealth_zoom_allowed:
            self.company_id._telehealth_require_readiness()
        result = super().action_save()
        self.company_id.sudo().write({name: self[name] for name in READINESS_FIELDS})
        return result

    def action_open_readiness(self):
        return self.env["telehealth.readiness"].action_open_practice()
