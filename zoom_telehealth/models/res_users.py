from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import notice
from .zoom_connection import USER_TYPES

# Who is in one of these has something to connect.
INVITED = ("none", "reconnect_needed", "revoked")


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
    zoom_name = fields.Char("Name at Zoom", compute="_compute_zoom_state")
    zoom_state_at = fields.Datetime("Connected on", compute="_compute_zoom_state")
    zoom_reason = fields.Char(compute="_compute_zoom_state")
    zoom_verified_at = fields.Datetime("Last seen to work", compute="_compute_zoom_state")
    zoom_licence = fields.Selection(USER_TYPES, "Zoom licence", compute="_compute_zoom_state")
    zoom_missing_scopes = fields.Text(compute="_compute_zoom_state")
    zoom_help = fields.Char(compute="_compute_zoom_state")
    is_telehealth_provider = fields.Boolean(compute="_compute_is_telehealth_provider")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + [
            "zoom_state",
            "zoom_user",
            "zoom_name",
            "zoom_state_at",
            "zoom_reason",
            "zoom_verified_at",
            "zoom_licence",
            "zoom_missing_scopes",
            "zoom_help",
            "is_telehealth_provider",
        ]

    @api.depends("group_ids")
    def _compute_is_telehealth_provider(self):
        for user in self:
            user.is_telehealth_provider = user.has_group("zoom_telehealth.group_provider")

    @api.depends("zoom_connection_ids.state")
    @api.depends_context("uid", "company", "lang", "tz")
    def _compute_zoom_state(self):
        company = self.env.company
        # A colleague's Zoom account is no employee's business, nor that of a manager whose practice is another one.
        others = self - self.env.user
        if self.env.su:
            others = self.browse()
        elif self.env.user.has_group("zoom_telehealth.group_manager"):
            others = others.filtered(lambda user: company not in user.sudo().company_ids)
        others.zoom_state = others.zoom_user = others.zoom_state_at = False
        others.zoom_reason = others.zoom_missing_scopes = others.zoom_help = False
        others.zoom_verified_at = others.zoom_licence = others.zoom_name = False
        shown = self - others
        shown.zoom_help = company.sudo()._telehealth_help_sentence()
        connections = shown._zoom_connections(company)
        for user in shown:
            app, connection = connections[user.id]
            user.zoom_user = connection._readable("zoom_email") if connection.state == "connected" else False
            user.zoom_name = connection._readable("zoom_name") if connection.state == "connected" else False
            user.zoom_state_at = connection.state_at
            user.zoom_verified_at = connection.verified_at
            user.zoom_licence = connection.zoom_user_type
            user.zoom_reason = connection._reason_sentence()
            user.zoom_missing_scopes = connection.missing_scopes if connection.state == "connected" else False
            if connection.state in ("connected", "misconfigured", "reconnect_needed", "revoked"):
                user.zoom_state = connection.state
            elif not company.sudo().telehealth_zoom_allowed:
                user.zoom_state = "forbidden"
            else:
                user.zoom_state = "none" if app else "no_app"

    def _zoom_connections(self, company):
        """Return each one's app in a practice and the newest connection through it, in two queries.

        As superuser: users see their own preferences only.

        :param company: ``res.company`` record
        :return: dict of user id to ``(zoom.app, zoom.connection)``
        """
        apps = self.env["zoom.app"]._for_providers(self, company)
        connections = self.env["zoom.connection"].sudo()
        found = connections.search(
            [("user_id", "in", self._origin.ids), ("app_id", "in", [app.id for app in apps.values()])]
        )
        newest = {(one.user_id.id, one.app_id): one for one in reversed(found)}
        return {
            user.id: (apps[user.id], newest.get((user._origin.id, apps[user.id]), connections.browse()))
            for user in self
        }

    def _zoom_connection(self, company):
        """Return this user's connection in a practice, or none. As superuser, see :meth:`_zoom_connections`."""
        self.ensure_one()
        _app, connection = self._zoom_connections(company)[self.id]
        return connection

    @api.model
    def telehealth_pill(self):
        """Return how the user's Zoom connection stands, for the calendar's header; False for who holds no sessions.

        :return: dict of ``state``, ``text``, ``hint``, ``about`` (facts about the account, each a name and a value),
            ``account`` (e-mail address of the Zoom user who is connected or was, or False) and ``connected_at``
        """
        user = self.env.user
        state = user.zoom_state
        texts = {
            "connected": self.env._("Zoom connected"),
            "none": self.env._("Zoom not connected"),
            "reconnect_needed": self.env._("Reconnect Zoom"),
            "revoked": self.env._("Reconnect Zoom"),
            "misconfigured": self.env._("Zoom app misconfigured"),
        }
        if not user.is_telehealth_provider or state not in texts:
            return False
        connection = user._zoom_connection(self.env.company)
        about = connection._about_account() if state in ("connected", "misconfigured") else []
        return {
            "state": state,
            "text": texts[state],
            "hint": " · ".join(fact[1] for fact in about)
            if state == "connected"
            else user.zoom_reason or self.env._("Your sessions have no video yet."),
            "about": about,
            "account": connection._readable("zoom_email") or False,
            "connected_at": connection.connected_at,
        }

    def action_zoom_verify(self):
        """Have the connection tried now; the page follows by itself."""
        self.env.user._zoom_connection(self.env.company)._verify_soon()

    def action_zoom_invite(self):
        """Ask these providers by mail to connect their Zoom account: a manager's reminder, with the link.

        :raises AccessError: for anybody but a telehealth manager
        """
        if not self.env.user.has_group("zoom_telehealth.group_manager"):
            raise AccessError(self.env._("A telehealth manager invites providers."))
        for user in self.filtered(lambda user: user.is_telehealth_provider and user.zoom_state in INVITED):
            told = self.with_context(lang=user.lang)
            # Managers may not write to a colleague's record; telling them is all that is done to it.
            user.sudo().partner_id.message_notify(
                partner_ids=user.partner_id.ids,
                author_id=self.env.user.partner_id.id,
                subject=told.env._("Please connect your Zoom account"),
                body=self.env["ir.qweb"]
                .with_context(lang=user.lang)
                ._render(
                    "zoom_telehealth.invite_to_connect",
                    {
                        "provider": user.name,
                        "practice": self.env.company.name,
                        "connect_url": self.browse().get_base_url() + "/zoom_telehealth/oauth/connect",
                    },
                ),
                model_description=told.env._("Zoom connection"),
            )
        return notice.success(self.env._("The invitation was sent by e-mail."))

    def action_zoom_connect(self):
        """Open the dialog that says what Zoom will ask, and leads to its consent page in a new tab."""
        self.env["zoom.data.key"].sudo()._require_master_key()
        return {"type": "ir.actions.client", "tag": "zoom_telehealth.connect_zoom"}
