from odoo import api, fields, models


class ResUsers(models.Model):
    """A provider's own Zoom connection, in “My Preferences”."""

    _inherit = "res.users"

    zoom_connection_ids = fields.One2many("zoom.connection", "user_id", "Zoom connections")
    zoom_state = fields.Selection(
        [
            ("forbidden", "Not allowed"),
            ("no_app", "No Zoom app"),
            ("none", "Not connected"),
            ("connected", "Connected"),
            ("misconfigured", "Zoom app misconfigured"),
            ("reconnect_needed", "Reconnect needed"),
            ("revoked", "Removed in Zoom"),
        ],
        compute="_compute_zoom_state",
    )
    zoom_user = fields.Char("Zoom user", compute="_compute_zoom_state")
    zoom_state_at = fields.Datetime("Connected on", compute="_compute_zoom_state")
    zoom_reason = fields.Char(compute="_compute_zoom_state")
    zoom_missing_scopes = fields.Text(compute="_compute_zoom_state")
    zoom_help = fields.Char(compute="_compute_zoom_state")
    is_telehealth_provider = fields.Boolean(compute="_compute_is_telehealth_provider")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + [
            "zoom_state",
            "zoom_user",
            "zoom_state_at",
            "zoom_reason",
            "zoom_missing_scopes",
            "zoom_help",
            "is_telehealth_provider",
        ]

    @api.depends("group_ids")
    def _compute_is_telehealth_provider(self):
        for user in self:
            user.is_telehealth_provider = user.has_group("zoom_telehealth.group_provider")

    @api.depends("zoom_connection_ids.state")
    @api.depends_context("company")
    def _compute_zoom_state(self):
        company = self.env.company
        manager = self.env.user.has_group("zoom_telehealth.group_manager")
        others = self.browse() if manager or self.env.su else self - self.env.user
        # A colleague's Zoom account is no employee's business.
        others.zoom_state = others.zoom_user = others.zoom_state_at = False
        others.zoom_reason = others.zoom_missing_scopes = others.zoom_help = False
        for user in self - others:
            user.zoom_help = company.sudo()._telehealth_help_sentence()
            app = self.env["zoom.app"]._for_provider(user, company)
            connection = user._zoom_connection(app)
            user.zoom_user = connection._readable("zoom_email") if connection.state == "connected" else False
            user.zoom_state_at = connection.state_at
            user.zoom_reason = dict(connection._fields["reason"]._description_selection(self.env)).get(
                connection.reason
            )
            user.zoom_missing_scopes = connection.missing_scopes if connection.state == "connected" else False
            if connection.state in ("connected", "misconfigured", "reconnect_needed", "revoked"):
                user.zoom_state = connection.state
            elif not company.sudo().telehealth_zoom_allowed:
                user.zoom_state = "forbidden"
            else:
                user.zoom_state = "none" if app else "no_app"

    def _zoom_connection(self, app):
        """Return this user's newest connection through an app. As superuser: users see their own preferences only."""
        self.ensure_one()
        return self.env["zoom.connection"].sudo().search([("user_id", "=", self.id), ("app_id", "=", app.id)], limit=1)

    def action_zoom_connect(self):
        """Open Zoom's consent page in a new tab, by our own route."""
        self.env["zoom.data.key"].sudo()._require_master_key()
        return {"type": "ir.actions.act_url", "url": "/zoom_telehealth/oauth/connect", "target": "new"}
