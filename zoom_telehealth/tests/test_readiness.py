"""The readiness pages: what they say is what stands in Zoom and here, they follow it, and tell what turned red."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError

from .. import clock, conf
from ..models.telehealth_readiness_words import SENTENCES, STEPS, TITLES
from ..zoom import features, practice_readiness, readiness
from ..zoom.payloads import UserSeen
from .common import TelehealthCase
from .readiness_case import ReadinessCase
from .simulator import DANA, NORA, PRACTICE_APP


class TestProviderPage(ReadinessCase):
    def setUp(self):
        super().setUp()
        self.connect(self.dana, DANA)
        self.look()

    def test_it_says_what_stands_in_zoom(self):
        lines = self.told(self.dana)
        self.assertEqual({key for key, (level, _finding) in lines.items() if level != "green"}, set())
        self.assertEqual(lines["licence"], ("green", "licensed"))
        self.set_in_zoom(in_meeting={"waiting_room": False}, recording={"local_recording": True})
        self.simulator.control("POST", "user_settings", email=DANA, type=1)
        self.want(self.dana)
        lines = self.told(self.dana)
        self.assertEqual(lines["waiting_room"], ("amber", "off"))
        self.assertEqual(lines["local_recording"], ("amber", "on"))
        self.assertEqual(lines["licence"], ("amber", "basic"))
        self.assertEqual(lines["may_host"], ("green", "may"))

    def test_what_changed_in_zoom_stands_there_until_a_person_has_looked(self):
        self.set_in_zoom(in_meeting={"waiting_room": False})
        for _night in range(2):
            self.want(self.dana)
            self.assertEqual(self.told(self.dana)["changed"], ("amber", "changed"))
        line = self.page(self.dana).line_ids.filtered(lambda one: one.key == "changed")
        self.assertIn("waiting_room", line.sentence)
        self.page(self.dana).with_user(self.dana).action_seen()
        self.assertEqual(self.told(self.dana)["changed"], ("green", "same"))

    def test_red_lines_of_recording_appear_before_recording_can_be_had(self):
        self.sunrise.telehealth_recordings = True
        self.set_in_zoom(recording={"cloud_recording": False}, meeting_security={"encryption_type": "e2ee"})
        self.want(self.dana)
        lines = self.told(self.dana)
        self.assertEqual(lines["cloud_recording"], ("red", "off"))
        self.assertEqual(lines["e2ee"], ("red", "in_the_way"))
        self.assertEqual(lines["scopes_recordings"][0], "red")

    def test_without_the_scope_settings_cannot_be_seen_and_all_else_can(self):
        self.simulator.control("POST", "apps", client_id=PRACTICE_APP[0], scopes=["user:read:user"])
        connection = self.connect(self.dana, DANA)
        self.assertNotIn(features.READ_SETTINGS, connection.scopes)
        self.want(self.dana)
        lines = self.told(self.dana)
        self.assertEqual(lines["settings"], ("amber", "unseen_scope"))
        self.assertNotIn("waiting_room", lines)
        self.assertEqual(lines["licence"], ("green", "licensed"))
        self.assertEqual(self.told()["clock"], ("green", "right"))

    def test_where_the_check_is_switched_off_settings_are_not_asked_for(self):
        self.sunrise.telehealth_setup_check = False
        self.simulator.forget_calls()
        self.want(self.dana)
        self.assertFalse(self.simulator.calls("GET", path="/settings"))
        self.assertEqual(self.told(self.dana)["settings"], ("amber", "unseen_off"))

    def test_a_zoom_that_is_down_leaves_what_was_seen(self):
        self.simulator.fault("status", status=503, path="/v2/**", times=None)
        self.want(self.dana)
        self.assertEqual(self.told(self.dana)["waiting_room"], ("green", "on"))
        self.assertFalse(self.page(self.dana).wanted_at)

    def test_who_may_not_host_is_found_right_after_connecting(self):
        omars = self.connect(self.omar, NORA)
        self.assertTrue(self.page(self.omar).wanted_at)
        session = self.session(self.omar, [self.ben])
        self.work()
        self.assertEqual(self.meeting_of(session).failure, "not_host")
        self.look()
        self.assertEqual(self.told(self.omar)["may_host"], ("red", "refused"))
        self.assertEqual(omars.state, "connected")

    def test_without_a_connection_there_is_only_that_to_say(self):
        self.assertEqual(self.told(self.omar), {"connection": ("amber", "none")})


class TestNightly(ReadinessCase):
    def setUp(self):
        super().setUp()
        self.connect(self.dana, DANA)
        self.look()

    def activities(self, page):
        return {activity.user_id.login: activity for activity in page.activity_ids}

    def break_it(self):
        self.env["zoom.connection"].search([("user_id", "=", self.dana.id)])._mark("reconnect_needed", "grant_refused")

    def test_every_page_is_looked_at_once_a_night(self):
        self.simulator.forget_calls()
        self.look()
        self.assertFalse(self.simulator.calls("GET"))
        with self.clock_moved(hours=21):
            self.look()
            self.assertEqual(len(self.simulator.calls("GET", path="/settings")), 2)

    def test_who_holds_no_sessions_any_more_has_no_page_any_more(self):
        of_sunrise = [("company_id", "=", self.sunrise.id), ("user_id", "!=", False)]
        self.assertEqual(self.pages.search(of_sunrise).user_id, self.dana | self.omar)
        self.omar.action_archive()
        self.look()
        self.assertEqual(self.pages.search(of_sunrise).user_id, self.dana)

    def test_another_practice_that_shares_the_app_gets_no_page_of_whoever_connects(self):
        self.app.company_ids |= self.harbour
        self.connect(self.dana, DANA)
        self.assertFalse(self.pages.search([("company_id", "=", self.harbour.id)]).user_id)
        self.assertTrue(self.page(self.dana).wanted_at)

    def test_what_is_red_at_the_first_look_is_a_step_and_no_news(self):
        self.assertEqual(self.told()["baa"], ("red", "missing"))
        self.assertFalse(self.page().activity_ids)

    def test_what_turned_red_is_told_once_and_taken_back_when_it_is_well(self):
        self.break_it()
        for _run in range(2):
            self.want(self.dana)
        told = self.activities(self.page(self.dana))
        self.assertEqual(set(told), {"dana", "mia"})
        self.assertEqual(len(self.page(self.dana).activity_ids), 2)
        self.assertIn("Zoom connection", told["mia"].note)
        self.connect(self.dana, DANA)
        self.look()
        self.assertFalse(self.page(self.dana).activity_ids)

    def test_what_turned_red_is_told_though_somebody_opened_the_page_before_it_was_looked_at(self):
        self.break_it()
        self.as_user("telehealth.readiness", self.dana).action_open_mine()
        self.assertEqual(self.told(self.dana)["connection"][0], "red")
        for _run in range(2):
            self.want(self.dana)
            self.assertEqual(set(self.activities(self.page(self.dana))), {"dana", "mia"})

    def test_what_turns_amber_is_no_news(self):
        self.set_in_zoom(in_meeting={"waiting_room": False})
        self.want(self.dana)
        self.assertFalse(self.page(self.dana).activity_ids)

    def test_a_renewal_that_comes_near_is_told_to_the_managers(self):
        attestations = self.as_user("telehealth.attestation", self.mia)
        attestations.create({"kind": "baa", "document": b"JVBERi0=", "until": clock.now().date() + timedelta(days=40)})
        self.want(None)
        self.assertEqual(self.told()["baa"], ("green", "signed"))
        with self.clock_moved(days=15):
            self.look()
            self.assertEqual(self.told()["baa"], ("amber", "renew"))
            self.assertIn("mia", self.activities(self.page()))


class TestPracticePage(ReadinessCase):
    def open(self, user):
        pages = self.as_user("telehealth.readiness", user)
        return pages.browse(pages.action_open_practice()["res_id"])

    def test_before_the_first_connection_it_is_the_steps_in_order_with_who_does_each(self):
        lines = self.open(self.mia).line_ids
        self.assertEqual(lines.mapped("key")[:3], ["key", "responsibility", "plan"])
        for line in lines.filtered(lambda one: one.level != "green"):
            with self.subTest(line=line.key):
                self.assertTrue(line.who)
                self.assertTrue(line.steps)
        self.assertEqual({key: finding for key, (_level, finding) in self.told().items()}["providers"], "nobody")

    def test_opening_it_asks_nobody_at_zoom(self):
        self.connect(self.dana, DANA)
        self.open(self.mia)
        self.assertFalse(self.simulator.calls())

    def test_it_follows_what_is_known_here(self):
        self.connect(self.dana, DANA)
        self.look()
        lines = self.told()
        self.assertEqual(lines["credentials"], ("green", "accepted"))
        self.assertEqual(lines["key"], ("amber", "trial"))
        self.assertEqual(lines["providers"], ("amber", "some"))
        self.assertEqual(lines["webhook"][0], "amber")
        self.env["zoom.connection"].search([])._mark("misconfigured", "client_refused")
        self.open(self.mia)
        self.assertEqual(self.told()["credentials"], ("red", "refused"))

    def test_a_server_without_a_key_or_with_one_that_can_be_guessed_is_red(self):
        guessable = f"{'A' * 43}=,{conf.master_key_text()}"
        for key, finding in (("", "missing"), (guessable, "weak")):
            with self.subTest(finding=finding), self.master_key(key):
                self.open(self.mia)
                self.assertEqual(self.told()["key"], ("red", finding))

    def test_a_scheduled_action_that_is_off_or_late_is_named(self):
        cron = self.env.ref("zoom_telehealth.ir_cron_inbox")
        cron.active = False
        self.open(self.mia)
        self.assertEqual(self.told()["actions"], ("red", "stopped"))
        cron.active = True
        self.env["ir.cron"].search([]).lastcall = clock.now()
        self.open(self.mia)
        self.assertEqual(self.told()["actions"], ("green", "running"))
        cron.lastcall = clock.now() - timedelta(hours=2)
        self.open(self.mia)
        line = self.page().line_ids.filtered(lambda one: one.key == "actions")
        self.assertIn(cron.name, line.sentence)

    def test_mails_that_failed_lately_are_seen(self):
        mail = self.env["mail.mail"].create({"state": "exception", "body_html": "x"})
        self.open(self.mia)
        self.assertEqual(self.told()["mail"], ("amber", "failing"))
        mail.unlink()
        self.open(self.mia)
        self.assertEqual(self.told()["mail"], ("green", "able"))

    def test_only_managers_open_it_and_providers_open_theirs(self):
        for user in (self.dana, self.sam, self.eve):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.open(user)
        pages = self.as_user("telehealth.readiness", self.dana)
        self.assertEqual(pages.browse(pages.action_open_mine()["res_id"]).user_id, self.dana)
        with self.assertRaises(AccessError):
            self.as_user("telehealth.readiness", self.mia).action_open_mine()

    def test_a_look_that_is_wanted_is_pending_until_it_was_had(self):
        page = self.open(self.mia)
        page.action_look()
        self.assertEqual(page.telehealth_status, "pending")
        self.look()
        self.assertEqual(page.telehealth_status, "ready")
        self.assertTrue(page.looked_at)

    def test_what_a_zoom_administrator_mends_carries_a_text_to_send(self):
        self.open(self.mia)
        locks = self.page().line_ids.filtered(lambda line: line.key == "admin_locks")
        self.assertIn("lock", locks.request)
        baa = self.page().line_ids.filtered(lambda line: line.key == "baa")
        self.assertIn("healthcare@zoom.us", baa.request)
        self.assertIn("BAA Request — Zoom Business Account", baa.request)
        self.assertTrue(baa.mail_address.startswith("mailto:healthcare@zoom.us?subject=BAA%20Request"))


class TestAttestations(ReadinessCase):
    def attest(self, **values):
        return self.as_user("telehealth.attestation", self.mia).create(values)

    def test_a_named_person_attests_with_todays_date_and_its_words(self):
        self.page()._refresh()
        attestation = self.attest(kind="hipaa_mode", by_id=self.dana.id, on="2020-01-01")
        self.assertEqual((attestation.by_id, attestation.on), (self.mia, clock.now().date()))
        self.assertIn("HIPAA policies", attestation.statement)
        self.assertEqual(self.told()["hipaa_mode"], ("green", "attested"))

    def test_it_stands_as_it_was_said(self):
        attestation = self.attest(kind="hipaa_mode")
        with self.assertRaises(UserError):
            attestation.sudo().write({"until": False})
        with self.assertRaises(AccessError):
            attestation.unlink()

    def test_an_agreement_is_requested_then_signed_with_its_paper(self):
        self.page()._refresh()
        self.attest(kind="baa", is_request=True)
        self.assertEqual(self.told()["baa"], ("amber", "requested"))
        self.attest(kind="baa")
        self.assertEqual(self.told()["baa"], ("amber", "no_document"))
        signed = self.attest(kind="baa", document=b"JVBERi0=", document_name="baa.pdf")
        self.assertEqual(self.told()["baa"], ("green", "signed"))
        paper = self.env["ir.attachment"].search([("res_model", "=", signed._name), ("res_field", "=", "document")])
        for user, may in ((self.mia, True), (self.dana, False), (self.ada, False), (self.max, False)):
            with self.subTest(user=user.login):
                self.assertEqual(paper.with_user(user).has_access("read"), may)

    def test_a_plan_is_named_and_nothing_else_can_be_requested(self):
        for values in ({"kind": "plan"}, {"kind": "hipaa_mode", "is_request": True}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.attest(**values)

    def test_nobody_attests_for_another_practice(self):
        with self.assertRaises(AccessError):
            self.attest(kind="hipaa_mode", company_id=self.harbour.id)


class TestLowestPlan(TelehealthCase):
    def user_seen(self, user_type):
        return UserSeen("id", "account", "e@mail.example", "Name", user_type, "UTC")

    def test_a_plan_that_no_api_can_tell_is_attested(self):
        licensed = self.user_seen(2)
        self.assertTrue(self.sunrise._telehealth_may_connect(self.user_seen(1)))
        self.sunrise.telehealth_lowest_plan = "licensed"
        self.assertFalse(self.sunrise._telehealth_may_connect(self.user_seen(1)))
        self.assertTrue(self.sunrise._telehealth_may_connect(licensed))
        self.sunrise.telehealth_lowest_plan = "business"
        self.assertFalse(self.sunrise._telehealth_may_connect(licensed))
        self.as_user("telehealth.attestation", self.mia).create({"kind": "plan", "plan": "business_plus"})
        self.assertTrue(self.sunrise._telehealth_may_connect(licensed))


class TestAllowing(TelehealthCase):
    def setUp(self):
        super().setUp()
        self.sunrise.telehealth_zoom_allowed = False

    def save(self, user=None, **values):
        settings = self.as_user("telehealth.settings", user or self.mia)
        settings.create({"telehealth_zoom_allowed": True, **values}).action_save()

    def test_a_manager_acknowledges_what_the_practice_answers_for_once(self):
        with self.assertRaisesRegex(UserError, "answers for"), self.env.cr.savepoint():
            self.save()
        self.assertFalse(self.sunrise.telehealth_zoom_allowed)
        self.save(acknowledges=True)
        self.assertTrue(self.sunrise.telehealth_zoom_allowed)
        attestation = self.env["telehealth.attestation"].search([("kind", "=", "responsibility")])
        self.assertEqual((attestation.by_id, attestation.company_id), (self.mia, self.sunrise))
        self.sunrise.telehealth_zoom_allowed = False
        self.save()
        self.assertTrue(self.sunrise.telehealth_zoom_allowed, "it is not asked for again")

    def test_odoos_own_settings_do_not_go_round_it(self):
        settings = self.as_user("res.config.settings", self.ada)
        with self.assertRaisesRegex(UserError, "answers for"), self.env.cr.savepoint():
            settings.create({"telehealth_zoom_allowed": True}).execute()
        self.assertFalse(self.sunrise.telehealth_zoom_allowed)

    def test_the_lowest_plan_and_consent_are_the_practices_to_set(self):
        self.save(acknowledges=True, telehealth_lowest_plan="licensed", telehealth_consent_first=False)
        self.assertEqual(self.sunrise.telehealth_lowest_plan, "licensed")
        self.assertFalse(self.sunrise.telehealth_consent_first)


class TestWords(TelehealthCase):
    def test_every_line_has_a_title_and_whatever_can_go_wrong_has_steps(self):
        keys = {key for key, _finding in SENTENCES}
        self.assertFalse(keys - set(TITLES))
        self.assertFalse({key for key in keys if not key.startswith("scopes_")} - set(STEPS))
        self.assertFalse(set(readiness.WHO) - set(STEPS))
        self.assertFalse(set(practice_readiness.ATTESTED) - set(TITLES))
