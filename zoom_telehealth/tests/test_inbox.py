"""What follows from what Zoom tells: late, doubled, out of order, about others' meetings, or not to be understood."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError

from .. import clock
from ..zoom import events
from .inbox_case import STAMP, InboxCase, milliseconds


class TestSessionsHeld(InboxCase):
    def test_a_session_is_live_and_ended_by_zooms_times(self):
        start = self.danas.start
        with self.clock_at(start + timedelta(minutes=2)):
            self.assertEqual(self.begin(start + timedelta(minutes=1)).state, "done")
            self.assertEqual((self.danas.state, self.danas.started_at), ("live", start + timedelta(minutes=1)))
        with self.clock_at(start + timedelta(minutes=50)):
            self.end(start + timedelta(minutes=49), start + timedelta(minutes=1))
        self.assertEqual(
            (self.danas.state, self.danas.started_at, self.danas.ended_at),
            ("ended", start + timedelta(minutes=1), start + timedelta(minutes=49)),
        )

    def test_events_in_any_order_lead_to_the_same_end(self):
        """An end that comes before its start, and a start told late, change nothing of the outcome."""
        start = self.danas.start
        began, ended = start + timedelta(minutes=1), start + timedelta(minutes=40)
        with self.clock_at(start + timedelta(minutes=45)):
            self.end(ended, began)
            self.assertEqual((self.danas.state, self.danas.started_at), ("ended", began))
            self.begin(began)
            self.assertEqual((self.danas.state, self.danas.ended_at), ("ended", ended))

    def test_a_meeting_that_was_cut_and_begun_again_is_live_until_its_last_end(self):
        start = self.danas.start
        moments = [start + timedelta(minutes=minutes) for minutes in (0, 10, 12, 48)]
        with self.clock_at(start + timedelta(minutes=13)):
            self.begin(moments[0])
            self.end(moments[1], moments[0])
            self.assertEqual((self.danas.state, self.danas._door()), ("ended", "open"), "it may go on")
            self.begin(moments[2], "uuid-2==")
            self.assertEqual((self.danas.state, self.danas.ended_at), ("live", False))
        with self.clock_at(start + timedelta(minutes=49)):
            self.end(moments[3], moments[2], "uuid-2==")
        self.assertEqual((self.danas.started_at, self.danas.ended_at), (moments[0], moments[3]))
        self.assertEqual(len(self.meeting.instance_ids), 2)

    def test_an_end_that_never_came_does_not_keep_a_later_one_from_ending_the_session(self):
        start = self.danas.start
        with self.clock_at(start + timedelta(minutes=30)):
            self.begin(start)
            self.begin(start + timedelta(minutes=20), "uuid-2==")
            self.end(start + timedelta(minutes=29), start + timedelta(minutes=20), "uuid-2==")
        self.assertEqual(self.danas.state, "ended")

    def test_who_looks_in_before_the_start_neither_opens_nor_ends_the_session(self):
        start = self.danas.start
        with self.clock_at(start - timedelta(minutes=60)):
            self.begin(start - timedelta(minutes=60))
            self.assertEqual(self.danas.state, "scheduled")
        with self.clock_at(start - timedelta(minutes=5)):
            self.begin(start - timedelta(minutes=9), "uuid-2==")
            self.assertEqual(self.danas.state, "live")
            self.end(start - timedelta(minutes=6), start - timedelta(minutes=9), "uuid-2==")
            self.assertEqual(self.danas.state, "scheduled", "the session is still to come")

    def test_a_cancelled_session_stays_cancelled_whatever_is_held(self):
        self.danas.event_id.action_archive()
        with self.clock_at(self.danas.start):
            self.begin(self.danas.start)
        self.assertEqual(self.danas.state, "cancelled")

    def test_the_people_of_a_session_are_told_that_it_is_live(self):
        with self.clock_at(self.danas.start), self.bus_spy() as told:
            self.begin(self.danas.start)
        self.assertIn(self.dana.partner_id, told)
        self.assertIn(self.ana.partner_id, told)

    @contextmanager
    def bus_spy(self):
        """Record who is told on the bus; the messages go out all the same."""
        told, partners = [], type(self.env["res.partner"])
        send = partners._bus_send

        def spy(records, *args, **options):
            told.extend(records)
            return send(records, *args, **options)

        with patch.object(partners, "_bus_send", spy):
            yield told

    def test_a_late_look_in_does_not_take_an_ended_session_back(self):
        start = self.danas.start
        self.danas.with_context(from_calendar_event=True).write({"state": "ended", "ended_at": self.danas.stop})
        with self.clock_at(self.danas.stop + timedelta(minutes=20)):
            self.end(start - timedelta(minutes=20), start - timedelta(minutes=30))
        self.assertEqual(self.danas.state, "ended")

    def test_what_is_told_replaces_what_was_guessed(self):
        start = self.danas.start
        instances = self.env["zoom.meeting.instance"]
        with self.clock_at(start + timedelta(minutes=15)):
            instances._found(self.meeting, clock.now(), running_uuid="uuid-1==")
            self.assertEqual(self.danas.state, "live")
            self.begin(start + timedelta(minutes=1))
            self.assertEqual(self.danas.started_at, start + timedelta(minutes=1))

    def test_a_start_that_is_told_while_zoom_is_asked_is_not_undone_by_the_answer(self):
        start = self.danas.start
        with self.clock_at(start + timedelta(minutes=16)):
            asked_at = clock.now()
            self.begin(start + timedelta(minutes=16))
            self.env["zoom.meeting.instance"]._found(self.meeting, asked_at)
            self.assertEqual(self.danas.state, "live")

    def test_a_live_session_whose_zoom_nobody_may_ask_ends_an_hour_after_its_time(self):
        with self.clock_at(self.danas.start):
            self.begin(self.danas.start)
        self.connection._mark("disconnected", "person")
        for minutes, state in ((30, "live"), (70, "ended")):
            with self.clock_at(self.danas.stop + timedelta(minutes=minutes)):
                self.danas._end_unasked()
                self.assertEqual(self.danas.state, state)
        self.assertEqual(self.danas.ended_at, self.danas.stop)


class TestHints(InboxCase):
    def test_what_changes_a_meeting_is_only_a_hint_and_has_it_read(self):
        for name in ("meeting.updated", "meeting.deleted", "meeting.permanently_deleted", "meeting.recovered"):
            with self.subTest(name):
                self.meeting.hinted_at = False
                before = self.meeting.read(["state", "start", "duration", "agreed_version", "zoom_id"])
                self.told(name, start_time="2031-01-01T00:00:00Z")
                self.assertTrue(self.meeting.hinted_at)
                self.assertEqual(self.meeting.read(["state", "start", "duration", "agreed_version", "zoom_id"]), before)
                self.assertEqual(self.danas.state, "scheduled")

    def test_a_meeting_that_we_removed_is_not_read_for_the_echo_but_for_its_recovery(self):
        self.meeting.state = "gone"
        self.told("meeting.deleted")
        self.assertFalse(self.meeting.hinted_at)
        self.told("meeting.recovered")
        self.assertTrue(self.meeting.hinted_at)

    def test_a_zoom_user_who_leaves_the_account_has_their_coming_meetings_read(self):
        for name in sorted(events.USERS):
            self.meeting.hinted_at = False
            delivery = self.deliver(
                {"event": name, "event_ts": milliseconds(clock.now()), "payload": {"object": {"id": "zoom-dana"}}}
            )
            self.work()
            self.assertEqual((delivery.state, bool(self.meeting.hinted_at)), ("done", True))
            self.assertEqual(self.connection.state, "connected", "only Zoom's plain word ends a connection")


class TestBelief(InboxCase):
    def test_an_app_speaks_for_its_own_connections_alone(self):
        with self.clock_at(self.danas.start):
            delivery = self.tell("meeting.started", app=self.harbour_app, start_time=clock.now().strftime(STAMP))
            self.work()
        self.assertEqual((delivery.state, self.danas.state), ("foreign", "scheduled"))
        self.assertFalse(delivery.body, "a private meeting of somebody's, perhaps")

    def test_that_a_meeting_was_made_is_no_news_whosever_it_is(self):
        """Of our own it is often told before the answer with the id is noted, and may not read as another's then."""
        for zoom_id in (self.meeting.zoom_id, "99999999999"):
            with self.subTest(zoom_id=zoom_id):
                delivery = self.told("meeting.created", id=zoom_id, topic="A private call")
                self.assertEqual((delivery.state, delivery.cause), ("done", False))
        self.assertFalse(delivery.body, "nothing is kept of what is nobody's here")

    def test_an_unknown_event_is_counted_and_nothing_of_it_kept(self):
        delivery = self.told("meeting.chat_message_sent", chat_message={"message_content": "secret"})
        self.assertEqual((delivery.state, delivery.body), ("unknown", False))

    def test_the_same_delivery_again_has_no_effect(self):
        first = self.tell("meeting.updated", at=self.danas.start)
        self.assertTrue(first)
        self.assertIsNone(self.tell("meeting.updated", at=self.danas.start))
        self.assertEqual(self.env["zoom.delivery"].search_count([("event", "=", "meeting.updated")]), 1)

    def test_what_cannot_be_understood_is_parked_with_its_cause_and_a_person_may_retry(self):
        delivery = self.told("meeting.started", uuid=None)
        self.assertEqual((delivery.state, delivery.cause), ("parked", "uuid"))
        self.assertTrue(delivery.has_body)
        with self.assertRaises(UserError):
            delivery.with_user(self.dana).action_retry()
        delivery.with_user(self.mia).action_retry()
        self.assertEqual((delivery.state, delivery.cause), ("new", False))
        self.work()
        self.assertEqual(delivery.state, "parked")

    def test_one_that_fails_leaves_nothing_half_done_and_the_others_are_worked_on(self):
        """What goes wrong in the middle is undone; the log names where, and nothing of the event."""
        with self.clock_at(self.danas.start):
            failing = self.tell("meeting.started", start_time=clock.now().strftime(STAMP), topic="Griefwork")
            good = self.tell("meeting.updated")
            trouble = patch.object(type(self.danas), "_happened", side_effect=ValueError("Griefwork"))
            with trouble, self.assertLogs("odoo.addons.zoom_telehealth.models.zoom_inbox") as log:
                self.work()
            self.assertEqual((failing.state, good.state), ("parked", "done"))
            self.assertFalse(self.meeting.instance_ids, "the instance was made, and undone")
            self.assertNotIn("Griefwork", "".join(log.output) + failing.cause)
            failing.with_user(self.mia).action_retry()
            self.work()
            self.assertEqual((failing.state, self.danas.state), ("done", "live"))

    def test_a_signed_body_that_is_not_json_is_parked(self):
        for body in ("", "{", "[]", "[" * 100_000, '"text"', "null", "{}"):
            with self.subTest(body[:10]):
                delivery = self.deliver(body)
                self.work()
                self.assertIn(delivery.state, ("parked", "unknown"))

    def test_without_the_servers_key_deliveries_wait(self):
        self.enterContext(self.enter_registry_test_mode())
        delivery = self.tell("meeting.updated")
        self.env.flush_all()
        with self.master_key(""), self.assertLogs("odoo.addons.zoom_telehealth.models.zoom_inbox", "ERROR"):
            self.env.ref("zoom_telehealth.ir_cron_inbox").method_direct_trigger()
        self.assertEqual(delivery.state, "new")
        self.env.ref("zoom_telehealth.ir_cron_inbox").method_direct_trigger()
        self.assertEqual(delivery.state, "done")
