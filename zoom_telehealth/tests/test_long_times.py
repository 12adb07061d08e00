"""Days and months of fifty connections, by the moved clock: only a lost answer costs one, and that is named."""

import random
from contextlib import suppress
from datetime import datetime, time, timedelta

from .. import clock
from ..models.zoom_connection_token import ConnectionUnusable
from ..zoom.errors import TokenRefused, ZoomError
from ..zoom.transport import CLICK, new_session
from .many_connections import KEEP_ALIVE, PROVIDERS, RECONCILE, WATCH, ManyConnectionsCase

STEP = timedelta(minutes=20)
LONGEST_WAIT = timedelta(minutes=40)  # an outage of 20 minutes, and the step after it
ERROR_RATE = 0.01
ERRORS = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429},
    {"kind": "html"},
    {"kind": "empty"},
    {"kind": "reset"},
)
# More than the token requests of a day: faults wait for the whole of it.
MOST_REQUESTS = 1000
LOST_ANSWERS = 3
KEPT = ("connected", False)


class TestADay(ManyConnectionsCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(4)  # noqa: S311 a test that goes the same way each time
        self.connections = self.connect_providers()
        # The day begins in the evening: the end of the day by UTC, when all are due to be tried, falls into it.
        self.begin = datetime.combine(clock.now().date() + timedelta(days=1), time(hour=18))
        self.waits = []

    def test_a_day_of_errors_and_outages_disconnects_nobody_and_lost_answers_are_named(self):
        sessions = self.sessions_within(self.begin, timedelta(hours=23), self.connections.user_id)
        for request in range(0, MOST_REQUESTS, round(1 / ERROR_RATE)):
            self.token_fault(**self.random.choice(ERRORS), skip=request + self.random.randrange(round(1 / ERROR_RATE)))
        outages = [
            (self.begin.replace(hour=0) + timedelta(days=1), {"kind": "status", "status": 503}),
            (self.begin + timedelta(hours=14), {"kind": "reset"}),
        ]

        self.live_through(self.begin, timedelta(hours=24), sessions, outages)

        self.assertEqual(self.verdicts(self.connections), [KEPT] * PROVIDERS)
        self.assertFalse(self.env["mail.activity"].search([("res_model", "=", "zoom.connection")]))
        self.assertEqual(len(self.waits), PROVIDERS, "every provider got into every session")
        self.assertLessEqual(max(self.waits), LONGEST_WAIT)
        requests = self.token_requests()
        hit = [call for call in requests if call["fault"]]
        self.assertGreaterEqual(len(requests), PROVIDERS)
        self.assertGreaterEqual(len(hit), len(requests) * ERROR_RATE)

        self.simulator.control("DELETE", "faults")
        for number in range(LOST_ANSWERS):
            self.token_fault(kind="answer_lost", skip=4 * number)
        next_day = self.begin + timedelta(hours=24)
        sessions = self.sessions_within(next_day, timedelta(hours=2), self.connections.user_id[: 5 * LOST_ANSWERS])
        self.live_through(next_day, timedelta(hours=3), sessions, [])

        lost = self.connections.filtered(lambda one: one.state != "connected")
        self.assertEqual(self.verdicts(lost), [("reconnect_needed", "refresh_lost")] * LOST_ANSWERS)
        self.assertEqual(self.verdicts(self.connections - lost), [KEPT] * (PROVIDERS - LOST_ANSWERS))
        told = self.env["mail.activity"].search([("res_model", "=", "zoom.connection")])
        self.assertEqual(set(told.mapped("res_id")), set(lost.ids))
        self.assertLessEqual(set(lost.user_id), set(told.user_id))

    def sessions_within(self, begin, length, providers):
        """Book a session for each provider, spread over a time, and return them."""
        minutes = int(length / timedelta(minutes=1))
        values = [
            self.event_values(
                provider, [self.ana], "A session", start=begin + timedelta(minutes=self.random.randrange(minutes))
            )
            for provider in providers
        ]
        here = {"allowed_company_ids": self.sunrise.ids, "dont_notify": True}
        return self.session_of(self.env["calendar.event"].with_context(**here).create(values))

    def token_fault(self, **fault):
        self.simulator.control("POST", "faults", **fault, path="/oauth/token", times=1)

    def live_through(self, begin, length, sessions, outages):
        """Let time pass in steps: the scheduled actions run, and each provider starts each session in its time."""
        waiting, moment = list(sessions), begin
        while moment < begin + length:
            down = self.outage_at(moment, outages)
            with self.clock_at(moment):
                self.run_action(RECONCILE)
                self.run_action(KEEP_ALIVE)
                self.run_action(WATCH)
                due = [session for session in waiting if session.start <= moment]
                waiting = [session for session in waiting if session not in due or not self.starts(session, moment)]
            if down:
                self.simulator.control("DELETE", f"faults/{down}")
            moment += STEP

    def outage_at(self, moment, outages):
        """Let Zoom be down for this step where an outage says so; returns the fault's id or None."""
        for since, fault in outages:
            if since <= moment < since + timedelta(minutes=20):
                return self.simulator.control("POST", "faults", **fault, path="/**", times=None)["id"]
        return None

    def starts(self, session, moment):
        """Press Start as the provider, and tell whether it led into the meeting or never will."""
        connection = self.env["zoom.connection"].search([("user_id", "=", session.provider_id.id)])
        meeting = session._current_meeting()
        if connection.state != "connected":
            return True
        if meeting.state != "live":
            return False
        with suppress(ZoomError, ConnectionUnusable):
            self.assertIn("zak=", self.start_link(connection, meeting.zoom_id))
            self.waits.append(moment - session.start)
            return True
        self.env.invalidate_all()
        return False

    def start_link(self, connection, zoom_id):
        """Get the host's link as the route behind Start does."""
        tokens = self.env["zoom.connection.token"]
        access_token = tokens._access_token(connection, timeout=CLICK)
        with new_session() as session:
            try:
                return connection._client(session, access_token, timeout=CLICK).start_link(zoom_id)
            except TokenRefused:
                access_token = tokens._access_token(connection, refused=access_token, timeout=CLICK)
                return connection._client(session, access_token, timeout=CLICK).start_link(zoom_id)


class TestMonths(ManyConnectionsCase):
    def test_120_idle_days_of_fifty_connections_lose_no_refresh_token(self):
        connections = self.connect_providers()
        tokens = self.env["zoom.connection.token"]
        for days in range(15, 121, 15):
            with self.clock_moved(days=days):
                self.run_action(KEEP_ALIVE)
        self.assertEqual(self.verdicts(connections), [KEPT] * PROVIDERS)
        with self.clock_moved(days=121):
            for connection in connections:
                self.assertTrue(tokens._access_token(connection, renewed_after=clock.now()))
        live = [one for one in self.simulator.control("GET", "state")["tokens"] if one["refresh_live"]]
        self.assertEqual(len(live), PROVIDERS)
