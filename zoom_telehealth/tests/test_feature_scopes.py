"""Each feature asks for its own scopes, and lacks them by its own name (R10)."""

from ..zoom import features
from .common import TelehealthCase


class TestFeatureScopes(TelehealthCase):
    def setUp(self):
        super().setUp()
        self.danas = self.connection_row(self.dana, self.app, "zoom-dana")
        self.omars = self.connection_row(self.omar, self.app, "zoom-omar")
        everything = " ".join(features.all_asked())
        (self.danas | self.omars).scopes = everything

    def rows(self):
        return {row["feature"]: row for row in self.sunrise._telehealth_feature_rows()}

    def table(self):
        return str(self.as_user("telehealth.settings", self.mia).create({}).feature_table)

    def test_a_missing_scope_disables_its_feature_by_name_and_no_other(self):
        lost = "meeting:read:participant"
        self.danas.scopes = " ".join(features.all_asked() - {lost})
        self.assertEqual({name for name, row in self.rows().items() if not row["works"]}, {features.ATTENDANCE})
        [scope] = [one for one in self.rows()[features.ATTENDANCE]["scopes"] if one["lacking"]]
        self.assertEqual((scope["scope"], scope["granted"], scope["lacking"]), (lost, 1, ["Dana Reyes"]))

    def test_people_of_another_practice_with_the_same_app_are_not_named(self):
        self.app.company_ids |= self.harbour
        self.connection_row(self.otto, self.app, "zoom-otto").scopes = ""
        self.assertEqual({row["connections"] for row in self.rows().values()}, {2})
        self.assertNotIn("Otto Berg", self.table())

    def test_a_scope_with_which_a_feature_does_more_is_no_lack(self):
        self.danas.scopes = " ".join(features.all_asked() - {features.CHANGE_RECORDING_SETTINGS})
        self.assertTrue(self.rows()[features.RECORDINGS]["works"])

    def test_nothing_is_said_of_grants_where_nobody_is_connected(self):
        (self.danas | self.omars).state = "disconnected"
        self.assertEqual({row["works"] for row in self.rows().values()}, {None})
        self.assertIn("Nobody is connected yet", self.table())

    def test_the_settings_name_every_scope_and_what_is_never_asked_for(self):
        self.omars.scopes = "user:read:user"
        table = self.table()
        for scope in features.all_asked():
            self.assertIn(scope, table)
        self.assertIn("missing for Omar Haddad", table)
        self.assertNotIn("missing for Dana", table)
        self.assertIn("Team Chat messages", table)

    def test_a_manager_switches_each_feature_apart(self):
        settings = self.as_user("telehealth.settings", self.mia).create({})
        self.assertFalse(settings.telehealth_join_links)
        settings.write({"telehealth_join_links": True, "telehealth_recording_deletion": True})
        settings.action_save()
        self.assertTrue(self.rows()[features.JOIN_LINKS]["on"])
        self.assertTrue(self.rows()[features.RECORDING_DELETION]["on"])
        self.sunrise.telehealth_zoom_allowed = False
        self.assertFalse(self.rows()[features.RECORDING_DELETION]["on"], "nothing works without Zoom")
