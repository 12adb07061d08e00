"""The nightly sweep: what Zoom lists is held against what is known here, and nothing unknown is touched (R8, R12)."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError

from .. import clock
from ..zoom.payloads import new_reference
from .common import soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA


class TestSweep(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)
        self.coming = self.session(start=soon(days=5))
        self.work()
        self.meeting = self.meeting_of(self.coming)
        self.simulator.forget_calls()

    def sweep(self):
        """One night's sweep, and what the reconciler then makes of it."""
        self.connection.sweep_at = False
        self.env.ref("zoom_telehealth.ir_cron_sweep").method_direct_trigger()
        self.env.invalidate_all()
        for _turn in range(6):
            if not self.work():
                break

    def writes(self):
        return [call["method"] for call in self.simulator.calls("POST", "PATCH", "DELETE", path="/v2/")]

    def at_zoom(self):
        return sorted(one["id"] for one in self.simulator.meetings())

    def make_at_zoom(self, reference, start=None):
        """A meeting with this reference that nobody here made."""
        start = start or soon(days=6)
        topic, when = f"Telehealth session · {reference}", f"{start:%Y-%m-%dT%H:%M:%SZ}"
        made = self.simulator.control("POST", "meetings", email=DANA, topic=topic, start_time=when, type=2)
        return str(made["id"])

    def strays(self):
        return self.env["zoom.stray.meeting"].search([])

    def test_who_asks_zoom_reads_nothing_in_their_own_transaction_which_is_closed_by_then(self):
        with self.env.registry.cursor() as cr, patch.object(cr, "execute", side_effect=AssertionError):
            self.connection.with_env(self.env(cr=cr))._client(None, "an access token")

    def test_where_all_agrees_one_list_is_asked_for_and_nothing_else(self):
        self.sweep()
        self.assertEqual([call["method"] for call in self.simulator.calls(path="/v2/")], ["GET"])
        self.assertFalse(self.strays())

    def test_each_connection_is_asked_once_a_night_and_again_after_an_hour_where_zoom_is_down(self):
        due = self.env["zoom.connection"]._to_sweep
        self.assertEqual(due(10), self.connection)
        self.simulator.fault("status", path="/v2/users/me/meetings", status=503, times=5)
        self.sweep()
        self.assertFalse(due(10))
        self.simulator.control("DELETE", "faults")
        with self.clock_moved(hours=1, minutes=1):
            self.assertEqual(due(10), self.connection)
            self.env.ref("zoom_telehealth.ir_cron_sweep").method_direct_trigger()
            self.assertFalse(due(10))
        with self.clock_moved(hours=40):
            self.assertEqual(due(10), self.connection)
        self.connection.state = "disconnected"
        with self.clock_moved(hours=40):
            self.assertFalse(due(10))

    def test_a_meeting_that_is_missing_at_zoom_is_made_again_behind_the_same_link(self):
        url = self.coming.join_url
        self.simulator.control("DELETE", f"meetings/{self.meeting.zoom_id}")
        self.sweep()
        again = self.meeting_of(self.coming)
        self.assertNotEqual(again.zoom_id, self.meeting.zoom_id)
        self.assertEqual(self.at_zoom(), [int(again.zoom_id)])
        self.assertEqual(self.coming.join_url, url)

    def test_a_time_that_was_moved_in_zoom_without_an_event_is_mended(self):
        self.simulator.control("PATCH", f"meetings/{self.meeting.zoom_id}", duration=15)
        self.sweep()
        self.assertEqual([one["duration"] for one in self.simulator.meetings()], [self.coming.minutes])
        self.assertEqual(self.writes(), ["PATCH"])

    def test_a_waiting_room_that_was_switched_off_in_zoom_is_back_before_the_session(self):
        """The list does not tell settings, so what is held within two days is read whole."""
        off = {"settings": {"waiting_room": False}}
        self.simulator.control("PATCH", f"meetings/{self.meeting.zoom_id}", **off)
        self.sweep()
        self.assertEqual(self.writes(), [], "five days ahead, nothing tells")
        with self.clock_moved(days=4):
            self.sweep()
        self.assertEqual(self.writes(), ["PATCH"])
        self.assertTrue(self.simulator.meetings()[0]["settings"]["waiting_room"])

    def test_one_that_stands_at_zoom_though_its_session_was_cancelled_is_removed(self):
        self.coming.action_cancel()
        self.work()
        self.assertEqual(self.at_zoom(), [])
        self.simulator.control("POST", f"meetings/{self.meeting.zoom_id}/recover")
        self.simulator.forget_calls()
        self.sweep()
        self.assertEqual(self.at_zoom(), [])
        self.assertEqual(self.writes(), ["DELETE"])

    def test_two_with_one_reference_converge_to_one_within_a_sweep(self):
        double = self.make_at_zoom(self.meeting.reference, self.coming.start)
        self.sweep()
        self.assertEqual(self.at_zoom(), [int(self.meeting.zoom_id)])
        self.assertNotEqual(double, self.meeting.zoom_id)

    def test_a_double_of_a_cancelled_session_goes_too(self):
        self.coming.action_cancel()
        self.work()
        self.make_at_zoom(self.meeting.reference)
        self.sweep()
        self.assertEqual(self.at_zoom(), [])

    def test_what_bears_our_mark_and_is_unknown_is_reported_and_never_removed(self):
        reference = new_reference(self.meeting._practice_mark(self.sunrise))
        stray = self.make_at_zoom(reference)
        foreign = self.make_at_zoom(new_reference(12345))
        plain = self.make_at_zoom("no reference")
        for _night in range(3):
            self.sweep()
        self.assertEqual(self.writes(), [])
        self.assertEqual(self.at_zoom(), sorted(map(int, [self.meeting.zoom_id, stray, foreign, plain])))
        self.assertEqual([(one.zoom_id, one.reference) for one in self.strays()], [(stray, reference)])
        self.assertEqual(self.strays().company_id, self.sunrise)

    def test_one_that_zoom_lists_no_more_is_forgotten(self):
        stray = self.make_at_zoom(new_reference(self.meeting._practice_mark(self.sunrise)))
        self.sweep()
        self.simulator.control("DELETE", f"meetings/{stray}")
        self.sweep()
        self.assertFalse(self.strays())

    def test_a_manager_decides_what_becomes_of_an_unknown_meeting(self):
        first, second = (self.make_at_zoom(new_reference(self.meeting._practice_mark(self.sunrise))) for _ in range(2))
        self.sweep()
        found = {one.zoom_id: one for one in self.strays()}
        for user in (self.dana, self.sam, self.max, self.eve):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                found[first].with_user(user).action_remove()
        found[first].with_user(self.mia).action_remove()
        found[second].with_user(self.mia).action_keep()
        self.sweep()
        self.assertEqual(self.at_zoom(), sorted(map(int, [self.meeting.zoom_id, second])))
        self.assertEqual((self.strays().zoom_id, self.strays().kept), (second, True))

    def test_a_session_being_held_is_left_in_peace(self):
        now = self.session(start=clock.now() - timedelta(minutes=10))
        self.work()
        self.simulator.forget_calls()
        self.simulator.control("PATCH", f"meetings/{self.meeting_of(now).zoom_id}", duration=15)
        self.sweep()
        self.assertEqual(self.writes(), [])

    def test_a_copy_sweeps_nothing(self):
        self.env["zoom.database"].search([]).write({"oid": "1"})
        self.sweep()
        self.assertEqual(self.simulator.calls(), [])
