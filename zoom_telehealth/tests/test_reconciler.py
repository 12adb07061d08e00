"""What the reconciler finds, claims, asks of Zoom and records; its loop and its crashes are the system tests'."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tools import SQL

from .. import clock
from ..models.zoom_reconciler import LEASE
from .common import ANA, ANAS_TITLE, NEUTRAL, SERVICE, TelehealthCase, soon
from .simulator import DANA, NORA, OMAR, PRACTICE_APP


class ReconcilerCase(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The database of the tests may hold sessions of its own; here the two practices' alone count.
        cls.env["res.company"].search(
            [("id", "not in", (cls.sunrise | cls.harbour).ids)]
        ).telehealth_zoom_allowed = False
        cls.reconciler = cls.env["zoom.reconciler"]

    def setUp(self):
        super().setUp()
        self.simulator.reset()
        # As in a scheduled action, other cursors see what this one wrote.
        self.enterContext(self.enter_registry_test_mode())

    def connect(self, user, email):
        """Give a provider a connection that really works at the simulator."""
        token_set, zoom_user = self.simulator.grant(self.app._redirect_uri(), email)
        connection = self.env["zoom.connection"]._store_grant(user, self.app, token_set, zoom_user)
        self.simulator.forget_calls()
        return connection

    def work(self, limit=8):
        """One turn of the loop: claim, call, record; returns what was asked, as ``{meeting: kind}``."""
        claims = self.reconciler._claim(limit)
        self.env.flush_all()
        for meeting_id, outcome in self.reconciler._call(claims):
            self.reconciler._record(meeting_id, outcome)
        self.env.flush_all()
        return {self.env["zoom.meeting"].browse(meeting_id): claim.task.kind for meeting_id, claim in claims.items()}

    def session(self, provider=None, clients=None, **values):
        event = self.book(provider or self.dana, clients or [self.ana], values.pop("title", ANAS_TITLE), **values)
        return self.session_of(event)

    def meeting_of(self, session):
        return session._current_meeting()


class TestFinding(ReconcilerCase):
    def due_sessions(self, limit=100):
        return [session for session, _meeting in self.reconciler._due(limit)]

    def test_the_nearest_session_comes_first(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        far, near, middle = (self.session(start=soon(days=days)) for days in (9, 1, 5))
        self.assertEqual(self.due_sessions(), [near.id, middle.id, far.id])
        self.assertEqual(self.due_sessions(limit=2), [near.id, middle.id])

    def test_only_sessions_within_the_practices_horizon_are_due(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.sunrise.telehealth_horizon_days = 10
        near, far = self.session(start=soon(days=9)), self.session(start=soon(days=11))
        self.assertEqual(self.due_sessions(), [near.id])
        self.assertEqual(far.meeting_status, "later")
        self.assertIn("10 days before the session", far.meeting_sentence)
        with self.clock_moved(days=2):
            self.assertEqual(self.due_sessions(), [near.id, far.id])

    def test_what_wants_no_meeting_is_not_due(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.session(telehealth_place="in_person")
        self.session(start=soon(hours=-3))
        self.session().event_id.action_archive()
        self.session(provider=self.otto)
        ended = self.session()
        ended.state = "ended"
        self.assertEqual(self.due_sessions(), [])

    def test_without_a_connection_no_row_is_made_and_the_sentence_names_who_must_act(self):
        """R28."""
        session = self.session()
        self.assertEqual(self.reconciler._claim(8), {})
        self.assertFalse(session.meeting_ids)
        self.assertEqual(session.meeting_status, "waiting")
        self.assertIn("Dana Reyes has not connected Zoom yet", session.meeting_sentence)
        connection = self.connection_row(self.dana, self.app, "zoom-dana", state="reconnect_needed")
        self.assertEqual(self.reconciler._claim(8), {})
        connection.state = "connected"
        self.assertEqual(len(self.reconciler._claim(8)), 1)

    def test_a_practice_that_switched_zoom_off_gets_no_meetings(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        session = self.session()
        self.sunrise.telehealth_zoom_allowed = False
        session.invalidate_recordset()
        self.assertEqual(self.due_sessions(), [])
        self.assertIn("switched off for this practice", session.meeting_sentence)

    def test_a_connection_of_another_practice_serves_nobody_here(self):
        self.connection_row(self.dana, self.harbour_app, "zoom-dana")
        self.session()
        self.assertEqual(self.due_sessions(), [])

    def test_one_connection_serves_a_provider_in_two_practices(self):
        """Decision 6."""
        self.app.company_ids |= self.harbour
        self.dana.company_ids |= self.harbour
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        events = self.env["calendar.event"].with_user(self.dana)
        here = events.with_context(allowed_company_ids=self.sunrise.ids).create(self.event_values(self.dana))
        there = events.with_context(allowed_company_ids=self.harbour.ids).create(
            self.event_values(self.dana, start=soon(hours=4))
        )
        self.assertEqual(self.session_of(there).company_id, self.harbour)
        self.reconciler._claim(8)
        meetings = (self.session_of(here) | self.session_of(there)).meeting_ids
        self.assertEqual(meetings.connection_id, connection)
        self.assertEqual(len({reference.split("-")[0] for reference in meetings.mapped("reference")}), 2)

    def test_a_claimed_meeting_is_left_alone_until_its_lease_ends(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.session()
        [(meeting_id, claim)] = self.reconciler._claim(8).items()
        self.assertEqual(claim.task.kind, "create")
        self.assertEqual(self.reconciler._claim(8), {})
        with self.clock_moved(seconds=LEASE.total_seconds() + 1):
            [(again, claim)] = self.reconciler._claim(8).items()
            self.assertEqual((again, claim.task.kind), (meeting_id, "look"), "who claimed it may have called Zoom")

    def test_finding_work_reads_what_is_due_and_not_what_is_done(self):
        """Both parts use their partial index: the cost does not grow with the practice's past."""
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO telehealth_session
                       (row_key, company_id, provider_id, place, start, stop, state, token, version)
                SELECT 'k' || n, %(company)s, %(provider)s, 'zoom', now() - n * interval '1 hour',
                       now() - n * interval '1 hour', 'ended', 't' || n, 1
                  FROM generate_series(1, 20000) n;
                INSERT INTO zoom_meeting
                       (row_key, company_id, provider_id, connection_id, session_id, state, reference, zoom_id)
                SELECT 'm' || s.id, s.company_id, s.provider_id, %(connection)s, s.id, 'over', 'r' || s.id, 'z' || s.id
                  FROM telehealth_session s WHERE s.state = 'ended';
                ANALYZE telehealth_session; ANALYZE zoom_meeting
                """,
                company=self.sunrise.id,
                provider=self.dana.id,
                connection=connection.id,
            )
        )
        self.session()
        plan = self.plan_of_due()
        self.assertNotIn("Seq Scan on telehealth_session", plan)
        self.assertNotIn("Seq Scan on zoom_meeting", plan)
        self.assertIn("telehealth_session_wanted_by_start", plan)
        self.assertIn("zoom_meeting_open", plan)
        self.assertEqual(len(self.reconciler._due(8)), 1)

    def plan_of_due(self):
        """Return PostgreSQL's plan of the query in ``_due``."""
        queries, cursor_class = [], type(self.env.cr)
        execute = cursor_class.execute

        def keep(cursor, query, *args, **options):
            queries.append(query)
            return execute(cursor, query, *args, **options)

        with patch.object(cursor_class, "execute", keep):
            self.reconciler._due(8)
        self.env.cr.execute(SQL("EXPLAIN %s", queries[-1]))
        return "\n".join(line for [line] in self.env.cr.fetchall())


class TestMakingMeetingsAtZoom(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)

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

    def test_a_live_session_is_read_until_zoom_says_it_is_over(self):
        session = self.session(start=soon(minutes=5))
        [meeting] = self.work()
        session._mark_live()
        self.simulator.control("POST", "people", meeting_id=int(meeting.zoom_id), role="host")
        with self.clock_moved(minutes=10):
            self.assertEqual(self.work(), {meeting: "read"})
            self.assertEqual(session.state, "live")
        self.simulator.control("DELETE", "people", meeting_id=int(meeting.zoom_id))
        with self.clock_moved(minutes=90):
            self.work()
            self.assertEqual(session.state, "ended")

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
        past, coming = self.session(start=soon(days=-3)), self.session()
        meetings = {session: self.meeting_row(session, connection) for session in (past, coming)}
        self.env["zoom.meeting"]._gc_over()
        self.assertEqual((meetings[past].state, meetings[coming].state), ("over", "live"))
