"""The end-to-end test makes, reads, changes, hears and deletes; however it ends, no meeting stays at Zoom."""

import json

from odoo.exceptions import UserError

from .. import clock
from ..zoom import trial as steps
from .readiness_case import ReadinessCase
from .simulator import DANA


class TestTrial(ReadinessCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)

    def begin(self):
        pages = self.as_user("telehealth.readiness", self.mia)
        page = pages.browse(pages.action_open_practice()["res_id"])
        return self.env["telehealth.trial"].browse(page.action_test()["res_id"])

    def run_action(self):
        self.env.ref("zoom_telehealth.ir_cron_trial").method_direct_trigger()
        self.env.invalidate_all()

    def results(self, one):
        return {row["step"]: row["result"] for row in one.results}

    def receive(self, zoom_id, app=None):
        """Have an event about a meeting worked on, as the webhook's route leaves it."""
        body = json.dumps(
            {"event": "meeting.updated", "event_ts": 1, "payload": {"account_id": "a", "object": {"id": zoom_id}}}
        )
        values = {"event": "meeting.updated", "event_at": clock.now(), "received_at": clock.now(), "state": "new"}
        delivery = self.env["zoom.delivery"].create(
            {**values, "app_id": (app or self.app).id, "fingerprint": str(zoom_id), "body": body}
        )
        self.env["zoom.inbox"]._work_on(delivery)
        return delivery

    def test_the_click_asks_nobody_and_the_action_does_each_step(self):
        begun = self.begin()
        self.assertFalse(self.simulator.calls())
        self.assertEqual((begun.state, begun.telehealth_status), ("running", "pending"))
        self.run_action()
        self.assertEqual(
            [call["method"] for call in self.simulator.calls("POST", "PATCH", "DELETE", path="/v2/")],
            ["POST", "PATCH", "DELETE"],
        )
        self.assertEqual(self.results(begun), dict.fromkeys(steps.STEPS, "good") | {steps.HEAR: "skipped"})
        self.assertEqual(begun.state, "passed")
        self.assertFalse(self.simulator.meetings())
        self.assertEqual(self.told()["test"], ("green", "passed"))
        with self.clock_moved(days=31):
            self.page()._refresh()
            self.assertEqual(self.told()["test"], ("amber", "old"))

    def test_zooms_event_is_waited_for_and_wakes_it(self):
        self.app.webhook_secret = "whsecret"
        begun = self.begin()
        self.run_action()
        self.assertEqual((begun.state, begun.step), ("running", steps.HEAR))
        self.assertEqual(self.receive(int(begun.zoom_id) + 1).state, "foreign")
        self.assertEqual(self.receive(begun.zoom_id, self.harbour_app).state, "foreign")
        self.assertFalse(begun.heard_at)
        self.assertEqual(self.receive(begun.zoom_id).state, "done")
        self.run_action()
        self.assertEqual((begun.state, self.results(begun)[steps.HEAR]), ("passed", "good"))

    def test_an_event_that_never_comes_is_said_and_the_meeting_goes_all_the_same(self):
        self.app.webhook_secret = "whsecret"
        begun = self.begin()
        self.run_action()
        with self.clock_moved(minutes=4):
            self.run_action()
        self.assertEqual((begun.state, self.results(begun)[steps.HEAR]), ("failed", "bad"))
        self.assertIn("No event came", begun.steps_html)
        self.assertFalse(self.simulator.meetings())
        self.assertEqual(self.told()["test"], ("red", "failed"))

    def test_a_step_that_fails_ends_it_with_zooms_answer_and_leaves_nothing(self):
        self.simulator.fault("status", status=503, method="PATCH", path="/v2/meetings/*", times=None)
        begun = self.begin()
        self.run_action()
        self.assertEqual(begun.state, "failed")
        self.assertEqual(self.results(begun)[steps.CHANGE], "bad")
        self.assertIn("503", begun.steps_html)
        self.assertFalse(self.simulator.meetings())

    def test_a_create_whose_answer_was_lost_leaves_nothing(self):
        self.simulator.fault("answer_lost", method="POST", path="/v2/users/me/meetings")
        begun = self.begin()
        self.run_action()
        self.assertEqual((begun.state, self.results(begun)[steps.CREATE]), ("failed", "bad"))
        self.assertEqual(len(self.simulator.meetings(deleted=True)), 1)
        self.assertFalse(self.simulator.meetings())

    def test_a_process_that_was_killed_while_creating_leaves_nothing(self):
        begun = self.begin()
        begun.attempt = steps.CREATE
        # The meeting was made, and nobody wrote that down.
        self.connection._ask(lambda client: steps.take(steps.CREATE, client, begun._wish(), begun.reference))
        self.assertEqual(len(self.simulator.meetings()), 1)
        self.run_action()
        self.assertEqual(begun.state, "failed")
        self.assertIn("server stopped", begun.steps_html)
        self.assertFalse(self.simulator.meetings())

    def test_a_delete_that_fails_is_tried_again_later(self):
        self.simulator.fault("status", status=503, method="DELETE", path="/v2/meetings/*")
        begun = self.begin()
        self.run_action()
        self.assertEqual(begun.state, "running")
        with self.clock_moved(minutes=2):
            self.run_action()
        self.assertEqual(begun.state, "passed")
        self.assertFalse(self.simulator.meetings())

    def test_a_connection_that_is_dead_is_named(self):
        self.simulator.control("POST", "tokens", action="revoke")
        begun = self.begin()
        self.run_action()
        self.assertEqual(begun.state, "failed")
        self.assertIn("connects again", begun.steps_html)

    def test_a_refused_token_is_renewed_in_the_midst_of_it(self):
        begun = self.begin()
        self.simulator.control("POST", "tokens", action="expire_access")
        self.run_action()
        self.assertEqual(begun.state, "passed")
        self.assertEqual(len(self.simulator.calls("POST", path="/oauth/token")), 1)

    def test_a_practice_tests_no_connection_of_another_practices_provider(self):
        """One app may serve both."""
        self.app.company_ids |= self.harbour
        self.connection.user_id = self.otto
        with self.assertRaisesRegex(UserError, "a provider connects first"):
            self.begin()

    def test_a_second_click_while_it_runs_begins_no_second_one(self):
        self.assertEqual(self.begin(), self.begin())

    def test_without_a_connection_it_says_who_must_act(self):
        self.connection._mark("disconnected", "person")
        with self.assertRaisesRegex(UserError, "a provider connects first"):
            self.begin()

    def test_what_is_sent_names_nobody(self):
        self.begin()
        self.run_action()
        [sent] = self.simulator.calls("POST", path="/v2/users/me/meetings")
        self.assertRegex(sent["body"]["topic"], r"^Telehealth session · [A-Z0-9-]{14}$")
