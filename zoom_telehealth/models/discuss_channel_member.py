from odoo import api, models
from odoo.exceptions import UserError


class DiscussChannelMember(models.Model):
    _inherit = "discuss.channel.member"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse others in the room of a session: core lets each employee in it invite whom they like."""
        members = super().create(vals_list)
        sessions = self.env["telehealth.session"].sudo().search([("room_id", "in", members.channel_id.ids)])
        for session in sessions:
            joined = members.filtered(lambda member, room=session.room_id: member.channel_id == room)
            if joined.guest_id or joined.partner_id - session._people():
                raise UserError(self.env._("Only the people of a session come into its room."))
        return members
