"""The session follows its event, and the version rises with what Zoom must be told."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import ANAS_TITLE, soon
from .event_case import EventCase


class TestKeepingInStep(EventCase):
    def test_moving_cancelling_and_reviving_the_event_is_the_sessions(self):
        times = {"start": soon(days=2), "stop": soon(days=2, hours=1)}
        self.event.write(dict(times))
        self.assertEqual({"start": self.danas.start, "stop": self.danas.stop}, times)
        self.event.action_archive()
        self.assertEqual(self.danas.state, "cancelled")
        self.event.action_unarchive()
        self.assertEqual(self.danas.state, "scheduled")

    def test_a_session_outlives_its_event(self):
        version = self.danas.version
        self.event.unlink()
        self.assertTrue(self.danas.exists())
        self.assertEqual((self.danas.state, self.danas.version), ("cancelled", version + 1))
        self.assertFalse(self.danas.event_id)
        self.assertEqual(self.danas.client_ids, self.ana.partner_id)
        with self.assertRaisesRegex(UserError, "Book a new one"):
            self.danas.with_user(self.dana).start = soon(days=3)

    def test_the_version_rises_with_what_zoom_is_told_and_with_nothing_else(self):
        times = {"start": soon(days=2), "stop": soon(days=2, hours=1)}
        for values, rises in (
            (times, True),
            (times, False),
            ({"telehealth_place": "in_person"}, True),
            ({"user_id": self.omar.id}, True),
            ({"name": "Renamed"}, False),
            ({"location": "Room 1"}, False),
            ({"description": "<p>x</p>"}, False),
            ({"partner_ids": [Command.link(self.ben.partner_id.id)]}, False),
            ({"telehealth_service_id": self.service.id}, False),
            ({"active": False}, True),
        ):
            before = self.danas.version
            with self.subTest(values=values):
                self.event.sudo().write(dict(values))
                self.assertEqual(self.danas.version - before, int(rises))

    def test_a_change_of_provider_hands_the_session_over(self):
        self.event.with_user(self.sam).write({"user_id": self.omar.id})
        self.assertEqual(self.danas.provider_id, self.omar)
        self.assertEqual(self.danas.participant_ids.provider_id, self.omar)
        self.assertTrue(self.danas.with_user(self.omar).has_access("read"))
        self.assertFalse(self.danas.with_user(self.dana).has_access("read"))

    def test_participants_follow_the_attendees(self):
        self.event.write({"partner_ids": [Command.link(self.ben.partner_id.id), Command.link(self.eve.partner_id.id)]})
        roles = {person.partner_id: person.role for person in self.danas.participant_ids}
        self.assertEqual(
            roles, {self.ana.partner_id: "client", self.ben.partner_id: "client", self.eve.partner_id: "guest"}
        )
        kept = self.danas.participant_ids.filtered(lambda person: person.partner_id == self.ana.partner_id)
        self.event.write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})
        self.assertEqual(self.danas.participant_ids.partner_id, (self.ana | self.eve).partner_id)
        self.assertIn(kept, self.danas.participant_ids, "who stays keeps their row")

    def test_what_was_held_keeps_its_own_times(self):
        held = {"start": self.danas.start, "stop": self.danas.stop}
        for state in ("live", "ended"):
            self.danas.with_context(from_calendar_event=True).write({"state": state})
            self.event.write({"start": soon(days=5), "stop": soon(days=5, hours=1)})
            self.event.action_archive()
            with self.subTest(state=state):
                self.assertEqual({"start": self.danas.start, "stop": self.danas.stop}, held)
                self.assertEqual(self.danas.state, state)
            self.event.action_unarchive()

    def test_a_duplicate_is_a_session_of_its_own_with_what_was_booked(self):
        self.event.write({"telehealth_service_id": self.service.id})
        copy = self.event.copy()
        session = self.session_of(copy)
        self.assertNotEqual(session, self.danas)
        self.assertNotEqual(session.token, self.danas.token)
        self.assertTrue(copy.videocall_location.endswith(session.token))
        self.assertEqual((session.label, session.service_id), (ANAS_TITLE, self.service))
        self.assertEqual(session.client_ids, self.ana.partner_id)

    def test_a_hidden_sessions_time_counts_as_busy_without_being_readable(self):
        partner = self.as_user("res.partner", self.eve).browse(self.dana.partner_id.id)
        busy = partner._get_busy_calendar_events(self.danas.start, self.danas.stop)
        self.assertIn(self.event.id, [event.id for events in busy.values() for event in events])
        with self.assertRaises(AccessError):
            self.as_user("calendar.event", self.eve).browse(self.event.id).read(["start"])

    def test_colleagues_are_shown_as_unavailable_during_a_hidden_session(self):
        start, stop = self.danas.start, self.danas.stop
        meeting = self.plain_event(
            self.eve, start=start, stop=stop, partner_ids=[Command.set((self.eve | self.dana).partner_id.ids)]
        )
        self.assertIn(self.dana.partner_id, meeting.unavailable_partner_ids)

    def test_saving_wakes_the_action_once_and_calls_nobody(self):
        """Rule 2."""
        self.simulator.reset()
        self.connection_row(self.dana, self.app, "zoom-dana")
        trigger = self.env["ir.cron.trigger"]
        cron = self.env.ref("zoom_telehealth.ir_cron_reconcile")
        self.env.cr.precommit.run()
        before = trigger.search_count([("cron_id", "=", cron.id)])
        events = self.as_user("calendar.event", self.dana).create(
            [self.event_values(self.dana, [self.ana], start=soon(days=day)) for day in range(1, 4)]
        )
        events[0].write({"start": soon(days=9), "stop": soon(days=9, hours=1)})
        events[1].action_archive()
        events[2].unlink()
        self.env.cr.precommit.run()
        self.env.cr.postcommit.run()
        self.assertEqual(trigger.search_count([("cron_id", "=", cron.id)]) - before, 1)
        self.assertEqual(self.simulator.calls(), [])
        self.assertFalse(self.env["zoom.meeting"].search([("session_id.event_id", "in", events.ids)]))
