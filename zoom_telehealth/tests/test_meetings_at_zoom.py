"""What Zoom has after a turn of the reconciler: made, moved, handed over, removed."""

from datetime import datetime

from .common import ANA, ANAS_TITLE, NEUTRAL, SERVICE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR


class TestMakingMeetingsAtZoom(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)

    def test_what_is_booked_while_the_action_tidies_up_is_made_in_the_same_run(self):
        """Its wake may have been taken for the one that started this run: waiting for the next one takes a minute."""
        booked = []

        def tidy_up(sessions):
            booked.append(self.session())

        self.patch(type(self.env["telehealth.session"]), "_end_unasked", tidy_up)
        self.env.ref("zoom_telehealth.ir_cron_reconcile").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.meeting_of(booked[0]).state, "live")

    def test_a_session_gets_a_private_meeting_with_a_neutral_topic(self):
        """R24."""
        session = self.session(telehealth_service_id=self.service.id)
        self.assertEqual(session.meeting_status, "pending")
        [(meeting, kind)] = self.work().items()
        self.assertEqual((kind, meeting.state), ("create", "live"))
        session.invalidate_recordset()
        self.assertEqual(session.meeting_status, "ready")
        [at_zoom] = self.simulator.meetings()
        self.assertEqual(str(at_zoom["id"]), meeting.zoom_id)
        self.assertIn(meeting.reference, at_zoom["topic"])
        self.assertTrue(at_zoom["topic"].startswith(NEUTRAL))
        self.assertEqual(at_zoom["start_time"], session.start.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual((at_zoom["duration"], at_zoom["password"]), (50, meeting.passcode))
        self.assertTrue(at_zoom["settings"]["waiting_room"])
        self.assertFalse(at_zoom["settings"]["join_before_host"])
        self.assertEqual(at_zoom["settings"]["auto_recording"], "none")
        self.assertTrue(meeting.join_link.startswith(f"{self.simulator.url}/j/"))

    def test_zoom_gets_the_events_instant_in_every_zone_and_on_both_sides_of_a_clock_change(self):
        """R13."""
        with self.clock_at(datetime(2031, 3, 1)):
            self.sunrise.telehealth_horizon_days = 300
            self.connect(self.dana, DANA)
            for zone in ("America/New_York", "Europe/Brussels", "Asia/Kolkata", "Australia/Sydney"):
                self.dana.tz = zone
                for day in ((3, 9), (3, 30), (10, 26), (11, 2)):  # the days on which their clocks change
                    session = self.session(start=datetime(2031, *day, 1, 30))
                    [meeting] = self.work()
                    with self.subTest(zone=zone, day=day):
                        [at_zoom] = [one for one in self.simulator.meetings() if str(one["id"]) == meeting.zoom_id]
                        self.assertEqual(at_zoom["start_time"], session.start.strftime("%Y-%m-%dT%H:%M:%SZ"))
                        self.assertEqual((meeting.start, at_zoom["timezone"]), (session.start, zone))

    def test_no_payload_names_a_client_a_title_or_a_service(self):
        """R24."""
        session = self.session(clients=[self.ana, self.ben], telehealth_service_id=self.service.id)
        self.work()
        session.event_id.write({"name": "Another secret title", "start": soon(hours=5), "stop": soon(hours=6)})
        self.work()
        session.event_id.action_archive()
        self.work()
        calls = self.simulator.calls()
        self.assertEqual(
            [call["method"] for call in calls if call["path"] != "/oauth/token"], ["POST", "PATCH", "GET", "DELETE"]
        )
        sent = str([(call["path"], call["query"], call["body"]) for call in calls])
        words = [
            ANA,
            ANAS_TITLE,
            "Another secret title",
            SERVICE,
            self.ben.name,
            self.ana.email,
            self.ben.email,
            session.token,
        ]
        for word in words + [part for name in (ANA, self.ben.name) for part in name.split()]:
            with self.subTest(word=word):
                self.assertNotIn(word, sent)

    def test_a_second_turn_with_nothing_changed_asks_nothing(self):
        """R14."""
        self.session()
        self.work()
        self.simulator.forget_calls()
        self.assertEqual(self.work(), {})
        self.env["calendar.event"].search([("telehealth", "=", True)]).write({"location": "Room 1"})
        self.assertEqual(self.work(), {})
        self.assertEqual(self.simulator.calls(), [])

    def test_moving_keeps_the_meeting_and_its_join_link(self):
        """R6."""
        session = self.session()
        [meeting] = self.work()
        first = (meeting.zoom_id, meeting.join_link)
        for days in range(1, 5):
            session.event_id.write({"start": soon(days=days), "stop": soon(days=days, minutes=30)})
            self.assertEqual(session.meeting_status, "pending")
            self.assertEqual(self.work(), {meeting: "update"})
        self.assertEqual((meeting.zoom_id, meeting.join_link), first)
        [at_zoom] = self.simulator.meetings()
        self.assertEqual(
            (at_zoom["start_time"], at_zoom["duration"]), (soon(days=4).strftime("%Y-%m-%dT%H:%M:%SZ"), 30)
        )

    def test_a_meeting_moved_beyond_the_horizon_is_kept_and_moved(self):
        session = self.session()
        [meeting] = self.work()
        session.event_id.write({"start": soon(days=90), "stop": soon(days=90, hours=1)})
        self.assertEqual(self.work(), {meeting: "update"})
        self.assertEqual(self.simulator.meetings()[0]["start_time"], soon(days=90).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def test_cancelling_and_reviving_deletes_and_makes_anew(self):
        session = self.session()
        [meeting] = self.work()
        for cancel in (
            session.event_id.action_archive,
            lambda: session.event_id.write({"telehealth": False}),
            lambda: session.event_id.write({"telehealth_place": "in_person"}),
        ):
            cancel()
            self.assertEqual(self.work(), {meeting: "delete"})
            self.assertEqual((meeting.state, self.simulator.meetings()), ("gone", []))
            session.event_id.write({"active": True, "telehealth": True, "telehealth_place": "zoom"})
            [meeting] = self.work()
            self.assertEqual((meeting.session_id, meeting.state), (session, "live"))
        self.assertEqual(len(self.simulator.meetings()), 1)

    def test_a_removed_events_meeting_is_deleted_with_the_connection_that_made_it(self):
        """R8."""
        session = self.session()
        [meeting] = self.work()
        session.event_id.unlink()
        self.assertEqual(self.work(), {meeting: "delete"})
        self.assertEqual(self.simulator.meetings(), [])
        self.assertEqual(meeting.session_id, session, "the row survives")

    def test_a_session_cancelled_before_its_meeting_was_made_costs_no_call(self):
        session = self.session()
        self.reconciler._leased(8)
        session.meeting_ids.lease_until = False
        session.event_id.action_archive()
        self.assertEqual(self.work(), {})
        self.assertEqual(session.meeting_ids.state, "gone")
        self.assertEqual(self.simulator.calls(), [])

    def test_a_change_of_provider_moves_the_meeting_to_the_new_host(self):
        """R7."""
        self.connect(self.omar, OMAR)
        session = self.session()
        [old] = self.work()
        link = session.event_id.videocall_location
        session.event_id.with_user(self.sam).write({"user_id": self.omar.id})
        while self.work():
            pass
        new = self.meeting_of(session)
        self.assertEqual((old.state, new.state), ("gone", "live"))
        self.assertEqual((old.connection_id.user_id, new.connection_id.user_id), (self.dana, self.omar))
        [at_zoom] = self.simulator.meetings()
        self.assertEqual(at_zoom["host_email"], OMAR)
        self.assertEqual(session.event_id.videocall_location, link, "the clients' link leads to the new one")

    def test_an_old_hosts_meeting_waits_for_a_broken_connection_and_is_not_lost(self):
        """R7."""
        session = self.session()
        [old] = self.work()
        self.env["zoom.connection.token"]._of(self.connection).unlink()
        session.event_id.action_archive()
        self.work()
        self.assertEqual((old.state, old.failure), ("leaving", "connection"))
        self.assertTrue(old.next_try)
        self.connect(self.dana, DANA)
        with self.clock_moved(hours=2):
            self.simulator.control("POST", "tokens", action="expire_access")
            self.work()
        self.assertEqual((old.state, self.simulator.meetings()), ("gone", []))

    def test_an_expired_or_refused_token_is_renewed_once_for_all(self):
        """R2."""
        for hour in range(3, 7):
            self.session(start=soon(hours=hour))
        self.simulator.control("POST", "tokens", action="expire_access")
        self.work()
        self.assertEqual(len(self.simulator.meetings()), 4)
        self.assertEqual(len(self.simulator.calls(path="/oauth/token")), 1)

    def test_a_meeting_removed_at_zoom_is_made_anew_only_when_zoom_said_so_twice(self):
        """R6, R19."""
        session = self.session()
        [meeting] = self.work()
        self.simulator.control("DELETE", f"meetings/{meeting.zoom_id}")
        session.event_id.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.assertEqual(self.work(), {meeting: "update"})
        self.assertEqual(meeting.state, "gone")
        self.assertEqual([call["method"] for call in self.simulator.calls()][-2:], ["PATCH", "GET"])
        [new] = self.work()
        self.assertNotEqual(new, meeting)
        self.assertEqual([str(one["id"]) for one in self.simulator.meetings()], [new.zoom_id])

    def test_two_sessions_of_a_client_on_one_day_have_two_meetings(self):
        """R30."""
        one, two = self.session(start=soon(hours=3)), self.session(start=soon(hours=5))
        self.work()
        self.assertNotEqual(self.meeting_of(one).zoom_id, self.meeting_of(two).zoom_id)
        self.assertEqual(len(self.simulator.meetings()), 2)

    def test_a_started_session_is_asked_for_until_zoom_says_it_is_over(self):
        session = self.session(start=soon(minutes=5))
        [meeting] = self.work()
        session._mark_live()
        self.simulator.control("POST", "people", meeting_id=int(meeting.zoom_id), role="host")
        with self.clock_moved(minutes=15):
            self.assertEqual(self.work(), {}, "Zoom's event is given its time")
        with self.clock_moved(minutes=25):
            self.assertEqual(self.work(), {meeting: "pull"})
            self.assertEqual(session.state, "live")
            self.assertTrue(meeting.instance_ids.started_at)
            self.assertEqual(self.work(), {}, "it runs: it is asked again when it should be over")
        with self.clock_moved(minutes=50):
            self.simulator.control("DELETE", "people", meeting_id=int(meeting.zoom_id))
        with self.clock_moved(minutes=80):
            self.assertEqual(self.work(), {meeting: "pull"})
            self.assertEqual(session.state, "ended")
            self.assertTrue(meeting.instance_ids.end_was_asked)

    def test_a_live_session_is_never_moved_at_zoom(self):
        session = self.session(start=soon(minutes=5))
        [meeting] = self.work()
        session._mark_live()
        session.event_id.write({"start": soon(days=1), "stop": soon(days=1, hours=1)})
        with self.clock_moved(minutes=10):
            self.work()
        self.assertFalse(self.simulator.calls("PATCH"))
        self.assertEqual(meeting.start, soon(minutes=5))

    def test_a_users_save_never_touches_the_meeting_and_the_reconciler_never_the_wish(self):
        """Decision 1."""
        session = self.session()
        [meeting] = self.work()
        stamp = meeting.read()
        version = session.version
        session.event_id.write({"start": soon(days=2), "stop": soon(days=2, hours=1)})
        meeting.invalidate_recordset()
        self.assertEqual(meeting.read(), stamp)
        wish = session.read(["start", "stop", "state", "version", "place", "provider_id"])
        self.work()
        session.invalidate_recordset()
        self.assertEqual(session.read(["start", "stop", "state", "version", "place", "provider_id"]), wish)
        self.assertEqual(meeting.agreed_version, version + 1)


class TestRun(ReconcilerCase):
    def test_the_scheduled_action_works_until_nothing_is_due(self):
        self.connect(self.dana, DANA)
        sessions = [self.session(start=soon(hours=hour)) for hour in range(2, 14)]
        self.env.ref("zoom_telehealth.ir_cron_reconcile").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self.simulator.meetings()), 12)
        self.assertEqual({session.meeting_status for session in sessions}, {"ready"})
        self.simulator.forget_calls()
        self.env.ref("zoom_telehealth.ir_cron_reconcile").method_direct_trigger()
        self.assertEqual(self.simulator.calls(), [])

    def test_long_past_meetings_leave_the_reconcilers_sight(self):
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        past, asked, coming = self.session(start=soon(days=-10)), self.session(start=soon(days=-3)), self.session()
        held = self.session(start=soon(days=-2))
        sessions = (past, asked, held, coming)
        meetings = [self.meeting_row(session, connection) for session in sessions]
        held.with_context(from_calendar_event=True).state = "ended"
        self.env["zoom.meeting"]._gc_over()
        self.assertEqual([meeting.state for meeting in meetings], ["over", "live", "over", "live"])
