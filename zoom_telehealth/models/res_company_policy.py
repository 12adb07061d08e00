from odoo import api, fields, models

from ..zoom import policy

# The practice's fields, by the demand that each makes.
DEMANDS = {
    policy.WAITING_ROOM: "telehealth_waiting_room",
    policy.NO_CHAT: "telehealth_no_chat",
    policy.NO_AI_COMPANION: "telehealth_no_ai_companion",
    policy.MUTED: "telehealth_muted",
    policy.CAMERA_OFF: "telehealth_camera_off",
}


class ResCompanyPolicy(models.Model):
    """How private a practice's meetings are made. Recording, Zoom's mails and a sign-in at Zoom are never asked for."""

    _inherit = "res.company"

    telehealth_waiting_room = fields.Boolean(
        "Waiting room", default=True, help="Nobody comes in before the provider lets them in."
    )
    telehealth_no_chat = fields.Boolean(
        "No lasting chat", default=True, help="Zoom keeps no chat with the meeting, before and after it."
    )
    telehealth_no_ai_companion = fields.Boolean(
        "No AI Companion",
        default=True,
        help="Zoom's AI Companion does not start by itself, neither summary nor answers.",
    )
    telehealth_muted = fields.Boolean("Muted when coming in")
    telehealth_camera_off = fields.Boolean("Camera off when coming in")
    telehealth_policy = fields.Integer(compute="_compute_telehealth_policy", store=True, compute_sudo=True)

    @api.depends(*DEMANDS.values())
    def _compute_telehealth_policy(self):
        for company in self:
            company.telehealth_policy = policy.policy_of(name for name, field in DEMANDS.items() if company[field])
