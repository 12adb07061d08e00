"""Who registers, books, edits and sees what, where the right to a model alone does not say it."""

from contextlib import suppress

from odoo.exceptions import AccessError, UserError

from .access_case import AccessCase
from .common import ANAS_TITLE, NEUTRAL, soon


class TestAccessToSessions(AccessCase):
    def test_a_provider_registers_an_app_for_themselves_and_for_their_practice_alone(self):
        apps = self._as("dana", self.env["zoom.app"])
        for values in (
            {"user_id": self.omar.id},
            {"user_id": False},
            {"user_id": self.dana.id, "company_ids": [(6, 0, self.harbour.ids)]},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError), self.env.cr.savepoint():
                apps.create({"name": "New", "client_id": "new-app", **values})

    def test_a_provider_books_no_session_for_a_colleague(self):
        with self.assertRaises(AccessError):
            self.book(self.omar, [self.ben], by=self.dana)

    def test_only_the_system_writes_what_a_session_came_to(self):
        for role in ("dana", "sam", "mia"):
            session = self._as(role, self.sessions["danas"])
            for name, value in (
                ("company_id", self.harbour.id),
                ("event_id", self.records["calendar.event"]["plain"].id),
                ("state", "ended"),
                ("version", 7),
                ("started_at", soon()),
                ("ended_at", soon()),
                ("token", "chosen"),
                ("row_key", "chosen"),
            ):
                with self.subTest(role=role, field=name):
                    self.assertFalse(self.attempt(lambda session=session, vals={name: value}: session.write(vals)))

    def test_nobody_makes_a_session_beside_its_event_or_in_another_practice(self):
        base = {"start": soon(hours=3), "stop": soon(hours=4)}
        for role in ("dana", "sam", "mia"):
            for name, value in (
                ("company_id", self.harbour.id),
                ("event_id", self.records["calendar.event"]["plain"].id),
                ("state", "ended"),
                ("token", "chosen"),
            ):
                with self.subTest(role=role, field=name):
                    self.assertNotEqual(
                        self._made(self._as(role, self.env["telehealth.session"]), base, name, value), value
                    )

    def _made(self, sessions, values, name, value):
        """Return what a new session has in a field that was given to its create; None where that was refused."""
        made = None
        with suppress(AccessError, UserError), self.env.cr.savepoint() as savepoint:
            session = sessions.create({**values, name: value}).sudo()
            made = session[name].id if session._fields[name].relational else session[name]
            savepoint.rollback()
        return made

    def test_a_scheduler_who_does_not_attend_books_moves_and_cancels_for_a_provider(self):
        session = self._as("sam", self.env["telehealth.session"]).create(
            {
                "provider_id": self.dana.id,
                "client_ids": [(4, self.ana.partner_id.id)],
                "label": "Booked by Sam",
                "start": soon(days=2),
                "stop": soon(days=2, hours=1),
            }
        )
        self.assertEqual(session.event_id.partner_ids, (self.ana | self.dana).partner_id)
        self.assertEqual((session.provider_id, session.company_id), (self.dana, self.sunrise))
        session.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.assertEqual(session.event_id.start, soon(days=3))
        session.action_cancel()
        self.assertEqual(session.state, "cancelled")
        event = self.book(self.dana, [self.ana], by=self.sam)
        self.assertEqual(self.session_of(event).provider_id, self.dana)
        event.write({"start": soon(days=4), "stop": soon(days=4, hours=1)})
        self.assertEqual(self.session_of(event).start, soon(days=4))

    def test_an_employee_who_attends_without_a_role_sees_the_neutral_event_and_no_session(self):
        self.book(self.dana, [self.ana, self.eve], ANAS_TITLE)
        event = self._as("eve", self.env["calendar.event"]).search([("telehealth", "=", True)])
        self.assertEqual((event.name, event.display_name), (NEUTRAL, NEUTRAL))
        self.assertFalse(event.telehealth_session_id)
        self.assertFalse(event.telehealth_label)
        self.assertFalse(event.telehealth_sentence)
        with self.assertRaises(AccessError):
            event.telehealth_session_ids.read(["label"])
        for values in ({"start": soon(days=9), "stop": soon(days=10)}, {"name": "Mine"}, {"telehealth": False}):
            self.assertFalse(
                self.attempt(lambda values=values: event.write(values)), "a guest does not change the session"
            )
        self.assertFalse(self.attempt(event.unlink))

    def test_another_practice_is_seen_only_where_a_user_belongs_to_it_and_chose_it(self):
        self.sam.company_ids |= self.harbour
        sessions = self.env["telehealth.session"].with_user(self.sam)
        ids = [session.id for session in self.sessions.values()]
        seen = {
            companies: sessions.with_context(allowed_company_ids=list(companies)).search([("id", "in", ids)])
            for companies in [(self.sunrise.id,), (self.harbour.id,), (self.sunrise.id, self.harbour.id)]
        }
        self.assertEqual(seen[self.sunrise.id,], self.sessions["danas"] | self.sessions["omars"])
        self.assertEqual(seen[self.harbour.id,], self.sessions["ottos"])
        self.assertEqual(len(seen[self.sunrise.id, self.harbour.id]), 3)
        events = self.env["calendar.event"].with_user(self.sam).with_context(allowed_company_ids=self.sunrise.ids)
        self.assertNotIn(self.events["ottos"].id, events.search([("telehealth", "=", True)]).ids)
