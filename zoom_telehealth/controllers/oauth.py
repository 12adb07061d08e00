import logging

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .. import clock, conf
from ..models.zoom_app import CALLBACK_ROUTE
from ..zoom import errors, oauth
from ..zoom.addresses import BadAddress
from ..zoom.client import ZoomClient
from ..zoom.transport import new_session
from .connection_questions import note_grant, questions
from .oauth_way import OUTCOME_COOKIE, Late, Stray, Way, remember
from .page import render_page
from .unanswered import UNANSWERED, WAYS, way_of

_logger = logging.getLogger(__name__)


class Refusal(Exception):
    """Connecting did not succeed; ``outcome`` names the page that says why and what to do."""

    def __init__(self, outcome):
        super().__init__(outcome)
        self.outcome = outcome


class ZoomOAuthController(http.Controller):
    """A provider's way to Zoom's consent page and back.

    The state is signed, used once, and bound to the user, the browser and ten minutes; PKCE binds Zoom's code to it.
    Every end, good or bad, is a page that says what to do, at an address that carries nothing.
    """

    @http.route("/zoom_telehealth/oauth/connect", type="http", auth="user", methods=["GET"], sitemap=False)
    def connect(self):
        try:
            return _redirect(self._authorize_url())
        except Refusal as refusal:
            return self._end(refusal.outcome)

    def _authorize_url(self):
        user = request.env.user
        if not user.has_group("zoom_telehealth.group_provider"):
            raise Refusal("not_provider")
        if not request.env.company.sudo().telehealth_zoom_allowed:
            raise Refusal("forbidden")
        _require_own_database()
        app = request.env["zoom.app"]._for_provider(user, request.env.company)
        if not app or not app.has_client_secret:
            raise Refusal("no_app")
        _require_key()
        state, challenge = Way.begin(user, app)
        return oauth.authorize_url(_addresses(), app.client_id, app._redirect_uri(), state, challenge)

    # Not auth="user": Odoo would send somebody who is signed out to the login page with Zoom's code in its address.
    @http.route(CALLBACK_ROUTE, type="http", auth="public", methods=["GET"], sitemap=False)
    def callback(self, code=None, state=None, error=None, **_unused):
        try:
            outcome = self._connect(code, state, error)
        except Refusal as refusal:
            outcome = refusal.outcome
        except UserError as trouble:
            _logger.warning("A Zoom connection could not be kept: %s", trouble)
            outcome = "no_key"
        return self._end(outcome)

    def _connect(self, code, state, error):
        """Match Zoom's answer with the click that asked for it, and keep what it gives. Returns the outcome's name."""
        user = request.env.user
        if user._is_public():
            raise Refusal("signed_out")
        _require_key()
        try:
            way = Way.returned(state, user)
            with way.alone():
                verifier = way.use_up()
                if way.is_done():
                    return "move" if user.sudo().zoom_connection_ids.filtered("move_asked") else "connected"
                if verifier is None:
                    raise Stray
                return self._grant(way.app_id, verifier, code, error)
        except Stray:
            raise Refusal("state") from None
        except Late:
            raise Refusal("late") from None

    def _grant(self, app_id, verifier, code, error):
        """Exchange Zoom's code, try what it gave, and keep it. Returns the outcome's name."""
        user, app = request.env.user, request.env["zoom.app"].sudo().browse(app_id).exists()
        if not app:
            raise Refusal("no_app")
        if error == "access_denied":
            raise Refusal("denied")
        if error or not code:
            raise Refusal("refused")
        _require_own_database()
        credentials, redirect_uri, addresses = app._credentials(), app._redirect_uri(), _addresses()
        # Zoom is asked with no transaction of ours open.
        request.env.cr.commit()  # pylint: disable=invalid-commit
        token_set, zoom_user = _exchange(addresses, credentials, code, redirect_uri, verifier)
        # The connection serves every practice of theirs that the app does, not the present one alone.
        practices = (app.company_ids & user.sudo().company_ids).filtered("telehealth_zoom_allowed")
        if not practices._telehealth_may_connect(zoom_user):
            request.env["zoom.connection.token"].sudo()._revoke(app, token_set.access_token)
            raise Refusal("plan")
        try:
            connection = request.env["zoom.connection"]._store_grant(user, app, token_set, zoom_user)
        except errors.Unreachable:
            # Another process holds the connection's renewal lock, which happens when Zoom is slow.
            raise Refusal("silent") from None
        # What the grant changed was committed elsewhere; this request's snapshot is older.
        request.env.cr.commit()  # pylint: disable=invalid-commit
        connection = connection.sudo()
        if connection.user_id != user:
            note_grant(connection)
            return "taken"
        return "move" if connection.move_asked else "connected"

    def _end(self, outcome):
        remember(OUTCOME_COOKIE, outcome)
        return _redirect("/zoom_telehealth/oauth/done")

    @http.route("/zoom_telehealth/oauth/done", type="http", auth="public", methods=["GET"], sitemap=False)
    def done(self):
        """Show how connecting ended; the address carries neither code nor state."""
        user = request.env.user
        outcome = request.cookies.get(OUTCOME_COOKIE) or "state"
        connection = (
            request.env["zoom.connection"]
            .sudo()
            .search([("user_id", "=", user.id), ("state", "=", "connected")], limit=1)
        )
        return render_page(
            "zoom_telehealth.oauth_done",
            {
                **questions(user, outcome),
                "outcome": outcome,
                "unanswered": WAYS,
                "practices": (connection.company_ids & user.company_ids).mapped("name"),
                "zoom_user": user.zoom_user if not user._is_public() else False,
                "missing_scopes": user.zoom_missing_scopes if not user._is_public() else False,
                "help_lines": request.env.company.sudo()._telehealth_help_lines(),
            },
        )


def _exchange(addresses, credentials, code, redirect_uri, verifier):
    """Turn Zoom's code into tokens and ask whom they speak for: what does not work is never kept."""
    try:
        with new_session() as session:
            token_set = oauth.exchange_code(session, addresses, credentials, code, redirect_uri, verifier, clock.now())
            return token_set, ZoomClient(session, token_set.api_url, token_set.access_token).me()
    except oauth.GrantRefused:
        raise Refusal("code") from None
    except oauth.ClientRefused:
        raise Refusal("client") from None
    except errors.ScopeMissing:
        raise Refusal("scope") from None
    except UNANSWERED as trouble:
        _logger.info("Connecting to Zoom failed: %s", trouble)
        raise Refusal(way_of(trouble)) from None
    except errors.ZoomError as trouble:
        _logger.warning("Zoom refused a connection: %s", trouble)
        raise Refusal("refused") from None


def _addresses():
    try:
        return conf.zoom_addresses()
    except BadAddress as trouble:
        _logger.error("%s", trouble)
        raise Refusal("address") from None


def _require_own_database():
    if request.env["zoom.database"].sudo()._standing() == "in_doubt":
        raise Refusal("copy")


def _require_key():
    try:
        request.env["zoom.data.key"].sudo()._require_master_key()
    except UserError:
        raise Refusal("no_key") from None


def _redirect(url):
    response = request.redirect(url, code=303, local=False)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
