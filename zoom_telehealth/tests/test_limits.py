"""Zoom's limits of calls per account: shared by all processes, kept to without a lock, by the practice's plan."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from odoo.sql_db import db_connect
from odoo.tests import Form

from .. import clock
from ..models.zoom_call_pace import MOST_WAIT, reserve
from ..zoom import errors
from ..zoom.plan_limits import BUSINESS, FREE, LIGHT, MEDIUM, PRO
from ..zoom.transport import CLICK, new_session
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR


class TestLimits(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget_calls)
        self.forget_calls()

    def forget_calls(self):
        """Places in line are given out in transactions of their own, which no test's end takes back."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("DELETE FROM zoom_call_pace")

    def take(self, count, plan=PRO, share=1.0, category=LIGHT, account="an account", patient=True):
        return reserve(self.env.cr.dbname, account, plan, share, category, count, patient)

    def line(self, connection):
        return self.env["zoom.call.pace"]._lines(connection)[connection.id]

    def free_at(self):
        """Return until when the only account's line of light calls is taken, by PostgreSQL's clock."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT free_at FROM zoom_call_pace WHERE category = 'light'")
            [[free_at]] = cr.fetchall()
            return free_at

    def test_two_processes_never_get_the_same_place(self):
        """Each call of ``reserve`` has a cursor of its own, as another worker has."""
        self.take(90)  # so many that the line does not run dry meanwhile
        before = self.free_at()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _number: self.take(5), range(8)))
        self.assertEqual(sum(len(places.starts) for places in answers), 40)
        self.assertAlmostEqual(self.free_at() - before, 40 / 30, places=4)

    def test_taking_places_holds_no_lock_afterwards(self):
        self.take(1)
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT FROM zoom_call_pace WHERE account = 'an account' FOR UPDATE NOWAIT")
            self.assertEqual(cr.rowcount, 1)

    def test_accounts_and_categories_have_lines_of_their_own(self):
        first = self.take(120)  # a line of four seconds, so that it does not run dry meanwhile
        for other in (self.take(1, category=MEDIUM), self.take(1, account="another")):
            self.assertLess(other.starts[0], first.starts[-1])
        self.assertGreater(self.take(1).starts[0], first.starts[-1])

    def test_what_would_wait_too_long_is_told_when_to_come_again(self):
        places = self.take(1000, plan=FREE)
        self.assertEqual(len(places.starts), int(MOST_WAIT * 4) + 1)
        self.assertAlmostEqual(places.wait, MOST_WAIT / 2 + 0.25, delta=0.3)
        self.assertEqual(self.take(1, plan=FREE).starts, ())

    def test_the_free_plans_day_ends_and_begins_at_midnight_utc(self):
        with self.clock_at(clock.now().replace(hour=23, minute=0)):
            self.take(1, plan=FREE)
            with db_connect(self.env.cr.dbname).cursor() as cr:
                cr.execute("UPDATE zoom_call_pace SET taken = 6000, free_at = 0")
            places = self.take(1, plan=FREE)
            self.assertEqual((places.starts, places.daily), ((), True))
            self.assertAlmostEqual(places.wait, 3600, delta=60)
            self.assertTrue(self.take(1, plan=FREE, patient=False).starts, "a click goes ahead")
        with self.clock_at(clock.now().replace(hour=23, minute=0)), self.clock_moved(hours=2):
            self.assertTrue(self.take(1, plan=FREE).starts)

    def test_the_plan_is_chosen_or_attested_or_pro(self):
        practice = self.sunrise
        self.assertEqual(practice._telehealth_call_plan(), PRO)
        self.as_user("telehealth.attestation", self.mia).create({"kind": "plan", "plan": "business_plus"})
        self.assertEqual(practice._telehealth_call_plan(), BUSINESS)
        practice.telehealth_call_plan = FREE
        self.assertEqual(practice._telehealth_call_plan(), FREE)

    def test_a_manager_chooses_the_limit_in_the_settings(self):
        with Form(self.as_user("telehealth.settings", self.mia)) as settings:
            settings.telehealth_call_plan = BUSINESS
            settings.telehealth_call_share = 50
        settings.record.action_save()
        self.assertEqual((self.sunrise.telehealth_call_plan, self.sunrise.telehealth_call_share), (BUSINESS, 50))

    def test_two_providers_of_one_zoom_account_share_its_line(self):
        danas, omars = self.connect(self.dana, DANA), self.connect(self.omar, OMAR)
        self.assertEqual(danas.zoom_account_id, omars.zoom_account_id)
        account, take = self.line(danas)
        self.assertEqual(self.line(omars)[0], account)
        self.assertNotIn(danas.zoom_account_id, account, "what was erased of an account stands nowhere else")
        omars.zoom_account_id = "another"
        self.env.flush_all()
        self.assertNotEqual(self.line(omars)[0], account)
        self.assertEqual(take.args[2:], (PRO, 0.95))

    def test_what_has_to_wait_is_put_off_without_a_failure(self):
        self.sunrise.telehealth_call_plan = FREE
        self.env.flush_all()
        connection = self.connect(self.dana, DANA)
        session = self.session()
        _account, take = self.line(connection)
        take(LIGHT, 60, patient=False)
        [meeting] = self.work()
        self.assertEqual((meeting.state, meeting.failure, meeting.failures), ("wanted", False, 0))
        self.assertFalse(meeting.lease_until)
        self.assertGreater(meeting.next_try, clock.now())
        self.assertFalse(self.simulator.calls("POST", path="/meetings"))
        self.assertEqual(session.meeting_status, "pending")
        self.forget_calls()
        with self.clock_moved(minutes=1):
            self.work()
        self.assertEqual(meeting.state, "live")

    def test_a_persons_click_goes_ahead_and_is_counted(self):
        self.sunrise.telehealth_call_plan = FREE
        self.env.flush_all()
        connection = self.connect(self.dana, DANA)
        self.session()
        [meeting] = self.work()
        _account, take = self.line(connection)
        take(LIGHT, 60, patient=False)
        token = self.env["zoom.connection.token"]._access_token(connection)
        before = self.free_at()
        with new_session() as http:
            self.assertTrue(connection._client(http, token, timeout=CLICK).start_link(meeting.zoom_id))
            with self.assertRaises(errors.HeldBack):
                connection._client(http, token).meeting(meeting.zoom_id)
        self.assertAlmostEqual(self.free_at() - before, 1 / (4 * 0.95), places=4)

    def test_many_meetings_at_once_keep_to_zooms_limit(self):
        self.simulator.control("POST", "limits", plan="pro", host_writes=100)
        self.connect(self.dana, DANA)
        for hours in range(3, 23):
            self.session(start=clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours))
        self.work(limit=20)
        told = self.simulator.control("GET", "limits")
        self.assertEqual(told["refused"], {})
        self.assertEqual(len(self.simulator.meetings()), 20)
