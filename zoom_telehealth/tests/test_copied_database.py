"""A copy of the database sends nothing; one that was moved is compared with Zoom before anything is mended."""

from contextlib import suppress

from odoo.exceptions import AccessError

from .. import clock
from ..models.zoom_connection_token import ConnectionUnusable
from ..models.zoom_database import DatabaseInDoubt
from .common import TelehealthHttpCase, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR

IN_ZOOMS_FORM = "%Y-%m-%dT%H:%M:%SZ"


class CopiedCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.database = self.env["zoom.database"]
        self.database.search([]).unlink()
        self.connection = self.connect(self.dana, DANA)
        self.coming = self.session(start=soon(days=1))
        self.work()
        self.simulator.forget_calls()
        self.row = self.database.search([])

    def become_a_copy(self, name="oid", value="1"):
        """Make this database another than the one that was connected."""
        self.row.write({name: value})
        self.env.flush_all()

    def run_action(self, name="ir_cron_reconcile"):
        self.env.ref(f"zoom_telehealth.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def as_mia(self):
        return self.row.with_user(self.mia)


class TestCopies(CopiedCase):
    def test_the_first_grant_notes_which_database_it_is(self):
        uuid = self.env["ir.config_parameter"].get_param("database.uuid")
        self.env.cr.execute("SELECT oid::text FROM pg_database WHERE datname = current_database()")
        [[oid]] = self.env.cr.fetchall()
        self.assertEqual((self.row.uuid, self.row.name, self.row.oid), (uuid, self.env.cr.dbname, oid))
        self.assertEqual(self.database._standing(), "own")
        self.database._remember()
        self.assertEqual(len(self.database.search([])), 1)

    def test_nothing_is_sent_renewed_or_mended_whichever_of_the_three_differs(self):
        self.session(start=soon(days=2))
        self.coming.event_id.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        for name in ("uuid", "name", "oid"):
            before = self.row[name]
            self.become_a_copy(name)
            with self.subTest(differs=name), self.clock_moved(days=8):
                self.assertEqual(self.database._standing(), "in_doubt")
                self.run_action()
                self.run_action("ir_cron_keep_alive")
                with suppress(DatabaseInDoubt):
                    self.fail(self.env["zoom.connection.token"]._access_token(self.connection))
                self.assertEqual(self.simulator.calls(), [])
                self.assertEqual(self.connection.state, "connected", "it is no verdict")
            self.become_a_copy(name, before)
        self.run_action()
        self.assertTrue(self.simulator.calls("PATCH"), "the practice's own goes on")

    def test_a_copy_does_not_even_revoke(self):
        self.become_a_copy()
        self.connection.with_user(self.dana).action_disconnect()
        self.run_action()
        self.assertEqual(self.simulator.calls(), [])

    def test_people_and_managers_see_why(self):
        self.coming.event_id.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.become_a_copy()
        self.env.invalidate_all()
        self.assertIn("looks like a copy", self.coming.meeting_sentence)
        settings = self.as_user("telehealth.settings", self.mia).create({})
        self.assertIn("looks like a copy", settings.database_trouble)
        self.assertEqual(settings.action_open_database()["res_id"], self.row.id)
        self.assertTrue(self.as_mia().in_doubt)
        self.assertEqual((self.as_mia().oid, self.as_mia().name_now), ("1", self.env.cr.dbname))

    def test_a_manager_says_that_it_is_a_copy(self):
        self.become_a_copy()
        self.as_mia().action_is_copy()
        self.env.invalidate_all()
        self.assertFalse(self.env["zoom.connection.token"].search([]))
        self.assertFalse(self.app.client_secret)
        self.assertEqual(self.connection.state, "disconnected")
        self.assertFalse(self.sunrise.telehealth_zoom_allowed)
        self.assertEqual(self.database._standing(), "own", "it begins anew")
        self.run_action()
        self.assertEqual(self.simulator.calls(), [])

    def test_nobody_but_a_manager_says_what_it_is(self):
        self.become_a_copy()
        for user in (self.dana, self.sam, self.eve, self.ada):
            for action in ("action_is_copy", "action_is_moved", "action_go_on"):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(self.row.with_user(user), action)()
        self.assertEqual(self.database._standing(), "in_doubt")


class TestMovedDatabases(CopiedCase):
    def findings(self):
        return {one.kind: one for one in self.env["zoom.database.finding"].search([])}

    def confirm(self):
        self.become_a_copy()
        self.as_mia().action_is_moved()
        self.env.flush_all()
        self.run_action()

    def test_dead_tokens_become_named_reconnects_by_what_zoom_says(self):
        self.simulator.control("POST", "tokens", action="kill_refresh")
        self.confirm()
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "restored"))
        self.assertEqual(list(self.findings()), ["dead"])

    def test_tokens_that_still_work_stay(self):
        self.confirm()
        self.assertEqual(self.connection.state, "connected")
        self.assertEqual(list(self.findings()), ["works"])
        self.assertEqual(len(self.simulator.calls("POST", path="/oauth/token")), 1)

    def test_drift_is_reported_first_and_mended_when_a_manager_goes_on(self):
        zoom_id = self.meeting_of(self.coming).zoom_id
        moved_there = soon(days=5)
        self.simulator.control("PATCH", f"meetings/{zoom_id}", start_time=moved_there.strftime(IN_ZOOMS_FORM))
        self.confirm()
        finding = self.findings()["changed"]
        self.assertEqual(
            (finding.meeting_id, finding.here_start, finding.zoom_start),
            (self.meeting_of(self.coming), self.coming.start, moved_there),
        )
        with self.clock_moved(hours=1):
            self.session(start=soon(days=6))
            self.run_action()
        self.assertEqual(self.simulator.calls("PATCH", "DELETE", path="/v2"), [])
        self.assertEqual(self.simulator.calls("POST", path="/v2"), [])
        self.as_mia().action_go_on()
        self.env.flush_all()
        self.run_action()
        self.assertEqual(len(self.simulator.calls("PATCH")), 1)
        [mended] = [one for one in self.simulator.meetings() if str(one["id"]) == zoom_id]
        self.assertEqual(mended["start_time"], self.coming.start.strftime(IN_ZOOMS_FORM))
        self.assertEqual(len(self.simulator.meetings()), 2)

    def test_what_is_gone_and_what_is_unknown_here_is_reported_and_never_removed(self):
        known = self.meeting_of(self.coming)
        later = self.session(start=soon(days=2))
        self.work()
        self.env["zoom.meeting"].browse(self.meeting_of(later).id).unlink()  # booked after the backup was made
        self.simulator.control("DELETE", f"meetings/{known.zoom_id}")
        self.simulator.forget_calls()
        self.confirm()
        findings = self.findings()
        self.assertEqual(findings["gone"].meeting_id, known)
        self.assertEqual(findings["unknown"].zoom_start, later.start)
        self.assertEqual(self.simulator.calls("DELETE"), [])
        self.as_mia().action_go_on()
        self.env.flush_all()
        self.run_action()
        self.assertEqual(self.simulator.calls("DELETE"), [])

    def test_a_zoom_that_does_not_answer_is_asked_again_and_a_manager_may_go_on(self):
        self.simulator.fault("status", status=503, path="**", times=None)
        self.confirm()
        self.assertEqual(list(self.findings()), ["unanswered"])
        self.assertEqual(self.as_mia().waiting, 1)
        self.simulator.control("DELETE", "faults")
        self.run_action()
        self.assertEqual(list(self.findings()), ["works"])
        self.as_mia().action_go_on()
        self.assertEqual(self.database._standing(), "own")

    def test_a_connection_that_does_not_work_is_not_asked_about(self):
        omars = self.connect(self.omar, OMAR)
        omars._mark("reconnect_needed", "grant_refused")
        self.confirm()
        self.assertEqual(self.findings()["works"].connection_id, self.connection)
        self.assertEqual(omars.reason, "grant_refused")
        with suppress(ConnectionUnusable):
            self.assertTrue(self.env["zoom.connection.token"]._access_token(self.connection))
        self.assertLess(self.row.confirmed_at, clock.now())


class TestPagesOfACopy(TelehealthHttpCase):
    def setUp(self):
        super().setUp()
        self.simulator.reset()
        self.env["zoom.database"].search([]).unlink()
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.env["zoom.database"]._remember()
        self.env["zoom.database"].search([]).oid = "1"
        self.env.flush_all()
        self.sign_in(self.dana)

    def test_nobody_connects_in_a_copy(self):
        answer = self.visit("/zoom_telehealth/oauth/connect")
        self.assertIn("/zoom_telehealth/oauth/done", answer.headers["Location"])
        self.assertIn("looks like a copy", self.url_open("/zoom_telehealth/oauth/done").text)

    def test_start_says_why_and_asks_zoom_nothing(self):
        session = self.session_of(self.book(self.dana, [self.ana], start=soon(minutes=5)))
        self.meeting_row(session, self.env["zoom.connection"].search([]))
        self.env.flush_all()
        page = self.url_open(f"/telehealth/start/{session.token}").text
        self.assertIn("looks like a copy", page)
        self.assertEqual(self.simulator.calls(), [])
