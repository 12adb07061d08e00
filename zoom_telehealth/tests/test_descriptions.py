"""An event's description carries the join route and nothing else; what people type there is kept inside."""

from datetime import timedelta

from odoo.fields import Command

from .common import ANA, soon
from .event_case import EventCase


class TestDescriptions(EventCase):
    def line(self, event):
        return f'<p><a href="{event.videocall_location}">{event.videocall_location}</a></p>'

    def assertCarriesItsRoute(self, event):
        session = self.session_of(event)
        self.assertTrue(event.videocall_location.endswith(f"/telehealth/join/{session.token}"))
        self.assertEqual(str(event.description), self.line(event))

    def test_a_session_carries_its_route_and_no_name(self):
        self.assertCarriesItsRoute(self.event)
        self.assertNotIn(ANA, self.event.description)

    def test_what_is_typed_when_booking_goes_to_the_notes(self):
        event = self.book(self.dana, [self.ana], description="<p>About the divorce</p>")
        self.assertCarriesItsRoute(event)
        self.assertIn("About the divorce", event.notes)
        events = self.as_user("calendar.event", self.dana).with_context(default_description="<p>Call back</p>")
        event = events.create(self.event_values(self.dana, [self.ana]))
        self.assertCarriesItsRoute(event)
        self.assertIn("Call back", event.notes)

    def test_what_is_typed_beside_the_route_goes_to_the_notes_and_the_route_is_not_doubled(self):
        route = self.event.videocall_location
        for typed in (
            self.line(self.event) + "<p>About the divorce</p>",
            f'About the divorce<br><a href="{route}" target="_blank">{route}</a>',
            f"{route}<br>\nAbout the divorce",
        ):
            self.event.notes = False
            self.event.write({"description": typed})
            with self.subTest(typed=typed):
                self.assertCarriesItsRoute(self.event)
                self.assertIn("About the divorce", self.event.notes)
                self.assertNotIn("telehealth/join", self.event.notes)

    def test_the_route_alone_or_nothing_is_nothing_typed(self):
        route = self.event.videocall_location
        for written in (False, "", "<p><br></p>", self.line(self.event), route, f"<div>{route}</div>\n"):
            self.event.write({"description": written})
            with self.subTest(written=written):
                self.assertCarriesItsRoute(self.event)
                self.assertFalse(self.event.notes)

    def test_copies_and_occurrences_carry_their_own_route(self):
        copy = self.event.copy()
        start = soon(days=2)
        first = self.book(
            self.dana,
            [self.ana],
            start=start,
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
            event_tz="UTC",
            description="<p>Bring a pen</p>",
        )
        series = first.recurrence_id.calendar_event_ids
        events = self.event | copy | series
        for event in events:
            self.assertCarriesItsRoute(event)
        self.assertEqual(len(set(events.mapped("description"))), 5)
        self.assertEqual(len([event for event in series if "Bring a pen" in event.notes]), 3)
        first.write({"recurrence_update": "all_events", "description": "<p>And paper</p>", "name": "Renamed"})
        for event in first.recurrence_id.calendar_event_ids:
            self.assertCarriesItsRoute(event)
            self.assertEqual(event.notes.count("And paper"), 1)

    def test_the_description_follows_the_practice_to_another_address(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("web.base.url", "https://elsewhere.example")
        self.env["calendar.event"]._gc_join_links()
        self.assertIn("https://elsewhere.example/telehealth/join/", self.event.description)
        self.assertCarriesItsRoute(self.event)

    def test_a_description_without_the_route_gets_it_back(self):
        self.env.cr.execute("UPDATE calendar_event SET description = NULL WHERE id = %s", [self.event.id])
        self.env.invalidate_all()
        self.env["calendar.event"]._gc_join_links()
        self.assertCarriesItsRoute(self.event)

    def test_switching_off_takes_the_route_away_and_switching_on_brings_it_back(self):
        route = self.event.videocall_location
        self.event.write({"telehealth": False})
        self.assertFalse(self.event.description)
        self.event.write({"telehealth": True})
        self.assertEqual(self.event.videocall_location, route)
        self.assertCarriesItsRoute(self.event)
        self.event.write({"telehealth": False, "description": "<p>Now a plain meeting</p>"})
        self.assertIn("Now a plain meeting", self.event.description)

    def test_a_plain_events_description_stays_as_it_is_typed(self):
        event = self.plain_event(description="<p>Typed</p>")
        self.assertIn("Typed", event.description)
        event.write({"partner_ids": [Command.link(self.eve.partner_id.id)], "stop": event.stop + timedelta(hours=1)})
        self.assertIn("Typed", event.description)
