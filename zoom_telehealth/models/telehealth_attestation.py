"""What no API can tell and a named person therefore attests: it stands as it was said, and a newer one follows it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .. import clock
from ..zoom import plans
from ..zoom.practice_readiness import Attested
from .telehealth_readiness_words import STATEMENTS, TITLES

KINDS = [(kind, title) for kind, title in TITLES.items() if kind in STATEMENTS]
RENEWED_AFTER = timedelta(days=365)


class TelehealthAttestation(models.Model):
    _name = "telehealth.attestation"
    _description = "Attestation"
    _order = "id desc"
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company", "Practice", required=True, readonly=True, default=lambda self: self.env.company, index=True
    )
    kind = fields.Selection(
        lambda self: [(kind, self.env._(title)) for kind, title in KINDS],
        "About",
        required=True,
    )
    is_request = fields.Boolean("Only requested", help="Zoom was asked for the agreement, and it is not signed yet.")
    by_id = fields.Many2one(
        "res.users", "Attested by", required=True, readonly=True, default=lambda self: self.env.user
    )
    on = fields.Date(required=True, readonly=True, default=lambda self: clock.now().date())
    until = fields.Date("To be renewed by", compute="_compute_until", store=True, readonly=False)
    plan = fields.Selection([(plan.code, plan.name) for plan in plans.PLANS], "Zoom plan")
    statement = fields.Text(compute="_compute_statement", store=True, readonly=True)
    document = fields.Binary("Signed paper", attachment=True)
    document_name = fields.Char()

    @api.depends("kind")
    def _compute_until(self):
        for attestation in self:
            yearly = attestation.kind in ("baa", "hipaa_mode", "admin_locks")
            attestation.until = (attestation.on or clock.now().date()) + RENEWED_AFTER if yearly else False

    @api.depends("kind")
    def _compute_statement(self):
        for attestation in self:
            statement = STATEMENTS.get(attestation.kind)
            attestation.statement = self.env._(statement) if statement else False

    @api.constrains("kind", "plan", "is_request")
    def _check_complete(self):
        for attestation in self:
            if attestation.kind == "plan" and not attestation.plan:
                raise ValidationError(self.env._("Choose the plan of the practice's Zoom account."))
            if attestation.is_request and attestation.kind != "baa":
                raise ValidationError(self.env._("Only an agreement can be requested."))

    @api.model_create_multi
    def create(self, vals_list):
        """Keep who attested, and when: nobody attests for somebody else, or for another day."""
        fixed = {"by_id": self.env.uid, "on": clock.now().date()}
        attestations = super().create([{**vals, **fixed} for vals in vals_list])
        if not self.env.su and attestations.company_id - self.env.companies:
            raise AccessError(self.env._("A telehealth manager of this practice attests for it."))
        self.env["telehealth.readiness"].sudo()._refresh_of(attestations.company_id)
        return attestations

    def write(self, vals):
        if vals:
            raise UserError(self.env._("An attestation stands as it was said. Attest anew instead."))
        return super().write(vals)

    def action_attest(self):
        """Close the dialog: its record was saved on the way here."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _newest(self, company):
        """Return each kind's newest attestation of a practice, as a dict; a request counts until it is signed."""
        newest = {}
        for attestation in self.search([("company_id", "=", company.id)], order="id desc"):
            newest.setdefault(attestation.kind, attestation)
        return newest

    def _fact(self):
        """Return this as the :class:`Attested` that the pure lines take."""
        self.ensure_one()
        return Attested(
            on=None if self.is_request else self.on,
            by=self.by_id.name,
            until=self.until or None,
            requested_on=self.on if self.is_request else None,
            document=bool(self.document),
        )
