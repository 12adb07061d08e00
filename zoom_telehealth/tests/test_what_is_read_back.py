"""What Zoom hints at is read from Zoom before it has any effect, and what no event told is asked for (rule 6, R21)."""

from dataclasses import replace
from datetime import timedelta

from .. import clock
from .common import soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA


class ReadBackCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)
        self.booked = self.session()
        [self.meeting] = self.work()
        self.simulator.forget_calls()

    def at_zoom(self):
        [only] = self.simulator.meetings()
        return only

    def change_at_zoom(self, method, path="", **body):
        self.simulator.control(method, f"meetings/{self.meeting.zoom_id}{path}", **body)
        self.meeting._hint(recovered=path == "/recover")


class TestHinted(ReadBackCase):
    def test_the_echo_of_our_own_write_moves_nothing(self):
        for hint in range(3):
            self.meeting._hint()
            self.assertEqual(self.work_all(), ["read"], hint)
        self.assertFalse(self.simulator.calls("POST", "PATCH", "DELETE"))
        self.assertFalse(self.meeting.hinted_at)

    def test_a_meeting_moved_in_zoom_goes_back_to_where_the_calendar_has_it(self):
        self.change_at_zoom("PATCH", start_time=soon(days=3).strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(self.work_all(), ["read", "update"])
        self.assertEqual(self.at_zoom()["start_time"], self.booked.start.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def test_a_waiting_room_that_was_switched_off_in_zoom_is_on_again(self):
        self.change_at_zoom("PATCH", settings={"waiting_room": False})
        self.assertEqual(self.work_all(), ["read", "update"])
        self.assertTrue(self.at_zoom()["settings"]["waiting_room"])

    def test_what_zoom_does_not_take_over_is_not_sent_again_and_again(self):
        """An account's locked setting: each mending would raise an event, and each event a mending."""
        self.simulator.fault(
            "drop_setting", path="/v2/meetings/*", method="PATCH", times=None, settings=["waiting_room"]
        )
        self.change_at_zoom("PATCH", settings={"waiting_room": False})
        self.assertEqual(self.work_all(), ["read", "update"])
        self.assertIn("settings.waiting_room", self.meeting.unmet)
        self.meeting._hint()
        self.assertEqual(self.work_all(), ["read"])
        self.booked.event_id.write({"start": soon(days=1), "stop": soon(days=1, hours=1)})
        self.assertEqual(self.work_all(), ["update"], "a wish of ours is told all the same")

    def test_a_start_that_has_come_is_no_setting_that_zoom_did_not_take_over(self):
        """A meeting that is made late, or runs, has the moment of that as its start."""
        seen = self.connection._ask(lambda client: client.meeting(self.meeting.zoom_id))
        late = replace(seen, start=self.booked.start + timedelta(minutes=4))
        for ahead, unmet in ((timedelta(minutes=-1), "start_time"), (timedelta(minutes=1), False)):
            with self.subTest(ahead=ahead), self.clock_at(self.booked.start + ahead):
                self.meeting._note_unmet(late, told=True)
                self.assertEqual(self.meeting.unmet, unmet)

    def test_a_meeting_deleted_in_zoom_is_made_anew(self):
        first = self.meeting.zoom_id
        self.change_at_zoom("DELETE")
        self.assertEqual(self.work_all(), ["read", "create"])
        self.assertEqual(self.meeting.state, "gone")
        self.assertNotEqual(str(self.at_zoom()["id"]), first)
        self.assertEqual(self.meeting_of(self.booked).zoom_id, str(self.at_zoom()["id"]))

    def test_a_deletion_that_zoom_does_not_confirm_changes_nothing(self):
        """Rule 7: an event is signed and may still be wrong, or about another time."""
        self.meeting._hint()
        self.assertEqual(self.work_all(), ["read"])
        self.assertEqual(self.meeting.state, "live")

    def test_a_recovered_meeting_is_removed_where_the_session_has_another(self):
        self.change_at_zoom("DELETE")
        self.work_all()
        another = self.meeting_of(self.booked)
        self.change_at_zoom("POST", "/recover")
        self.assertEqual(len(self.simulator.meetings()), 2)
        self.assertEqual(self.work_all(), ["read", "delete"])
        self.assertEqual(str(self.at_zoom()["id"]), another.zoom_id)

    def test_a_recovered_meeting_is_taken_back_where_the_session_has_none(self):
        self.booked.event_id.write({"start": soon(days=5), "stop": soon(days=5, hours=1)})
        self.work_all()
        self.sunrise.telehealth_horizon_days = 2
        self.change_at_zoom("DELETE")
        self.assertEqual(self.work_all(), ["read"])
        self.assertFalse(self.meeting_of(self.booked), "it is made again when the session is near")
        self.change_at_zoom("POST", "/recover")
        self.assertEqual(self.work_all(), ["read", "update"])
        self.assertEqual(self.meeting_of(self.booked), self.meeting)
        self.assertEqual(str(self.at_zoom()["id"]), self.meeting.zoom_id)

    def test_a_recovered_meeting_of_a_cancelled_session_is_removed(self):
        self.booked.event_id.action_archive()
        self.work_all()
        self.assertEqual(self.simulator.meetings(), [])
        self.change_at_zoom("POST", "/recover")
        self.assertEqual(self.work_all(), ["read", "delete"])
        self.assertEqual(self.simulator.meetings(), [])

    def test_what_was_held_and_is_recovered_by_a_person_is_left_alone(self):
        """Rule 7."""
        self.booked.with_context(from_calendar_event=True).state = "ended"
        self.meeting.state = "over"
        self.change_at_zoom("DELETE")
        self.change_at_zoom("POST", "/recover")
        self.work_all()
        self.assertEqual(str(self.at_zoom()["id"]), self.meeting.zoom_id)
        self.assertFalse(self.meeting.hinted_at)

    def test_who_moves_it_again_and_again_in_zoom_does_not_use_up_the_days_changes(self):
        for turn in range(8):
            self.change_at_zoom("PATCH", start_time=soon(days=3 + turn).strftime("%Y-%m-%dT%H:%M:%SZ"))
            self.work_all()
        self.assertEqual(len(self.simulator.calls("PATCH", path="/v2/meetings")), 5)

    def test_a_limit_that_zoom_set_is_kept_to_whatever_is_hinted(self):
        self.meeting.write({"failure": "limited", "next_try": soon(hours=1)})
        self.meeting._hint()
        self.assertEqual(self.work_all(), [])

    def test_a_hint_that_comes_while_zoom_is_asked_is_not_lost(self):
        self.meeting._hint()
        claims = self.reconciler._claim(8)
        with self.clock_moved(seconds=5):
            self.meeting.hinted_at = clock.now()
            for meeting_id, outcome in self.reconciler._call(claims):
                self.reconciler._record(meeting_id, outcome)
            self.assertTrue(self.meeting.hinted_at)
            self.assertEqual(self.work_all(), ["read"])

    def test_a_hint_waits_where_zoom_has_trouble(self):
        self.simulator.fault("status", status=503, path="/v2/meetings/*", method="GET", times=2)
        self.meeting._hint()
        self.assertEqual(self.work_all(), ["read"])
        self.assertTrue(self.meeting.hinted_at)
        with self.clock_moved(minutes=2):
            self.assertEqual(self.work_all(), ["read"])
        self.assertFalse(self.meeting.hinted_at)

    def test_nobody_is_led_to_a_meeting_that_zoom_missed_until_it_was_read_or_made_anew(self):
        """Decision 9: a press on Join found it missing; another meeting's number says nothing of this one."""
        self.booked._miss("1234567890")
        self.assertTrue(self.booked._join_link())
        self.booked._miss(self.meeting.zoom_id)
        self.assertFalse(self.booked._join_link())
        self.assertEqual(self.booked.meeting_status, "pending")
        self.assertIn("no such meeting", self.booked.meeting_sentence)
        self.assertEqual(self.work_all(), ["read"])
        self.assertEqual(self.booked._join_link(), self.meeting.join_link, "it is there after all")
        self.change_at_zoom("DELETE")
        self.booked._miss(self.meeting.zoom_id)
        self.simulator.fault("status", status=503, path="/v2/meetings/*", method="GET", times=2)
        self.assertEqual(self.work_all(), ["read"])
        self.assertFalse(self.booked._join_link(), "an answer that did not come brings nobody there")
        with self.clock_moved(minutes=2):
            self.assertEqual(self.work_all(), ["read", "create"])
        self.booked.invalidate_recordset()
        self.assertEqual(self.meeting_of(self.booked).zoom_id, str(self.at_zoom()["id"]))
        self.assertEqual(self.booked._join_link(), self.meeting_of(self.booked).join_link)
        self.assertEqual(self.booked.meeting_status, "ready")


class TestAsked(ReadBackCase):
    """R21: what a webhook tells, a pull can find."""

    def host(self, method="POST"):
        self.simulator.control(method, "people", meeting_id=int(self.meeting.zoom_id), role="host")

    def test_a_session_that_nobody_told_about_is_found_live_and_then_ended(self):
        start, stop = self.booked.start, self.booked.stop
        with self.clock_at(start + timedelta(minutes=1)):
            self.host()
        with self.clock_at(start + timedelta(minutes=14)):
            self.assertEqual(self.work_all(), [])
        with self.clock_at(start + timedelta(minutes=16)):
            self.assertEqual(self.work_all(), ["pull"])
            self.assertEqual(self.booked.state, "live")
        with self.clock_at(stop - timedelta(minutes=2)):
            self.assertEqual(self.work_all(), [], "it runs, and Zoom is not asked before it should be over")
            self.host("DELETE")
        with self.clock_at(stop + timedelta(minutes=16)):
            self.assertEqual(self.work_all(), ["pull"])
        self.assertEqual(self.booked.state, "ended")
        self.assertLess(abs(self.booked.ended_at - (stop - timedelta(minutes=2))), timedelta(seconds=10))
        self.assertTrue(self.meeting.instance_ids.end_was_asked)

    def test_a_session_that_was_held_while_nobody_listened_is_found_whole(self):
        start = self.booked.start
        with self.clock_at(start + timedelta(minutes=2)):
            self.host()
        with self.clock_at(start + timedelta(minutes=9)):
            self.host("DELETE")
        with self.clock_at(start + timedelta(hours=7)):
            self.assertEqual(self.work_all(), ["pull"])
        self.assertEqual(self.booked.state, "ended")
        self.assertLess(abs(self.booked.started_at - (start + timedelta(minutes=2))), timedelta(seconds=10))
        self.assertLess(abs(self.booked.ended_at - (start + timedelta(minutes=9))), timedelta(seconds=10))

    def test_zoom_is_asked_at_growing_distances_and_then_never_again(self):
        asked, start = [], self.booked.start
        distances = [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6)]
        distances += [timedelta(days=days) for days in range(1, 9)]
        steps = [step - timedelta(seconds=30) for step in distances] + [
            step + timedelta(minutes=1) for step in distances
        ]
        for ahead in sorted(steps + [timedelta(days=8, hours=5), timedelta(days=9)]):
            with self.clock_at(start + ahead):
                if self.work_all():
                    asked.append(ahead - timedelta(minutes=1))
        self.assertEqual(asked, distances)
        self.assertEqual(self.booked.state, "scheduled", "it was never held")

    def test_a_meeting_that_runs_before_the_door_opens_makes_the_session_live_as_it_opens(self):
        opens = self.booked.start - timedelta(minutes=15)
        with self.clock_at(opens - timedelta(minutes=20)):
            self.host()
            self.env["zoom.meeting.instance"]._began(self.meeting, self.at_zoom()["uuid"], clock.now())
            self.assertEqual((self.work_all(), self.booked.state), ([], "scheduled"))
        with self.clock_at(opens + timedelta(minutes=1)):
            self.assertEqual(self.work_all(), ["pull"])
            self.assertEqual(self.booked.state, "live")
            self.assertEqual(len(self.meeting.instance_ids), 1)

    def test_who_clicked_start_and_went_no_further_has_not_held_the_session(self):
        with self.clock_at(self.booked.start):
            self.booked._mark_live()
        with self.clock_at(self.booked.start + timedelta(minutes=16)):
            self.assertEqual(self.work_all(), ["pull"])
            self.assertEqual(self.booked.state, "scheduled")

    def test_what_an_event_told_is_not_asked_for(self):
        instances, start = self.env["zoom.meeting.instance"], self.booked.start
        with self.clock_at(start + timedelta(minutes=50)):
            instances._began(self.meeting, "uuid-1==", start)
            instances._ended(self.meeting, "uuid-1==", start + timedelta(minutes=49))
        with self.clock_at(start + timedelta(hours=3)):
            self.assertEqual(self.work_all(), [])

    def test_an_end_that_is_told_late_replaces_the_one_that_was_found(self):
        instances, start = self.env["zoom.meeting.instance"], self.booked.start
        with self.clock_at(start + timedelta(hours=2)):
            instances._began(self.meeting, "uuid-1==", start)
            instances._found(self.meeting, clock.now())
            self.assertTrue(self.meeting.instance_ids.end_was_asked)
            instances._ended(self.meeting, "uuid-1==", start + timedelta(minutes=44))
        self.assertFalse(self.meeting.instance_ids.end_was_asked)
        self.assertEqual(self.booked.ended_at, start + timedelta(minutes=44))
        self.assertEqual(len(self.meeting.instance_ids), 1)
