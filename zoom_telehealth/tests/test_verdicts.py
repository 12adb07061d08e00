"""R3: which of Zoom's answers ends a connection: its plain word at the token endpoint alone, whatever else comes."""

from contextlib import suppress

from odoo.tests import common as odoo_common

from .. import clock
from ..models.zoom_connection_token import ConnectionUnusable
from ..zoom.errors import ZoomError
from ..zoom.transport import Timeouts
from .common import soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR

TOKEN = "/oauth/token"
# The background's way of asking, with its second try, and little patience: a test does not wait half a minute.
IMPATIENT = Timeouts(connect=1.0, read=1.5, total=3.0)
XML = {"Content-Type": "text/xml"}
XML_TOKEN = "<?xml version='1.0'?><Response><code>124</code><message>Invalid access token.</message></Response>"
KEPT = ("connected", False)
MISCONFIGURED = ("misconfigured", "client_refused")
ENDED = ("reconnect_needed", "grant_refused")


def said(status, body=None, **headers):
    """Return the fault by which Zoom answers with a status and a body."""
    return {"kind": "status", "status": status, "body": body, "headers": headers}


def refused(status, word, reason="Bad Request", **more):
    """Return the fault by which the token endpoint refuses in its own form."""
    return said(status, {"reason": reason, "error": word, **more})


# What the token endpoint answers to a refresh, and the state and reason that follow.
AT_THE_TOKEN_ENDPOINT = {
    "429": (said(429), KEPT),
    "429 with a wait": (said(429, {"reason": "Too many requests"}, **{"Retry-After": "30"}), KEPT),
    "429 that says invalid_grant": (refused(429, "invalid_grant", "Invalid Token!"), KEPT),
    "500": (said(500, {"reason": "Internal error", "error": "server_error"}), KEPT),
    "500 that says invalid_grant": (refused(500, "invalid_grant", "Invalid Token!"), KEPT),
    "502, a page": (said(502, "<html><h1>Bad Gateway</h1></html>", **{"Content-Type": "text/html"}), KEPT),
    "503": (said(503), KEPT),
    "a page, 200": ({"kind": "html"}, KEPT),
    "a page, 400": (said(400, "<html>Bad Request</html>"), KEPT),
    "XML, 200": (said(200, "<Response/>", **XML), KEPT),
    "XML, 401": (said(401, XML_TOKEN, **XML), KEPT),
    "nothing, 200": ({"kind": "empty"}, KEPT),
    "nothing, 400": (said(400), KEPT),
    "nothing, 401": (said(401), KEPT),
    "silence": ({"kind": "hang"}, KEPT),
    "a reset connection": ({"kind": "reset"}, KEPT),
    "a redirection": (said(302, "", Location="https://elsewhere.example/"), KEPT),
    "200 without tokens": (said(200, {"token_type": "bearer"}), KEPT),
    "200 with an empty token": (said(200, {"access_token": "", "refresh_token": ""}), KEPT),
    "200 that says invalid_grant": (refused(200, "invalid_grant", "Invalid Token!"), KEPT),
    "a list": (said(400, ["invalid_grant"]), KEPT),
    "the API's 124": (said(401, {"code": 124, "message": "Invalid access token."}), KEPT),
    "the API's 4741": (said(401, {"code": 4741, "message": "token has been revoked"}), KEPT),
    "invalid_request": (refused(400, "invalid_request"), KEPT),
    "invalid_scope": (refused(400, "invalid_scope", "Invalid scopes"), KEPT),
    "unsupported_grant_type": (refused(400, "unsupported_grant_type", "unsupported grant type"), KEPT),
    "403 of a firewall": (said(403, "<html>Forbidden</html>"), KEPT),
    "404": (said(404, {"code": 2300, "message": "This API endpoint is not recognized."}), KEPT),
    "invalid_client": (refused(400, "invalid_client", "Invalid client_id or client_secret"), MISCONFIGURED),
    "invalid_client, 401": (refused(401, "invalid_client", "Invalid client_id or client_secret"), MISCONFIGURED),
    "invalid_client about a token": (refused(401, "invalid_client", "Invalid Token!"), MISCONFIGURED),
    "unauthorized_client": (refused(400, "unauthorized_client", "The app was disabled"), MISCONFIGURED),
    "app disabled": (refused(400, "invalid_request", "app disabled", code=4717), MISCONFIGURED),
    "invalid_grant": (refused(400, "invalid_grant", "Invalid Token!"), ENDED),
    "invalid_grant, 401": (refused(401, "invalid_grant", "another reason"), ENDED),
    "invalid_request, Invalid Token!": (refused(400, "invalid_request", "Invalid Token!"), ENDED),
    "Invalid Token! alone": (said(401, {"reason": "Invalid Token!"}), ENDED),
}
# What the API answers to every call: never a verdict, not even in the token endpoint's own words.
AT_THE_API = {
    "401, 124": said(401, {"code": 124, "message": "Invalid access token."}),
    "401, 4741": said(401, {"code": 4741, "message": "token has been revoked"}),
    "401, XML": said(401, XML_TOKEN, **XML),
    "401, nothing": said(401),
    "401, invalid_grant": refused(401, "invalid_grant", "Invalid Token!"),
    "400, Invalid Token!": refused(400, "invalid_request", "Invalid Token!"),
    "400, invalid_client": refused(400, "invalid_client"),
    "400, no scope": said(400, {"code": 4711, "message": "Invalid access token, does not contain scopes:[x:y]."}),
    "403": said(403, {"code": 200, "message": "Not allowed"}),
    "404, no such user": said(404, {"code": 1001, "message": "User does not exist."}),
    "429": said(429, {"code": 429, "message": "Rate limit"}),
    "500": said(500, {"code": 500, "message": "x"}),
    "a page": {"kind": "html"},
    "nothing": {"kind": "empty"},
    "a reset connection": {"kind": "reset"},
}


class TestVerdicts(ReconcilerCase):
    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Ask the simulator with our own patience: Odoo's guard makes of every timeout at least ten seconds."""
        return odoo_common._super_send(session, request, **options)

    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)
        self.colleague = self.connect(self.omar, OMAR)

    def renew(self):
        """Have the token renewed, however good it is; returns it, or None where Zoom gave none."""
        self.env.invalidate_all()
        with suppress(ZoomError, ConnectionUnusable):
            return self.env["zoom.connection.token"]._access_token(
                self.connection, timeout=IMPATIENT, renewed_after=clock.now()
            )
        return None

    def fault(self, answer, path, times=1):
        self.simulator.control("POST", "faults", **answer, path=path, times=times)

    def verdict(self, connection=None):
        connection = connection or self.connection
        connection.invalidate_recordset()
        return connection.state, connection.reason

    def verify(self):
        with self.env.registry.cursor() as cr:
            works = self.connection.with_env(self.env(cr=cr))._verify()
        self.env.invalidate_all()
        return works

    def tokens(self):
        self.env.invalidate_all()
        row = self.env["zoom.connection.token"]._of(self.connection)
        return row and (row.access_token, row.refresh_token)

    def test_each_answer_of_the_token_endpoint_has_its_verdict(self):
        self.assertGreaterEqual(len(AT_THE_TOKEN_ENDPOINT), 15)
        for name, (answer, verdict) in AT_THE_TOKEN_ENDPOINT.items():
            with self.subTest(answer=name):
                before = self.tokens()
                self.assertTrue(before and all(before))
                self.fault(answer, path=TOKEN, times=None)
                self.assertIsNone(self.renew())
                self.assertEqual(self.verdict(), verdict)
                self.assertEqual(self.tokens() or None, None if verdict == ENDED else before)
                self.assertEqual(self.verdict(self.colleague), KEPT)
                self.simulator.control("DELETE", "faults")
                if verdict == ENDED:
                    self.connect(self.dana, DANA)
                # What was kept works at once when the trouble is over.
                self.assertTrue(self.renew())
                self.assertEqual(self.verdict(), KEPT)

    def test_a_refusal_after_an_answer_that_was_read_is_not_told_as_a_lost_one(self):
        for answer, _verdict in (
            AT_THE_TOKEN_ENDPOINT["429"],
            AT_THE_TOKEN_ENDPOINT["invalid_request"],
            AT_THE_TOKEN_ENDPOINT["invalid_client"],
        ):
            self.fault(answer, path=TOKEN)
            self.assertIsNone(self.renew())
        self.simulator.control("POST", "tokens", action="kill_refresh", email=DANA)
        self.assertIsNone(self.renew())
        self.assertEqual(self.verdict(), ENDED)

    def test_no_answer_of_the_api_is_a_verdict(self):
        for name, answer in AT_THE_API.items():
            with self.subTest(answer=name):
                session = self.session(start=soon(days=2), title=name)
                self.simulator.forget_calls()
                self.fault(answer, path="/v2/**", times=None)
                self.work()
                self.assertFalse(self.verify())
                self.assertEqual(self.verdict(), KEPT)
                self.assertTrue(all(self.tokens()))
                # 401: each renews once and asks once more, and there is no storm of either.
                self.assertLessEqual(len(self.simulator.calls("POST", path=TOKEN)), 2)
                self.assertLessEqual(len(self.simulator.calls("GET", path="/users/me")), 2)
                self.assertLessEqual(len(self.simulator.calls("POST", path="/meetings")), 2)
                self.simulator.control("DELETE", "faults")
                self.assertTrue(self.verify())
                session.event_id.action_archive()
                self.env["zoom.meeting"].search([("session_id", "=", session.id)]).state = "gone"
