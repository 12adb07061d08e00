"""Changing the master key at once, going on after it was lost, and two client secrets while one replaces the other."""

from contextlib import suppress

from odoo.exceptions import UserError

from .. import clock, conf
from ..encryption.keys import MasterKey, new_master_key_text
from ..models.zoom_connection_token import KeyUnusable
from ..zoom.errors import ClientRefused
from .common import ANAS_TITLE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, PRACTICE_APP


class TestMasterKey(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.keys = self.env["zoom.data.key"]
        self.connection = self.connect(self.dana, DANA)
        self.coming = self.session(start=soon(days=1))
        self.work()
        self.old, self.new = conf.master_key_text(), new_master_key_text()

    def fingerprint(self, text):
        return MasterKey.parse(text).fingerprint

    def test_the_rotation_takes_effect_at_once_and_says_which_key_can_go(self):
        with self.master_key(f"{self.new},{self.old}"):
            rotation = self.keys._rewrap()
            self.assertEqual(rotation.fingerprint, self.fingerprint(self.new))
            self.assertEqual(rotation.wrapped, len(self.keys.search([])))
            self.assertEqual((rotation.lost, rotation.can_go), ((), (self.fingerprint(self.old),)))
            self.assertEqual(self.keys._rewrap().wrapped, 0)
        with self.master_key(self.new):
            self.env.invalidate_all()
            self.assertEqual(self.coming.label, ANAS_TITLE)
            self.assertTrue(self.env["zoom.connection.token"]._of(self.connection).access_token)
            self.keys._rewrap()

    def test_a_rotation_without_the_old_key_changes_nothing_and_names_what_it_cannot_open(self):
        before = self.keys.search([]).mapped("wrapped")
        with self.master_key(self.new):
            rotation = self.keys._rewrap()
            self.assertEqual(set(rotation.lost), set(self.keys.search([]).mapped("key_id")))
        self.assertEqual(self.keys.search([]).mapped("wrapped"), before)
        self.assertEqual(self.coming.label, ANAS_TITLE)

    def test_without_the_key_nothing_is_sent_nothing_ends_and_calendar_and_portal_open(self):
        self.simulator.forget_calls()
        with self.master_key(self.new):
            self.env.invalidate_all()
            with suppress(KeyUnusable):
                self.fail(self.env["zoom.connection.token"]._access_token(self.connection))
            self.coming.event_id.write({"start": soon(days=2), "stop": soon(days=2, hours=1)})
            self.work()
            self.assertEqual(self.simulator.calls(), [])
            self.assertEqual(self.connection.state, "connected")
            self.assertTrue(self.coming._portal_values(self.ana)["day"])
            self.assertIn("Anabel", self.coming.with_user(self.dana).display_name)
            settings = self.as_user("telehealth.settings", self.mia).create({})
            self.assertTrue(settings.key_is_lost)
        self.assertFalse(self.as_user("telehealth.settings", self.mia).create({}).key_is_lost)

    def test_after_a_loss_it_goes_on_with_a_new_key_and_the_meetings_are_taken_up_again(self):
        before = self.meeting_of(self.coming).zoom_id
        with self.master_key(self.new):
            self.env.invalidate_all()
            counts = self.keys._begin_anew()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual((counts["connections"], counts["meetings"]), (1, 1))
            self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "key_lost"))
            self.assertFalse(self.app.has_client_secret)
            self.assertFalse(self.keys._trouble())
            self.app.client_secret_entry = PRACTICE_APP[1]
            self.env.flush_all()
            self.connect(self.dana, DANA)
            self.env.invalidate_all()
            self.work()
            self.env.invalidate_all()
            meeting = self.meeting_of(self.coming)
            self.assertEqual((meeting.zoom_id, self.coming.meeting_status), (before, "ready"))
            [at_zoom] = self.simulator.meetings()
            self.assertEqual(at_zoom["password"], meeting.passcode)
            self.assertTrue(meeting.join_link)
        with self.master_key(f"{self.new},{self.old}"):
            self.env.invalidate_all()
            self.assertEqual(self.coming.label, ANAS_TITLE, "the key was found after all")

    def test_nothing_is_given_up_while_every_key_is_there(self):
        with self.assertRaisesRegex(UserError, "Nothing is lost"):
            self.keys._begin_anew()


class TestClientSecrets(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)

    def renew(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.simulator.forget_calls()
        token = self.env["zoom.connection.token"]._access_token(self.connection, renewed_after=clock.now())
        self.assertTrue(token)
        self.connection.invalidate_recordset()
        return len(self.simulator.calls("POST", path="/oauth/token"))

    def change_at_zoom(self, secret):
        self.simulator.control("POST", "apps", client_id=PRACTICE_APP[0], client_secret=secret)

    def test_a_secret_entered_before_zoom_has_it_in_force_costs_no_connection(self):
        self.app.client_secret_entry = "the-next-secret"
        self.assertEqual(self.renew(), 2, "the new one first, then the earlier")
        self.assertEqual(self.connection.state, "connected")
        self.change_at_zoom("the-next-secret")
        self.assertEqual(self.renew(), 1)

    def test_the_earlier_secret_is_tried_for_three_days(self):
        self.app.client_secret_entry = "the-next-secret"
        with self.clock_moved(days=2, hours=23):
            self.renew()
        with self.clock_moved(days=3, minutes=1):
            with suppress(ClientRefused):
                self.fail(self.renew())
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.state, "misconfigured")

    def test_the_same_secret_again_is_no_rotation(self):
        self.app.client_secret_entry = PRACTICE_APP[1]
        self.assertFalse(self.app.earlier_client_secret_until)
        self.assertFalse(self.app.earlier_client_secret)

    def test_an_app_whose_both_secrets_are_refused_is_misconfigured(self):
        self.app.client_secret_entry = "the-next-secret"
        self.change_at_zoom("yet-another")
        with suppress(ClientRefused):
            self.fail(self.renew())
        self.connection.invalidate_recordset()
        self.assertEqual((self.connection.state, self.connection.reason), ("misconfigured", "client_refused"))

    def test_revoking_uses_the_earlier_one_too(self):
        self.app.client_secret_entry = "the-next-secret"
        self.connection.with_user(self.dana).action_disconnect()
        self.env.flush_all()
        self.env.ref("zoom_telehealth.ir_cron_reconcile").method_direct_trigger()
        statuses = [call["answer"]["status"] for call in self.simulator.calls(path="/oauth/revoke")]
        self.assertEqual(statuses[-1], 200)
        self.assertEqual(len(statuses), 2)
