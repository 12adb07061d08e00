from odoo import api, fields, models

from ..zoom import policy

# A provider's own fields, by the demand that each makes.
OWN_DEMANDS = {
    policy.WAITING_ROOM: "telehealth_own_waiting_room",
    policy.NO_CHAT: "telehealth_own_no_chat",
    policy.NO_AI_COMPANION: "telehealth_own_no_ai_companion",
    policy.MUTED: "telehealth_own_muted",
    policy.CAMERA_OFF: "telehealth_own_camera_off",
}


class ResUsersPolicy(models.Model):
    """What a provider demands of their own meetings beyond what the practice demands: more, and never less."""

    _inherit = "res.users"

    telehealth_own_waiting_room = fields.Boolean("Always a waiting room")
    telehealth_own_no_chat = fields.Boolean("Never a lasting chat")
    telehealth_own_no_ai_companion = fields.Boolean("Never AI Companion by itself")
    telehealth_own_muted = fields.Boolean("Always muted when coming in")
    telehealth_own_camera_off = fields.Boolean("Always camera off when coming in")
    telehealth_own_policy = fields.Integer(compute="_compute_telehealth_own_policy", store=True, compute_sudo=True)
    telehealth_practice_demands = fields.Char(compute="_compute_telehealth_practice_demands")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + [*OWN_DEMANDS.values(), "telehealth_practice_demands"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + [*OWN_DEMANDS.values()]

    @api.depends(*OWN_DEMANDS.values())
    def _compute_telehealth_own_policy(self):
        for user in self:
            user.telehealth_own_policy = policy.policy_of(name for name, field in OWN_DEMANDS.items() if user[field])

    @api.depends_context("company")
    def _compute_telehealth_practice_demands(self):
        """Name what the practice demands of everybody, so that a provider sees what there is left to add."""
        company = self.env.company.sudo()
        words = self.env["zoom.meeting"]._demand_words()
        demanded = [words[name] for name in policy.BITS if policy.demands(company.telehealth_policy, name)]
        self.telehealth_practice_demands = ", ".join(demanded) or False

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & set(OWN_DEMANDS.values()):
            self.env["zoom.reconciler"]._wake()
        return result
