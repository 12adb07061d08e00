"""Each failure says its cause, its next try and who must act (R28), and nothing of it stops a save (R5, R9)."""

from datetime import timedelta

from .. import clock
from .common import ANA, ANAS_TITLE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, NORA, OMAR, PRACTICE_APP


class TestTrouble(ReconcilerCase):
    """R28: each failure says its cause, its next try and who must act, and nothing of it stops a save (R5, R9)."""

    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)

    def assertFails(self, session, failure, words):
        """Expect this failure on the session, told in words with the time of the next try."""
        self.work()
        meeting = session.meeting_ids[:1]
        self.assertEqual(meeting.failure, failure)
        session.invalidate_recordset()
        self.assertEqual(session.meeting_status, "failing")
        self.assertIn(words, session.meeting_sentence)
        self.assertIn("Next try", session.meeting_sentence)
        self.assertGreater(meeting.next_try, clock.now())
        self.assertFalse(meeting.lease_until)
        for hidden in (ANA, ANAS_TITLE):
            self.assertNotIn(hidden, meeting.failure_facts or "")
        return meeting

    def test_each_cause_has_its_sentence(self):
        for failure, words, fault, keys in (
            ("unknown", "not known yet", "status", {"status": 503}),
            ("unreachable", "cannot be reached", None, {}),
            (
                "limited",
                "limit of calls",
                "status",
                {"status": 429, "body": {"code": 429, "message": "x"}, "headers": {"Retry-After": "120"}},
            ),
            ("unknown", "not known yet", "answer_lost", {}),
            ("unknown", "not known yet", "html", {}),
            ("refused", "telehealth manager looks", "status", {"status": 400, "body": {"code": 300, "message": "x"}}),
            ("user", "does not know this user", "status", {"status": 404, "body": {"code": 1001, "message": "x"}}),
        ):
            with self.subTest(failure=failure, fault=fault):
                session = self.session(title=f"{failure} {fault}")
                if fault:
                    self.simulator.fault(fault, path="/v2/users/me/meetings", method="POST", times=9, **keys)
                else:
                    self.connection.api_url = "http://127.0.0.1:9"
                self.assertFails(session, failure, words)
                self.connection.api_url = self.simulator.url
                self.simulator.control("DELETE", "faults")
                session.event_id.write({"start": soon(days=1), "stop": soon(days=1, hours=1)})
                session.event_id.action_archive()
                self.assertEqual(session.state, "cancelled", "no answer of Zoom's stops a save")
                self.env["zoom.meeting"].search([("session_id", "=", session.id)]).state = "gone"

    def test_trouble_of_zooms_while_a_meeting_is_moved_is_told_and_mended(self):
        session = self.session()
        self.work()
        self.simulator.fault("status", status=503, path="/v2/meetings/*", method="PATCH")
        session.event_id.write({"start": soon(days=1), "stop": soon(days=1, hours=1)})
        meeting = self.assertFails(session, "trouble", "trouble of its own")
        with self.clock_moved(minutes=2):
            self.work()
        self.assertEqual((meeting.start, meeting.failure), (soon(days=1), False))

    def test_a_missing_scope_names_who_must_tick_it(self):
        """R10."""
        self.simulator.control(
            "POST", "apps", client_id=PRACTICE_APP[0], scopes=["user:read:user", "meeting:read:meeting"]
        )
        self.connection = self.connect(self.dana, DANA)
        meeting = self.assertFails(self.session(), "scope", "telehealth manager ticks it")
        self.assertIn("meeting:write:meeting", meeting.failure_facts)
        self.assertIn("meeting:write:meeting", self.connection.missing_scopes)

    def test_a_zoom_user_who_may_not_host_is_told_who_gives_the_right(self):
        self.connect(self.omar, NORA)
        session = self.session(provider=self.omar)
        self.assertFails(session, "not_host", "gives a licence or role")

    def test_a_revoked_grant_asks_the_provider_to_connect_again(self):
        """R1, R3."""
        session = self.session()
        self.simulator.control("POST", "tokens", action="revoke")
        self.work()
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "grant_refused"))
        session.invalidate_recordset()
        self.assertEqual(session.meeting_status, "waiting")
        self.assertIn("Dana Reyes", session.meeting_sentence)

    def test_who_connects_again_while_the_loop_runs_is_not_held_to_what_it_found_before(self):
        self.env["zoom.connection.token"].search([("connection_id", "=", self.connection.id)]).unlink()
        self.connect(self.omar, OMAR)
        danas, omars = self.session(), self.session(provider=self.omar)
        connected = []

        def more(_room):
            if connected:
                return {}
            connected.append(self.connect(self.dana, DANA))
            return self.reconciler._claim(8)

        for meeting_id, outcome in self.reconciler._call(self.reconciler._claim(8), more):
            self.reconciler._record(meeting_id, outcome)
        self.assertEqual([self.meeting_of(session).state for session in (danas, omars)], ["live", "live"])

    def test_an_outage_of_the_token_endpoint_never_disconnects(self):
        """R3."""
        self.simulator.control("POST", "tokens", action="expire_access")
        for kind, keys in (
            ("status", {"status": 500}), ("status", {"status": 429}),
            ("status", {"status": 401, "body": {"reason": "x"}}), ("html", {}), ("empty", {}), ("reset", {}),
        ):  # fmt: skip
            session = self.session()
            self.simulator.fault(kind, path="/oauth/token", times=9, **keys)
            with self.subTest(kind=kind, **keys):
                self.work()
                self.connection.invalidate_recordset()
                self.assertEqual(self.connection.state, "connected")
                self.assertTrue(self.env["zoom.connection.token"]._of(self.connection).refresh_token)
            self.simulator.control("DELETE", "faults")
            session.event_id.unlink()
            self.env["zoom.meeting"].search([]).state = "gone"

    def test_tries_grow_apart_and_stay_within_an_hour(self):
        session = self.session()
        self.simulator.fault("status", status=503, path="/v2/users/me/meetings", method="POST", times=None)
        self.simulator.fault("status", status=503, path="/v2/users/me/meetings", method="GET", times=None)
        waits, ahead = [], timedelta(0)
        for _try in range(9):
            with self.clock_moved(seconds=ahead.total_seconds()):
                self.work()
                meeting = session.meeting_ids
                waits.append(meeting.next_try - clock.now())
                ahead += waits[-1] + timedelta(seconds=2)
        self.assertLess(waits[0], timedelta(minutes=1))
        self.assertGreater(waits[-1], timedelta(minutes=30))
        self.assertLess(max(waits), timedelta(hours=1, minutes=15))
        self.assertEqual(meeting.failures, 9)

    def test_what_zoom_says_about_waiting_is_kept_to_even_when_somebody_is_at_the_door(self):
        session = self.session()
        body = {"code": 429, "message": "x"}
        self.simulator.fault(
            "status", status=429, body=body, headers={"Retry-After": "600"}, path="/v2/users/me/meetings", times=9
        )
        meeting = self.assertFails(session, "limited", "limit of calls")
        self.assertGreater(meeting.next_try, clock.now() + timedelta(minutes=9))
        meeting._hurry()
        self.assertGreater(meeting.next_try, clock.now() + timedelta(minutes=9))

    def test_a_lost_answer_is_looked_for_and_adopted(self):
        """R12."""
        session = self.session()
        self.simulator.fault("answer_lost", path="/v2/users/me/meetings", method="POST")
        meeting = self.assertFails(session, "unknown", "We look before trying again")
        self.assertEqual(len(self.simulator.meetings()), 1)
        with self.clock_moved(seconds=30):
            self.assertEqual(self.work(), {meeting: "look"})
        [at_zoom] = self.simulator.meetings()
        self.assertEqual((meeting.state, meeting.zoom_id), ("live", str(at_zoom["id"])))

    def test_trouble_is_over_when_it_is_over(self):
        session = self.session()
        self.simulator.fault("status", status=503, path="/v2/users/me/meetings", method="POST", effect=False)
        self.work()
        for seconds in (60, 300, 900):
            with self.clock_moved(seconds=seconds):
                self.work()
        meeting = self.meeting_of(session)
        self.assertEqual(
            (meeting.state, meeting.failure, meeting.failures, meeting.next_try), ("live", False, 0, False)
        )
        session.invalidate_recordset()
        self.assertEqual(session.meeting_status, "ready")
        self.assertEqual(len(self.simulator.meetings()), 1)

    def test_two_meetings_with_one_marker_become_one(self):
        """Rule 4."""
        session = self.session()
        [meeting] = self.work()
        made = self.simulator.meetings()[0]
        body = {"email": DANA, "topic": made["topic"], "type": 2, "start_time": made["start_time"], "duration": 50}
        self.simulator.control("POST", "meetings", **body)
        meeting.write({"look_again_at": clock.now() - timedelta(minutes=1)})
        while self.work():
            pass
        self.assertEqual([str(one["id"]) for one in self.simulator.meetings()], [meeting.zoom_id])
        self.assertEqual(self.meeting_of(session), meeting)

    def test_a_meeting_that_is_not_ours_is_left_alone(self):
        """Rule 7."""
        self.simulator.control("POST", "meetings", email=DANA, topic="Family", type=2, duration=30)
        session = self.session()
        self.simulator.fault("answer_lost", path="/v2/users/me/meetings", method="POST")
        self.work()
        with self.clock_moved(seconds=30):
            self.work()
        session.event_id.action_archive()
        self.work()
        self.assertEqual([one["topic"] for one in self.simulator.meetings()], ["Family"])
