"""What is edited on a session is edited on its event, and comes back."""

from ast import literal_eval

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from .common import NEUTRAL, soon
from .event_case import EventCase


class TestSessionForm(EventCase):
    def test_a_new_session_makes_its_event(self):
        with Form(self.as_user("telehealth.session", self.dana)) as form:
            form.label = "Typed in the session's form"
            form.client_ids.add(self.ana.partner_id)
            form.service_id = self.service
            form.start = soon(days=1)
        session = form.record
        self.assertEqual(session.event_id.name, NEUTRAL)
        self.assertEqual(session.event_id.user_id, self.dana)
        self.assertEqual(session.event_id.partner_ids, (self.dana | self.ana).partner_id)
        self.assertEqual(session.event_id.start, soon(days=1))
        self.assertEqual(session.label, "Typed in the session's form")
        self.assertEqual(session.service_id, self.service)

    def test_a_services_minutes_and_place_are_taken_over(self):
        self.service.place = "in_person"
        form = Form(self.as_user("telehealth.session", self.dana))
        form.start = soon(days=1)
        form.service_id = self.service
        self.assertEqual((form.stop, form.place), (soon(days=1, minutes=40), "in_person"))

    def test_several_sessions_are_made_at_once_in_order(self):
        sessions = self.as_user("telehealth.session", self.sam).create(
            [
                {
                    "provider_id": provider.id,
                    "label": f"{number}",
                    "start": soon(days=number),
                    "stop": soon(days=number, hours=1),
                }
                for number, provider in enumerate((self.dana, self.omar, self.dana), 1)
            ]
        )
        self.assertEqual(sessions.mapped("label"), ["1", "2", "3"])
        self.assertEqual([session.provider_id for session in sessions], [self.dana, self.omar, self.dana])

    def test_editing_the_session_is_editing_its_event(self):
        session = self.danas.with_user(self.dana)
        session.write({"start": soon(days=4), "stop": soon(days=4, hours=1), "label": "Renamed"})
        self.assertEqual((self.event.start, self.event.stop), (soon(days=4), soon(days=4, hours=1)))
        self.assertEqual((session.label, self.event.name), ("Renamed", NEUTRAL))
        session.write({"client_ids": [Command.set(self.ben.partner_id.ids)]})
        self.assertEqual(self.event.partner_ids, (self.dana | self.ben).partner_id)
        self.assertEqual(session.client_ids, self.ben.partner_id)
        session.write({"place": "in_person"})
        self.assertEqual((session.place, self.event.telehealth_place), ("in_person", "in_person"))

    def test_no_context_of_a_call_writes_past_the_event_or_into_what_was_held(self):
        session = self.session_of(self.book(self.dana, [self.ana])).with_user(self.dana)
        past = session.with_context(from_calendar_event=True)
        past.start = soon(days=9)
        self.assertEqual(session.event_id.start, soon(days=9))
        session.sudo()._end(soon(days=9, hours=1))
        for values in (
            {"start": soon(days=8)},
            {"provider_id": self.omar.id},
            {"manual_link": "https://video.example/x"},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                past.write(values)

    def test_editing_the_clients_keeps_the_guests(self):
        self.event.write({"partner_ids": [Command.link(self.eve.partner_id.id)]})
        self.danas.with_user(self.dana).client_ids = self.ben.partner_id
        self.assertEqual(self.event.partner_ids, (self.dana | self.ben | self.eve).partner_id)
        self.assertEqual(self.danas.participant_ids.partner_id, (self.ben | self.eve).partner_id)

    def test_a_change_of_provider_in_the_form_reaches_the_event_and_its_attendees(self):
        self.danas.with_user(self.sam).provider_id = self.omar
        self.assertEqual((self.event.sudo().user_id, self.danas.provider_id), (self.omar, self.omar))
        self.assertEqual(
            self.event.sudo().partner_ids, (self.omar | self.ana).partner_id, "who holds the session attends it"
        )
        self.assertEqual(self.danas.participant_ids.partner_id, self.ana.partner_id)

    def test_cancel_archives_the_event_and_leaves_one_who_was_cancelled_already(self):
        session = self.danas.with_user(self.sam)
        session.action_cancel()
        self.assertEqual((session.state, self.event.sudo().active), ("cancelled", False))
        session.action_cancel()
        self.assertEqual(session.state, "cancelled")

    def test_while_it_is_live_it_says_so_and_a_change_of_its_version_does_not_hide_it(self):
        self.meeting_row(self.danas, self.connection_row(self.dana, self.app, "dana-at-zoom"))
        self.assertEqual(self.danas.meeting_sentence, "The Zoom meeting is ready.")
        with self.clock_at(self.danas.start):
            self.danas._mark_live()
            self.danas.version += 1
            session = self.danas.with_user(self.dana)
            self.assertEqual(session.meeting_status, "live")
            self.assertEqual(session.meeting_sentence, "The session is running on Zoom.")
            self.assertTrue(session.can_start)

    def test_the_sign_in_an_alert_is_seen_whenever_the_alert_is(self):
        # A view that extends the form once took another alert's sign for the one in the group “Video”.
        form = etree.fromstring(self.as_user("telehealth.session", self.dana).get_view(view_type="form")["arch"])
        signs = form.xpath("//div[contains(@class, 'alert') or contains(@class, 'warning')]/i")
        self.assertTrue(signs)
        self.assertEqual([sign.get("invisible") for sign in signs], [None] * len(signs))

    def test_coming_is_what_runs_or_has_not_passed(self):
        arch = etree.fromstring(self.env["telehealth.session"].get_view(view_type="search")["arch"])
        domain = literal_eval(arch.find(".//filter[@name='coming']").get("domain"))
        coming = self.env["telehealth.session"].search(domain)
        self.assertIn(self.danas, coming)
        past = self.session_of(self.book(self.dana, [self.ana], start=soon(days=-1)))
        self.assertNotIn(past, self.env["telehealth.session"].search(domain))
        past.state = "live"
        self.assertIn(past, self.env["telehealth.session"].search(domain))

    def test_a_session_of_a_practices_own_service_alone(self):
        other = self.env["telehealth.service"].create({"name": "Harbour's", "company_id": self.harbour.id})
        with self.assertRaises(UserError):
            self.danas.service_id = other
            self.env.flush_all()
