from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    telehealth_zoom_allowed = fields.Boolean(related="company_id.telehealth_zoom_allowed", readonly=False)

    def set_values(self):
        if self.telehealth_zoom_allowed:
            self.env["zoom.data.key"].sudo()._require_master_key()
        return super().set_values()

    def action_open_telehealth_settings(self):
        return self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_telehealth_settings")
