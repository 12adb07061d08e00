"""What follows when clients decline: the provider is asked, or the session goes."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command

from .answers_case import AnswersCase, attendee_of
from .common import ANA, ANAS_TITLE, BEN, soon


class TestClientsDecline(AnswersCase):
    def setUp(self):
        super().setUp()
        self.booked = self.session(self.dana, [self.ana, self.ben])
        self.work_all()

    def decline(self, *users):
        for user in users:
            attendee_of(self.booked, user).do_decline()

    def test_one_of_several_is_shown_and_changes_nothing(self):
        self.decline(self.ana)
        self.assertFalse(self.booked.client_decline)
        self.assertEqual(self.booked.declined_sentence, f"Declined: {ANA}")
        self.assertFalse(self.activities())

    def test_when_none_is_left_the_provider_is_asked_once(self):
        self.decline(self.ana, self.ben)
        self.assertEqual((self.booked.client_decline, self.booked.state), ("asked", "scheduled"))
        [activity] = self.activities()
        for word in (ANA, BEN, ANAS_TITLE):
            self.assertNotIn(word, f"{activity.summary} {activity.note} {activity.res_name}")
        self.assertEqual(self.work_all(), [], "the meeting stays")

    def test_the_provider_keeps_it(self):
        self.decline(self.ana, self.ben)
        self.seen_by(self.dana, self.booked).action_keep_declined()
        self.assertEqual(self.booked.client_decline, "kept")
        self.assertFalse(self.activities())
        attendee_of(self.booked, self.ben).write({"state": "tentative"})
        self.decline(self.ben)
        self.assertEqual(self.booked.client_decline, "asked", "who came back and declines again is news")

    def test_the_provider_cancels_it(self):
        self.decline(self.ana, self.ben)
        self.seen_by(self.dana, self.booked).action_cancel()
        self.assertEqual(self.work_all(), ["delete"])
        self.assertFalse(self.activities())

    def test_who_accepts_after_all_takes_the_question_back(self):
        self.decline(self.ana, self.ben)
        attendee_of(self.booked, self.ana).do_accept()
        self.assertFalse(self.booked.client_decline)
        self.assertFalse(self.activities())

    def test_moved_nobody_has_declined_the_new_time_yet(self):
        for answer in ("asked", "kept"):
            self.decline(self.ana, self.ben)
            if answer == "kept":
                self.seen_by(self.dana, self.booked).action_keep_declined()
            start = self.booked.start + timedelta(days=1)
            self.seen_by(self.dana, self.booked).write({"start": start, "stop": start + timedelta(hours=1)})
            self.booked.invalidate_recordset()
            with self.subTest(answer=answer):
                self.assertFalse(self.booked.client_decline)
                self.assertFalse(self.booked.declined_sentence)
                self.assertFalse(self.activities())
        self.decline(self.ana, self.ben)
        self.assertEqual(self.booked.client_decline, "asked", "who declines the new time as well is news")

    def test_what_does_not_move_it_leaves_the_answers(self):
        self.decline(self.ana, self.ben)
        self.seen_by(self.dana, self.booked).write({"label": "Another title", "stop": self.booked.stop})
        self.assertEqual(self.booked.client_decline, "asked")
        self.assertIn(ANA, self.booked.declined_sentence)

    def test_a_moved_series_takes_its_question_back(self):
        start = soon(days=2).replace(hour=10)
        event = self.book(
            self.dana, [self.ana], start=start,
            recurrency=True, rrule_type="daily", interval=1, end_type="count", count=3, event_tz="UTC",
        )  # fmt: skip
        events = event.sudo().recurrence_id.calendar_event_ids
        sessions = events.telehealth_session_ids
        events.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.ana.partner_id).do_decline()
        self.assertEqual(len(self.activities()), 1)
        start += timedelta(hours=1)
        base = self.as_user("calendar.event", self.dana).browse(events.recurrence_id.base_event_id.id)
        base.write({"start": start, "stop": start + timedelta(hours=1), "recurrence_update": "all_events"})
        self.env.invalidate_all()
        self.assertEqual(set(sessions.mapped("client_decline")), {False})
        self.assertFalse(self.activities())

    def test_the_practice_may_have_it_removed(self):
        self.sunrise.telehealth_client_decline = "remove"
        self.decline(self.ana)
        self.assertEqual(self.booked.state, "scheduled", "one is left")
        self.decline(self.ben)
        self.assertEqual(self.booked.state, "cancelled")
        self.assertEqual(self.work_all(), ["delete"])

    def test_a_guest_who_declines_asks_nothing(self):
        self.booked.event_id.partner_ids = [Command.link(self.eve.partner_id.id)]
        self.decline(self.eve)
        self.assertFalse(self.booked.client_decline)

    def test_nobody_else_keeps_it(self):
        self.decline(self.ana, self.ben)
        for user in (self.omar, self.eve, self.ana, self.otto):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.seen_by(user, self.booked).action_keep_declined()

    def test_a_declined_series_asks_once(self):
        event = self.book(
            self.dana, [self.ana], start=soon(days=1),
            recurrency=True, rrule_type="daily", interval=1, end_type="count", count=4,
        )  # fmt: skip
        events = event.sudo().recurrence_id.calendar_event_ids
        mine = events.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.ana.partner_id)
        mine.do_decline()
        self.assertEqual(set(events.telehealth_session_ids.mapped("client_decline")), {"asked"})
        self.assertEqual(len(self.activities()), 1)
        for session in events.telehealth_session_ids[:3]:
            self.seen_by(self.dana, session).action_keep_declined()
        self.assertEqual(len(self.activities()), 1, "one is still to be answered")
        self.seen_by(self.dana, events.telehealth_session_ids[3]).action_keep_declined()
        self.assertFalse(self.activities())
