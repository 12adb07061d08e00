"""A provider's way to Zoom's consent page and back: each of its bad ends, with its own page."""

from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.tools import config

from .common import HELP_PHONE
from .connecting_case import CALLBACK, CONNECT, TROUBLE, ConnectingCase
from .simulator import DANA, NO_ANSWERS, NOWHERE, OMAR, PRACTICE_APP


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
            for kind, keys, words in NO_ANSWERS:
                self.simulator.fault(kind, path=path, times=None, **keys)
                with self.subTest(path=path, kind=kind, **keys):
                    self.assertEnds(self.connect(), words)
                self.simulator.control("DELETE", "faults")

    def test_a_zoom_that_is_not_there_saves_nothing(self):
        back = self.simulator.decide(self.to_zoom())
        with patch.dict(config.options, {"zoom_telehealth_zoom_url": NOWHERE}):
            self.assertEnds(self.come_back(back), "Zoom cannot be reached")

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
