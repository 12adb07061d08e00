"""What partners, companies and users give away about sessions, and to whom."""

from odoo.exceptions import AccessError

from .common import ANA, TelehealthCase


class TestPartnersAndCompanies(TelehealthCase):
    def test_the_number_of_a_clients_sessions_is_for_the_practices_roles(self):
        self.book(self.dana, [self.ana])
        self.book(self.dana, [self.ana])
        counts = {
            user: self.as_user("res.partner", user).browse(self.ana.partner_id.id)
            for user in (self.dana, self.sam, self.omar)
        }
        self.assertEqual(
            [counts[user].telehealth_session_count for user in (self.dana, self.sam, self.omar)], [2, 2, 0]
        )
        with self.assertRaises(AccessError):
            self.as_user("res.partner", self.eve).browse(self.ana.partner_id.id).read(["telehealth_session_count"])

    def test_an_employee_does_not_find_clients_by_their_sessions(self):
        event = self.book(self.dana, [self.ana])
        events = self.as_user("calendar.event", self.eve)
        self.assertFalse(events.search([("partner_ids.name", "ilike", ANA)]))
        self.assertFalse(events.search([("attendee_ids.partner_id", "=", self.ana.partner_id.id)]))
        self.assertFalse(self.as_user("calendar.attendee", self.eve).search([("common_name", "ilike", ANA)]))
        partners = self.as_user("res.partner", self.eve)
        self.assertEqual(partners.browse(self.ana.partner_id.id).meeting_count, 0)
        for user in (self.eve, self.omar):
            partners = self.as_user("res.partner", user)
            for domain in (
                [("meeting_ids", "!=", False)],
                [("meeting_ids", "in", event.ids)],
                [("meeting_ids.telehealth", "=", True)],
            ):
                with self.subTest(user=user.login, domain=domain):
                    self.assertNotIn(self.ana.partner_id.id, self._found_by(partners, domain))

    def _found_by(self, partners, domain):
        """Return the ids that a search shows; a refusal shows none."""
        try:
            return partners.search(domain).ids
        except AccessError:
            return []

    def test_only_the_settings_form_changes_a_practice_for_a_manager(self):
        for user in (self.dana, self.sam, self.mia, self.eve):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("res.company", user).browse(self.sunrise.id).write({"telehealth_minutes_before": 1})

    def test_a_manager_sees_no_provider_of_another_practice_that_shares_the_app(self):
        danas = self.connection_row(self.dana, self.app, "zoom-dana")
        self.app.company_ids |= self.harbour
        ottos = self.connection_row(self.otto, self.app, "zoom-otto")
        findings = self.env["zoom.database.finding"]
        findings.create([{"connection_id": one.id, "kind": "dead"} for one in danas + ottos])
        for user, seen in ((self.mia, danas), (self.max, ottos)):
            with self.subTest(user=user.login):
                self.assertEqual(self.as_user("zoom.connection", user).search([]), seen)
                self.assertEqual(findings.with_user(user)._of_last_move().connection_id, seen)
        dialog = self.as_user("zoom.disconnect", self.max).create({"company_id": self.harbour.id})
        self.assertEqual((dialog.ending_ids, dialog.staying_ids), (danas.browse(), ottos))
        self.app.company_ids = self.sunrise
        mias = self.as_user("zoom.connection", self.mia).search([])
        self.assertEqual(mias, danas + ottos, "nobody else could end it")

    def test_a_manager_reads_the_zoom_account_of_their_practices_providers_alone(self):
        self.app.company_ids |= self.harbour
        for user, zoom_id in ((self.dana, "zoom-dana"), (self.otto, "zoom-otto")):
            self.connection_row(user, self.app, zoom_id).zoom_email = f"{zoom_id}@mail.example"
        providers = self.as_user("res.users", self.mia).browse((self.dana | self.otto).ids)
        told = providers.read(["zoom_state", "zoom_user"])
        self.assertEqual([one["zoom_state"] for one in told], ["connected", False])
        self.assertEqual([one["zoom_user"] for one in told], ["zoom-dana@mail.example", False])
        before = self.env["mail.message"].search([])
        self.as_user("res.users", self.mia).browse(self.otto.id).action_zoom_invite()
        self.assertEqual(self.env["mail.message"].search([]), before)

    def test_a_user_reads_the_zoom_state_of_their_own_preferences_alone(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        dana = self.as_user("res.users", self.dana).browse(self.dana.id)
        self.assertEqual(dana.read(["zoom_state", "zoom_user"])[0]["zoom_state"], "connected")
        with self.assertRaises(AccessError):
            self.as_user("res.users", self.ana).browse(self.dana.id).read(["zoom_user"])
