"""A session that was cancelled by mistake comes back by its own button."""

from odoo.exceptions import AccessError, UserError

from .common import NEUTRAL, soon
from .test_mails import MailCase


class TestRestoring(MailCase):
    def setUp(self):
        super().setUp()
        self.event = self.book(self.dana, [self.ana], start=soon(days=2))
        self.session = self.session_of(self.event)
        self.token, self.version = self.session.token, self.session.version

    def test_it_stands_on_the_calendar_again_with_link_people_and_title(self):
        self.session.with_user(self.dana).action_cancel()
        self.session.with_user(self.dana).action_restore()
        self.assertEqual((self.session.state, self.event.active), ("scheduled", True))
        self.assertEqual((self.session.token, self.event.name), (self.token, NEUTRAL))
        self.assertEqual(self.session.client_ids, self.ana.partner_id)
        self.assertEqual(self.session.version, self.version + 2, "Zoom is told, and calendars take the file over")

    def test_one_whose_switch_was_turned_off_is_a_session_again(self):
        self.event.with_user(self.dana).telehealth = False
        self.assertEqual(self.session.state, "cancelled")
        self.session.with_user(self.dana).action_restore()
        self.assertEqual((self.session.state, self.event.telehealth), ("scheduled", True))
        self.assertEqual(self.event.videocall_location, self.session.join_url)

    def test_its_people_are_invited_again_under_the_same_link(self):
        self.session.with_user(self.dana).action_cancel()
        with self.mock_mail_gateway():
            self.session.with_user(self.dana).action_restore()
            [text] = self.texts_to(self.ana)
        self.assertIn(self.session.join_url, text)
        self.assertIn("STATUS:CONFIRMED", text)

    def test_nobody_is_invited_to_what_has_passed(self):
        past = self.session_of(self.book(self.dana, [self.ana], start=soon(days=-2)))
        past.with_user(self.dana).action_cancel()
        with self.mock_mail_gateway():
            past.with_user(self.dana).action_restore()
            self.assertFalse(self.sent())
        self.assertEqual(past.state, "scheduled")

    def test_whose_event_is_deleted_is_booked_anew(self):
        self.event.with_user(self.dana).unlink()
        with self.assertRaisesRegex(UserError, "Book a new one"):
            self.session.with_user(self.dana).action_restore()

    def test_declined_by_its_provider_it_awaits_them_unless_they_restore_it_themselves(self):
        self.sunrise.telehealth_confirmation = True
        for user, confirmation, mails in ((self.sam, "awaiting", 0), (self.dana, "confirmed", 1)):
            with self.subTest(user=user.login):
                session = self.session_of(self.book(self.dana, [self.ana], by=self.sam, start=soon(days=3)))
                session.with_user(self.dana).action_accept()
                session.with_user(self.dana).action_decline()
                self.assertEqual(session.state, "cancelled")
                with self.mock_mail_gateway():
                    session.with_user(user).action_restore()
                    self.assertEqual(len(self.texts_to(self.ana)), mails)
                self.assertEqual((session.state, session.confirmation), ("scheduled", confirmation))
                answer = session.sudo()._provider_attendee().state
                self.assertEqual(answer == "accepted", user == self.dana)
                with self.mock_mail_gateway():
                    session.with_user(self.dana).action_accept()
                    self.assertEqual(len(self.texts_to(self.ana)), 1 - mails, "invited once, when it is accepted")

    def test_clients_who_declined_it_are_asked_anew(self):
        """Else their declining it once more would change nothing."""
        self.sunrise.telehealth_client_decline = "remove"
        anas = self.event.sudo().attendee_ids.filtered(lambda one: one.partner_id == self.ana.partner_id)
        for _turn in range(2):
            anas.do_decline()
            self.assertEqual(self.session.state, "cancelled")
            self.session.with_user(self.dana).action_restore()
            self.assertEqual((self.session.state, anas.state), ("scheduled", "needsAction"))

    def test_what_is_not_cancelled_stays_as_it_is(self):
        with self.mock_mail_gateway():
            self.session.with_user(self.dana).action_restore()
            self.assertFalse(self.sent())
        self.assertEqual(self.session.version, self.version)

    def test_its_provider_schedulers_and_managers_may_and_nobody_else(self):
        self.session.with_user(self.dana).action_cancel()
        for user in (self.omar, self.eve, self.ana, self.otto):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.session.with_user(user).action_restore()
        self.assertEqual((self.session.state, self.event.active), ("cancelled", False))
        for user in (self.dana, self.sam, self.mia):
            with self.subTest(user=user.login):
                self.session.with_user(user).with_context(allowed_company_ids=self.sunrise.ids).action_restore()
                self.assertEqual(self.session.state, "scheduled")
                self.session.with_user(user).with_context(allowed_company_ids=self.sunrise.ids).action_cancel()
