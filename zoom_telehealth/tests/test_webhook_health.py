"""A Zoom app's page says whether Zoom's events arrive, and people are told when they do not."""

import psycopg2.errors

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .. import clock
from ..zoom import events, webhook
from .common import TelehealthCase
from .event_case import EventCase


class TestSecretToken(TelehealthCase):
    def test_the_secret_token_is_written_never_read_and_stored_encrypted(self):
        app = self.as_user("zoom.app", self.mia).browse(self.app.id)
        self.assertFalse(app.has_webhook_secret)
        app.webhook_secret_entry = "  first-secret "
        self.env.flush_all()
        self.assertTrue(app.has_webhook_secret)
        self.assertFalse(app.webhook_secret_entry)
        with self.assertRaises(AccessError):
            app.read(["webhook_secret"])
        self.env.cr.execute("SELECT webhook_secret FROM zoom_app WHERE id = %s", [app.id])
        self.assertNotIn("first-secret", self.env.cr.fetchone()[0])
        self.assertEqual(self.app._webhook_secrets(), ["first-secret"])

    def test_two_secret_tokens_work_during_a_rotation_and_one_after_it(self):
        self.app.webhook_secret_entry = "first"
        self.app.webhook_secret_entry = "second"
        self.assertEqual(self.app._webhook_secrets(), ["second", "first"])
        self.app.webhook_secret_entry = "second"
        self.assertEqual(self.app._webhook_secrets(), ["second", "first"], "entered again, nothing is lost")
        for hours, valid in ((71, ["second", "first"]), (73, ["second"])):
            with self.subTest(hours=hours), self.clock_moved(hours=hours):
                self.assertEqual(self.app._webhook_secrets(), valid)

    def test_who_edits_the_app_may_stop_its_events(self):
        self.app.webhook_secret_entry = "first"
        self.app.webhook_secret_entry = "second"
        with self.assertRaises(AccessError):
            self.app.with_user(self.dana).action_forget_webhook_secret()
        self.app.with_user(self.mia).action_forget_webhook_secret()
        self.env.invalidate_all()
        self.assertEqual((self.app._webhook_secrets(), self.app.webhook_state), ([], "off"))

    def test_each_app_has_an_address_of_its_own_that_nobody_chooses(self):
        self.assertTrue(self.app.webhook_url.endswith(f"/zoom_telehealth/webhook/{self.app.key}"))
        self.assertNotEqual(self.app.key, self.harbour_app.key)
        copied = self.app.copy({"client_id": "copied"})
        self.assertNotEqual(copied.key, self.app.key)
        self.assertFalse(copied.has_webhook_secret)

    @mute_logger("odoo.sql_db")
    def test_events_are_kept_for_a_sane_number_of_days(self):
        for days in (0, 31):
            with self.subTest(days), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
                self.app.delivery_days = days
                self.env.flush_all()


class TestHealth(EventCase):
    def setUp(self):
        super().setUp()
        self.app.webhook_secret_entry = "secret"

    def arrived(self, name, state="done", **values):
        if name == events.VALIDATION:
            self.app._validated(clock.now())
        return self.env["zoom.delivery"].create(
            {
                "app_id": self.app.id,
                "fingerprint": webhook.fingerprint(str(values).encode() + name.encode() + state.encode()),
                "event": name,
                "event_at": clock.now(),
                "received_at": clock.now(),
                "state": state,
                **values,
            }
        )

    def refused(self, times, reason=webhook.BAD_SIGNATURE):
        for _time in range(times):
            self.env["zoom.webhook.refusal"]._count(self.app, reason)

    def missed(self, times):
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        meeting = self.meeting_row(self.danas, connection)
        for time in range(times):
            self.env["zoom.meeting.instance"]._ended(meeting, f"uuid-{time}", clock.now(), asked=True)

    def seen(self):
        self.env.invalidate_all()
        return self.app.webhook_state, self.app.webhook_sentence

    def test_each_state_says_what_to_do(self):
        self.assertEqual(self.seen()[0], "waiting")
        self.assertIn("Validate", self.seen()[1])
        self.arrived(events.VALIDATION)
        self.assertEqual(self.seen()[0], "good")
        self.arrived("meeting.started")
        self.assertEqual(self.seen()[0], "good")
        self.assertGreater(self.app.webhook_delivered_at, self.app.webhook_validated_at)
        with self.clock_moved(hours=77):
            self.assertEqual(self.seen()[0], "bad")
            self.assertIn("every 72 hours", self.seen()[1])
            self.assertIn("reached from the internet", self.seen()[1])

    def test_without_a_secret_token_the_page_says_that_it_is_slower(self):
        state, sentence = self.harbour_app.webhook_state, self.harbour_app.webhook_sentence
        self.assertEqual(state, "off")
        self.assertIn("quarter of an hour", sentence)

    def test_a_wrong_secret_token_is_told_from_noise(self):
        self.arrived(events.VALIDATION)
        with self.clock_moved(minutes=1):
            self.refused(9, webhook.UNSIGNED)
            self.refused(2)
            self.assertEqual(self.seen()[0], "good")
            self.refused(1)
            self.assertEqual(self.seen()[0], "bad")
            self.assertIn("Secret Token", self.seen()[1])
            self.assertEqual(self.app.webhook_refused, 12)
        with self.clock_moved(minutes=2):
            self.arrived("meeting.started")
            self.assertEqual(self.seen()[0], "good", "believed again since")

    def test_a_clock_for_which_zoom_is_not_believed_is_told(self):
        self.arrived(events.VALIDATION)
        with self.clock_moved(minutes=1):
            self.refused(1, webhook.TOO_OLD)
            self.refused(1, webhook.TOO_NEW)
            self.assertEqual(self.seen()[0], "good", "somebody may repeat an old request")
            self.refused(1, webhook.TOO_NEW)
            self.assertEqual(self.seen()[0], "bad")
            self.assertIn("clock is wrong", self.seen()[1])
        with self.clock_moved(minutes=2):
            self.arrived("meeting.started")
            self.assertEqual(self.seen()[0], "good", "believed again since")

    def test_sessions_that_end_without_an_event_raise_the_alarm_at_two(self):
        """R21."""
        self.arrived(events.VALIDATION)
        self.missed(1)
        self.assertEqual((self.seen()[0], self.app.webhook_missed), ("good", 1))
        self.env["zoom.meeting.instance"]._ended(self.danas.meeting_ids[:1], "uuid-more", clock.now(), asked=True)
        self.assertEqual((self.seen()[0], self.app.webhook_missed), ("bad", 2))
        self.assertIn("2 sessions", self.seen()[1])

    def test_ends_from_before_there_were_events_raise_no_alarm(self):
        self.missed(3)
        with self.clock_moved(minutes=1):
            self.arrived(events.VALIDATION)
            self.assertEqual((self.seen()[0], self.app.webhook_missed), ("good", 0))

    def test_an_address_that_zoom_gave_up_stays_bad_however_long_ago(self):
        self.arrived(events.VALIDATION)
        with self.clock_moved(days=90):
            self.env["zoom.delivery"]._gc_rows()
            self.assertEqual(self.seen()[0], "bad")

    def test_an_archived_app_is_listened_to_and_watched(self):
        self.arrived(events.VALIDATION)
        self.app.active = False
        self.assertEqual(self.env["zoom.app"]._by_key(self.app.key), self.app)
        self.arrived("meeting.started", "parked")
        self.env["zoom.app"]._watch_webhooks()
        self.assertTrue(self.app.activity_ids)

    def test_a_parked_delivery_asks_for_a_person(self):
        self.arrived(events.VALIDATION)
        self.arrived("meeting.started", "parked")
        self.assertEqual(self.seen()[0], "bad")
        self.assertIn("Retry", self.seen()[1])
        self.assertEqual(self.app.webhook_trouble, "parked", "nothing is wrong with how it is set up")
        self.assertTrue(self.app.action_open_deliveries()["context"]["search_default_parked"])

    def test_the_managers_are_told_once_when_it_turns_bad_and_it_is_taken_back(self):
        self.arrived(events.VALIDATION)
        watch = self.env["zoom.app"]._watch_webhooks
        watch()
        self.assertFalse(self.app.activity_ids)
        self.arrived("meeting.started", "parked")
        for _hour in range(3):
            self.env.invalidate_all()
            watch()
        self.assertEqual(self.app.activity_ids.user_id, self.mia, "the practice's manager, and not Harbour's")
        self.assertIn("Retry", self.app.activity_ids.note)
        self.env["zoom.delivery"].search([("state", "=", "parked")]).state = "done"
        self.env.invalidate_all()
        watch()
        self.assertFalse(self.app.activity_ids)

    def test_a_providers_own_app_is_the_providers_to_mend(self):
        self.app.user_id = self.dana
        self.arrived("meeting.started", "parked")
        self.env["zoom.app"]._watch_webhooks()
        self.assertEqual(self.app.activity_ids.user_id, self.dana)
