"""The provider's way into a meeting, and what Start says where it leads nowhere."""

from datetime import timedelta

from .common import HELP_PHONE, soon
from .session_routes_case import SessionRoutesCase
from .simulator import NO_ANSWERS, NOWHERE

CONNECT = "/zoom_telehealth/oauth/connect"


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

    def test_a_zoom_that_does_not_answer_says_how_and_to_try_again(self):
        self.connect_dana()
        self.sign_in(self.dana)
        for kind, keys, words in NO_ANSWERS:
            self.simulator.fault(kind, path="/v2/meetings/*", times=9, **keys)
            with self.subTest(kind=kind, **keys):
                self.assertTrouble(words)
            self.simulator.control("DELETE", "faults")
        self.connection.api_url = NOWHERE
        self.assertTrouble("Zoom cannot be reached")
        self.assertEqual(self.danas.state, "scheduled")
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
