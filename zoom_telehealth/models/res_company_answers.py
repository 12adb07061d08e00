from odoo import fields, models


class ResCompanyAnswers(models.Model):
    """What happens when people answer an invitation, when a session moves, and when Zoom has it otherwise."""

    _inherit = "res.company"

    telehealth_confirmation = fields.Boolean(
        "Providers confirm what others book",
        help="Until then there is no Zoom meeting, and clients are not invited yet.",
    )
    telehealth_client_decline = fields.Selection(
        [("ask", "Ask the provider"), ("remove", "Cancel the session")],
        "When every client declined",
        default="ask",
        required=True,
        help="Programs that look through e-mails follow the links in them, “Decline” too: so a person is asked.",
    )
    telehealth_new_link = fields.Boolean(
        "New Zoom meeting when moved", help="A moved session gets another Zoom ID, link and passcode."
    )
    telehealth_zoom_changes = fields.Selection(
        [("restore", "Restore the meeting"), ("ask", "Ask the provider")],
        "When a meeting was moved or deleted in Zoom",
        default="restore",
        required=True,
    )

    def write(self, vals):
        result = super().write(vals)
        if "telehealth_confirmation" in vals and not vals["telehealth_confirmation"]:
            sessions = self.env["telehealth.session"].sudo()
            sessions.search([("company_id", "in", self.ids), ("confirmation", "=", "awaiting")])._confirm()
        return result
