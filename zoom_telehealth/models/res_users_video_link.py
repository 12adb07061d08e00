from odoo import api, fields, models
from odoo.exceptions import AccessError


class ResUsersVideoLink(models.Model):
    """A provider's own video link, for sessions that are held on neither Zoom nor Discuss."""

    _inherit = "res.users"

    telehealth_link_ids = fields.One2many("telehealth.video.link", "user_id", groups=fields.NO_ACCESS)
    telehealth_own_link = fields.Char(
        "Own video link",
        compute="_compute_telehealth_own_link",
        inverse="_inverse_telehealth_own_link",
        help="Used for sessions with the place “Own video link”, unless a session has one of its own.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["telehealth_own_link"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["telehealth_own_link"]

    @api.depends("telehealth_link_ids.address")
    @api.depends_context("uid")
    def _compute_telehealth_own_link(self):
        self.telehealth_own_link = False
        # A colleague's link is nobody else's business.
        for user in self.filtered(lambda user: user == self.env.user):
            user.telehealth_own_link = user._telehealth_link()

    def _inverse_telehealth_own_link(self):
        for user in self:
            if user != self.env.user:
                raise AccessError(self.env._("Everybody enters their own video link."))
            self.env["telehealth.video.link"].sudo()._keep(user, user.telehealth_own_link)

    def _telehealth_link(self):
        """Return the user's own video link, or False."""
        self.ensure_one()
        return self.sudo().telehealth_link_ids._readable("address")
