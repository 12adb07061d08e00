"""Where a practice's sessions are held, on the page of its settings."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..fields import Encrypted

PLACE_FIELDS = ("telehealth_place", "telehealth_modality", "telehealth_fallback", "telehealth_fallback_phone")
POS_FIELDS = {"telehealth_pos_id": "zoom", "telehealth_in_person_pos_id": "in_person"}


class TelehealthSettingsPlaces(models.TransientModel):
    _name = "telehealth.settings"
    _inherit = ["telehealth.settings", "encrypted.row.mixin"]

    telehealth_place = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_place"]._description_selection(self.env),
        string="Place without Zoom",
    )
    telehealth_modality = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_modality"]._description_selection(self.env),
        string="Video or audio",
    )
    telehealth_pos_id = fields.Many2one(
        "telehealth.pos", "Place of service, telehealth", domain="[('telehealth', '=', True)]"
    )
    telehealth_in_person_pos_id = fields.Many2one(
        "telehealth.pos", "Place of service, in person", domain="[('telehealth', '=', False)]"
    )
    telehealth_fallback = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["telehealth_fallback"]._description_selection(self.env),
        string="Where Zoom does not work",
    )
    telehealth_fallback_phone = fields.Char("Phone number for sessions")
    telehealth_fallback_link = Encrypted("The practice's video link", prefetch=True)

    def default_get(self, fields):
        company = self.env.company
        values = super().default_get(fields) | {name: company[name] for name in PLACE_FIELDS if name in fields}
        values |= {name: company._telehealth_pos(place).id for name, place in POS_FIELDS.items() if name in fields}
        if "telehealth_fallback_link" in fields and self.env.user.has_group("zoom_telehealth.group_manager"):
            values["telehealth_fallback_link"] = company._telehealth_link()
        return values

    def action_save(self):
        if self.telehealth_fallback == "phone" and not self.telehealth_fallback_phone:
            raise UserError(self.env._("Enter the phone number that clients call where Zoom does not work."))
        result = super().action_save()
        # After the check of who saves; as superuser for the same reason as there.
        self.company_id.sudo().write(
            {name: self[name] for name in PLACE_FIELDS} | {name: self[name].id for name in POS_FIELDS}
        )
        # Unchanged, it may be one that cannot be read at present: it stays.
        if (self.telehealth_fallback_link or "") != (self.company_id._telehealth_link() or ""):
            self.env["telehealth.video.link"].sudo()._keep(self.company_id, self.telehealth_fallback_link)
        return result
