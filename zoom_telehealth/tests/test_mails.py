"""What leaves Odoo about a session: to each alone, with our join route, naming nobody else."""

import re
from datetime import datetime
from unittest.mock import patch

from odoo.addons.mail.models.mail_mail import MailMail
from odoo.addons.mail.tests.common import MockEmail
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import ANA, ANAS_TITLE, BEN, HELP_PHONE, NEUTRAL, SERVICE, TelehealthCase, soon

# 15:00 UTC in January: 10:00 in New York (Ana), 20:30 in Kolkata (Ben), 16:00 in Brussels (Dana).
START = datetime(2031, 1, 15, 15, 0)


class MailCase(TelehealthCase, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={name: value for name, value in cls.env.context.items() if name != "no_mail_to_attendees"}
        )
        cls.env["ir.config_parameter"].set_param("mail.mail_force_send_limit", 1000)
        # Odoo builds mails only where there is a server; none is connected to, see mock_mail_gateway.
        cls.env["ir.mail_server"].create({"name": "Nowhere", "smtp_host": "127.0.0.1", "smtp_port": 9})

    def book_couple(self, **values):
        """Book a couple's session as Sam, with invitations; returns the event."""
        return self.book(
            self.dana,
            [self.ana, self.ben],
            ANAS_TITLE,
            by=self.sam,
            start=START,
            telehealth_service_id=self.service.id,
            **values,
        )

    def sent(self):
        """Return what went out: a list of ``(address, subject, body, headers, calendar file)``."""
        self._new_mails.exists().filtered(lambda mail: mail.state == "outgoing").send()
        return [
            (
                ", ".join(mail["email_to"]),
                mail["subject"],
                str(mail["body"]),
                str(mail["EmailMessage"].items()),
                "".join(
                    content.decode() for name, content, _type in mail.get("attachments") or [] if name.endswith(".ics")
                ),
            )
            for mail in self._mails
        ]

    def texts_to(self, user):
        """Return everything that one person got, as one text a mail."""
        return [unfolded("\n".join(parts)) for parts in self.sent() if address_of(user) in parts[0]]

    def assertPrivate(self, kind):
        """Expect one mail of its own for each client, without a word about the other."""
        route = self.event.sudo().videocall_location
        for user, other in ((self.ana, self.ben), (self.ben, self.ana)):
            with self.subTest(kind=kind, to=user.login):
                [text] = self.texts_to(user)
                self.assertIn(user.name, text)
                self.assertIn("Dana Reyes", text)
                for hidden in (
                    other.name,
                    other.email,
                    ANAS_TITLE,
                    SERVICE,
                    "Odoo Discuss",
                    "zoom.us",
                    "pwd=",
                    "Sam Scheduler",
                ):
                    self.assertNotIn(hidden, text)
                if kind != "cancelled":
                    self.assertIn(route, text)
        for parts in self.sent():
            self.assertEqual(parts[0].count("@"), 1, "each mail goes to one address")
            self.assertNotIn(ANAS_TITLE, "\n".join(parts))


class TestMails(MailCase):
    def test_an_invitation_goes_to_each_alone_with_the_join_route(self):
        with self.mock_mail_gateway():
            self.event = self.book_couple()
            self.assertPrivate("invitation")
            for user, time in ((self.ana, "10:00"), (self.ben, "8:30")):
                [text] = self.texts_to(user)
                self.assertIn(time, text)
                self.assertIn(HELP_PHONE, text)
            [subject] = {parts[1] for parts in self.sent() if address_of(self.ana) in parts[0]}
            self.assertIn(NEUTRAL, subject)

    def test_a_calendar_file_has_the_neutral_name_the_route_and_its_recipient_alone(self):
        with self.mock_mail_gateway():
            self.event = self.book_couple()
            files = {parts[0]: unfolded(parts[4]) for parts in self.sent() if parts[4]}
        self.assertEqual(len(files), 3 if address_of(self.dana) in str(files) else 2)
        for user, other in ((self.ana, self.ben), (self.ben, self.ana)):
            [text] = [text for address, text in files.items() if address_of(user) in address]
            self.assertIn(f"SUMMARY:{NEUTRAL}", text)
            self.assertIn(self.event.sudo().videocall_location, text)
            self.assertIn("DTSTART:20310115T150000Z", text)
            self.assertIn(f"mailto:{user.email}", text.lower())
            self.assertEqual(text.count("ATTENDEE"), 1)
            for hidden in (other.name, other.email, ANAS_TITLE, SERVICE, "DESCRIPTION"):
                self.assertNotIn(hidden, text)

    def test_a_moved_session_is_told_to_each_alone(self):
        self.event = self.book_couple().with_context(no_mail_to_attendees=False)
        with self.mock_mail_gateway():
            self.event.write({"start": datetime(2031, 1, 16, 16, 0), "stop": datetime(2031, 1, 16, 17, 0)})
            self.assertPrivate("moved")
            [text] = self.texts_to(self.ana)
            self.assertIn("was moved", text)
            self.assertIn("11:00", text)

    def test_a_reminder_is_sent_to_each_alone(self):
        alarm = self.env["calendar.alarm"].create(
            {
                "name": "An hour before",
                "alarm_type": "email",
                "interval": "hours",
                "duration": 1,
                "mail_template_id": self.env.ref("calendar.calendar_template_meeting_reminder").id,
            }
        )
        self.event = self.book_couple(alarm_ids=[Command.set(alarm.ids)])
        with self.mock_mail_gateway():
            self.event.sudo().attendee_ids._notify_attendees(
                alarm.mail_template_id, force_send=True, notify_author=True
            )
            self.assertPrivate("reminder")

    def test_core_reminders_action_sends_ours(self):
        alarm = self.env["calendar.alarm"].create(
            {
                "name": "Five minutes before",
                "alarm_type": "email",
                "interval": "minutes",
                "duration": 60,
                "mail_template_id": self.env.ref("calendar.calendar_template_meeting_reminder").id,
            }
        )
        cron = self.env.ref("calendar.ir_cron_scheduler_alarm")
        cron.lastcall = soon(hours=-1)
        self.event = self.book(
            self.dana, [self.ana, self.ben], ANAS_TITLE, start=soon(minutes=59), alarm_ids=[Command.set(alarm.ids)]
        )
        with self.mock_mail_gateway():
            self.env["calendar.alarm_manager"].with_context(lastcall=cron.lastcall)._send_reminder()
            self.assertPrivate("reminder")

    def test_cancelling_with_a_message_tells_each_alone(self):
        self.event = self.book_couple()
        with self.mock_mail_gateway():
            self.send_and_delete()
            self.assertFalse(self.event.exists())
            self.assertCancelled()

    def test_the_mails_of_a_cancellation_survive_the_event(self):
        """Outside tests Odoo sends after the commit, when the event and its messages are gone."""
        self.event, queued = self.book_couple(), []
        with self.mock_mail_gateway(mail_unlink_sent=True):
            with patch.object(MailMail, "send_after_commit", lambda mails: queued.append(mails)):
                self.send_and_delete()
            for mails in queued:
                mails.exists().send()
            self.assertCancelled()

    def send_and_delete(self):
        action = self.event.action_unlink_event(self.event.attendee_ids[:1].id)
        self.assertNotIn(BEN, str(action))
        with mute_logger("odoo.models.unlink"):
            wizard = Form(self.as_user("calendar.popover.delete.wizard", self.sam).with_context(**action["context"]))
            wizard.save().action_send_mail_and_delete()

    def assertCancelled(self):
        for user, other in ((self.ana, self.ben), (self.ben, self.ana)):
            [text] = self.texts_to(user)
            self.assertIn("was cancelled", text)
            for hidden in (other.name, other.email, ANAS_TITLE, "Odoo Discuss"):
                self.assertNotIn(hidden, text)

    def test_an_attendee_who_is_added_later_gets_an_invitation_and_the_others_none(self):
        event = self.book(self.dana, [self.ana], ANAS_TITLE, start=START)
        with self.mock_mail_gateway():
            event.write({"partner_ids": [Command.link(self.ben.partner_id.id)]})
            self.assertEqual(len(self.texts_to(self.ben)), 1)
            self.assertEqual(self.texts_to(self.ana), [])
            self.assertNotIn(ANA, self.texts_to(self.ben)[0])

    def test_a_practices_own_text_stays(self):
        own = self.env.ref("calendar.calendar_template_meeting_invitation").copy(
            {"name": "Ours", "body_html": "<p>Our own words</p>", "subject": "Ours"}
        )
        self.event = self.book_couple()
        with self.mock_mail_gateway():
            self.event.sudo().attendee_ids._notify_attendees(own, force_send=True)
            self.assertIn("Our own words", self.texts_to(self.ana)[0])

    def test_other_events_are_invited_to_as_before(self):
        with self.mock_mail_gateway():
            self.as_user("calendar.event", self.sam).create(
                {
                    "name": "Lunch",
                    "start": START,
                    "stop": datetime(2031, 1, 15, 16, 0),
                    "partner_ids": self.ana.partner_id.ids,
                }
            )
            [text] = self.texts_to(self.ana)
        self.assertIn("Lunch", text)
        self.assertIn("SUMMARY:Lunch", text)

    def test_the_composer_lists_nobody(self):
        event = self.book_couple()
        action = event.action_open_composer()
        self.assertEqual(
            action["context"]["default_template_id"], self.env.ref("zoom_telehealth.mail_template_session_message").id
        )

    def test_no_mail_without_the_event_being_a_session_mentions_the_provider_as_such(self):
        """The quiet save: Odoo's contact block, which names clients, is not written into the event (R24)."""
        event = self.book_couple()
        self.assertNotIn(ANA, str(event.sudo().description))
        self.assertNotIn(BEN, str(event.sudo().description))


def address_of(user):
    """Return a user's address as it stands in a mail's head."""
    return f"<{user.email}>"


def unfolded(text):
    """Join the continued lines of a calendar file or header, and drop the narrow spaces of formatted times."""
    return re.sub(r"\r?\n[ \t]", "", text).replace("\u202f", " ")
