from odoo import api, models
from odoo.exceptions import UserError

CLOSING_CONTEXT = "telehealth_room_closes"


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse threads in the room of a session: they have an invitation of their own, and their texts outlive it."""
        channels = super().create(vals_list)
        parents = channels.parent_channel_id
        # As superuser: whoever writes in the room need not see the session.
        if parents and self.env["telehealth.session"].sudo().search_count([("room_id", "in", parents.ids)], limit=1):
            raise UserError(self.env._("A session's room has no threads: write in the room itself."))
        return channels

    def _generate_avatar(self):
        """Core draws it from the invitation's token, which a session's room has not."""
        return super()._generate_avatar() if self.uuid else False

    def _bus_send(self, notification_type, *args, **kwargs):
        """Core's page from which people join a call breaks where its room is deleted under it: it is not told."""
        if notification_type == "discuss.channel/delete" and self.env.context.get(CLOSING_CONTEXT):
            return None
        return super()._bus_send(notification_type, *args, **kwargs)

    def _allow_invite_by_email(self):
        return bool(self.uuid) and super()._allow_invite_by_email()
