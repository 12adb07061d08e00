"""A practice's settings, changed by its telehealth manager without Odoo's system right."""

import base64
import secrets

import psycopg2.errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import file_open, mute_logger

from .common import TelehealthCase


class TestSettings(TelehealthCase):
    def settings(self, user, **values):
        return self.as_user("telehealth.settings", user).create(values)

    def test_a_new_practice_begins_as_the_guide_says(self):
        """Zoom, and whatever asks more of it or of people, is off; what protects people is on."""
        practice = self.env["res.company"].create({"name": "Moonlight"})
        on = {
            name
            for name, field in practice._fields.items()
            if name.startswith("telehealth_") and field.type == "boolean" and practice[name]
        }
        protects = {"telehealth_waiting_room", "telehealth_no_chat", "telehealth_no_ai_companion"}
        self.assertEqual(on, protects | {"telehealth_consent_first", "telehealth_setup_check"})
        self.assertEqual((practice.telehealth_minutes_before, practice.telehealth_minutes_after), (15, 15))
        self.assertEqual(practice.telehealth_horizon_days, 30)

    def test_a_manager_saves_every_setting_without_the_system_right(self):
        self.assertFalse(self.mia.has_group("base.group_system"))
        self.sunrise.telehealth_zoom_allowed = False
        with Form(self.as_user("telehealth.settings", self.mia)) as form:
            form.telehealth_zoom_allowed = True
            form.acknowledges = True
            form.telehealth_default = True
            form.telehealth_event_name = "Appointment"
            form.telehealth_minutes_before = 5
            form.telehealth_minutes_after = 30
            form.telehealth_horizon_days = 14
            form.telehealth_attendance = True
            form.telehealth_recordings = True
            form.telehealth_help_phone = "1"
            form.telehealth_help_email = "help@practice.example"
            form.telehealth_help_hours = "9-5"
            form.telehealth_help_urgent = "112"
        form.record.action_save()
        self.assertRecordValues(
            self.sunrise,
            [
                {
                    "telehealth_zoom_allowed": True,
                    "telehealth_default": True,
                    "telehealth_event_name": "Appointment",
                    "telehealth_minutes_before": 5,
                    "telehealth_minutes_after": 30,
                    "telehealth_horizon_days": 14,
                    "telehealth_attendance": True,
                    "telehealth_recordings": True,
                    "telehealth_help_phone": "1",
                    "telehealth_help_email": "help@practice.example",
                    "telehealth_help_hours": "9-5",
                    "telehealth_help_urgent": "112",
                }
            ],
        )

    def test_the_form_begins_with_what_holds_now(self):
        form = Form(self.as_user("telehealth.settings", self.mia))
        self.assertEqual(form.company_id, self.sunrise)
        self.assertTrue(form.telehealth_zoom_allowed)
        self.assertEqual((form.telehealth_minutes_before, form.telehealth_horizon_days), (15, 30))
        self.assertIn("/zoom_telehealth/oauth/callback", form.redirect_uri)

    def test_nobody_else_opens_or_saves_the_form(self):
        for user in (self.dana, self.sam, self.eve, self.ada, self.ana):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.settings(user)
        form = self.settings(self.mia)
        for user in (self.dana, self.sam, self.eve):
            with self.subTest(saver=user.login), self.assertRaises(AccessError):
                form.with_user(user).action_save()

    def test_a_manager_saves_for_their_own_practice_alone(self):
        form = self.settings(self.mia, company_id=self.harbour.id, telehealth_help_phone="666")
        with self.assertRaises(AccessError):
            form.action_save()
        self.assertNotEqual(self.harbour.telehealth_help_phone, "666")

    def test_saving_changes_nothing_else_of_the_company(self):
        before = (self.sunrise.name, self.sunrise.partner_id, self.sunrise.currency_id)
        self.settings(self.mia).action_save()
        self.assertEqual((self.sunrise.name, self.sunrise.partner_id, self.sunrise.currency_id), before)

    def test_a_window_or_horizon_out_of_all_reason_is_refused(self):
        for name, values in (
            ("telehealth_minutes_before", (-1, 1441)),
            ("telehealth_minutes_after", (-1, 1441)),
            ("telehealth_horizon_days", (0, 366, -5)),
        ):
            for value in values:
                refused = (psycopg2.errors.CheckViolation, ValidationError)
                with self.subTest(field=name, value=value), mute_logger("odoo.sql_db"):
                    try:
                        with self.env.cr.savepoint():
                            self.settings(self.mia, **{name: value}).action_save()
                            self.env.flush_all()
                    except refused:
                        continue
                    self.fail("it was saved")

    def test_the_edges_of_reason_are_saved(self):
        self.settings(
            self.mia, telehealth_minutes_before=0, telehealth_minutes_after=1440, telehealth_horizon_days=365
        ).action_save()
        self.env.flush_all()
        self.assertEqual(self.sunrise.telehealth_minutes_after, 1440)

    def test_zoom_is_not_allowed_without_a_key_that_protects_what_it_brings(self):
        self.sunrise.telehealth_zoom_allowed = False
        for key in ("", "nonsense", base64.b64encode(secrets.token_bytes(16)).decode()):
            with self.subTest(key=key), self.master_key(key):
                form = self.settings(self.mia, telehealth_zoom_allowed=True)
                self.assertIn("openssl rand -base64 32", form.key_trouble)
                with self.assertRaisesRegex(UserError, "openssl rand -base64 32"):
                    form.action_save()
                self.assertFalse(self.sunrise.telehealth_zoom_allowed)
                self.settings(self.mia, telehealth_zoom_allowed=False, telehealth_help_phone="7").action_save()
        self.assertEqual(self.sunrise.telehealth_help_phone, "7", "everything else may be set before")
        self.assertFalse(self.settings(self.mia).key_trouble)

    def test_odoos_own_settings_page_refuses_zoom_without_a_key_too(self):
        self.sunrise.telehealth_zoom_allowed = False
        with self.master_key(""), self.assertRaisesRegex(UserError, "openssl rand -base64 32"), self.env.cr.savepoint():
            settings = self.as_user("res.config.settings", self.ada).create({"telehealth_zoom_allowed": True})
            settings.execute()
        self.env.invalidate_all()
        self.assertFalse(self.sunrise.telehealth_zoom_allowed)

    def test_a_list_of_apps_shows_the_address_to_copy_into_zooms_page(self):
        apps = (self.app | self.harbour_app).read(["redirect_uri"])
        self.assertEqual({app["redirect_uri"] for app in apps}, {self.app._redirect_uri()})

    def test_settings_show_the_practices_own_apps_alone(self):
        self.assertEqual(self.settings(self.mia).app_ids, self.app)

    def test_connecting_without_a_key_is_refused_with_the_sentence(self):
        with self.master_key(""), self.assertRaisesRegex(UserError, "openssl rand -base64 32"):
            self.dana.with_user(self.dana).action_zoom_connect()

    def test_only_the_owner_or_a_manager_disconnects(self):
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        for user in (self.omar, self.sam, self.eve, self.max):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.as_user("zoom.connection", user).browse(connection.id).action_disconnect()
        self.assertEqual(connection.state, "connected")
        self.as_user("zoom.connection", self.mia).browse(connection.id).action_disconnect()
        self.assertEqual(connection.state, "disconnected")
        self.assertFalse(self.env["zoom.connection.token"]._of(connection))

    def test_the_preferences_say_how_it_stands_with_zoom(self):
        def state():
            self.env.invalidate_all()
            return self.as_user("res.users", self.dana).browse(self.dana.id).zoom_state

        self.assertEqual(state(), "none")
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        self.assertEqual(state(), "connected")
        connection._mark("reconnect_needed", "grant_refused")
        self.assertEqual(state(), "reconnect_needed")
        connection._mark("disconnected", "person")
        self.assertEqual(state(), "none")
        self.app.active = False
        self.assertEqual(state(), "no_app")
        self.sunrise.telehealth_zoom_allowed = False
        self.assertEqual(state(), "forbidden")

    def test_a_providers_own_app_comes_before_the_practices(self):
        """Decision 6."""
        own = self.as_user("zoom.app", self.dana).create(
            {"name": "Dana's", "client_id": "danas-app", "client_secret_entry": "s", "user_id": self.dana.id}
        )
        apps = self.env["zoom.app"]
        self.assertEqual(apps._for_provider(self.dana, self.sunrise).id, own.id)
        self.assertEqual(apps._for_provider(self.omar, self.sunrise), self.app)
        self.assertEqual(apps._for_provider(self.otto, self.harbour), self.harbour_app)
        self.assertFalse(apps._for_provider(self.dana, self.harbour).filtered(lambda app: app.user_id))

    def test_one_zoom_app_is_entered_once(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.app.copy({"client_id": f"  {self.app.client_id}  "})
            self.env.flush_all()


class TestNeutralizing(TelehealthCase):
    def test_a_copy_of_the_database_uses_no_token_of_the_live_one(self):
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        session = self.session_of(self.book(self.dana, [self.ana]))
        session.manual_link = "https://video.example/room"
        meeting = self.meeting_row(session, connection, dial_in="a passcode")
        self.as_user("res.users", self.dana).browse(self.dana.id).telehealth_own_link = "https://video.example/dana"
        self.env["telehealth.video.link"]._keep(self.sunrise, "https://video.example/sunrise")
        self.env.flush_all()
        with file_open("zoom_telehealth/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(connection.state, "disconnected")
        self.assertFalse(self.env["zoom.connection.token"].search([]))
        self.assertFalse(self.app.client_secret)
        self.assertFalse(self.sunrise.telehealth_zoom_allowed)
        for link in (meeting.join_link, meeting.passcode, meeting.dial_in, session.manual_link):
            self.assertFalse(link, "a way into the living practice's sessions")
        self.assertFalse(self.env["telehealth.video.link"].search([]))
