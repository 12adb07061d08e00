"""A provider's way to Zoom's consent page and back, with its good end; and what it leaves in the logs."""

import logging
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo import http
from odoo.tools import config

from .connecting_case import CALLBACK, CONNECT, DONE, ConnectingCase
from .simulator import BEA, DANA, PRACTICE_APP


class TestConnecting(ConnectingCase):
    def test_a_provider_connects_their_own_zoom_user(self):
        page = self.connect()
        self.assertIn("Zoom is connected", page)
        self.assertIn(DANA, page)
        self.assertIn("Sunrise", page)
        self.env.invalidate_all()
        connection = self.env["zoom.connection"].search([])
        self.assertEqual((connection.user_id, connection.app_id, connection.state), (self.dana, self.app, "connected"))
        self.assertEqual(connection.zoom_email, DANA)
        self.assertFalse(connection.missing_scopes)
        tokens = self.env["zoom.connection.token"]._of(connection)
        self.assertTrue(tokens.access_token and tokens.refresh_token)
        self.assertEqual(self.zoom_state(self.dana), "connected")

    def test_a_licence_below_what_the_practice_asks_for_is_not_connected(self):
        self.sunrise.telehealth_lowest_plan = "licensed"
        self.assertEnds(self.connect(BEA), "licence does not suffice")
        self.assertNothingKept()
        self.assertIn("Zoom is connected", self.connect())

    def test_the_licence_suffices_in_every_practice_that_the_connection_would_serve(self):
        self.app.company_ids |= self.harbour
        self.harbour.telehealth_lowest_plan = "licensed"
        self.dana.company_ids |= self.harbour
        self.assertEnds(self.connect(BEA), "licence does not suffice")
        self.assertNothingKept()
        self.dana.company_ids -= self.harbour
        self.assertIn("Zoom is connected", self.connect(BEA))

    def test_the_consent_page_is_asked_with_a_proof_and_without_scopes(self):
        """R10."""
        query = parse_qs(urlsplit(self.to_zoom()).query)
        self.assertEqual(query["code_challenge_method"], ["S256"])
        self.assertEqual(query["redirect_uri"], [self.base_url() + CALLBACK])
        self.assertNotIn("scope", query)
        self.assertTrue(query["state"][0])

    def test_connecting_again_keeps_the_one_connection_and_its_new_tokens(self):
        self.connect()
        first = self.env["zoom.connection"].search([])
        before = self.env["zoom.connection.token"]._of(first).access_token
        self.connect()
        self.env.invalidate_all()
        self.assertEqual(self.env["zoom.connection"].search([]), first)
        self.assertNotEqual(self.env["zoom.connection.token"]._of(first).access_token, before)
        self.assertEqual(len(self.env["zoom.connection.token"].search([])), 1)

    def test_reconnecting_mends_a_connection_that_zoom_ended(self):
        """R4."""
        self.connect()
        connection = self.env["zoom.connection"].search([])
        connection._mark("reconnect_needed", "grant_refused")
        self.env["zoom.connection.token"]._of(connection).unlink()
        self.connect()
        self.env.invalidate_all()
        self.assertEqual((connection.state, connection.reason), ("connected", False))

    def test_a_provider_disconnects_and_the_tokens_are_useless_at_once(self):
        self.connect()
        dialog = self.call_kw("res.users", "action_zoom_disconnect", [self.dana.id])
        self.assertEqual((dialog["res_model"], dialog["target"]), ("zoom.disconnect", "new"))
        self.call_kw("zoom.disconnect", "action_disconnect", [dialog["res_id"]])
        self.env.invalidate_all()
        connection = self.env["zoom.connection"].search([])
        self.assertEqual((connection.state, connection.reason), ("disconnected", "person"))
        self.assertFalse(self.env["zoom.connection.token"]._of(connection))
        self.assertEqual(self.simulator.calls(path="/oauth/revoke"), [], "the click itself does not ask Zoom")
        self.assertEqual(self.zoom_state(self.dana), "none")
        with self.env.registry.cursor() as cr:  # the scheduled action's, which may commit
            self.env["zoom.connection.token"].with_env(self.env(cr=cr))._revoke_given_up()
        self.assertEqual(len(self.simulator.calls(path="/oauth/revoke")), 1)
        self.assertNothingKept()

    def test_missing_meeting_scopes_are_named_and_nothing_else_is_disabled(self):
        """R10."""
        self.simulator.control(
            "POST", "apps", client_id=PRACTICE_APP[0], scopes=["user:read:user", "meeting:read:meeting"]
        )
        page = self.connect()
        self.assertIn("Zoom is connected", page)
        self.assertIn("meeting:write:meeting", page)
        self.assertIn("meeting:delete:meeting", page)

    def test_three_tabs_may_be_on_their_way_at_once(self):
        addresses = [self.to_zoom() for _tab in range(4)]
        self.assertIn("could not be matched", self.come_back(self.simulator.decide(addresses[0])))
        self.assertIn("Zoom is connected", self.come_back(self.simulator.decide(addresses[1])))

    def test_a_page_that_saves_an_older_session_meanwhile_does_no_harm(self):
        """Odoo's session store writes whole sessions: what another request read before Connect, it writes after it."""
        older = http.root.session_store.get(self.opener.cookies["session_id"])
        back = self.simulator.decide(self.to_zoom())
        http.root.session_store.save(older)
        self.assertEqual(self.visit(back).status_code, 303)
        http.root.session_store.save(older)
        self.assertIn("Zoom is connected", self.url_open(DONE).text)

    def test_what_waits_in_the_browser_is_out_of_reach_and_says_nothing(self):
        cookie = self.visit(CONNECT).headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/zoom_telehealth/oauth"):
            self.assertIn(part, cookie)
        self.assertNotIn("Secure", cookie, "the test's Odoo speaks no https")
        [kept] = self.cookies_of_ways()
        self.assertRegex(kept.value.strip('"'), r"^zt1:", "PKCE's verifier is encrypted")
        with patch.dict(config.options, {"proxy_mode": True}):
            secure = self.visit(CONNECT, headers={"X-Forwarded-Host": "127.0.0.1", "X-Forwarded-Proto": "https"})
        self.assertIn("Secure", secure.headers["Set-Cookie"])


class TestLogs(ConnectingCase):
    """What a full connect leaves in the logs, everything on its most talkative level."""

    @contextmanager
    def every_log(self):
        lines, own_port = [], f":{self.http_port()}"

        class Keep(logging.Handler):
            def emit(self, record):
                line = record.getMessage()
                browser = record.name.startswith("urllib3") and own_port in line  # the test's, which is no part of Odoo
                if not browser:
                    lines.append(f"{record.name}: {line} {record.exc_info or ''}")

        keep, talkative = (
            Keep(logging.DEBUG),
            [logging.getLogger(name) for name in ("", "odoo", "werkzeug", "urllib3", "odoo.http")],
        )
        levels = [(logger, logger.level) for logger in talkative]
        logging.root.addHandler(keep)
        for logger in talkative:
            logger.setLevel(logging.DEBUG)
        try:
            yield lines
        finally:
            logging.root.removeHandler(keep)
            for logger, level in levels:
                logger.setLevel(level)

    def test_neither_code_nor_state_nor_token_nor_secret_reaches_a_log(self):
        with self.every_log() as lines:
            back = self.simulator.decide(self.to_zoom())
            self.assertIn("Zoom is connected", self.come_back(back))
            self.simulator.control("POST", "tokens", action="expire_access")
            self.env.invalidate_all()
            connection = self.env["zoom.connection"].search([])
            tokens = self.env["zoom.connection.token"]._of(connection)
            secrets = [tokens.access_token, tokens.refresh_token]
            tokens._access_token(connection, refused=tokens.access_token)
            self.env.invalidate_all()
            secrets += [tokens.access_token, tokens.refresh_token, self.app.client_secret]
        query = parse_qs(urlsplit(back).query)
        secrets += [query["code"][0], query["state"][0]]
        log = "\n".join(lines)
        self.assertEqual(len({secret for secret in secrets if secret}), 7)
        for secret in secrets:
            self.assertEqual([line for line in lines if secret in line], [])
        self.assertIn("zoom_telehealth/oauth/callback?…", log, "the request itself is logged")

    def test_a_refused_callback_is_masked_as_well(self):
        with self.every_log() as lines:
            self.come_back(f"{CALLBACK}?code=planted-code&state=planted-state&error_description=planted-words")
        self.assertNotIn("planted", "\n".join(lines))
