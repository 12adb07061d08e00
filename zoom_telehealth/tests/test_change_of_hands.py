"""One Zoom user, one provider: who owns a connection, and whether meetings move to another Zoom user, is asked."""

import re

from .common import soon
from .connecting_case import DONE, ConnectingCase
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR

TAKE, MOVE = "/zoom_telehealth/oauth/take", "/zoom_telehealth/oauth/move"


class TestAnotherProvider(ConnectingCase):
    def setUp(self):
        super().setUp()
        self.connect()
        self.connection = self.env["zoom.connection"].search([])
        self.sign_in(self.omar)

    def press(self, address, page, **values):
        """Press a button on the page that was just shown; returns the page on which it ends."""
        token = re.search(r'csrf_token: "([^"]+)"', page)[1]
        answer = self.url_open(address, data={"csrf_token": token, **values}, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"].removeprefix(self.base_url()), DONE)
        self.env.invalidate_all()
        return self.url_open(DONE).text

    def test_the_new_tokens_go_into_the_row_and_its_owner_stays(self):
        tokens = self.env["zoom.connection.token"]
        before = tokens._of(self.connection).access_token
        page = self.connect_as_omar()
        self.assertIn("belongs to somebody else here", page)
        self.assertEqual((self.connection.user_id, self.connection.state), (self.dana, "connected"))
        self.assertNotEqual(tokens._of(self.connection).access_token, before, "Zoom ended the earlier ones")
        self.assertTrue(tokens._access_token(self.connection))

    def test_a_broken_connection_of_a_colleague_is_mended_and_stays_theirs(self):
        self.connection._mark("reconnect_needed", "grant_refused")
        self.env.flush_all()
        self.connect_as_omar()
        self.assertEqual((self.connection.user_id, self.connection.state), (self.dana, "connected"))

    def test_it_changes_hands_when_the_person_confirms_right_there(self):
        page = self.press(TAKE, self.connect_as_omar())
        self.assertIn("Zoom is connected", page)
        self.assertEqual((self.connection.user_id, self.connection.state), (self.omar, "connected"))
        self.assertEqual(self.zoom_state(self.omar), "connected")
        self.assertEqual(self.zoom_state(self.dana), "none")
        told = self.env["mail.message"].search([("partner_ids", "in", self.dana.partner_id.ids)], limit=1)
        self.assertIn("Omar Haddad", told.body)
        self.assertIn("handed over", told.subject)

    def test_a_confirmation_serves_in_this_browser_alone(self):
        self.connect_as_omar()
        self.sign_in(self.omar)  # another browser session of his
        self.assertIn("That took too long", self.press(TAKE, self.url_open(DONE).text))
        self.assertEqual(self.connection.user_id, self.dana)

    def test_a_confirmation_serves_once(self):
        page = self.connect_as_omar()
        self.press(TAKE, page)
        self.connection.sudo().user_id = self.dana
        self.env.flush_all()
        self.assertIn("That took too long", self.press(TAKE, page))
        self.assertEqual(self.connection.user_id, self.dana)

    def test_the_button_stands_on_the_page_of_who_was_just_granted_it(self):
        self.assertIn(TAKE, self.connect_as_omar())
        with self.clock_moved(minutes=11):
            self.assertNotIn(TAKE, self.url_open(DONE).text)

    def test_a_confirmation_lasts_ten_minutes(self):
        page = self.connect_as_omar()
        with self.clock_moved(minutes=10, seconds=5):
            self.assertIn("That took too long", self.press(TAKE, page))
        self.assertEqual(self.connection.user_id, self.dana)

    def test_a_newer_grant_takes_the_right_away(self):
        page = self.connect_as_omar()
        with self.clock_moved(minutes=1):
            token_set, zoom_user = self.simulator.grant(self.app._redirect_uri(), DANA)
            self.env["zoom.connection"]._store_grant(self.dana, self.app, token_set, zoom_user)
            self.assertIn("That took too long", self.press(TAKE, page))
        self.assertEqual(self.connection.user_id, self.dana)

    def test_nobody_takes_a_connection_without_a_grant_of_their_own(self):
        page = self.connect(OMAR)
        self.assertIn("Zoom is connected", page)
        self.press(TAKE, self.url_open(DONE).text)
        self.env.invalidate_all()
        self.assertEqual(self.connection.user_id, self.dana)

    def connect_as_omar(self):
        page = self.connect(DANA)
        self.env.invalidate_all()
        return page


class TestAnotherZoomUser(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.first = self.connect(self.dana, DANA)
        self.coming = self.session(start=soon(days=1))
        self.work()
        self.held_by = self.meeting_of(self.coming).connection_id

    def me(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.as_user("res.users", self.dana).browse(self.dana.id)

    def run_reconciler(self):
        self.env.ref("zoom_telehealth.ir_cron_reconcile").method_direct_trigger()
        self.env.invalidate_all()

    def hosts(self):
        return [one["host_email"] for one in self.simulator.meetings()]

    def test_meetings_do_not_move_before_the_provider_was_asked(self):
        for state in ("connected", "reconnect_needed", "disconnected"):
            with self.subTest(first=state):
                self.first.state = state
                self.env.flush_all()
                second = self.connect(self.dana, OMAR)
                second.invalidate_recordset()
                self.assertTrue(second.move_asked)
                self.run_reconciler()
                self.assertEqual(self.hosts(), [DANA])
                self.assertEqual(self.meeting_of(self.coming).connection_id, self.first)
                question = self.me().zoom_move_question
                for word in (DANA, OMAR, "1 of your coming meetings"):
                    self.assertIn(word, question)
                self.me().action_zoom_move_not()
                self.run_reconciler()

    def test_the_session_says_that_an_answer_is_awaited(self):
        self.first._mark("reconnect_needed", "grant_refused")
        self.connect(self.dana, OMAR)
        self.me()
        self.assertEqual(self.coming.meeting_status, "no_video")
        self.assertIn("whether they are to move", self.coming.meeting_sentence)

    def test_they_move_when_the_provider_says_so(self):
        second = self.connect(self.dana, OMAR)
        self.me().action_zoom_move()
        self.run_reconciler()
        self.run_reconciler()
        self.assertEqual(self.hosts(), [OMAR])
        self.assertEqual(self.meeting_of(self.coming).connection_id, second)
        self.assertEqual((self.first.state, second.state), ("disconnected", "connected"))
        self.assertFalse(self.env["zoom.connection.token"].search([("connection_id", "=", self.first.id)]))
        self.assertFalse(self.me().zoom_move_question)

    def test_they_move_from_a_connection_that_does_not_work_any_more(self):
        self.first._mark("reconnect_needed", "grant_refused")
        self.env["zoom.connection.token"]._of(self.first).unlink()
        second = self.connect(self.dana, OMAR)
        self.me().action_zoom_move()
        self.run_reconciler()
        self.assertEqual(self.meeting_of(self.coming).connection_id, second)
        self.assertIn(OMAR, self.hosts())

    def test_it_was_the_wrong_account(self):
        second = self.connect(self.dana, OMAR)
        self.me().action_zoom_move_not()
        self.run_reconciler()
        self.assertEqual((self.first.state, second.state), ("connected", "disconnected"))
        self.assertFalse(second.move_asked)
        self.assertEqual(self.hosts(), [DANA])
        self.assertEqual(self.coming.meeting_status, "ready")

    def test_who_has_no_meetings_elsewhere_is_not_asked(self):
        self.coming.action_cancel()
        self.run_reconciler()
        second = self.connect(self.dana, OMAR)
        self.assertFalse(second.move_asked)

    def test_the_same_zoom_user_again_is_no_question(self):
        self.first._mark("reconnect_needed", "grant_refused")
        again = self.connect(self.dana, DANA)
        self.assertEqual(again, self.first)
        self.assertFalse(again.move_asked)

    def test_the_earlier_owners_meetings_leave_a_zoom_account_that_changed_hands(self):
        omars = self.session(self.omar, [self.ben], start=soon(days=1))
        self.first._change_hands(self.omar)
        self.run_reconciler()
        self.run_reconciler()
        [left] = self.simulator.meetings()
        self.assertEqual(str(left["id"]), self.meeting_of(omars).zoom_id)
        self.assertFalse(self.coming._has_video())
        self.assertEqual(self.coming.state, "scheduled")

    def test_a_refused_grant_asks_whether_it_was_connected_elsewhere(self):
        self.first._mark("reconnect_needed", "grant_refused")
        self.assertIn("connected in another database or product?", self.me().zoom_reason)
