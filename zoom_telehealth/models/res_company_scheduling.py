"""How a practice schedules: what may overlap, who may step in for whom."""

from odoo import fields, models


class ResCompanyScheduling(models.Model):
    _inherit = "res.company"

    telehealth_overlap_blocked = fields.Boolean(
        "No two sessions at one time", help="Off: a second session of a provider at the same time is warned of."
    )
    telehealth_cover_allowed = fields.Boolean(
        "Providers may cover for each other",
        help="A session that is offered for cover may be taken over by a colleague.",
    )
    telehealth_now_service_id = fields.Many2one(
        "telehealth.service", "Service of sessions begun at once", help="Its length is theirs. Empty: 50 minutes."
    )

    def write(self, vals):
        cover = vals.get("telehealth_cover_allowed")
        changes_menus = cover is not None and any(company.telehealth_cover_allowed != cover for company in self)
        result = super().write(vals)
        if changes_menus:
            self.env.registry.clear_cache()
        if vals.get("telehealth_overlap_blocked") is False:
            # What was booked under the stricter rule must not go on to refuse others.
            self.env["telehealth.session"].sudo().search(
                [("company_id", "in", self.ids), ("exclusive", "=", True), ("state", "=", "scheduled")]
            ).exclusive = False
        return result
