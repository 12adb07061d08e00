"""A substitute takes a session over that was offered for cover; before that, no client of it is shown."""

from odoo.exceptions import AccessError, UserError

from .common import ANA, ANAS_TITLE, PROVIDER, TelehealthCase, soon


class TestCover(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danas = cls.session_of(
            cls.book(cls.dana, [cls.ana], ANAS_TITLE, start=soon(days=2), telehealth_service_id=cls.service.id)
        )
        cls.sunrise.telehealth_cover_allowed = True

    def offer(self, by=None):
        self.danas.with_user(by or self.dana).action_offer_cover()

    def lines(self, user=None):
        return self.as_user("telehealth.cover", user or self.omar).create({}).line_ids

    def test_a_colleague_sees_time_service_and_provider_and_takes_over(self):
        self.assertFalse(self.lines())
        self.offer()
        line = self.lines()
        self.assertEqual((line.start, line.service, line.provider_id), (self.danas.start, self.service.name, self.dana))
        shown = str(line.read()) + str(line.display_name)
        self.assertNotIn(ANA, shown)
        self.assertNotIn(ANAS_TITLE, shown)
        self.assertFalse(self.danas.with_user(self.omar).has_access("read"), "not before it is theirs")
        before, version = self.env["mail.message"].search([]), self.danas.version
        action = line.action_take_over()
        self.assertEqual(action["res_id"], self.danas.id)
        self.assertEqual((self.danas.provider_id, self.danas.event_id.user_id), (self.omar, self.omar))
        self.assertEqual(self.danas.version, version + 1, "its meeting moves to the new host (R7)")
        self.assertEqual(self.danas.with_user(self.omar).client_ids, self.ana.partner_id)
        self.assertFalse(self.danas.with_user(self.dana).has_access("read"))
        self.assertEqual((self.danas.covered_for_id, bool(self.danas.covered_at)), (self.dana, True))
        self.assertFalse(self.danas.to_cover)
        told = (self.env["mail.message"].search([]) - before).filtered(
            lambda message: self.dana.partner_id in message.partner_ids
        )
        self.assertIn("Omar Haddad took over your session", told.body)
        self.assertNotIn(ANA, told.body)

    def test_who_is_covered_is_told_in_their_own_language(self):
        self.speaks_french(self.dana, {"Your session was taken over": "Votre séance a été reprise"})
        self.offer()
        line, before = self.lines(), self.env["mail.message"].search([])
        line.action_take_over()
        told = self.env["mail.message"].search([]) - before
        self.assertIn("Votre séance a été reprise", told.mapped("subject"))

    def test_of_two_who_take_it_the_second_is_told(self):
        third = self._person("tess", "Tess Third", PROVIDER, self.sunrise)
        self.offer(self.sam)
        first, second = self.lines(), self.lines(third)
        first.action_take_over()
        with self.assertRaisesRegex(UserError, "not offered any more"):
            second.action_take_over()
        self.assertEqual(self.danas.provider_id, self.omar)

    def test_nothing_is_taken_that_was_not_offered_or_is_offered_no_more(self):
        sessions = self.as_user("telehealth.session", self.omar)
        with self.assertRaises(UserError):
            sessions._take_cover(self.danas.id)
        self.offer()
        line = self.lines()
        self.danas.with_user(self.dana).action_withdraw_cover()
        with self.assertRaises(UserError):
            line.action_take_over()
        self.offer()
        self.sunrise.telehealth_cover_allowed = False
        with self.assertRaises(UserError):
            line.action_take_over()
        self.sunrise.telehealth_cover_allowed = True
        self.danas.event_id.action_archive()
        with self.assertRaises(UserError):
            line.action_take_over()
        self.assertEqual(self.danas.provider_id, self.dana)

    def test_it_is_off_until_the_practice_allows_it(self):
        self.assertFalse(self.harbour.telehealth_cover_allowed)
        self.sunrise.telehealth_cover_allowed = False
        with self.assertRaisesRegex(UserError, "does not let providers cover"):
            self.offer()

    def test_its_menu_stands_where_a_practice_of_the_users_allows_it(self):
        menu = self.env.ref("zoom_telehealth.menu_telehealth_cover")
        for user, shown in ((self.omar, True), (self.otto, False), (self.sam, False)):
            with self.subTest(user=user.login):
                self.assertEqual(menu.id in self.as_user("ir.ui.menu", user).load_menus(False), shown)
        settings = self.as_user("telehealth.settings", self.mia)
        settings.create({"telehealth_cover_allowed": False}).action_save()
        self.assertNotIn(menu.id, self.as_user("ir.ui.menu", self.omar).load_menus(False))
        self.harbour.telehealth_cover_allowed = True
        self.omar.company_ids |= self.harbour
        self.assertIn(menu.id, self.as_user("ir.ui.menu", self.omar).load_menus(False))

    def test_another_practices_providers_and_who_holds_no_sessions_see_nothing(self):
        self.offer()
        self.assertFalse(self.lines(self.otto))
        with self.assertRaises(UserError):
            self.as_user("telehealth.session", self.otto)._take_cover(self.danas.id)
        for user in (self.sam, self.mia, self.eve, self.ada):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.lines(user)
        for user in (self.omar, self.eve, self.otto):
            with self.subTest(offers=user.login), self.assertRaises(AccessError):
                self.offer(user)

    def test_who_covers_and_when_is_written_by_the_system_alone(self):
        for values in ({"to_cover": True}, {"covered_for_id": self.omar.id}, {"covered_at": soon()}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.danas.with_user(self.dana).write(values)
