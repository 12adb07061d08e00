import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import format_datetime, hmac

from .. import clock
from ..fields import Encrypted
from ..zoom import features
from ..zoom import scopes as zoom_scopes
from ..zoom.client import ZoomClient
from ..zoom.transport import BACKGROUND

_logger = logging.getLogger(__name__)

STATES = [
    ("connected", "Connected"),
    ("misconfigured", "Zoom app misconfigured"),
    ("reconnect_needed", "Reconnect needed"),
    ("revoked", "Removed in Zoom"),
    ("disconnected", "Disconnected"),
]
# With these Zoom is asked: a misconfigured app is the practice's trouble, and the tokens stay good.
WORKING = ("connected", "misconfigured")
# In these somebody must connect again before the coming sessions have a meeting.
BROKEN = ("reconnect_needed", "revoked")
# In these the person may have given it up: whoever connects this Zoom user next owns the connection.
ENDED = ("revoked", "disconnected")
REASONS = [
    (
        "client_refused",
        "Zoom does not accept the Zoom app's Client ID and secret: a telehealth manager enters both again.",
    ),
    ("person", "It was disconnected in Odoo."),
    ("practice", "Sessions on Zoom were switched off for the practice."),
    ("restored", "This Odoo was moved or restored from a backup, and the connection in it had been renewed since."),
    ("key_lost", "The key that protected the connection was lost."),
    ("grant_refused", "It was removed in Zoom, or replaced there by a newer one."),
    ("deauthorized", "The app was removed in Zoom."),
    ("refresh_lost", "An answer of Zoom's was lost while the connection was renewed, and the old one is used up."),
]
USER_TYPES = [("1", "Basic"), ("2", "Licensed"), ("4", "Unassigned"), ("99", "None")]


class ZoomConnection(models.Model):
    """One provider's OAuth link to one Zoom user through one app. Its tokens stand in a row of their own.

    Zoom keeps one live token set for each Zoom user and app, so a connection is unique for these two, and a provider
    who works in two practices uses one connection for both (design decision 6).
    """

    _name = "zoom.connection"
    _description = "Zoom connection"
    _inherit = ["encrypted.row.mixin"]
    _order = "connected_at desc, id desc"

    user_id = fields.Many2one("res.users", "Provider", required=True, readonly=True, index=True, ondelete="restrict")
    app_id = fields.Many2one("zoom.app", "Zoom app", required=True, readonly=True, index=True, ondelete="restrict")
    company_ids = fields.Many2many(related="app_id.company_ids", string="Practices")
    zoom_user_id = fields.Char("Zoom user ID", required=True, readonly=True)
    zoom_account_id = fields.Char("Zoom account ID", readonly=True)
    zoom_email = Encrypted("Zoom user", readonly=True)
    zoom_name = Encrypted("Name at Zoom", readonly=True)
    zoom_user_type = fields.Selection(USER_TYPES, "Zoom licence", readonly=True)
    scopes = fields.Text("Granted scopes", readonly=True)
    missing_scopes = fields.Text(compute="_compute_missing_scopes")
    api_url = fields.Char(readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="connected")
    reason = fields.Selection(REASONS, readonly=True)
    state_at = fields.Datetime("Since", readonly=True)
    connected_at = fields.Datetime("Connected on", readonly=True)
    asked_at = fields.Datetime(readonly=True, help="When it was last tried whether it works.")
    verified_at = fields.Datetime("Last seen to work", readonly=True)
    verify_wanted = fields.Boolean(readonly=True, copy=False, help="Somebody asked to have it tried now.")
    alerted_at = fields.Datetime(readonly=True, copy=False, help="When people were told that it does not work.")

    _app_zoom_user_unique = models.UniqueIndex("(app_id, zoom_user_id)")
    # Two providers may host by one Zoom user: their sessions on Zoom stand in each other's way (R16).
    _zoom_user = models.Index("(zoom_user_id)")
    # What is kept alive, and what is watched over: neither grows with the connections that work.
    _verified = models.Index("(verified_at) WHERE state IN ('connected', 'misconfigured')")
    _verify_wanted = models.Index("(id) WHERE verify_wanted")
    _broken = models.Index("(state_at) WHERE state NOT IN ('connected', 'disconnected')")
    _alerted = models.Index("(alerted_at) WHERE alerted_at IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("app_id", "user_id")
    def _compute_display_name(self):
        for connection in self:
            connection.display_name = f"{connection.user_id.name} · {connection.app_id.sudo().name}"

    @api.depends("scopes")
    def _compute_missing_scopes(self):
        for connection in self:
            missing = zoom_scopes.MEETINGS - set((connection.scopes or "").split())
            connection.missing_scopes = "\n".join(sorted(missing)) or False

    # === CONNECTING === #

    @api.model
    def _store_grant(self, user, app, token_set, zoom_user):
        """Keep a grant that was tried already: the connection's row and its tokens.

        The token set goes into the row of this Zoom user and app whoever owns it, since Zoom ended that row's earlier
        tokens when it gave these. The owner stays while their connection stands (design decision 6).

        :param user: ``res.users`` who connected
        :param app: ``zoom.app`` record
        :param token_set: :class:`~..zoom.oauth.TokenSet`
        :param zoom_user: :class:`~..zoom.client.UserSeen`
        :return: the connection; its ``user_id`` may be another than ``user``
        """
        values = {
            **self._told_of(zoom_user),
            "scopes": " ".join(sorted(token_set.scopes)),
            "api_url": token_set.api_url,
            "state": "connected",
            "reason": False,
            "state_at": clock.now(),
            "connected_at": clock.now(),
            "verified_at": clock.now(),
            "parting_until": False,
        }
        tokens = self.env["zoom.connection.token"].sudo()
        known = self._of_zoom_user(app, zoom_user.id)
        # In a cursor of its own, which is committed at once: Zoom's code is used up, so a retry of the request would
        # lose the grant. Under the renewal lock where a renewal could be writing the same rows. Where somebody else
        # wrote one of them, or a meeting, meanwhile, this alone is done again.
        with tokens._renewing(known) if known else self.env.registry.cursor() as cr:
            connections = self.with_env(self.env(cr=cr, su=True))
            kept = retrying(
                lambda: connections.browse(known.id)._keep_grant(user, app, token_set, zoom_user, values),
                connections.env,
            )
            cr.commit()
        return self.browse(kept.id)

    def _keep_grant(self, user, app, token_set, zoom_user, values):
        """Write a grant into this connection, or a new one where it is empty, and return it.

        :param values: dict of the connection's values
        """
        connection, worked = self, self.state in WORKING
        if connection:
            # The tokens are kept in any case: Zoom ended this connection's earlier ones. Its owner stays while it
            # stands; who owns the Zoom account may then say that it is to change hands.
            if connection.user_id != user and connection.state in ENDED:
                connection._pass_to(user)
            connection.write(values | {"zoom_user_id": zoom_user.id})
            connection._take_up()
        else:
            connection = self.create(dict(values, user_id=user.id, app_id=app.id, zoom_user_id=zoom_user.id))
        self.env["zoom.connection.token"]._store(connection, token_set)
        if not worked:
            connection._ask_about_meetings_elsewhere()
        self.env["zoom.meeting"]._hurry_all_of(connection.user_id)
        connection._announce_change()
        return connection

    # === USING === #

    @api.model
    def _for_session(self, provider, company):
        """Return the provider's working connection in a practice, or none.

        :param provider: ``res.users`` record
        :param company: ``res.company`` record
        """
        return self.sudo()._by_provider(provider, company).get((provider.id, company.id), self.browse())

    @api.model
    def _by_provider(self, providers, companies):
        """Return the working connection of each provider in each practice, in one query.

        :return: dict of ``(user id, company id)`` to connection
        """
        found = {}
        working = self.with_context(active_test=False).search(
            [
                ("user_id", "in", providers.ids),
                ("state", "in", WORKING),
                ("move_asked", "=", False),
                ("app_id.company_ids", "in", companies.ids),
            ],
            order="connected_at, id",
        )
        for connection in working:
            for company in connection.app_id.company_ids & companies:
                found[(connection.user_id.id, company.id)] = connection
        return found

    @api.model
    def _domain_of_people(self, company):
        """Return the domain of what a practice's own people connected: its app may serve another practice as well.

        :param company: ``res.company`` record
        """
        return [("app_id.company_ids", "in", company.ids), ("user_id.company_ids", "in", company.ids)]

    def _works_for(self, feature):
        """Whether this connection works and was granted all that a feature needs.

        :param str feature: one of ``zoom/features.py``
        """
        self.ensure_one()
        return self.state in WORKING and not features.FEATURES[feature].missing((self.scopes or "").split())

    def _client(self, session, access_token, *, timeout=BACKGROUND):
        """Return a :class:`ZoomClient` that speaks for this connection, within the limits of its Zoom account."""
        self.ensure_one()
        # Read in a cursor of its own, or the caller's transaction would be open again while Zoom is asked (rule 4).
        with self.env.registry.cursor() as cr:
            api_url = self.with_env(self.env(cr=cr)).api_url or self.env["zoom.app"]._addresses().api_url
        pace = self.env["zoom.call.pace"]._pace(self, hurried=timeout.hurried)
        return ZoomClient(session, api_url, access_token, pace=pace, timeout=timeout)

    def _reason_sentence(self):
        """Return why the connection is in its state, in the reader's language and time zone, or None."""
        on = format_datetime(self.env, self.state_at, tz=self.env.context.get("tz"), dt_format="short")
        if self.reason == "deauthorized":
            return self.env._("The app was removed in Zoom on %s. What Odoo knew of the Zoom account was erased.", on)
        if self.reason == "grant_refused":
            # All the news where Zoom sends no event, as to an app that is not published. It does not tell which.
            return self.env._(
                "The connection was removed in Zoom, or replaced there by a newer one, which was noticed on %s. Was "
                "this Zoom account connected in another database or product? Zoom keeps one connection for each "
                "account and app.",
                on,
            )
        return dict(self._fields["reason"]._description_selection(self.env)).get(self.reason)

    def _mark(self, state, reason=False):
        """Record what became of the connection, once; a state that holds already keeps its time."""
        for connection in self:
            if (connection.state, connection.reason) != (state, reason):
                connection.write({"state": state, "reason": reason, "state_at": clock.now()})
                connection._announce_change()
                connection._watch_soon()
                _logger.info("Zoom connection %s is now %s (%s)", connection.id, state, reason or "no reason")

    # === WHAT ZOOM TELLS === #

    @api.model
    def _of_zoom_user(self, app, zoom_user_id):
        """Return the connection of a Zoom user and an app as superuser, also one that was removed in Zoom, or none."""
        names = [zoom_user_id, self._erased_id(app, zoom_user_id)]
        return self.sudo().search([("app_id", "=", app.id), ("zoom_user_id", "in", names)], limit=1)

    @api.model
    def _erased_id(self, app, zoom_user_id):
        """Return what stands for a Zoom user whose data we erased: it says nothing, and matches should they return."""
        return "erased:" + hmac(self.env(su=True), "zoom_telehealth.erased_user", f"{app.id}/{zoom_user_id}")[:40]

    def _removed_at_zoom(self, at):
        """Erase tokens and what Zoom told of its user: the person removed the app in Zoom, which Zoom signed (R4).

        News of an earlier grant than the present one changes nothing: Zoom's events may come late.

        Commits in a cursor of its own; doing it twice changes nothing.

        :param at: when it was removed, naive UTC; None if Zoom did not tell
        :raises Unreachable: a renewal held the lock for too long; to be done again
        """
        self.ensure_one()
        if self.state == "revoked":
            return
        if at and self.connected_at and at < self.connected_at:
            # News of an earlier grant; or of this one, where the clocks differ: asking Zoom tells.
            self._verify_soon()
            return
        # Under the renewal lock and in its cursor: a renewal that is under way would put back what is erased here.
        with self.env["zoom.connection.token"].sudo()._renewing(self) as cr:
            connection = self.with_env(self.env(cr=cr, su=True))
            connection.env["zoom.connection.token"].search([("connection_id", "=", self.id)]).unlink()
            connection.write(
                {
                    "zoom_user_id": self._erased_id(connection.app_id, connection.zoom_user_id),
                    "zoom_email": False,
                    "zoom_name": False,
                    "zoom_account_id": False,
                    "zoom_user_type": False,
                    "scopes": False,
                    "api_url": False,
                }
            )
            # What they had set in Zoom came by this connection too.
            pages = connection.env["telehealth.readiness"].search([("user_id", "=", connection.user_id.id)])
            pages.write({"settings_seen": False, "settings_known": False})
            connection._mark("revoked", "deauthorized")
            cr.commit()

    def _coming_meetings(self):
        """Return the nearest meetings that this connection holds ready: reading them tells whether it still works."""
        self.ensure_one()
        return self.env["zoom.meeting"].search(
            [("connection_id", "=", self.id), ("state", "=", "live"), ("session_id.start", ">", clock.now())],
            order="start",
            limit=3,
        )

    def _announce_change(self):
        """Tell the provider's open pages that something changed: a hint without content, they then ask."""
        for connection in self:
            connection.user_id.partner_id._bus_send("zoom_telehealth.changed", {})

    # === ACTIONS === #

    def action_disconnect(self, remove_meetings=False):
        """End the connection here at once and have it revoked at Zoom right after the commit.

        :param remove_meetings: have the coming meetings removed at Zoom before that, within ten minutes
        """
        for connection in self:
            if connection.user_id != self.env.user and not self.env.user.has_group("zoom_telehealth.group_manager"):
                raise UserError(
                    self.env._("Only %s or a telehealth manager can disconnect this.", connection.user_id.name)
                )
            connection.check_access("read")
        # Providers have no write access to connections: what they may do with theirs is this.
        self.sudo()._disconnect("person", remove_meetings=remove_meetings)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
