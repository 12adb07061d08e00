from odoo import api, fields, models


class TelehealthPos(models.Model):
    """A place of service code, as payers ask for on a claim. The codes are data: a practice may add others."""

    _name = "telehealth.pos"
    _description = "Place of service"
    _order = "code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True, size=2)
    name = fields.Char(required=True, translate=True)
    telehealth = fields.Boolean("By telehealth", help="On: for sessions by video or phone. Off: in person.")
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code)")
    _code_sane = models.Constraint("CHECK (code ~ '^[0-9]{2}$')", "A place of service code has two digits.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for pos in self:
            pos.display_name = f"{pos.code} · {pos.name}" if pos.code else ""
