"""Who is written to after an edit of a series: each person once, and nobody is invited again to what they know."""

import re

from odoo.fields import Command

from .common import NEUTRAL
from .series_case import SeriesCase, at_ten
from .test_mails import MailCase

WEEKS = 5


class TestSeriesMails(SeriesCase, MailCase):
    def setUp(self):
        super().setUp()
        self.events = self.series(
            count=WEEKS, by=self.sam, partner_ids=[Command.set((self.dana | self.ana | self.ben).partner_id.ids)]
        )

    def subjects_to(self, user):
        return [parts[1] for parts in self.sent() if user.email in parts[0]]

    def assert_each_is_told_once(self, text, *people):
        for person in people:
            with self.subTest(person=person.login):
                [subject] = self.subjects_to(person)
                self.assertIn(text, subject)
                [mail] = self.texts_to(person)
                for other in self.ana | self.ben:
                    self.assertTrue(other == person or other.name not in mail)
        self.assertEqual(len(self.sent()), len(people))

    def test_a_series_is_invited_to_once(self):
        with self.mock_mail_gateway():
            self.series(by=self.sam)
            self.assert_each_is_told_once(NEUTRAL, self.dana, self.ana)

    def test_all_or_following_moved_are_told_once_to_each(self):
        for which, event, day in (("all_events", 2, 3), ("future_events", 2, 17)):
            with self.subTest(which=which), self.mock_mail_gateway():
                event = self.sessions()[event].event_id.with_user(self.sam)
                self.move(event, which, hours=1)
                self.assert_each_is_told_once("was moved to", self.dana, self.ana, self.ben)
                [mail] = self.texts_to(self.ana)
                self.assertIn("Other sessions of this series were moved, too.", mail)
                told_of = {one.start.date(): one.token for one in self.sessions()}[at_ten(days=day).date()]
                self.assertIn(told_of, mail)

    def test_one_moved_is_told_of_that_one_alone(self):
        with self.mock_mail_gateway():
            self.move(self.events[1], "self_only", hours=1)
            self.assert_each_is_told_once("was moved to", self.dana, self.ana, self.ben)
            self.assertNotIn("Other sessions", self.texts_to(self.ana)[0])

    def test_who_comes_new_to_all_is_invited_once_and_nobody_else_is_told(self):
        for which, event, number in (("all_events", 3, WEEKS), ("future_events", 2, WEEKS - 2)):
            with self.subTest(which=which), self.mock_mail_gateway():
                event = self.sessions()[event].event_id.with_user(self.sam)
                guest = self.eve if which == "all_events" else self.omar
                self.edit(event, which, partner_ids=[Command.link(guest.partner_id.id)])
                self.assert_each_is_told_once(NEUTRAL, guest)
                self.assertNotIn("moved", self.subjects_to(guest)[0])
                invited = [one for one in self.sessions().event_id if guest.partner_id in one.partner_ids]
                self.assertEqual(len(invited), number)

    def test_a_new_title_or_service_is_told_to_nobody(self):
        with self.mock_mail_gateway():
            self.edit(self.events[1], "future_events", name="Renamed", telehealth_service_id=self.service.id)
            self.edit(self.events[0], telehealth_place="in_person")
            self.assertEqual(self.sent(), [])

    def test_more_occurrences_are_no_new_invitations(self):
        with self.mock_mail_gateway():
            self.edit(self.events[0], recurrency=True, count=WEEKS + 3)
            self.assertEqual(self.sent(), [])
            self.assertEqual(len(self.sessions()), WEEKS + 3)

    def test_who_would_have_come_to_what_a_shorter_series_has_no_more_is_told_once(self):
        with self.mock_mail_gateway():
            self.events[0].with_user(self.sam).write(
                {"recurrency": True, "count": 3, "recurrence_update": "all_events"}
            )
            self.assertEqual(len(self.sessions("cancelled")), WEEKS - 3)
        mails = self.env["mail.mail"].search([("subject", "like", "was cancelled")])
        self.assertEqual(mails.recipient_ids, (self.dana | self.ana | self.ben).partner_id)
        self.assertEqual(len(mails), 3)
        self.assertEqual(mails.mapped(lambda mail: len(mail.attachment_ids)), [WEEKS - 3] * 3)

    def test_a_calendar_file_replaces_the_entry_that_was_sent_before(self):
        """The file's id is the session's: the event behind it may have changed with the series."""
        third = self.sessions()[2]
        before = self.entry_id(third)
        self.move(self.events[0], hours=1)
        self.assertNotEqual(third.event_id, self.events[2])
        self.assertEqual(self.entry_id(third), before)

    def entry_id(self, session):
        return re.search(r"^UID:(.*)$", session.event_id._telehealth_ics().decode(), re.M)[1]

    def test_a_caller_who_wants_no_mails_sends_none(self):
        with self.mock_mail_gateway():
            self.move(self.events[0].with_context(skip_attendee_notification=True), hours=1)
            self.assertEqual(self.sent(), [])

    def test_deleting_this_and_the_following_tells_each_once_and_takes_all_out_of_their_calendars(self):
        """Core's dialog knows the clicked occurrence alone; each person gets one mail that names the others."""
        dialog = self.as_user("calendar.popover.delete.wizard", self.sam).with_context(default_recurrence="next")
        for button in ("send", "send_after_commit"):
            self.patch(type(self.env["mail.mail"]), button, lambda mails, **_options: mails and None)
        dialog.create({"calendar_event_id": self.events[2].id, "delete": "next"}).action_send_mail_and_delete()
        mails = self.env["mail.mail"].search([("subject", "like", "was cancelled")])
        self.assertEqual(mails.recipient_ids, (self.dana | self.ana | self.ben).partner_id)
        self.assertEqual(len(mails), 3)
        self.assertEqual(mails.mapped(lambda mail: len(mail.attachment_ids)), [WEEKS - 2] * 3)
        for mail in mails:
            self.assertEqual(mail.body_html.count("<li"), WEEKS - 3)
            for person in self.ana | self.ben:
                self.assertTrue(person.partner_id in mail.recipient_ids or person.name not in mail.body_html)
        self.assertEqual(len(self.sessions()), 2)
