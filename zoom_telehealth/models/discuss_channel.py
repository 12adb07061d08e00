from odoo import models


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    def _generate_avatar(self):
        """Core draws it from the invitation's token, which a session's room has not."""
        return super()._generate_avatar() if self.uuid else False

    def _allow_invite_by_email(self):
        return bool(self.uuid) and super()._allow_invite_by_email()
