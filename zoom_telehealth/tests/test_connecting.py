"""A provider's way to Zoom's consent page and back: the good end and each of the bad ones, with its own page."""

import logging
from contextlib import contextmanager
from copy import copy
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo import http
from odoo.tools import config

from .common import HELP_PHONE, TelehealthHttpCase
from .simulator import BEA, DANA, OMAR, PRACTICE_APP

CONNECT = "/zoom_telehealth/oauth/connect"
CALLBACK = "/zoom_telehealth/oauth/callback"
DONE = "/zoom_telehealth/oauth/done"
TROUBLE = "/zoom_telehealth/oauth/trouble"


class ConnectingCase(TelehealthHttpCase):
    def setUp(self):
        super().setUp()
        self.simulator.reset()
        self.simulator.let_back_to(self.base_url() + CALLBACK)
        self.sign_in(self.dana)

    def to_zoom(self):
        """Choose Connect; returns the address of Zoom's consent page."""
        answer = self.visit(CONNECT)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer.headers["Location"]

    def come_back(self, address):
        """Follow Zoom's redirect to our callback; returns the page on which it ends."""
        answer = self.visit(address)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"].removeprefix(self.base_url()), DONE, "the address carries nothing")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        return self.url_open(DONE).text

    def connect(self, email=DANA, decision="allow"):
        return self.come_back(self.simulator.decide(self.to_zoom(), email, decision))

    def cookies_of_ways(self):
        """Return copies of the cookies that tie this browser to what it began at Zoom."""
        return [copy(cookie) for cookie in self.opener.cookies if cookie.name.startswith("zoom_telehealth_way_")]

    def bring_back(self, cookies):
        """Have this browser send these cookies again."""
        for cookie in cookies:
            self.opener.cookies.set_cookie(cookie)

    def assertEnds(self, page, words):
        """Expect a bad end's own page, with the help contact, and nothing saved."""
        self.assertIn(words, page)
        self.assertIn(HELP_PHONE, page)
        self.assertNotIn("Zoom is connected", page)
        self.assertNothingSaved()

    def assertNothingSaved(self):
        self.env.invalidate_all()
        self.assertFalse(self.env["zoom.connection"].search([]))
        self.assertFalse(self.env["zoom.connection.token"].search([]))

    def assertNothingKept(self):
        """Expect no token row and no token set at Zoom."""
        self.env.invalidate_all()
        self.assertFalse(self.env["zoom.connection.token"].search([]))
        self.assertFalse([one for one in self.simulator.control("GET", "state")["tokens"] if one["access_live"]])

    def zoom_state(self, user):
        """Return what the user's own preferences say of Zoom."""
        return self.as_user("res.users", user).browse(user.id).zoom_state


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


class TestRefusedConnections(ConnectingCase):
    def test_each_thing_that_may_stand_in_the_way_has_its_words(self):
        page = self.url_open(TROUBLE)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        for name, words in (
            ("popup", "Your browser blocks pop-ups"),
            ("account", "Sign out of Zoom first"),
            ("back", "not a private one"),
            ("blocker", "An ad blocker"),
            ("password", "Odoo never sees it"),
            ("approval", PRACTICE_APP[0]),
            ("afresh", "Remove the app in Zoom"),
        ):
            with self.subTest(name=name):
                self.assertIn(words, page.text.split(f'<section id="{name}">')[1].split("</section>")[0])
        self.assertIn(HELP_PHONE, page.text)
        self.assertNotIn("client_secret", page.text)

    def test_what_may_stand_in_the_way_is_for_providers(self):
        for user in (self.sam, self.mia, self.eve):
            self.sign_in(user)
            with self.subTest(user=user.login):
                self.assertEqual(self.visit(TROUBLE).status_code, 404)
        self.sign_in(None)
        self.assertIn("/web/login", self.visit(TROUBLE).headers["Location"])

    def test_a_bad_end_leads_to_what_may_stand_in_the_way(self):
        self.assertIn(TROUBLE, self.connect(decision="deny"))

    def test_deny_changes_nothing(self):
        self.assertEnds(self.connect(decision="deny"), "You chose “Deny” at Zoom")

    def test_a_forged_state_is_refused(self):
        back = self.simulator.decide(self.to_zoom())
        for forged in (
            back.replace("state=", "state=x"),
            back[:-6],
            back.split("&state=")[0],
            f"{CALLBACK}?code=c&state=e30",
        ):
            with self.subTest(address=forged[:60]):
                self.assertEnds(self.come_back(forged), "could not be matched")
        self.assertEqual(self.simulator.calls(path="/oauth/token"), [])

    def test_a_refused_answer_uses_its_state_up_too(self):
        back = self.simulator.decide(self.to_zoom())
        self.assertEnds(self.come_back(back.replace("code=", "error=access_denied&x=")), "You chose “Deny”")
        self.assertEnds(self.come_back(back), "could not be matched")

    def test_a_state_of_another_user_is_refused(self):
        back = self.simulator.decide(self.to_zoom())
        self.sign_in(self.omar)
        self.to_zoom()
        self.assertEnds(self.come_back(back), "could not be matched")

    def test_a_state_of_another_browser_is_refused(self):
        back = self.simulator.decide(self.to_zoom())
        self.sign_in(self.dana)
        self.assertEnds(self.come_back(back), "could not be matched")

    def test_another_users_state_in_the_same_browser_is_refused(self):
        back, kept = self.simulator.decide(self.to_zoom()), self.cookies_of_ways()
        self.sign_in(self.omar)
        self.bring_back(kept)
        self.assertEnds(self.come_back(back), "could not be matched")

    def test_a_cookie_of_another_way_does_not_serve(self):
        backs = [self.simulator.decide(self.to_zoom()) for _tab in range(2)]
        first, second = sorted(self.cookies_of_ways(), key=lambda cookie: cookie.name)
        first.value, second.value = second.value, first.value
        self.bring_back([first, second])
        for back in backs:
            self.assertEnds(self.come_back(back), "could not be matched")
        self.assertEqual(self.simulator.calls(path="/oauth/token"), [])

    def test_a_state_lasts_ten_minutes(self):
        address = self.to_zoom()
        with self.clock_moved(minutes=10, seconds=5):
            back = self.simulator.decide(address)
            self.assertEnds(self.come_back(back), "That took too long")

    def test_a_state_just_within_ten_minutes_still_serves(self):
        address = self.to_zoom()
        with self.clock_moved(minutes=9, seconds=50):
            self.assertIn("Zoom is connected", self.come_back(self.simulator.decide(address)))

    def test_an_expired_code_is_told_as_such(self):
        back = self.simulator.decide(self.to_zoom())
        with self.clock_moved(minutes=6):
            self.assertEnds(self.come_back(back), "answer had expired")

    def test_an_unknown_code_is_told_as_such(self):
        back = self.simulator.decide(self.to_zoom())
        code = parse_qs(urlsplit(back).query)["code"][0]
        self.assertEnds(self.come_back(back.replace(code, "Z" * len(code))), "answer had expired")

    def test_another_proof_than_the_one_that_was_announced_is_refused(self):
        """A code stolen on its way is of no use: PKCE."""
        stolen = self.simulator.decide(self.to_zoom())
        own = self.simulator.decide(self.to_zoom())
        code = {
            name: parse_qs(urlsplit(address).query)["code"][0] for name, address in (("stolen", stolen), ("own", own))
        }
        page = self.come_back(own.replace(code["own"], code["stolen"]))
        self.assertNotIn("Zoom is connected", page)
        self.assertNothingSaved()

    def test_a_wrong_client_secret_is_a_matter_for_the_manager(self):
        self.app.client_secret = "another-secret"
        self.assertEnds(self.connect(), "Zoom does not know the practice")

    def test_without_a_master_key_connecting_is_refused_before_and_after_zoom(self):
        with self.master_key(""):
            self.assertEnds(self.come_back(CONNECT), "openssl rand -base64 32")
        back = self.simulator.decide(self.to_zoom())
        with self.master_key(""):
            self.assertEnds(self.come_back(back), "openssl rand -base64 32")
        self.assertEqual(self.simulator.calls(path="/oauth/token"), [], "Zoom's code is not used up for nothing")

    def test_a_master_key_that_is_none_is_refused(self):
        with self.master_key("not-a-key"):
            self.assertEnds(self.come_back(CONNECT), "no key to protect")

    def test_an_app_without_the_scope_to_tell_who_connected_is_named(self):
        self.simulator.control("POST", "apps", client_id=PRACTICE_APP[0], scopes=["meeting:read:meeting"])
        self.assertEnds(self.connect(), "user:read:user")

    def test_an_answer_that_is_not_zooms_saves_nothing(self):
        for path in ("/oauth/token", "/v2/users/me"):
            for kind, keys in (
                ("html", {}),
                ("empty", {}),
                ("status", {"status": 500}),
                ("reset", {}),
                ("answer_lost", {}),
            ):
                with self.subTest(path=path, kind=kind):
                    self.simulator.fault(kind, path=path, times=None, **keys)
                    self.assertEnds(self.connect(), "Zoom did not answer")
                    self.simulator.control("DELETE", "faults")

    def test_an_error_word_of_zooms_is_told_as_a_refusal(self):
        state = parse_qs(urlsplit(self.to_zoom()).query)["state"][0]
        self.assertEnds(self.come_back(f"{CALLBACK}?error=server_error&state={state}"), "Zoom refused the connection")

    def test_a_zoom_user_that_another_provider_connected_stays_theirs(self):
        self.connect()
        self.sign_in(self.omar)
        page = self.connect(DANA)
        self.assertIn("belongs to somebody else here", page)
        self.assertIn(HELP_PHONE, page)
        self.env.invalidate_all()
        connection = self.env["zoom.connection"].search([])
        self.assertEqual((connection.user_id, connection.state), (self.dana, "connected"))
        self.assertEqual(self.zoom_state(self.omar), "none")
        self.assertNotIn("Zoom is connected", page)
        self.assertIn("Zoom is connected", self.connect(OMAR))

    def test_whoever_is_signed_out_meanwhile_is_told_so(self):
        back = self.simulator.decide(self.to_zoom())
        self.sign_in(None)
        self.assertIn("You are signed out of Odoo", self.come_back(back))
        self.assertNothingSaved()

    def test_connecting_is_for_providers_whose_practice_allows_it_and_has_an_app(self):
        for user in (self.sam, self.mia, self.eve, self.ada, self.ana):
            self.sign_in(user)
            with self.subTest(user=user.login):
                self.assertEnds(self.come_back(CONNECT), "Zoom is for providers")
        self.sign_in(None)
        self.assertIn("/web/login", self.visit(CONNECT).headers["Location"])
        self.sign_in(self.dana)
        self.app.active = False
        self.assertEnds(self.come_back(CONNECT), "The practice has no Zoom app yet")
        self.sunrise.telehealth_zoom_allowed = False
        self.assertEnds(self.come_back(CONNECT), "Zoom is switched off for this practice")

    def test_an_app_that_is_gone_meanwhile_is_told_as_such(self):
        back = self.simulator.decide(self.to_zoom())
        self.app.unlink()
        self.assertEnds(self.come_back(back), "The practice has no Zoom app yet")

    def test_a_wrong_address_in_odoo_conf_sends_nobody_anywhere(self):
        elsewhere = patch.dict(config.options, {"zoom_telehealth_zoom_url": "http://zoom.example"})
        with elsewhere, self.assertLogs("odoo.addons.zoom_telehealth.controllers.oauth", "ERROR") as logs:
            self.assertEnds(self.come_back(CONNECT), "address is set wrongly")
        self.assertIn("zoom_telehealth_zoom_url", logs.output[0])


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
