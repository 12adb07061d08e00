"""Where Zoom tells what happened. Verified, stored, acknowledged; worked on afterwards (design rule 6)."""

import logging

from werkzeug.exceptions import HTTPException

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..models.zoom_app_webhook import WEBHOOK_ROUTE
from ..zoom import events, webhook
from .minute_limit import MinuteLimit

_logger = logging.getLogger(__name__)

# Zoom's largest events list a recording's files: some tens of kilobytes.
LARGEST_BODY = 1024 * 1024
# Why a request is refused without a look at its signature, and the answer; the rest are webhook.Refused's.
STATUS = {
    "too_large": 413,
    "no_length": 411,
    "not_json": 415,
    "not_text": 400,
    # Ours to mend, so Zoom is to try again.
    webhook.NO_SECRET: 503,
}
UNBELIEVED = 401
TOO_MANY = 429

# So many refusals of one address get an entry in the log and in the books; the rest are just refused. Counted after
# the signature is checked: somebody behind the same address as Zoom's cannot keep Zoom out.
MOST_REFUSALS_A_MINUTE = 30

_limit = MinuteLimit(MOST_REFUSALS_A_MINUTE)


class ZoomWebhookController(http.Controller):
    """No session, no cookie, no redirect, nothing parsed before it is verified, and nothing of a body in a log."""

    @http.route(
        WEBHOOK_ROUTE + "<string:app_key>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        sitemap=False,
    )
    def receive(self, app_key, **_ignored):
        # Taken so that Odoo does not log the names of a stranger's fields as arguments that nobody wants.
        if request.httprequest.method != "POST":
            return _answer(405)  # Odoo lets OPTIONS through everywhere
        env = request.env(user=SUPERUSER_ID, su=True)
        app = env["zoom.app"]._by_key(app_key)
        if not app:
            return _answer(404)
        try:
            body = _body()
            headers = request.httprequest.headers
            secret = app._verified_secret(headers.get("x-zm-request-timestamp"), headers.get("x-zm-signature"), body)
            return self._take_in(app, secret, _text(body), headers.get("x-zm-request-id"))
        except webhook.Refused as refusal:
            return self._refuse(app, refusal.reason)
        except HTTPException:
            raise
        except Exception as trouble:
            # Our own trouble, so that Zoom tries again. The error's text could quote what came.
            _logger.error("A webhook request for Zoom app %s failed: %s", app.id, type(trouble).__name__)
            return _answer(503)

    def _take_in(self, app, secret, body, request_id):
        delivery = app.env["zoom.delivery"]
        values = delivery._classify(app, body)
        if values is None:
            return _answer(200)
        _begin_read_committed(app.env.cr)
        new = delivery._store(app, webhook.fingerprint(body.encode()), (request_id or "")[:128], values)
        app.env.cr.commit()
        if new and values["state"] == "new":
            app.env["zoom.inbox"]._wake_soon()
        if values["event"] == events.VALIDATION:
            return self._prove(secret, body)
        return _answer(200)

    def _prove(self, secret, body):
        """Answer Zoom's check of the address with the token that only the secret's owner can make."""
        try:
            token = events.plain_token(events.read(body))
        except events.Malformed:
            return _answer(400)
        return request.make_json_response(
            {"plainToken": token, "encryptedToken": webhook.encrypted_token(secret, token)}
        )

    def _refuse(self, app, reason):
        """Refuse, say why in the log, and count it for the practice; a flood is neither logged nor counted."""
        address = request.httprequest.remote_addr
        if _limit.is_over(address):
            # Where the trouble is ours, Zoom has to try again whatever else comes.
            return _answer(STATUS[reason] if reason == webhook.NO_SECRET else TOO_MANY)
        _logger.info("A webhook request for Zoom app %s was refused: %s", app.id, reason)
        _begin_read_committed(app.env.cr)
        app.env["zoom.webhook.refusal"]._count(app, reason)
        return _answer(STATUS.get(reason, UNBELIEVED))


def _body():
    """Return the request's body byte for byte.

    :raises webhook.Refused: its form alone says that Zoom did not send it
    """
    http_request = request.httprequest
    # Odoo cuts a body without a length silently, so its signature could never be checked.
    if "chunked" in http_request.headers.get("Transfer-Encoding", "").lower() or http_request.content_length is None:
        raise webhook.Refused("no_length")
    if http_request.content_length > LARGEST_BODY:
        raise webhook.Refused("too_large")
    if http_request.mimetype != "application/json":
        raise webhook.Refused("not_json")
    return http_request.get_data()


def _text(body):
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise webhook.Refused("not_text") from None


def _begin_read_committed(cr):
    """Go on in a new transaction that waits for a competitor's row instead of failing on it."""
    cr.commit()
    cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _answer(status):
    return request.make_response("", headers=[("Cache-Control", "no-store")], status=status)
