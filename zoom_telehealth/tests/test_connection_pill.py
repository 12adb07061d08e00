"""What the calendar's header says of a user's Zoom connection, and what Refresh now does."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError

from .. import clock
from .reconciler_case import ReconcilerCase
from .simulator import DANA


class TestPill(ReconcilerCase):
    def pill(self, user=None):
        self.env.invalidate_all()
        return self.as_user("res.users", user or self.dana).with_company(self.sunrise).telehealth_pill()

    def test_who_holds_no_sessions_has_no_pill(self):
        for user in (self.sam, self.mia, self.eve):
            self.assertFalse(self.pill(user), user.login)

    def test_it_says_how_the_connection_stands_and_of_which_account(self):
        self.assertEqual(self.pill()["state"], "none")
        connection = self.connect(self.dana, DANA)
        self.assertEqual((self.pill()["state"], self.pill()["account"]), ("connected", DANA))
        self.assertIn("Licensed", self.pill()["hint"])
        about = dict(self.pill()["about"])
        self.assertEqual((about["Name at Zoom"], about["E-mail"]), ("Dana Reyes", DANA))
        self.assertIn("Last seen to work", about)
        connection.verified_at = datetime(2031, 1, 15, 10, 20, 47)
        self.assertNotIn("47", dict(self.pill()["about"])["Last seen to work"], "nobody needs seconds")
        for state, reason, word in (
            ("reconnect_needed", "grant_refused", "Reconnect"),
            ("revoked", "deauthorized", "Reconnect"),
            ("misconfigured", "client_refused", "misconfigured"),
        ):
            connection._mark(state, reason)
            self.assertEqual(self.pill()["state"], state)
            self.assertIn(word, self.pill()["text"])
            self.assertTrue(self.pill()["hint"])
            self.assertEqual(
                self.pill()["account"], DANA, "which account was connected is said before leaving for Zoom"
            )

    def test_no_practice_no_zoom_no_pill(self):
        self.sunrise.telehealth_zoom_allowed = False
        self.assertFalse(self.pill())

    def test_refresh_now_has_the_connection_tried_by_the_scheduled_action_and_asks_nobody_in_the_click(self):
        connection = self.connect(self.dana, DANA)
        with self.clock_moved(hours=3):
            self.as_user("res.users", self.dana).with_company(self.sunrise).action_zoom_verify()
            self.env.flush_all()
            self.assertFalse(self.simulator.calls())
            self.env.ref("zoom_telehealth.ir_cron_keep_alive").method_direct_trigger()
            self.env.invalidate_all()
            self.assertLess(clock.now() - connection.verified_at, timedelta(seconds=10))
            self.assertFalse(connection.verify_wanted)
            self.assertEqual(len(self.simulator.calls("POST", path="/oauth/token")), 1)


class TestProvidersList(ReconcilerCase):
    def test_a_manager_sees_how_each_provider_stands_and_others_do_not(self):
        self.connect(self.dana, DANA)
        providers = self.as_user("res.users", self.mia).browse((self.dana | self.omar).ids)
        self.assertEqual(providers.mapped("zoom_state"), ["connected", "none"])
        self.assertEqual(set(self.as_user("res.users", self.eve).browse(self.dana.id).mapped("zoom_state")), {False})

    def test_a_manager_invites_who_is_not_connected_and_nobody_else(self):
        self.connect(self.dana, DANA)
        messages = self.env["mail.message"]
        known = messages.search([])
        self.as_user("res.users", self.mia).browse((self.dana | self.omar | self.eve).ids).action_zoom_invite()
        sent = messages.search([]) - known
        self.assertEqual(sent.notified_partner_ids | sent.partner_ids, self.omar.partner_id)
        self.assertIn("/zoom_telehealth/oauth/connect", sent.body)
        with self.assertRaises(AccessError):
            self.as_user("res.users", self.sam).browse(self.omar.id).action_zoom_invite()
