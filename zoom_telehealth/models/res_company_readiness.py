"""What a practice asks of a Zoom account before its people may connect and record."""

from odoo import fields, models
from odoo.exceptions import UserError

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

    def write(self, vals):
        # The settings form of telehealth managers writes as superuser, and asks for this itself.
        if vals.get("telehealth_zoom_allowed") and not self.env.su:
            self.filtered(lambda company: not company.telehealth_zoom_allowed)._telehealth_require_readiness()
        return super().write(vals)

    def _telehealth_is_acknowledged(self):
        """Return whether a telehealth manager acknowledged what this practice answers for."""
        self.ensure_one()
        return "responsibility" in self.env["telehealth.attestation"].sudo()._newest(self)

    def _telehealth_require_readiness(self):
        """Refuse to allow Zoom without a key and before a manager acknowledged what these practices answer for.

        :raises UserError: with what is missing and who mends it
        """
        for company in self:
            self.env["zoom.data.key"].sudo()._require_master_key()
            if not company._telehealth_is_acknowledged():
                raise UserError(
                    self.env._(
                        "Before Zoom is allowed, a telehealth manager acknowledges what the practice answers for: "
                        "they tick it under Telehealth ▸ Configuration ▸ Settings."
                    )
                )

    def _telehealth_attested_plan(self):
        """Return the code of the plan that a person attested last for this practice's Zoom account, or nothing."""
        self.ensure_one()
        attestation = self.env["telehealth.attestation"].sudo()._newest(self).get("plan")
        return (attestation and attestation.plan) or ""

    def _telehealth_may_connect(self, zoom_user):
        """Return whether a Zoom user's licence is one with which each of these practices lets people connect.

        :param zoom_user: :class:`~..zoom.payloads.UserSeen`
        """
        return all(
            plans.may_connect(practice.telehealth_lowest_plan, zoom_user.type, practice._telehealth_attested_plan())
            for practice in self
        )
