"""The place of service on a session: the practice's by default, a person's where one chose."""

import psycopg2.errors

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from .event_case import EventCase


class TestPlaceOfService(EventCase):
    def code(self, session=None):
        return (session or self.danas).pos_id.code

    def pos(self, code):
        return self.env["telehealth.pos"].search([("code", "=", code)])

    def test_the_codes_are_data(self):
        codes = self.env["telehealth.pos"].search([])
        self.assertEqual({pos.code: pos.telehealth for pos in codes}, {"02": True, "10": True, "11": False})
        for wrong in ("1", "1a", "xx"):
            with (
                self.subTest(code=wrong),
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["telehealth.pos"].create({"code": wrong, "name": "x"})

    def test_a_session_begins_with_the_practices(self):
        self.assertEqual(self.code(), "10")
        self.assertEqual(self.code(self.session_of(self.book(self.dana, telehealth_place="in_person"))), "11")
        self.sunrise.telehealth_pos_id = self.pos("02")
        self.assertEqual(self.code(self.session_of(self.book(self.dana))), "02")
        self.assertEqual(self.code(), "10", "a practice's change is for new sessions")

    def test_it_follows_when_the_session_turns_telehealth_and_back(self):
        self.sunrise.telehealth_pos_id = self.pos("02")
        for place, code in (
            ("manual", "10"),
            ("in_person", "11"),
            ("zoom", "02"),
            ("discuss", "02"),
            ("in_person", "11"),
        ):
            self.danas.with_user(self.dana).place = place
            with self.subTest(place=place):
                self.assertEqual(self.code(), code)

    def test_a_persons_choice_is_not_overwritten_but_questioned(self):
        session = self.danas.with_user(self.dana)
        session.pos_id = self.pos("02")
        session.place = "in_person"
        self.assertEqual(self.code(), "02")
        self.assertIn("does not fit", session.pos_warning)
        session.place = "manual"
        self.assertEqual((self.code(), session.pos_warning), ("02", False))
        session.pos_id = False
        self.assertEqual((self.code(), session.pos_by_hand), ("10", False))
        session.place = "in_person"
        self.assertEqual(self.code(), "11")

    def test_those_who_may_edit_the_session_choose_also_after_it(self):
        with self.clock_at(self.danas.start):
            self.danas._mark_live()
            self.danas._end(self.danas.start)
        for user, code in ((self.dana, "02"), (self.sam, "11"), (self.mia, "10")):
            self.danas.with_user(user).pos_id = self.pos(code)
            with self.subTest(user=user.login):
                self.assertEqual(self.code(), code)
        for user in (self.omar, self.eve, self.ada, self.otto, self.ana):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.danas.with_user(user).pos_id = self.pos("11")

    def test_nobody_says_by_hand_that_it_was_by_hand(self):
        with self.assertRaises(AccessError):
            self.danas.with_user(self.dana).pos_by_hand = True

    def test_a_manager_sets_the_practices(self):
        with Form(self.as_user("telehealth.settings", self.mia)) as form:
            self.assertEqual((form.telehealth_pos_id.code, form.telehealth_in_person_pos_id.code), ("10", "11"))
            form.telehealth_pos_id = self.pos("02")
        form.record.action_save()
        self.assertEqual(self.sunrise._telehealth_pos("zoom").code, "02")
        self.assertEqual(self.harbour._telehealth_pos("zoom").code, "10")
