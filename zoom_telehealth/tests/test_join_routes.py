"""The one link that leaves Odoo, the two ways into a meeting, and the client's pages."""

from datetime import timedelta

from .. import conf
from .common import (
    ANA,
    ANAS_TITLE,
    BEN,
    BENS_TITLE,
    HELP_PHONE,
    HELP_URGENT,
    NEUTRAL,
    TelehealthHttpCase,
    soon,
)

CONNECT = "/zoom_telehealth/oauth/connect"


class SessionRoutesCase(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danas = cls.session_of(cls.book(cls.dana, [cls.ana, cls.eve], ANAS_TITLE, start=soon(hours=2)))
        cls.omars = cls.session_of(cls.book(cls.omar, [cls.ben], BENS_TITLE, start=soon(hours=3)))
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.meeting = cls.meeting_row(cls.danas, cls.connection)
        cls.join = f"/telehealth/join/{cls.danas.token}"
        cls.start = f"/telehealth/start/{cls.danas.token}"
        cls.page = f"/my/sessions/{cls.danas.token}"

    def connect_dana(self):
        """Give Dana a connection at the simulator and this session a meeting there."""
        token_set, zoom_user = self.simulator.grant(f"{self.base_url()}/zoom_telehealth/oauth/callback")
        self.connection.write({"zoom_user_id": zoom_user.id, "scopes": " ".join(token_set.scopes)})
        self.env["zoom.connection.token"]._store(self.connection, token_set)
        made = self.simulator.control("POST", "meetings", email=zoom_user.email, topic="T", type=2, duration=50)
        self.meeting.zoom_id = str(made["id"])
        self.simulator.forget_calls()

    def enter(self, csrf=True, **options):
        """Press Join: post the form of the client's page."""
        data = {}
        if csrf:
            self.url_open(self.page)  # a page is what hands out the token
            data["csrf_token"] = self.csrf_token()
        return self.url_open(f"{self.join}/enter", data=data or {"x": "y"}, allow_redirects=False, **options)

    def csrf_token(self):
        page = self.url_open("/my/account").text
        return page.split('csrf_token: "')[1].split('"')[0]


class TestJoinLink(SessionRoutesCase):
    def test_a_visitor_is_asked_to_sign_in_and_told_whom_to_call(self):
        self.sign_in(None)
        answer = self.visit(self.join)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login?redirect=", answer.headers["Location"])
        page = self.url_open(self.join)
        self.assertEqual(page.status_code, 200)
        self.assertIn(HELP_PHONE, page.text)
        self.assertIn(HELP_URGENT, page.text)
        for secret in (ANA, ANAS_TITLE, "Dana"):
            self.assertNotIn(secret, page.text, "whoever holds the link alone learns nothing of the session")

    def test_the_sign_in_page_without_a_join_link_shows_no_help_contact(self):
        self.sign_in(None)
        for address in ("/web/login", "/web/login?redirect=/my", "/web/login?redirect=/telehealth/join/nonsense"):
            with self.subTest(address=address):
                self.assertNotIn(HELP_PHONE, self.url_open(address).text)

    def test_an_unknown_token_is_not_found_by_anybody(self):
        for user in (None, self.ana, self.dana, self.mia):
            self.sign_in(user)
            for route in ("/telehealth/join/", "/my/sessions/"):
                with self.subTest(user=user and user.login, route=route):
                    if user or route != "/my/sessions/":
                        self.assertEqual(self.visit(route + "x" * 32).status_code, 404)

    def test_each_is_led_to_their_side_of_the_session(self):
        back_office = f"/odoo/telehealth.session/{self.danas.id}"
        for user, place in (
            (self.ana, self.page),
            (self.eve, self.page),
            (self.dana, back_office),
            (self.sam, back_office),
            (self.mia, back_office),
        ):
            self.sign_in(user)
            with self.subTest(user=user.login):
                answer = self.visit(self.join)
                self.assertIn(answer.status_code, (302, 303))
                self.assertEqual(answer.headers["Location"].removeprefix(self.base_url()), place)

    def test_whoever_does_not_belong_to_the_session_finds_nothing(self):
        for user in (self.ben, self.omar, self.erna, self.ada, self.otto, self.max, self.cleo):
            self.sign_in(user)
            with self.subTest(user=user.login):
                self.assertEqual(self.url_open(self.join).status_code, 404)
                self.assertEqual(self.url_open(self.page).status_code, 404)


class TestEnter(SessionRoutesCase):
    def test_an_open_door_leads_to_zoom_and_leaves_no_trace(self):
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start - timedelta(minutes=10)):
            answer = self.enter()
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"], self.meeting.join_link)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_before_and_after_the_window_the_client_stays_on_the_page(self):
        self.sign_in(self.ana)
        for moment in (self.danas.start - timedelta(minutes=16), self.danas.stop + timedelta(minutes=16)):
            with self.subTest(moment=moment), self.clock_at(moment):
                answer = self.enter()
                self.assertEqual(answer.status_code, 303)
                self.assertTrue(answer.headers["Location"].endswith(self.page))

    def test_a_link_a_robot_follows_opens_no_door(self):
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            self.assertIn(self.visit(f"{self.join}/enter").status_code, (404, 405))

    def test_a_form_of_another_site_opens_no_door(self):
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            self.assertEqual(self.enter(csrf=False).status_code, 400)

    def test_others_find_no_door(self):
        for user in (self.ben, self.dana, self.mia, self.omar):
            self.sign_in(user)
            token = self.csrf_token()
            with self.subTest(user=user.login), self.clock_at(self.danas.start):
                answer = self.url_open(f"{self.join}/enter", data={"csrf_token": token}, allow_redirects=False)
                self.assertEqual(answer.status_code, 404)

    def test_a_visitor_signs_in_first(self):
        self.sign_in(None)
        answer = self.url_open(f"{self.join}/enter", data={"csrf_token": "x"}, allow_redirects=False)
        self.assertNotIn("pwd", answer.headers.get("Location", ""))
        self.assertIn(answer.status_code, (303, 400))

    def test_a_click_makes_no_meeting_but_hurries_the_missing_one(self):
        self.meeting.write({"state": "wanted", "next_try": soon(hours=9), "failure": "trouble"})
        self.simulator.reset()
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            answer = self.enter()
        self.assertTrue(answer.headers["Location"].endswith(self.page))
        self.meeting.invalidate_recordset()
        self.assertFalse(self.meeting.next_try)
        self.assertEqual(self.simulator.calls(), [])

    def test_a_live_session_stays_open_past_its_end(self):
        self.danas.write({"state": "live"})
        self.sign_in(self.ana)
        with self.clock_at(self.danas.stop + timedelta(hours=3)):
            self.assertEqual(self.enter().headers["Location"], self.meeting.join_link)

    def test_a_cancelled_session_has_no_door(self):
        self.danas.event_id.action_archive()
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            self.assertTrue(self.enter().headers["Location"].endswith(self.page))
            self.assertIn("This session was cancelled", self.url_open(self.page).text)

    def test_a_second_session_of_the_day_opens_its_own_door(self):
        """R30."""
        second = self.session_of(self.book(self.dana, [self.ana], start=soon(hours=6)))
        meeting = self.meeting_row(second, self.connection)
        self.sign_in(self.ana)
        with self.clock_at(second.start):
            answer = self.url_open(
                f"/telehealth/join/{second.token}/enter", data={"csrf_token": self.csrf_token()}, allow_redirects=False
            )
        self.assertEqual(answer.headers["Location"], meeting.join_link)
        self.assertNotEqual(meeting.join_link, self.meeting.join_link)


class TestStart(SessionRoutesCase):
    def setUp(self):
        super().setUp()
        self.simulator.reset()

    def test_start_leads_the_provider_to_zoom_with_a_link_fetched_at_this_click(self):
        """R15."""
        self.connect_dana()
        self.sign_in(self.dana)
        with self.clock_at(self.danas.start):
            answer = self.visit(self.start)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"{self.simulator.url}/s/{self.meeting.zoom_id}?zak=", answer.headers["Location"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(
            [(call["method"], call["path"]) for call in self.simulator.calls(path="/v2/")],
            [("GET", f"/v2/meetings/{self.meeting.zoom_id}")],
        )
        self.env.invalidate_all()
        self.assertEqual(self.danas.state, "live")
        self.env.cr.execute("SELECT count(*) FROM zoom_meeting WHERE zoom_meeting::text LIKE '%zak%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_a_provider_who_looks_in_early_lets_nobody_in(self):
        self.connect_dana()
        self.sign_in(self.dana)
        self.assertIn("zak=", self.visit(self.start).headers["Location"])
        self.env.invalidate_all()
        self.assertEqual((self.danas.state, self.danas._door()), ("scheduled", "before"))

    def test_an_expired_access_token_is_renewed_for_the_click(self):
        self.connect_dana()
        self.simulator.control("POST", "tokens", action="expire_access")
        self.sign_in(self.dana)
        self.assertIn("zak=", self.visit(self.start).headers["Location"])
        self.assertEqual(len(self.simulator.calls(path="/oauth/token")), 1)

    def test_nobody_but_the_provider_starts(self):
        for user in (self.ana, self.ben, self.omar, self.sam, self.mia, self.eve, self.ada, self.otto):
            self.sign_in(user)
            with self.subTest(user=user.login):
                self.assertEqual(self.visit(self.start).status_code, 404)
        self.sign_in(None)
        self.assertIn("/web/login", self.visit(self.start).headers["Location"])
        self.assertEqual(self.simulator.calls(), [])

    def test_an_unknown_token_starts_nothing(self):
        self.sign_in(self.dana)
        self.assertEqual(self.visit("/telehealth/start/" + "x" * 32).status_code, 404)

    def test_a_meeting_that_is_not_made_yet_says_so_and_is_hurried(self):
        self.meeting.write({"state": "wanted", "next_try": soon(hours=9), "failure": "trouble"})
        self.sign_in(self.dana)
        self.assertTrouble("The Zoom meeting is being made")
        self.meeting.invalidate_recordset()
        self.assertFalse(self.meeting.next_try)

    def test_a_lost_connection_says_connect_again(self):
        self.env["zoom.connection.token"]._of(self.connection).unlink()
        self.sign_in(self.dana)
        self.assertTrouble("Your Zoom connection does not work")

    def test_without_a_connection_the_page_names_who_must_act(self):
        self.meeting.unlink()
        self.connection.unlink()
        self.sign_in(self.dana)
        self.assertTrouble("has not connected Zoom yet")
        self.assertTrouble(CONNECT)

    def test_a_session_booked_after_the_connection_broke_shows_the_cause_and_reconnect(self):
        self.meeting.unlink()
        self.sign_in(self.dana)
        for state, reason, words in (
            ("reconnect_needed", "refresh_lost", "was lost while the connection was renewed"),
            ("revoked", "deauthorized", "The app was removed in Zoom on"),
            ("reconnect_needed", "grant_refused", "removed in Zoom, or replaced there"),
        ):
            self.connection._mark(state, reason)
            with self.subTest(state=state):
                for shown in (words, "Reconnect Zoom", CONNECT):
                    self.assertTrouble(shown)

    def test_a_refused_zoom_app_is_not_the_providers_to_mend(self):
        self.connect_dana()
        self.simulator.control("POST", "tokens", action="expire_access")
        refused = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
        self.simulator.fault("status", path="/oauth/token", times=9, status=400, body=refused)
        self.sign_in(self.dana)
        self.assertTrouble("a telehealth manager enters the app")
        self.assertNotIn("Reconnect Zoom", self.visit(self.start).text)

    def test_zoom_refusing_the_grant_says_connect_again(self):
        self.connect_dana()
        self.simulator.control("POST", "tokens", action="revoke")
        self.sign_in(self.dana)
        self.assertTrouble("Was this Zoom account connected in another database or product?")
        self.env.invalidate_all()
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "grant_refused"))

    def test_a_silent_zoom_says_try_again(self):
        self.connect_dana()
        for kind, keys in (("reset", {}), ("html", {}), ("empty", {}), ("status", {"status": 502})):
            self.simulator.fault(kind, path="/v2/meetings/*", times=9, **keys)
            self.sign_in(self.dana)
            with self.subTest(kind=kind):
                self.assertTrouble("Zoom did not answer")
            self.simulator.control("DELETE", "faults")
        self.assertEqual(self.danas.state, "scheduled")

    def test_a_meeting_removed_at_zoom_is_announced_as_being_made_anew(self):
        self.connect_dana()
        self.simulator.control("DELETE", f"meetings/{self.meeting.zoom_id}")
        self.sign_in(self.dana)
        self.assertTrouble("It was removed at Zoom")

    def test_a_past_or_cancelled_session_does_not_start(self):
        self.sign_in(self.dana)
        with self.clock_at(self.danas.stop + timedelta(minutes=16)):
            self.assertTrouble("This session cannot be started")
        self.danas.event_id.action_archive()
        self.assertTrouble("This session cannot be started")

    def assertTrouble(self, words):
        """Expect the page with these words and the help contact, and not the way to Zoom."""
        page = self.visit(self.start)
        self.assertEqual(page.status_code, 200)
        self.assertIn(words, page.text)
        self.assertIn(HELP_PHONE, page.text)
        self.assertNotIn("zak=", page.text)


class TestPortal(SessionRoutesCase):
    def test_a_client_lists_their_own_sessions_alone(self):
        self.sign_in(self.ana)
        page = self.url_open("/my/sessions").text
        self.assertIn(self.danas.token, page)
        self.assertIn("Dana Reyes", page)
        for secret in (self.omars.token, BEN, ANAS_TITLE, self.meeting.join_link, self.meeting.zoom_id):
            self.assertNotIn(secret, page)
        self.assertIn("/my/sessions", self.url_open("/my").text)

    def test_a_visitor_signs_in_to_see_sessions(self):
        self.sign_in(None)
        for address in ("/my/sessions", self.page):
            self.assertIn("/web/login", self.visit(address).headers["Location"])

    def test_the_page_shows_the_clients_time_and_the_practices(self):
        """R13."""
        self.ana.tz = "America/New_York"
        self.danas.event_id.write({"start": "2031-01-15 15:00:00", "stop": "2031-01-15 15:50:00"})
        self.sign_in(self.ana)
        page = self.url_open(self.page).text.replace("\u202f", " ")
        self.assertIn("Wednesday, 15 January 2031", page)
        self.assertIn("10:00", page)
        self.assertIn("America/New York", page)
        self.assertIn("4:00", page)
        self.assertIn("Europe/Brussels", page)
        self.assertIn(HELP_PHONE, page)

    def test_the_page_carries_no_address_of_zooms_and_no_title(self):
        """R15, R24."""
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            page = self.url_open(self.page)
        self.assertIn("Join session", page.text)
        self.assertIn(NEUTRAL, page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        for secret in (
            self.meeting.join_link,
            self.meeting.zoom_id,
            "pwd=",
            conf.zoom_addresses().zoom_url,
            ANAS_TITLE,
            "Eve Employee",
        ):
            self.assertNotIn(secret, page.text)

    def test_the_page_says_whether_somebody_lets_the_client_in(self):
        self.sign_in(self.ana)
        waits, comes_in = "You wait there until Dana Reyes lets you in", "You come in once Dana Reyes is there"
        for practices, danas, words, not_so in (
            (True, False, waits, comes_in),
            (False, True, waits, comes_in),
            (False, False, comes_in, waits),
        ):
            self.sunrise.telehealth_waiting_room, self.dana.telehealth_own_waiting_room = practices, danas
            self.meeting.agreed_policy = self.meeting._policy()
            with self.subTest(practices=practices, danas=danas), self.clock_at(self.danas.start):
                page = " ".join(self.url_open(self.page).text.split())
                self.assertIn(words, page)
                self.assertNotIn(not_so, page)

    def test_the_page_says_where_in_time_the_session_is(self):
        self.sign_in(self.ana)
        for moment, words in (
            (self.danas.start - timedelta(minutes=16), "You can come in from"),
            (self.danas.start - timedelta(minutes=14), "Join session"),
            (self.danas.stop + timedelta(minutes=14), "Join session"),
            (self.danas.stop + timedelta(minutes=16), "This session is over"),
        ):
            with self.subTest(moment=moment), self.clock_at(moment):
                self.assertIn(words, self.url_open(self.page).text)
        self.meeting.state = "wanted"
        with self.clock_at(self.danas.start):
            self.assertIn("being prepared", self.url_open(self.page).text)

    def test_a_closed_session_names_the_next_one(self):
        """R26."""
        later = self.session_of(self.book(self.dana, [self.ana], start=soon(days=3)))
        self.sign_in(self.ana)
        with self.clock_at(self.danas.stop + timedelta(hours=1)):
            page = self.url_open(self.page).text
        self.assertIn("Your next session", page)
        self.assertIn(later.token, page)

    def test_the_list_is_paged_and_counts_what_is_to_come(self):
        for day in range(1, 24):
            self.book(self.dana, [self.ana], start=soon(days=-day))
        self.sign_in(self.ana)
        first, second = (self.url_open(f"/my/sessions/page/{page}").text for page in (1, 2))
        own = {
            session.token
            for session in self.env["telehealth.session"].search([("client_ids", "in", self.ana.partner_id.ids)])
        }
        on_first = {token for token in own if token in first}
        on_second = {token for token in own if token in second}
        self.assertEqual((len(on_first), len(on_second)), (21, 3))
        self.assertFalse(on_first & on_second)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["telehealth_session_count"]})
        self.assertEqual(counters["telehealth_session_count"], 1)
