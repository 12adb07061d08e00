"""What a practice asks of a Zoom account before its people may connect and record."""

from odoo import fields, models

from ..zoom import plans


class ResCompanyReadiness(models.Model):
    _inherit = "res.company"

    telehealth_lowest_plan = fields.Selection(
        [(plans.ANY, "Any"), (plans.LICENCE, "Licensed"), (plans.BUSINESS, "Business, attested by a person")],
        "Lowest Zoom plan that may connect",
        default=plans.ANY,
        required=True,
    )
    telehealth_consent_first = fields.Boolean("Recordings need consent first", default=True)

    def _telehealth_attested_plan(self):
        """Return the code of the plan that a person attested last for this practice's Zoom account, or nothing."""
        self.ensure_one()
        attestation = self.env["telehealth.attestation"].sudo()._newest(self).get("plan")
        return (attestation and attestation.plan) or ""

    def _telehealth_may_connect(self, zoom_user):
        """Return whether a Zoom user's licence is one with which this practice lets people connect.

        :param zoom_user: :class:`~..zoom.payloads.UserSeen`
        """
        self.ensure_one()
        return plans.may_connect(self.telehealth_lowest_plan, zoom_user.type, self._telehealth_attested_plan())
