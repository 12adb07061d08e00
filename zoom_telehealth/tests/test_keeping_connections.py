"""Connections do not die silently: tried in time, told in time, and taken back when they heal (R1, R2, R3)."""

from contextlib import suppress
from datetime import datetime, timedelta

from .. import clock
from ..models.zoom_connection_token import ConnectionUnusable
from .common import ANA, ANAS_TITLE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR, PRACTICE_APP


class KeepingCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connections = self.env["zoom.connection"]
        self.connection = self.connect(self.dana, DANA)

    def run_action(self, name):
        """Run a scheduled action as the scheduler does: it commits."""
        self.env.ref(f"zoom_telehealth.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def token_requests(self):
        return self.simulator.calls("POST", path="/oauth/token")

    def end_grant(self, reason="revoke"):
        self.simulator.control("POST", "tokens", action=reason)


class TestKeepingAlive(KeepingCase):
    def due(self):
        return self.connections._to_keep_alive(100)

    def test_who_hosts_within_a_day_is_tried_once_a_day(self):
        tomorrow = datetime.combine(clock.now().date() + timedelta(days=1), datetime.min.time()) + timedelta(hours=6)
        with self.clock_at(tomorrow):
            self.assertFalse(self.due())
            self.session(start=tomorrow + timedelta(hours=20))
            self.assertEqual(self.due(), self.connection)
            self.run_action("ir_cron_keep_alive")
            self.assertFalse(self.due())
            self.assertEqual(len(self.token_requests()), 1)
            self.assertEqual(len(self.simulator.calls("GET", path="/v2/users/me")), 1)
            self.assertLess(clock.now() - self.connection.verified_at, timedelta(seconds=10))
        with self.clock_at(tomorrow + timedelta(hours=19)):
            self.assertEqual(self.due(), self.connection, "another day, and the session still to come")

    def test_one_that_is_idle_for_a_week_is_tried_though_nobody_needs_it(self):
        with self.clock_moved(days=6, hours=20):
            self.assertFalse(self.due())
        with self.clock_moved(days=7, hours=1):
            self.assertEqual(self.due(), self.connection)
            self.run_action("ir_cron_keep_alive")
            self.assertFalse(self.due())
        self.assertEqual(len(self.token_requests()), 1)

    def test_120_idle_days_lose_no_refresh_token(self):
        for day in range(0, 121, 2):
            with self.clock_moved(days=day):
                self.run_action("ir_cron_keep_alive")
        with self.clock_moved(days=121):
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.state, "connected")
            self.assertTrue(self.env["zoom.connection.token"]._access_token(self.connection))

    def test_what_zoom_says_of_its_user_is_taken_over(self):
        self.connection.write({"zoom_user_type": "1", "zoom_account_id": "old"})
        with self.clock_moved(days=8):
            self.run_action("ir_cron_keep_alive")
        self.assertEqual(self.connection.zoom_user_type, "2")
        self.assertNotEqual(self.connection.zoom_account_id, "old")

    def test_a_zoom_that_is_down_is_no_verdict_and_is_not_asked_at_once_again(self):
        next_week = soon(days=7)
        self.simulator.fault("status", status=503, path="/oauth/token", times=None)
        with self.clock_moved(days=8):
            self.run_action("ir_cron_keep_alive")
            self.assertEqual(self.connection.state, "connected")
            self.assertFalse(self.due())
        self.simulator.control("DELETE", "faults")
        with self.clock_moved(days=8, minutes=31):
            self.assertEqual(self.due(), self.connection)
            self.run_action("ir_cron_keep_alive")
            self.assertGreater(self.connection.verified_at, next_week)

    def test_a_dead_grant_is_found_before_anybody_needs_it(self):
        self.session(start=soon(days=2))
        self.end_grant()
        with self.clock_moved(hours=25):  # another day, at whatever hour it is
            self.run_action("ir_cron_keep_alive")
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "grant_refused"))

    def test_others_are_not_asked_however_many_there_are(self):
        """Cost does not grow with the connections that need nothing."""
        others = [self.connection_row(self._colleague(number), self.app, f"zoom-{number}") for number in range(40)]
        for other in others:
            other.verified_at = clock.now()
        with self.clock_moved(hours=2):
            self.session(start=soon(hours=5))
            self.connection.verified_at = clock.now() - timedelta(days=2)
            self.env.flush_all()
            with self.assertQueryCount(1):
                self.assertEqual(self.connections._to_keep_alive(100), self.connection)

    def _colleague(self, number):
        return self._person(f"colleague{number}", f"Colleague {number}", "base.group_user", self.sunrise)


class TestVerdicts(KeepingCase):
    def renew(self):
        self.env.invalidate_all()
        return self.env["zoom.connection.token"]._access_token(self.connection, renewed_after=clock.now())

    def test_wrong_app_credentials_are_the_practices_trouble_and_heal_with_the_app(self):
        """R3: `invalid_client` keeps the tokens."""
        self.simulator.control("POST", "apps", client_id=PRACTICE_APP[0], client_secret="another")
        with self.assertRaisesRegex(Exception, "client id and secret"):
            self.renew()
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, self.connection.reason), ("misconfigured", "client_refused"))
        self.assertTrue(self.env["zoom.connection.token"]._of(self.connection).refresh_token)
        self.assertEqual(self.connections._for_session(self.dana, self.sunrise), self.connection)
        self.simulator.control("POST", "apps", client_id=PRACTICE_APP[0], client_secret=PRACTICE_APP[1])
        self.assertTrue(self.renew())
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, self.connection.reason), ("connected", False))

    def test_an_answer_that_is_lost_before_the_rotation_costs_one_more_request(self):
        self.simulator.fault("html", path="/oauth/token", times=1, effect=False)
        self.assertTrue(self.renew())
        self.assertEqual(len(self.token_requests()), 2)
        self.assertEqual(self.connection.state, "connected")

    def test_an_answer_that_is_lost_after_the_rotation_is_named_as_that(self):
        self.simulator.fault("answer_lost", path="/oauth/token", times=1)
        with suppress(ConnectionUnusable):  # Odoo's assertRaises would take back what was committed
            self.fail(self.renew())
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "refresh_lost"))

    def test_a_refused_grant_reads_as_removed_in_zoom_or_replaced_there_at_the_readers_time(self):
        """R4: an unpublished app gets no event, so the refusal is all the news there is."""
        self.end_grant()
        with suppress(ConnectionUnusable):
            self.fail(self.renew())
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "grant_refused"))
        self.assertTrue(self.connection.zoom_email, "no signed word of Zoom's asked for erasing")
        self.connection.state_at = datetime(2026, 3, 1, 23, 30)
        self.mia.tz = "America/New_York"
        for reader, noticed in ((self.dana, "3/2/26, 12:30"), (self.mia, "3/1/26, 6:30")):
            reason = self.as_user("res.users", reader).with_company(self.sunrise).browse(self.dana.id).zoom_reason
            with self.subTest(reader=reader.login):
                for words in ("removed in Zoom", "replaced there", noticed, "another database or product?"):
                    self.assertIn(words, reason)
        pill = self.as_user("res.users", self.dana).with_company(self.sunrise).telehealth_pill()
        self.assertEqual(pill["text"], "Reconnect Zoom")
        self.assertIn("removed in Zoom, or replaced there", pill["hint"])

    def test_a_session_without_meeting_says_that_its_connection_was_removed_or_replaced(self):
        session = self.session()
        for reason, words in (("grant_refused", "removed in Zoom, or replaced there"), ("key_lost", "does not work")):
            self.connection._mark("reconnect_needed", reason)
            session.invalidate_recordset()
            with self.subTest(reason=reason):
                self.assertIn(words, session.with_user(self.sam).meeting_sentence)


class TestAlerts(KeepingCase):
    def setUp(self):
        super().setUp()
        self.coming = [self.session(start=soon(days=days)) for days in (2, 3)]
        self.work()

    def break_connection(self):
        self.connection._mark("reconnect_needed", "grant_refused")

    def told(self):
        return {activity.user_id.login: activity for activity in self.connection.activity_ids}

    def test_provider_and_managers_are_told_once_what_is_affected_and_who_mends_it(self):
        """R1."""
        self.break_connection()
        for _run in range(3):
            self.run_action("ir_cron_watch_connections")
        told = self.told()
        self.assertEqual(set(told), {"dana", "mia"})
        for activity in told.values():
            self.assertIn("Dana Reyes", activity.summary)
            self.assertEqual(activity.note.count("<li>"), 2)
            self.assertIn("/zoom_telehealth/oauth/connect", activity.note)
            for hidden in (ANA, ANAS_TITLE):
                self.assertNotIn(hidden, activity.note)
        self.assertIn("removed in Zoom, or replaced there", told["mia"].note)

    def test_times_are_told_in_the_zone_of_who_is_told(self):
        self.mia.tz = "America/New_York"
        self.break_connection()
        self.connection.state_at = datetime(2026, 3, 1, 23, 30)
        self.run_action("ir_cron_watch_connections")
        told = self.told()
        self.assertIn("since 3/2/26, 12:30", told["dana"].note)
        self.assertIn("since 3/1/26, 6:30", told["mia"].note)

        mails = self.env["mail.mail"].search([]).mapped("recipient_ids") | self.env["mail.notification"].search(
            [("res_partner_id", "in", (self.dana | self.mia).partner_id.ids)]
        ).mapped("res_partner_id")
        self.assertEqual(mails & (self.dana | self.mia).partner_id, (self.dana | self.mia).partner_id)

    def test_a_manager_is_told_of_sessions_in_their_own_practices_alone(self):
        """One app may serve two practices, and a provider may work in both."""
        self.app.company_ids |= self.harbour
        self.dana.company_ids |= self.harbour
        harbours = self.as_user("telehealth.session", self.dana).with_company(self.harbour)
        start = self.coming[0].start + timedelta(hours=1)
        harbours.create({"start": start, "stop": start + timedelta(minutes=50)})
        self.break_connection()
        self.run_action("ir_cron_watch_connections")
        times = {login: activity.note.count("<li>") for login, activity in self.told().items()}
        self.assertEqual(times, {"dana": 3, "mia": 2, "max": 1})
        for session, login in ((self.coming[0], "mia"), (harbours.search([("start", "=", start)]), "max")):
            known = self.env["mail.message"].search([])
            with self.clock_at(session.start - timedelta(hours=23, minutes=59)):
                self.run_action("ir_cron_watch_connections")
            reminded = (self.env["mail.message"].search([]) - known).filtered(lambda one: "No Zoom" in one.subject)
            with self.subTest(told=login):
                self.assertEqual(set(reminded.notified_partner_ids.user_ids.mapped("login")), {"dana", login})

    def test_a_manager_is_not_told_of_another_practices_provider_but_of_the_app_of_both(self):
        self.app.company_ids |= self.harbour
        ottos = self.connection_row(self.otto, self.app, "zoom-otto")
        for state, reason, told in (
            ("reconnect_needed", "grant_refused", {"otto", "max"}),
            ("misconfigured", "client_refused", {"otto", "max", "mia"}),
        ):
            ottos._mark(state, reason)
            self.run_action("ir_cron_watch_connections")
            with self.subTest(state=state):
                self.assertEqual(set(ottos.activity_ids.user_id.mapped("login")), told)
            ottos.alerted_at = False

    def test_it_is_taken_back_where_another_connection_serves_the_provider_in_all_their_practices(self):
        """The app may serve a practice in which this provider holds no sessions."""
        self.app.company_ids |= self.harbour
        self.break_connection()
        self.run_action("ir_cron_watch_connections")
        self.connection_row(self.dana, self._app("Dana's app", ("dana-client", "secret"), self.sunrise), "zoom-dana")
        self.run_action("ir_cron_watch_connections")
        self.assertFalse(self.told())

    def test_it_is_taken_back_when_it_heals(self):
        self.break_connection()
        self.run_action("ir_cron_watch_connections")
        self.connect(self.dana, DANA)
        self.run_action("ir_cron_watch_connections")
        self.assertFalse(self.told())
        self.assertFalse(self.connection.alerted_at)
        self.break_connection()
        self.run_action("ir_cron_watch_connections")
        self.assertEqual(set(self.told()), {"dana", "mia"}, "broken anew, told anew")

    def test_who_disconnects_is_not_told_of_it(self):
        self.connection.with_user(self.dana).action_disconnect()
        self.run_action("ir_cron_watch_connections")
        self.assertFalse(self.told())

    def test_people_are_reminded_a_day_and_an_hour_before_each_session(self):
        self.break_connection()
        self.run_action("ir_cron_watch_connections")
        reminded = []
        first = self.coming[0].start
        for before in (timedelta(hours=25), timedelta(hours=23), timedelta(hours=20), timedelta(minutes=50)):
            with self.clock_at(first - before):
                for _run in range(2):
                    self.run_action("ir_cron_watch_connections")
            reminded.append(
                [(row.session_id, row.kind) for row in self.env["zoom.connection.warning"].search([], order="id")]
            )
        day, hour = (self.coming[0], "day"), (self.coming[0], "hour")
        self.assertEqual([rows[:] for rows in reminded][:3], [[], [day], [day]])
        self.assertIn(hour, reminded[3])

    def test_a_colleagues_connection_is_no_concern_of_this_one(self):
        omars = self.connect(self.omar, OMAR)
        self.break_connection()
        self.run_action("ir_cron_watch_connections")
        self.assertFalse(omars.activity_ids)

    def test_a_refused_app_is_told_to_those_who_can_mend_it(self):
        self.connection._mark("misconfigured", "client_refused")
        self.run_action("ir_cron_watch_connections")
        self.assertIn("mia", self.told())
        self.assertIn("Client ID", self.told()["mia"].summary)
        self.assertIn("Zoom Apps", self.told()["mia"].note)
