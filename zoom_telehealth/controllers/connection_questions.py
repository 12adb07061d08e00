"""What is asked right after connecting: whose the Zoom account is, and whether coming meetings move to it."""

from datetime import timedelta

from odoo import fields, http
from odoo.http import request
from odoo.tools import hash_sign, verify_hash_signed

from .. import clock
from .oauth_way import OUTCOME_COOKIE, forget, remember

GRANT_COOKIE = "zoom_telehealth_grant"
GRANT_SCOPE = "zoom_telehealth.grant"
# Whoever has just signed in to Zoom in this browser owns the account; later that is no longer known.
GRANT_LIFE = timedelta(minutes=10)


def note_grant(connection):
    """Remember in this browser that its user has just been granted a connection that is another's."""
    grant = [request.env.uid, connection.id, fields.Datetime.to_string(connection.connected_at)]
    remember(GRANT_COOKIE, hash_sign(request.env(su=True), GRANT_SCOPE, grant), GRANT_LIFE)


def granted_connection():
    """Return the connection that may change hands, as superuser, or none: a newer grant takes the right away."""
    connections = request.env["zoom.connection"].sudo()
    try:
        signed = request.cookies.get(GRANT_COOKIE) or ""
        user_id, connection_id, granted_at = verify_hash_signed(request.env(su=True), GRANT_SCOPE, signed)
    except (ValueError, TypeError, KeyError, IndexError):
        return connections
    connection = connections.browse(connection_id).exists() if user_id == request.env.uid else connections
    if not connection or fields.Datetime.to_string(connection.connected_at) != granted_at:
        return connections
    fresh = clock.now() - connection.connected_at <= GRANT_LIFE
    return connection if fresh and connection.user_id != request.env.user else connections


def questions(user, outcome):
    """Return what the page on which connecting ends has to ask.

    :param user: ``res.users`` who looks at it
    :param outcome: name of the end
    """
    question = user.zoom_move_question if outcome == "move" and not user._is_public() else False
    return {"may_take": outcome == "taken" and bool(granted_connection()), "move_question": question}


class ZoomQuestionsController(http.Controller):
    """The answers to them. Both are forms with Odoo's own token against forged requests."""

    @http.route("/zoom_telehealth/oauth/take", type="http", auth="user", methods=["POST"], sitemap=False)
    def take(self):
        """Let a connection change hands: to the person who has just been granted it at Zoom, in this browser."""
        connection = granted_connection()
        forget(GRANT_COOKIE)
        may = request.env.user.has_group("zoom_telehealth.group_provider")
        if not connection or not may:
            return self._end("too_late")
        connection._change_hands(request.env.user)
        return self._end("move" if connection.move_asked else "connected")

    @http.route("/zoom_telehealth/oauth/move", type="http", auth="user", methods=["POST"], sitemap=False)
    def move(self, answer=None):
        """Move the coming meetings to the Zoom account that was just connected, or end that connection."""
        user = request.env.user
        if answer == "move":
            user.action_zoom_move()
            return self._end("connected")
        user.action_zoom_move_not()
        return self._end("stay")

    def _end(self, outcome):
        remember(OUTCOME_COOKIE, outcome)
        return request.redirect("/zoom_telehealth/oauth/done", code=303)
