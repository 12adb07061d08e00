"""The calendar event and its session: one switch, a neutral face, one join route, and who keeps what."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from ..models.calendar_event_booking import LINK_CONTEXT
from .common import ANA, ANAS_TITLE, NEUTRAL, SERVICE, soon
from .event_case import EventCase


class TestSwitch(EventCase):
    def test_booking_makes_one_session_with_what_was_booked(self):
        event = self.book(
            self.dana, [self.ana], ANAS_TITLE, telehealth_service_id=self.service.id, telehealth_place="zoom"
        )
        session = self.session_of(event)
        self.assertEqual(len(session), 1)
        self.assertEqual((session.label, session.service_id, session.place), (ANAS_TITLE, self.service, "zoom"))
        self.assertEqual((session.company_id, session.provider_id), (self.sunrise, self.dana))
        self.assertEqual((session.start, session.stop, session.state), (event.start, event.stop, "scheduled"))
        self.assertEqual(session.client_ids, self.ana.partner_id)
        self.assertEqual(session.minutes, 50)
        self.assertFalse(session.meeting_ids, "meetings are the reconciler's")

    def test_an_event_without_the_switch_has_no_session(self):
        event = self.plain_event()
        self.assertFalse(self.session_of(event))
        self.assertFalse(event.videocall_location)
        self.assertEqual(event.name, "Talk about grief")

    def test_switching_an_existing_event_on_moves_its_title_to_the_session(self):
        event = self.plain_event()
        event.telehealth = True
        session = self.session_of(event)
        self.assertEqual((event.name, session.label), (NEUTRAL, "Talk about grief"))
        self.assertEqual(session.client_ids, self.ana.partner_id)
        self.assertTrue(event.videocall_location.endswith(f"/telehealth/join/{session.token}"))

    def test_switching_off_cancels_and_switching_on_again_revives_the_same_session(self):
        version = self.danas.version
        self.event.telehealth = False
        self.assertEqual((self.danas.state, self.danas.version), ("cancelled", version + 1))
        self.event.telehealth = True
        self.assertEqual(self.session_of(self.event), self.danas)
        self.assertEqual(self.danas.state, "scheduled")
        self.assertTrue(self.event.videocall_location.endswith(self.danas.token), "the clients' link never changes")
        self.assertEqual(self.event.name, NEUTRAL)
        self.assertEqual(self.danas.label, ANAS_TITLE)

    def test_switching_off_leaves_an_event_that_nobody_takes_for_a_session(self):
        self.event.telehealth = False
        self.assertNotIn(
            "/telehealth/join/", self.event.videocall_location or "", "a link that leads to a cancelled session"
        )

    def test_several_events_are_switched_on_at_once(self):
        events = self.plain_event() | self.plain_event() | self.event
        events.write({"telehealth": True})
        self.assertEqual(len(events.sudo().telehealth_session_ids), 3)
        self.assertEqual(len(set(events.mapped("videocall_location"))), 3)

    def test_only_providers_and_schedulers_book_sessions(self):
        for user in (self.eve, self.ada):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.book(user)
            event = self.plain_event(user)
            with self.subTest(switched_on_by=user.login), self.assertRaises(AccessError):
                event.telehealth = True

    def test_plain_and_telehealth_events_of_one_call_come_back_in_order(self):
        values = []
        for number in range(6):
            value = self.event_values(self.dana, [self.ana], f"Title {number}", start=soon(days=number + 1))
            values.append(value | {"telehealth": number % 2 == 0})
        events = self.as_user("calendar.event", self.dana).create(values)
        self.assertEqual(events.mapped("telehealth"), [True, False] * 3)
        labels = [self.session_of(event).label or event.name for event in events]
        self.assertEqual(labels, [f"Title {number}" for number in range(6)])

    def test_the_practices_default_is_the_forms_alone(self):
        self.sunrise.telehealth_default = True
        events = self.as_user("calendar.event", self.dana)
        with Form(events) as form:
            self.assertTrue(form.telehealth)
            form.telehealth_label = "From the form"
        self.assertEqual(self.session_of(form.record).label, "From the form")
        self.assertFalse(self.plain_event().telehealth, "what other modules book is no session")
        self.assertFalse(Form(self.as_user("calendar.event", self.eve)).telehealth)
        self.sunrise.telehealth_zoom_allowed = False
        self.assertFalse(Form(events).telehealth)

    def test_the_switch_is_offered_where_the_practice_allows_zoom(self):
        fresh = self.as_user("calendar.event", self.dana).new({})
        self.assertTrue(fresh.telehealth_available)
        self.assertFalse(self.as_user("calendar.event", self.eve).new({}).telehealth_available)
        self.sunrise.telehealth_zoom_allowed = False
        self.assertFalse(self.as_user("calendar.event", self.dana).new({}).telehealth_available)

    def test_the_form_hands_the_title_over_when_the_switch_is_touched(self):
        form = Form(self.as_user("calendar.event", self.dana))
        form.name = "Typed before"
        form.telehealth = True
        self.assertEqual((form.name, form.telehealth_label), (NEUTRAL, "Typed before"))
        form.telehealth_service_id = self.service
        self.assertAlmostEqual(form.duration, 40 / 60)
        event = form.save()
        self.assertEqual(self.session_of(event).label, "Typed before")
        self.assertEqual(self.session_of(event).service_id, self.service)
        self.assertEqual(self.session_of(event).minutes, 40)


class TestNeutralFace(EventCase):
    def assertNeutral(self, event, label):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT name, description, location, videocall_location FROM calendar_event WHERE id = %s", [event.id]
        )
        row = self.env.cr.fetchone()
        self.assertEqual(row[0], NEUTRAL)
        self.assertNotIn("Grief", str(row))
        self.assertNotIn(ANA, str(row), "the clients' names are not written into the description")
        self.assertEqual(self.session_of(event).label, label)

    def test_a_title_given_at_create_or_write_goes_to_the_sessions_label(self):
        self.assertNeutral(self.event, ANAS_TITLE)
        self.event.write({"name": "Another title"})
        self.assertNeutral(self.event, "Another title")
        self.event.sudo().write({"name": "Synced by a calendar"})
        self.assertNeutral(self.event, "Synced by a calendar")
        self.event.write({"name": NEUTRAL})
        self.assertNeutral(self.event, "Synced by a calendar")

    def test_quick_create_and_name_create_are_neutral_too(self):
        events = self.as_user("calendar.event", self.dana).with_context(default_telehealth=True)
        form = Form(events, view="calendar.view_calendar_event_form_quick_create")
        form.telehealth_label = "Quick"
        event = form.save()
        self.assertNeutral(event, "Quick")
        event = events.create({"name": "By default", "start": soon(hours=1), "stop": soon(hours=2)})
        self.assertNeutral(event, "By default")

    def test_the_practice_chooses_the_neutral_name(self):
        self.sunrise.telehealth_event_name = "Appointment"
        event = self.book(self.dana, [self.ana], ANAS_TITLE)
        self.assertEqual(event.name, "Appointment")
        self.assertEqual(self.session_of(event).label, ANAS_TITLE)
        self.sunrise.telehealth_event_name = False
        self.assertEqual(self.book(self.dana).name, NEUTRAL)

    def test_those_who_may_see_the_session_see_its_title_and_all_others_the_neutral_name(self):
        event = self.book(self.dana, [self.ana, self.eve], ANAS_TITLE)
        shown = {}
        for user in (self.dana, self.sam, self.mia, self.eve, self.ana):
            shown[user.login] = self.as_user("calendar.event", user).browse(event.id).display_name
        self.assertEqual(
            shown, {"dana": ANAS_TITLE, "sam": ANAS_TITLE, "mia": ANAS_TITLE, "eve": NEUTRAL, "ana": NEUTRAL}
        )
        self.assertEqual(event.sudo().display_name, NEUTRAL, "mail subjects and message names are made as superuser")
        self.assertEqual(event.display_name, ANAS_TITLE, "and that is not remembered for others")

    def test_without_a_title_the_session_is_called_by_its_clients_and_service(self):
        event = self.book(self.dana, [self.ana], NEUTRAL, telehealth_service_id=self.service.id)
        self.assertFalse(self.session_of(event).label)
        self.assertEqual(event.display_name, f"{ANA} · {SERVICE}")
        self.assertEqual(self.session_of(self.book(self.dana, [], NEUTRAL)).display_name, NEUTRAL)

    def test_a_message_about_the_event_is_recorded_under_the_neutral_name(self):
        message = self.event.message_post(body="Note", message_type="comment")
        self.assertEqual(message.sudo().record_name, NEUTRAL)

    def test_the_video_link_is_the_join_route_whatever_is_written(self):
        route = self.event.videocall_location
        for value in ("https://zoom.us/j/123?pwd=x", False, "https://meet.google.com/x"):
            self.event.write({"videocall_location": value})
            self.assertEqual(self.event.videocall_location, route)
        event = self.book(self.dana, videocall_location="https://zoom.us/j/123")
        self.assertIn("/telehealth/join/", event.videocall_location)

    def test_no_context_of_a_call_lets_a_guest_put_another_link_in_its_place(self):
        route = self.event.videocall_location
        self.event.write({"partner_ids": [Command.link(self.eve.partner_id.id)]})
        guests = self.as_user("calendar.event", self.eve).browse(self.event.id)
        guests.with_context(**{LINK_CONTEXT: True}).write({"videocall_location": "https://zoom.example/j/1"})
        self.assertEqual(self.event.videocall_location, route)
        self.assertNotIn("zoom.example", self.event.description)

    def test_no_calendar_sync_adds_a_link_of_its_own(self):
        """R23."""
        self.assertFalse(self.event._need_video_call())
