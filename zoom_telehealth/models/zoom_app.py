from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import conf
from ..fields import Encrypted
from ..zoom import scopes as zoom_scopes

CALLBACK_ROUTE = "/zoom_telehealth/oauth/callback"


class ZoomApp(models.Model):
    """A Zoom app that a practice, or a provider with a Zoom account of their own, registered at Zoom.

    An unpublished Zoom app serves only users of the Zoom account that registered it (design decision 6).
    """

    _name = "zoom.app"
    _description = "Zoom app"
    _inherit = ["encrypted.row.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, default=lambda self: self.env._("Our Zoom app"))
    active = fields.Boolean(default=True)
    company_ids = fields.Many2many(
        "res.company",
        "zoom_app_res_company_rel",
        "app_id",
        "company_id",
        "Practices",
        required=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Only for",
        index="btree_not_null",
        ondelete="cascade",
        default=lambda self: False if self._is_for_all() else self.env.user,
        help="A provider with a Zoom account of their own. Empty: every provider of the practices connects with it.",
    )
    client_id = fields.Char("Client ID", required=True, copy=False)
    client_secret = Encrypted("Client secret (encrypted)", groups=fields.NO_ACCESS)
    client_secret_entry = fields.Char(
        "Client secret",
        compute="_compute_client_secret_entry",
        inverse="_inverse_client_secret_entry",
        store=False,
        copy=False,
        help="Write-only: it is stored encrypted and never shown again.",
    )
    has_client_secret = fields.Boolean(compute="_compute_has_client_secret")
    redirect_uri = fields.Char("OAuth redirect URL", compute="_compute_redirect_uri")
    connection_ids = fields.One2many("zoom.connection", "app_id", "Connections")

    _client_id_unique = models.UniqueIndex(
        "(client_id)", "This client ID is entered already. One Zoom app may serve several practices."
    )

    # === COMPUTE METHODS === #

    def _compute_client_secret_entry(self):
        self.client_secret_entry = False

    def _inverse_client_secret_entry(self):
        for app in self:
            if app.client_secret_entry:
                # The only way to the column: nobody reads it, whoever may edit the app may replace it.
                app.sudo()._rotate_client_secret(app.client_secret_entry.strip())
                app.invalidate_recordset(["client_secret_entry", "has_client_secret"])

    def _compute_has_client_secret(self):
        # Whether one is set, read without decrypting it.
        with_secret = self.sudo().search([("id", "in", self.ids), ("client_secret", "!=", False)])
        for app in self:
            app.has_client_secret = app._origin in with_secret

    def _compute_redirect_uri(self):
        self.redirect_uri = self._redirect_uri()

    @api.constrains("company_ids")
    def _check_company_ids(self):
        if any(not app.company_ids for app in self):
            raise ValidationError(self.env._("Choose the practices that this Zoom app serves."))

    @api.constrains("user_id")
    def _check_user_id(self):
        if not self._is_for_all() and any(app.user_id != self.env.user for app in self):
            raise ValidationError(self.env._("The practice's Zoom app is entered by a telehealth manager."))

    @api.model
    def _is_for_all(self):
        """Whether the user may enter apps with which others connect."""
        return self.env.su or self.env.user.has_group("zoom_telehealth.group_manager")

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("client_id"):
                vals["client_id"] = vals["client_id"].strip()
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("client_id"):
            vals = dict(vals, client_id=vals["client_id"].strip())
        result = super().write(vals)
        if {"client_id", "client_secret_entry"} & vals.keys():
            # What Zoom refused for a wrong ID or secret is tried again at once.
            self.env["zoom.meeting"].sudo()._hurry_all_of(self.sudo().connection_ids.user_id)
        return result

    # === FOR CONNECTIONS === #

    @api.model
    def _redirect_uri(self):
        """Return the address that must stand, letter for letter, in the Zoom app's OAuth allow list."""
        return self.browse().get_base_url() + CALLBACK_ROUTE

    @api.model
    def _for_provider(self, user, company):
        """Return the app with which this provider connects in this practice, or none.

        :param user: ``res.users`` record
        :param company: ``res.company`` record
        """
        return self._for_providers(user, company)[user.id]

    @api.model
    def _for_providers(self, users, company):
        """Return the app with which each of these connects in a practice: their own, else the practice's; in one query.

        :param users: ``res.users`` records
        :param company: ``res.company`` record
        :return: dict of user id to app
        """
        owners = [*users._origin.ids, False]
        apps = self.sudo().search([("company_ids", "in", company.ids), ("user_id", "in", owners)], order="id desc")
        by_owner = {app.user_id.id: app for app in apps}
        none = by_owner.get(False, apps.browse())
        return {user.id: by_owner.get(user._origin.id, none) for user in users}

    def _approval_request(self):
        """Return a text to the administrator of the Zoom account, who approves apps there; it names no client."""
        return self.env._(
            "Please approve the app “%(app)s” (Client ID %(client_id)s) for our Zoom account, and for me. Our practice "
            "holds its telehealth sessions on Zoom: Odoo makes, moves and removes the meetings of those who connect, "
            "and reads nobody else's data. Place: marketplace.zoom.us, signed in as administrator ▸ Manage ▸ Admin App "
            "Management. Scopes that it needs: %(scopes)s.",
            app=self.name or self.env._("Our Zoom app"),
            client_id=self.client_id or "–",
            scopes=", ".join(sorted(zoom_scopes.MEETINGS)),
        )

    @api.model
    def _addresses(self):
        return conf.zoom_addresses()
