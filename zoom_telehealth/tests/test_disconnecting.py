"""Disconnecting: said beforehand, meetings removed first where wished, tokens erased whatever Zoom does (R5)."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import format_datetime

from .. import clock
from .common import HELP_PHONE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR


class DisconnectingCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)
        self.coming = [self.session(start=soon(days=days)) for days in (1, 2)]
        self.work()
        self.simulator.forget_calls()

    def dialog(self, user=None, **values):
        user = user or self.dana
        action = self.connection.with_user(user).action_ask_disconnect()
        dialog = self.as_user("zoom.disconnect", user).browse(action["res_id"])
        dialog.write(values)
        return dialog

    def run_reconciler(self):
        self.env.ref("zoom_telehealth.ir_cron_reconcile").method_direct_trigger()
        self.env.invalidate_all()

    def tokens(self):
        return self.env["zoom.connection.token"].search([("connection_id", "=", self.connection.id)])

    def zoom_ids(self):
        return [self.meeting_of(session).zoom_id for session in self.coming]

    def portal(self, session):
        return session._portal_values(self.ana)


class TestDisconnecting(DisconnectingCase):
    def test_the_dialog_says_beforehand_what_is_affected(self):
        dialog = self.dialog()
        self.assertEqual(dialog.ending_ids, self.connection)
        self.assertEqual((dialog.coming, dialog.minutes), (2, 10))
        self.assertIn("Added Apps", dialog.removal)
        self.assertIn("2026", dialog.removal)
        self.assertIn(HELP_PHONE, dialog.help_sentence)
        self.assertEqual(self.connection.state, "connected", "asking changes nothing")

    def test_a_manager_is_not_told_when_another_practices_meetings_are(self):
        last = format_datetime(self.env, self.coming[1].start, tz=self.mia.tz, dt_format="short")
        self.assertEqual((self.dialog(self.mia).coming, self.dialog(self.mia).coming_until), (2, last))
        self.meeting_of(self.coming[1]).company_id = self.harbour
        self.assertEqual((self.dialog(self.mia).coming, self.dialog(self.mia).coming_until), (2, False))

    def test_tokens_are_erased_and_meetings_stay_where_nobody_wants_them_removed(self):
        before = self.zoom_ids()
        self.dialog().action_disconnect()
        self.assertEqual((self.connection.state, self.connection.reason), ("disconnected", "person"))
        self.assertFalse(self.tokens().refresh_token, "before anybody asked Zoom")
        self.run_reconciler()
        self.assertFalse(self.tokens())
        self.assertEqual([call["method"] for call in self.simulator.calls()], ["POST"])
        self.assertTrue(self.simulator.calls("POST", path="/oauth/revoke"))
        self.assertEqual(len(self.simulator.meetings()), 2)
        self.assertEqual(self.zoom_ids(), before)

    def test_tokens_are_erased_though_zoom_does_not_answer(self):
        self.simulator.fault("status", status=503, path="**", times=None)
        self.dialog().action_disconnect()
        self.run_reconciler()
        self.assertFalse(self.tokens())
        self.assertEqual(self.connection.state, "disconnected")

    def test_coming_meetings_are_removed_first_where_that_is_wished(self):
        self.dialog(remove_meetings=True).action_disconnect()
        self.assertEqual(self.connection.state, "disconnected", "for everybody here it ends at once")
        self.assertTrue(self.tokens().refresh_token)
        self.run_reconciler()
        self.assertEqual(self.simulator.meetings(), [])
        self.assertFalse(self.tokens())
        self.assertFalse(self.connection.parting_until)
        order = [(call["method"], call["path"].split("/")[1]) for call in self.simulator.calls("POST", "DELETE")]
        self.assertEqual(order, [("DELETE", "v2"), ("DELETE", "v2"), ("POST", "oauth")])
        self.assertEqual([session.state for session in self.coming], ["scheduled"] * 2)

    def test_after_the_deadline_it_disconnects_all_the_same(self):
        self.simulator.fault("status", status=503, path="/v2/**", times=None)
        self.dialog(remove_meetings=True).action_disconnect()
        self.run_reconciler()
        self.assertTrue(self.tokens(), "there is time left")
        with self.clock_moved(minutes=9):
            self.run_reconciler()
            self.assertTrue(self.tokens())
        with (
            self.clock_moved(minutes=10, seconds=5),
            self.assertLogs("odoo.addons.zoom_telehealth.models.zoom_connection_parting", "WARNING") as logs,
        ):
            self.run_reconciler()
        self.assertFalse(self.tokens())
        self.assertFalse(self.connection.parting_until)
        for session in self.coming:
            self.assertIn(session.meeting_ids.reference, logs.output[0])

    def test_connecting_the_same_zoom_user_again_takes_the_coming_meetings_up(self):
        before = self.zoom_ids()
        self.dialog().action_disconnect()
        self.run_reconciler()
        self.connect(self.dana, DANA)
        self.coming[0].event_id.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.run_reconciler()
        self.assertEqual(self.zoom_ids(), before)
        self.assertEqual([session.meeting_status for session in self.coming], ["ready", "ready"])
        self.assertEqual(len(self.simulator.meetings()), 2)
        self.assertEqual(len(self.simulator.calls("PATCH")), 1, "what changed meanwhile is told")
        self.assertTrue(self.coming[0]._join_link())

    def test_connecting_again_within_the_deadline_keeps_what_still_stands(self):
        self.dialog(remove_meetings=True).action_disconnect()
        before = self.zoom_ids()
        self.env.flush_all()
        self.connect(self.dana, DANA)
        self.env.invalidate_all()
        self.assertFalse(self.connection.parting_until)
        self.run_reconciler()
        self.assertEqual(self.zoom_ids(), before)
        self.assertEqual(len(self.simulator.meetings()), 2)
        self.assertTrue(self.tokens().refresh_token)

    def test_coming_sessions_say_that_there_is_no_video_at_present(self):
        """R5: and nothing else takes its place."""
        session = self.coming[0]
        self.assertTrue(self.portal(session)["video"])
        self.dialog().action_disconnect()
        self.env.invalidate_all()
        self.assertEqual(session.meeting_status, "no_video")
        self.assertIn("No video at present", session.meeting_sentence)
        self.assertIn(HELP_PHONE, session.help_sentence)
        self.assertFalse(self.portal(session)["video"])
        with self.clock_at(session.start):
            self.assertFalse(session._join_link(), "nobody waits in a meeting that nobody starts")
            self.assertFalse(self.portal(session)["ready"])
        self.assertFalse(session.event_id.videocall_source == "google_meet")

    def test_a_session_that_is_live_goes_on(self):
        session = self.session(start=soon(minutes=5))
        self.work()
        session._mark_live()
        self.dialog(remove_meetings=True).action_disconnect()
        self.run_reconciler()
        self.assertTrue(session._join_link())
        self.assertEqual([str(one["id"]) for one in self.simulator.meetings()], [self.meeting_of(session).zoom_id])

    def test_only_the_owner_or_a_manager_disconnects(self):
        for user in (self.omar, self.max):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                dialog = self.as_user("zoom.disconnect", user).create({"connection_ids": self.connection.ids})
                dialog.action_disconnect()
        self.dialog(self.mia).action_disconnect()
        self.assertEqual(self.connection.state, "disconnected")

    def test_the_place_at_zoom_stands_on_the_connections_page_in_every_state(self):
        for state in ("connected", "reconnect_needed", "revoked", "disconnected"):
            self.connection.state = state
            self.env.invalidate_all()
            self.assertIn("Added Apps", self.connection.removal)
            self.assertIn("Added Apps", self.as_user("res.users", self.dana).browse(self.dana.id).zoom_removal)


class TestSwitchingZoomOff(DisconnectingCase):
    def switch_off(self, remove=False):
        with Form(self.as_user("telehealth.settings", self.mia)) as form:
            form.telehealth_zoom_allowed = False
            form.telehealth_help_hours = "9-5"
        action = form.record.action_save()
        dialog = self.as_user("zoom.disconnect", self.mia).browse(action["res_id"])
        dialog.remove_meetings = remove
        return dialog

    def test_it_is_said_beforehand_and_ends_the_practices_connections(self):
        omars = self.connect(self.omar, OMAR)
        dialog = self.switch_off()
        self.assertEqual(dialog.ending_ids, self.connection | omars)
        self.assertTrue(self.sunrise.telehealth_zoom_allowed, "not before the manager said yes")
        self.assertEqual(self.sunrise.telehealth_help_hours, "9-5", "the rest is saved")
        dialog.action_disconnect()
        self.assertFalse(self.sunrise.telehealth_zoom_allowed)
        for connection in self.connection | omars:
            self.assertEqual((connection.state, connection.reason), ("disconnected", "practice"))
        self.assertEqual(self.coming[0].meeting_status, "no_video")
        self.assertIn("switched off", self.coming[0].meeting_sentence)
        self.assertFalse(self.portal(self.coming[0])["video"])

    def test_coming_meetings_are_removed_first_where_that_is_wished(self):
        self.switch_off(remove=True).action_disconnect()
        self.run_reconciler()
        self.assertEqual(self.simulator.meetings(), [])
        self.assertFalse(self.tokens())

    def test_a_connection_that_serves_another_practice_stays(self):
        self.app.company_ids = [Command.link(self.harbour.id)]
        dialog = self.switch_off(remove=True)
        self.assertEqual((dialog.ending_ids, dialog.staying_ids), (self.connection.browse(), self.connection))
        dialog.action_disconnect()
        self.run_reconciler()
        self.assertEqual(self.connection.state, "connected")
        self.assertTrue(self.tokens().refresh_token)
        self.assertEqual(self.simulator.meetings(), [], "this practice's meetings go all the same")
        self.assertFalse(self.coming[0]._has_video())

    def test_odoos_own_settings_page_does_the_same(self):
        self.as_user("res.config.settings", self.ada).create({"telehealth_zoom_allowed": False}).execute()
        self.assertEqual(self.connection.state, "disconnected")
        self.assertFalse(self.tokens().refresh_token)

    def test_switching_on_again_and_reconnecting_takes_the_meetings_up(self):
        before = self.zoom_ids()
        self.switch_off().action_disconnect()
        self.run_reconciler()
        self.sunrise.telehealth_zoom_allowed = True
        self.connect(self.dana, DANA)
        self.run_reconciler()
        self.assertEqual(self.zoom_ids(), before)
        self.assertEqual(self.coming[0].meeting_status, "ready")

    def test_nobody_else_switches_it_off(self):
        dialog = self.as_user("zoom.disconnect", self.dana).create({"company_id": self.sunrise.id})
        with self.assertRaises(AccessError):
            dialog.action_disconnect()
        dialog = self.as_user("zoom.disconnect", self.max).create({"company_id": self.sunrise.id})
        with self.assertRaises(AccessError):
            dialog.action_disconnect()
        self.assertLess(clock.now() - self.connection.connected_at, timedelta(minutes=5))
        self.assertEqual(self.connection.state, "connected")
