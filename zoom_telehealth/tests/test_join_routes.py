"""The one link that leaves Odoo, and the client's way into a meeting."""

from datetime import timedelta

from .common import ANA, ANAS_TITLE, HELP_PHONE, HELP_URGENT, soon
from .session_routes_case import SessionRoutesCase


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
