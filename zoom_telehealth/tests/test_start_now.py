"""A session that nobody booked begins at once: its dialog, its meeting, its invitation, and the page that waits."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .. import clock
from ..zoom import tasks
from .common import ANA, HELP_PHONE, PROVIDER, TelehealthHttpCase, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA


class TestStartNow(ReconcilerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.env.flush_all()

    def dialog(self, user=None, client=None):
        partner = self.as_user("res.partner", user or self.dana).browse((client or self.ana).partner_id.id)
        action = partner.action_telehealth_start_now()
        return Form(self.as_user(action["res_model"], user or self.dana).with_context(**action["context"]))

    def started(self, **options):
        before = self.env["telehealth.session"].search([])
        action = self.dialog(**options).save().action_start()
        session = self.env["telehealth.session"].search([]) - before
        return session, action

    def test_two_presses_on_a_clients_page_book_a_session_from_now(self):
        before = clock.now()
        session, action = self.started()
        after = clock.now()
        self.assertEqual((session.provider_id, session.client_ids), (self.dana, self.ana.partner_id))
        self.assertEqual((session.company_id, session.place, session.unscheduled), (self.sunrise, "zoom", True))
        self.assertLessEqual(before, session.start)
        self.assertLessEqual(session.start, after + timedelta(minutes=1))
        self.assertEqual((session.start.second, session.minutes), (0, 50))
        self.assertEqual((action["url"], action["close"]), (f"/telehealth/start/{session.token}", True))
        self.assertEqual(session._door(), "open", "who is called in may come at once")

    def test_the_way_to_the_start_page_is_told_to_who_may_see_the_session_alone(self):
        session, _action = self.started()
        for by in (self.omar, self.otto, self.eve, self.ana):
            for action in ("action_start", "action_begin"):
                with self.subTest(by=by.name, action=action), self.assertRaises(AccessError):
                    getattr(session.with_user(by), action)()

    def test_its_service_and_length_are_the_practices(self):
        self.sunrise.telehealth_now_service_id = self.service
        session, _action = self.started()
        self.assertEqual((session.service_id, session.minutes), (self.service, 40))

    def test_the_door_is_open_also_where_the_practice_opens_it_at_the_start(self):
        self.sunrise.telehealth_minutes_before = 0
        session, _action = self.started()
        self.assertEqual(session._door(), "open")

    def test_it_comes_before_whatever_else_is_due_and_no_call_is_made_in_the_users_transaction(self):
        for hours in range(1, 12):
            self.book(self.dana, [self.ben], start=soon(hours=hours))
        self.connect(self.dana, DANA)
        session, _action = self.started()
        self.assertEqual(self.simulator.calls(), [])
        [[first, _meeting]] = self.reconciler._due(1)
        self.assertEqual(first, session.id)
        [kind] = self.work(1).values()
        self.assertEqual((kind, session._start_state()["ready"]), (tasks.CREATE, False), "ready for its provider alone")
        self.assertTrue(session.with_user(self.dana)._start_state()["ready"])
        self.assertEqual(self.meeting_of(session).unmet, False, "Zoom took its start as it is")

    def test_the_invitation_goes_out_at_once_with_the_join_route(self):
        mails = self.env["mail.mail"].with_context(no_mail_to_attendees=False)
        before = mails.search([])
        dialog = self.as_user("telehealth.start.now", self.dana).with_context(no_mail_to_attendees=False)
        dialog.create({"client_ids": self.ana.partner_id.ids}).action_start()
        messages = self.env["mail.message"].search([("partner_ids", "in", self.ana.partner_id.ids)], order="id desc")
        [session] = self.env["telehealth.session"].search([("unscheduled", "=", True)], limit=1)
        sent = (mails.search([]) - before).mapped("body_html") + messages[:3].mapped("body")
        self.assertTrue(any(f"/telehealth/join/{session.token}" in str(body) for body in sent))

    def test_an_overlap_is_told_and_never_refused(self):
        self.sunrise.telehealth_overlap_blocked = True
        self.book(self.dana, [self.ben], start=soon(minutes=10))
        self.env.cr.flush()
        self.assertIn("holds another session", self.dialog().overlap)
        session, _action = self.started()
        self.env.cr.flush()
        self.assertEqual((session.state, session.exclusive), ("scheduled", False))

    def test_who_cannot_come_in_by_themselves_is_named(self):
        self.assertFalse(self.dialog().unreached)
        self.ana.active = False
        self.assertIn(ANA, self.dialog().unreached)

    def test_without_a_connection_nothing_is_booked_and_nobody_invited(self):
        self.connection.state = "disconnected"
        dialog = self.dialog()
        self.assertIn("connect", dialog.trouble.lower())
        self.assertIn(HELP_PHONE, dialog.help_sentence)
        count = self.env["telehealth.session"].search_count([])
        with self.assertRaises(UserError):
            dialog.save().action_start()
        self.connection.state = "connected"
        self.sunrise.telehealth_zoom_allowed = False
        with self.assertRaisesRegex(UserError, "switched off"):
            self.dialog().save().action_start()
        self.assertEqual(self.env["telehealth.session"].search_count([]), count)

    def test_who_has_not_connected_zoom_begins_where_the_practice_holds_such_sessions(self):
        self.connection.state = "disconnected"
        self.sunrise.telehealth_place = "discuss"
        session, action = self.started()
        self.assertEqual((session.place, action["url"]), ("discuss", f"/telehealth/start/{session.token}"))
        self.assertTrue(session.with_user(self.dana).can_start)
        self.sunrise.telehealth_place = "in_person"
        self.assertTrue(self.dialog().trouble)

    def test_schedulers_employees_and_others_providers_do_not_start_one(self):
        for user in (self.sam, self.mia, self.eve, self.ada):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("telehealth.start.now", user).create({"client_ids": self.ana.partner_id.ids})
        with self.assertRaisesRegex(UserError, "Providers hold sessions"):
            self.as_user("telehealth.session", self.sam)._start_now(self.ana.partner_id, self.service.browse())

    def test_nobody_but_the_system_calls_a_session_unscheduled(self):
        session = self.session()
        for user in (self.dana, self.sam):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                session.with_user(user).write({"unscheduled": True})

    def test_in_another_practice_it_is_that_practices_session(self):
        both = self._person("bo", "Bo Both", PROVIDER, self.sunrise)
        both.company_ids |= self.harbour
        self.connection_row(both, self.harbour_app, "zoom-bo")
        dialog = self.as_user("telehealth.start.now", both).with_company(self.harbour)
        dialog.create({"client_ids": self.cleo.partner_id.ids}).action_start()
        [session] = self.env["telehealth.session"].search([("provider_id", "=", both.id)])
        self.assertEqual(session.company_id, self.harbour)


class TestStartPage(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danas = cls.session_of(cls.book(cls.dana, [cls.ana, cls.eve], start=soon(hours=1)))
        cls.state = f"/telehealth/start/{cls.danas.token}/state"

    def ask(self):
        answer = self.visit(self.state)
        self.assertEqual((answer.status_code, answer.headers["Cache-Control"]), (200, "no-store"))
        return answer.json()

    def test_the_page_that_waits_is_told_when_to_go_on_and_what_to_say(self):
        self.sign_in(self.dana)
        self.assertIn("has not connected Zoom yet", self.ask()["sentence"])
        self.assertEqual((self.ask()["ready"], self.ask()["trouble"]), (False, True))
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        waits = {"ready": False, "trouble": False, "offered": False, "sentence": "The Zoom meeting is being made."}
        self.assertEqual(self.ask(), waits)
        meeting = self.meeting_row(self.danas, connection)
        self.assertTrue(self.ask()["ready"])
        self.danas._doubt()
        self.assertFalse(self.ask()["ready"], "it may be gone, and to go on would lead back to the page")
        meeting.hinted_at = False
        with self.clock_at(self.danas.stop + timedelta(hours=1)):
            self.assertFalse(self.ask()["ready"])

    def test_its_state_holds_no_address_of_zooms_and_asks_zoom_nothing(self):
        self.simulator.forget_calls()
        self.meeting_row(self.danas, self.connection_row(self.dana, self.app, "zoom-dana"))
        self.sign_in(self.dana)
        self.assertNotIn("/j/", self.visit(self.state).text)
        self.assertEqual(self.simulator.calls(), [])

    def test_the_state_is_the_providers_alone(self):
        for user in (self.ana, self.ben, self.eve, self.omar, self.sam, self.mia, self.ada, self.otto):
            self.sign_in(user)
            with self.subTest(user=user.login):
                self.assertEqual(self.visit(self.state).status_code, 404)
        self.sign_in(None)
        self.assertIn("/web/login", self.visit(self.state).headers["Location"])
        self.sign_in(self.dana)
        self.assertEqual(self.visit("/telehealth/start/" + "x" * 32 + "/state").status_code, 404)
