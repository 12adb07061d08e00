"""A client's pages: their sessions, and one of them."""

from datetime import timedelta

from .. import conf
from .common import ANAS_TITLE, BEN, HELP_PHONE, NEUTRAL, soon
from .session_routes_case import SessionRoutesCase


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

    def test_the_list_is_paged_what_is_to_come_first(self):
        """Two pages of coming sessions, the last of which goes on with earlier ones; none is left out or twice."""
        coming = [self.danas] + [
            self.session_of(self.book(self.dana, [self.ana], start=soon(days=day))) for day in range(1, 23)
        ]
        earlier = [self.session_of(self.book(self.dana, [self.ana], start=soon(days=-day))) for day in range(1, 24)]
        expected = [session.token for session in coming + earlier]
        self.sign_in(self.ana)
        for number in (1, 2, 3):
            page = self.url_open(f"/my/sessions/page/{number}").text
            with self.subTest(page=number):
                listed = sorted((token for token in expected if token in page), key=page.index)
                self.assertEqual(listed, expected[20 * (number - 1) : 20 * number])
                self.assertEqual("Earlier</h2>" in page, number > 1)
                self.assertIn("/my/sessions/page/3", page)
                self.assertNotIn("You have no coming sessions", page, "on no page, as long as there are some")
        self.assertEqual(self.counted(), 23)

    def test_a_session_that_runs_past_its_planned_end_is_still_to_come(self):
        self.danas.state = "live"
        self.sign_in(self.ana)
        with self.clock_at(self.danas.stop + timedelta(minutes=5)):
            page = self.url_open("/my/sessions").text
            self.assertIn("Join now", page)
            self.assertNotIn("Earlier</h2>", page)
            self.assertEqual(self.counted(), 1)

    def test_who_has_no_sessions_is_told_where_they_will_stand(self):
        self.sign_in(self.cleo)
        page = self.url_open("/my/sessions").text
        self.assertIn("You have no coming sessions", page)
        self.assertNotIn("Earlier</h2>", page)

    def counted(self):
        """Return the number beside “Your sessions” on the portal's home."""
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["telehealth_session_count"]})
        return counters["telehealth_session_count"]
