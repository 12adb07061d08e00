"""What follows when a provider accepts or declines, by every door; and what the links in mails do."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from .answers_case import AnswersCase, attendee_of
from .common import ANAS_TITLE, HELP_PHONE, TelehealthHttpCase, soon
from .session_routes_case import SessionRoutesCase
from .test_mails import MailCase


class TestConfirmation(AnswersCase):
    def setUp(self):
        super().setUp()
        self.sunrise.telehealth_confirmation = True
        self.sams = self.session_of(self.book(self.dana, [self.ana], ANAS_TITLE, by=self.sam))

    def test_what_somebody_else_booked_has_no_meeting_until_the_provider_accepts(self):
        self.assertEqual(self.work_all(), [])
        self.assertEqual((self.sams.confirmation, self.sams._door()), ("awaiting", "awaiting"))
        self.assertEqual(self.sams.meeting_status, "awaiting")
        self.seen_by(self.dana, self.sams).action_accept()
        self.assertEqual(self.work_all(), ["create"])
        self.assertEqual((self.sams.confirmation, self.sams.meeting_status), ("confirmed", "ready"))
        self.assertEqual(attendee_of(self.sams, self.dana).state, "accepted")

    def test_what_a_provider_books_needs_no_acceptance(self):
        own = self.session(self.dana, [self.ana], start=soon(days=1))
        self.assertEqual(own.confirmation, "confirmed")

    def test_switched_off_it_holds_at_once(self):
        self.sunrise.telehealth_confirmation = False
        self.assertEqual(self.sams.confirmation, "confirmed", "what awaited holds too")
        other = self.session_of(self.book(self.dana, [self.ben], by=self.sam, start=soon(days=1)))
        self.assertEqual(other.confirmation, "confirmed")
        self.assertEqual(self.work_all(), ["create", "create"])

    def test_the_calendars_own_buttons_accept_and_decline(self):
        other = self.session_of(self.book(self.dana, [self.ben], by=self.sam, start=soon(days=1)))
        events = self.as_user("calendar.event", self.dana)
        events.browse(self.sams.event_id.id).change_attendee_status("accepted", False)
        events.browse(other.event_id.id).change_attendee_status("declined", False)
        self.assertEqual((self.sams.confirmation, other.state), ("confirmed", "cancelled"))

    def test_a_state_written_by_a_sync_of_the_providers_counts(self):
        attendee_of(self.sams, self.dana).with_user(self.dana).sudo().write({"state": "accepted"})
        self.assertEqual(self.sams.confirmation, "confirmed")

    def test_nobody_else_accepts_for_the_provider(self):
        for user in (self.sam, self.mia):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.seen_by(user, self.sams).action_accept()
        for user in (self.omar, self.eve, self.ana, self.otto):
            for method in ("action_accept", "action_decline"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(self.seen_by(user, self.sams), method)()
        attendee_of(self.sams, self.dana).with_user(self.sam).write({"state": "accepted"})
        self.assertEqual(self.sams.confirmation, "awaiting")
        with self.assertRaises(AccessError):
            self.seen_by(self.dana, self.sams).write({"confirmation": "confirmed"})
        self.seen_by(self.dana, self.sams).action_accept()
        self.assertEqual(self.sams.confirmation, "confirmed", "the provider's own word counts afterwards too")

    def test_who_is_given_a_session_accepts_it(self):
        self.seen_by(self.dana, self.sams).action_accept()
        self.work_all()
        self.connect(self.omar, "omar.haddad@sunrise-practice.example")
        self.seen_by(self.sam, self.sams).provider_id = self.omar
        self.assertEqual(self.sams.confirmation, "awaiting")
        self.assertEqual(self.work_all(), ["delete"])
        self.seen_by(self.omar, self.sams).action_accept()
        self.assertEqual(self.work_all(), ["create"])

    def test_a_series_moved_by_somebody_else_awaits_again_and_keeps_its_meetings(self):
        start = soon(days=2).replace(hour=10)
        event = self.book(
            self.dana, [self.ana], start=start,
            recurrency=True, rrule_type="daily", interval=1, end_type="count", count=3, event_tz="UTC",
        )  # fmt: skip
        sessions = event.sudo().recurrence_id.calendar_event_ids.telehealth_session_ids
        self.work_all()
        for user, confirmation in ((self.dana, "confirmed"), (self.sam, "awaiting")):
            start += timedelta(hours=1)
            times = {"start": start, "stop": start + timedelta(hours=1)}
            base = sessions.event_id.recurrence_id.base_event_id
            self.as_user("calendar.event", user).browse(base.id).write({**times, "recurrence_update": "all_events"})
            self.env.invalidate_all()
            with self.subTest(user=user.name):
                self.assertEqual(sessions.mapped("confirmation"), [confirmation] * 3)
                self.assertEqual(self.work_all(), ["update"] * 3)

    def test_moved_by_somebody_else_it_awaits_again_and_keeps_its_meeting(self):
        self.seen_by(self.dana, self.sams).action_accept()
        self.work_all()
        meeting = self.meeting_of(self.sams)
        self.seen_by(self.sam, self.sams).write({"start": soon(days=2), "stop": soon(days=2, hours=1)})
        self.assertEqual((self.sams.confirmation, self.sams._door()), ("awaiting", "awaiting"))
        self.assertEqual(self.work_all(), ["update"])
        self.seen_by(self.dana, self.sams).action_accept()
        self.assertEqual((self.meeting_of(self.sams), self.work_all()), (meeting, []))

    def test_a_hundred_sessions_booked_at_once_cost_no_more_each(self):
        def cost(count):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.as_user("calendar.event", self.sam).create(
                [self.event_values(self.dana, [self.ana], start=soon(days=2, minutes=at)) for at in range(count)]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(1)
        self.assertLess(cost(60) - cost(10), 50, "under one query for each session")


class TestProviderDeclines(AnswersCase):
    def setUp(self):
        super().setUp()
        self.booked = self.session_of(self.book(self.dana, [self.ana], by=self.sam))
        self.work_all()

    def test_the_meeting_goes_at_once(self):
        attendee_of(self.booked, self.dana).with_user(self.dana).do_decline()
        self.assertEqual(self.booked.state, "cancelled")
        self.assertEqual(self.work_all(), ["delete"])
        self.assertEqual(self.simulator.meetings(), [])

    def test_a_state_that_somebody_else_writes_for_the_provider_cancels_nothing(self):
        attendee_of(self.booked, self.dana).with_user(self.sam).write({"state": "declined"})
        self.assertEqual(self.booked.state, "scheduled")

    def test_maybe_changes_nothing(self):
        attendee_of(self.booked, self.dana).with_user(self.dana).do_tentative()
        self.assertEqual((self.booked.state, self.booked.confirmation, self.work_all()), ("scheduled", "confirmed", []))

    def test_what_has_begun_is_not_declined_any_more(self):
        with self.clock_at(self.booked.start):
            self.booked._mark_live()
            attendee_of(self.booked, self.dana).with_user(self.dana).do_decline()
        self.assertEqual(self.booked.state, "live")

    def test_declining_a_series_cancels_what_is_to_come_of_it(self):
        event = self.book(
            self.dana, [self.ana], by=self.sam, start=soon(days=1),
            recurrency=True, rrule_type="daily", interval=1, end_type="count", count=3,
        )  # fmt: skip
        sessions = event.sudo().recurrence_id.calendar_event_ids.telehealth_session_ids
        self.assertEqual(len(sessions), 3)
        self.as_user("calendar.event", self.dana).browse(event.id).change_attendee_status("declined", "all_events")
        self.assertEqual(set(sessions.mapped("state")), {"cancelled"})


class TestWhoIsInvited(MailCase):
    def test_clients_are_invited_when_the_provider_accepts(self):
        self.sunrise.telehealth_confirmation = True
        with self.mock_mail_gateway():
            event = self.book_couple()
            self.assertFalse(self.texts_to(self.ana))
            self.assertEqual(len(self.texts_to(self.dana)), 1, "the provider, who is to accept")
        session = self.session_of(event)
        with self.mock_mail_gateway():
            self.as_user("telehealth.session", self.dana).browse(session.id).action_accept()
            for client in (self.ana, self.ben):
                [text] = self.texts_to(client)
                self.assertIn("/telehealth/join/", text)

    def test_who_was_never_invited_is_not_told_of_moves_or_the_end(self):
        self.sunrise.telehealth_confirmation = True
        with self.mock_mail_gateway():
            event = self.book_couple()
            event.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
            session = self.session_of(event)
            self.as_user("telehealth.session", self.dana).browse(session.id).action_decline()
            self.assertEqual(session.state, "cancelled")
            self.assertFalse(self.texts_to(self.ana) + self.texts_to(self.ben))

    def test_a_provider_who_declines_has_everybody_told(self):
        with self.mock_mail_gateway():
            session = self.session_of(self.book_couple())
        with self.mock_mail_gateway():
            self.as_user("telehealth.session", self.dana).browse(session.id).action_decline()
            for client in (self.ana, self.ben):
                [text] = self.texts_to(client)
                self.assertIn("CANCEL", text)


class TestMailLinks(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danas = cls.session_of(cls.book(cls.dana, [cls.ana], ANAS_TITLE, by=cls.sam))

    def follow(self, answer, user, what="meeting"):
        token = attendee_of(self.danas, user).access_token
        return self.visit(f"/calendar/{what}/{answer}?token={token}&id={self.danas.event_id.id}")

    def test_a_client_declines_by_the_mails_link_and_the_provider_is_asked(self):
        self.sign_in(None)
        for what in ("meeting", "recurrence"):
            with self.subTest(what=what):
                page = self.follow("decline", self.ana, what)
                self.assertIn("You declined", page.text)
        self.env.invalidate_all()
        self.assertEqual((self.danas.state, self.danas.client_decline), ("scheduled", "asked"))

    def test_where_the_practice_says_so_the_session_goes(self):
        self.sunrise.telehealth_client_decline = "remove"
        self.sign_in(None)
        self.follow("decline", self.ana)
        self.env.invalidate_all()
        self.assertEqual(self.danas.state, "cancelled")

    def test_a_program_that_follows_the_providers_links_changes_nothing(self):
        self.sign_in(None)
        for answer in ("accept", "decline"):
            for what in ("meeting", "recurrence"):
                with self.subTest(answer=answer, what=what):
                    self.assertIn("/web/login?redirect=", self.follow(answer, self.dana, what).headers["Location"])
        self.env.invalidate_all()
        self.assertEqual((self.danas.state, attendee_of(self.danas, self.dana).state), ("scheduled", "needsAction"))

    def test_a_provider_who_signed_in_declines_by_the_link(self):
        self.sign_in(self.dana)
        self.follow("decline", self.dana)
        self.env.invalidate_all()
        self.assertEqual(self.danas.state, "cancelled")

    def test_a_client_answers_nothing_by_rpc(self):
        self.sign_in(self.ana)
        for model, method, args in (
            ("telehealth.session", "action_accept", [[self.danas.id]]),
            ("telehealth.session", "action_keep_declined", [[self.danas.id]]),
            ("telehealth.session", "action_restore_in_zoom", [[self.danas.id]]),
            ("telehealth.session", "action_tell_zoom_again", [[self.danas.id]]),
            ("calendar.attendee", "do_decline", [attendee_of(self.danas, self.dana).ids]),
            ("calendar.attendee", "write", [attendee_of(self.danas, self.dana).ids, {"state": "declined"}]),
        ):
            with (
                self.subTest(model=model, method=method),
                mute_logger("odoo.http"),
                self.assertRaisesRegex(JsonRpcException, "AccessError"),
            ):
                self.call_kw(model, method, *args)
        self.env.invalidate_all()
        self.assertEqual(self.danas.state, "scheduled")


class TestAwaitingPage(SessionRoutesCase):
    def test_the_clients_page_says_not_confirmed_yet_in_place_of_join(self):
        self.danas.confirmation = "awaiting"
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            page = self.url_open(self.page).text
            self.assertIn("This session is not confirmed yet", page)
            self.assertIn(HELP_PHONE, page)
            self.assertNotIn("Join session", page)
            self.assertTrue(self.enter().headers["Location"].endswith(self.page))
            self.assertIn("Not confirmed yet", self.url_open("/my/sessions").text)
            self.sign_in(self.dana)
            self.assertIn("This session cannot be started", self.visit(self.start).text)
