from odoo import models

CLOSING_CONTEXT = "telehealth_room_closes"


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

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
