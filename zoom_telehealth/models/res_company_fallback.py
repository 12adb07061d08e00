from odoo import fields, models

# By what a session on Zoom is held where Zoom does not work.
WAYS = [("discuss", "Odoo Discuss"), ("manual", "Video link"), ("phone", "Phone")]


class ResCompanyFallback(models.Model):
    """What a practice offers where Zoom does not work: to both sides, by that name, and never by itself (R5)."""

    _inherit = "res.company"

    telehealth_fallback = fields.Selection(
        WAYS, "Where Zoom does not work", help="Empty: nothing. The people of the session then call the practice."
    )
    telehealth_fallback_phone = fields.Char(
        "Phone number for sessions", help="Clients call it to reach their provider."
    )
