"""A provider's existing calendar events become sessions: those that are ticked, with nobody written to unasked."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from .common import NEUTRAL, TelehealthCase, soon

TITLE = "Grief counselling"


class TestAdoptingEvents(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.plain_event(name=TITLE)
        cls.lunch = cls.plain_event(name="Lunch", partner_ids=[Command.set(cls.dana.partner_id.ids)])
        cls.past = cls.plain_event(name="Past", start=soon(days=-2))
        cls.booked = cls.book(cls.dana, [cls.ana], start=soon(days=6))
        cls.series = cls.plain_event(
            name="Weekly", start=soon(days=-7, hours=3), recurrency=True, rrule_type="weekly", interval=1,
            end_type="count", count=5, event_tz="UTC", **{soon(days=-7, hours=3).strftime("%a").lower(): True},
        )  # fmt: skip
        cls.env.flush_all()

    @classmethod
    def plain_event(cls, user=None, **values):
        user = user or cls.dana
        start = values.get("start") or soon(days=3)
        defaults = {"stop": start + timedelta(hours=1), "start": start}
        defaults["partner_ids"] = [Command.set((user | cls.ana).partner_id.ids)]
        return cls.as_user("calendar.event", user).create(defaults | values)

    def dialog(self, by=None):
        return Form(self.as_user("telehealth.adopt.events", by or self.dana))

    def offered(self, form):
        return [line["event_id"] for line in form.line_ids._records]

    def test_offered_are_coming_events_with_people_from_outside_and_a_series_once(self):
        form = self.dialog()
        events = self.env["calendar.event"].browse(self.offered(form))
        self.assertEqual(len(events), 2)
        self.assertIn(self.plain.id, events.ids)
        self.assertEqual((events - self.plain).recurrence_id, self.series.recurrence_id)

    def test_what_is_ticked_becomes_a_session_with_its_title_encrypted_and_its_people(self):
        form = self.dialog()
        with form.line_ids.edit(self.offered(form).index(self.plain.id)) as line:
            line.chosen = True
        with form.line_ids.edit(1 - self.offered(form).index(self.plain.id)) as line:
            line.chosen = False
        before = self.env["mail.mail"].search_count([])
        action = form.save().with_context(no_mail_to_attendees=False).action_adopt()
        [session] = self.env["telehealth.session"].search(action["domain"])
        self.assertEqual((session.event_id, session.label, self.plain.name), (self.plain, TITLE, NEUTRAL))
        self.assertEqual((session.provider_id, session.client_ids), (self.dana, self.ana.partner_id))
        self.assertEqual((session.start, session.stop), (self.plain.start, self.plain.stop))
        self.assertFalse(self.series.telehealth)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_a_series_is_taken_over_with_its_coming_occurrences_and_stays_one(self):
        occurrences = self.series.recurrence_id.calendar_event_ids.sorted("start")
        self.dialog().save().action_adopt()
        self.assertEqual(occurrences.mapped("telehealth"), [False, True, True, True, True])
        coming = occurrences.filtered("telehealth")
        self.assertEqual(set(coming.sudo().telehealth_session_ids.mapped("label")), {"Weekly"})
        base = coming[0]
        base.write(
            {
                "start": base.start + timedelta(minutes=30),
                "stop": base.stop + timedelta(minutes=30),
                "recurrence_update": "all_events",
            }
        )
        sessions = self.env["telehealth.session"].search(
            [("state", "=", "scheduled"), ("start", ">", soon()), ("provider_id", "=", self.dana.id)]
        )
        self.assertEqual(len(sessions - self.session_of(self.booked)), len(coming) + 1, "and the single event")

    def test_invitations_are_sent_where_they_are_wanted_one_for_a_series(self):
        form = self.dialog()
        form.invites = True
        dialog = form.save().with_context(no_mail_to_attendees=False)
        before = self.env["mail.message"].search([])
        dialog.action_adopt()
        sent = (self.env["mail.message"].search([]) - before).filtered(
            lambda message: self.ana.partner_id in message.partner_ids or "/telehealth/join/" in (message.body or "")
        )
        self.assertEqual(len(sent), 2)

    def test_nobody_is_invited_to_what_is_taken_over_no_more(self):
        """The dialog was open for a while: one event went to a colleague meanwhile."""
        form = self.dialog()
        form.invites = True
        dialog = form.save().with_context(no_mail_to_attendees=False)
        self.plain.sudo().user_id = self.omar
        before = self.env["mail.message"].search([])
        dialog.action_adopt()
        self.assertFalse(self.plain.telehealth)
        sent = self.env["mail.message"].search([]) - before
        self.assertFalse(sent.filtered(lambda one: one.model == "calendar.event" and one.res_id == self.plain.id))

    def test_nothing_ticked_is_said(self):
        dialog = self.dialog().save()
        dialog.line_ids.chosen = False
        with self.assertRaisesRegex(UserError, "Tick the events"):
            dialog.action_adopt()

    def test_a_scheduler_does_it_for_a_provider_and_sees_no_private_event(self):
        private = self.plain_event(name="Private matter", privacy="private", start=soon(days=4))
        form = self.dialog(self.sam)
        self.assertFalse(self.offered(form))
        form.provider_id = self.dana
        self.assertIn(self.plain.id, self.offered(form))
        dialog = form.save()
        self.assertNotIn("Private matter", dialog.line_ids.event_id.mapped("display_name"))
        dialog.line_ids.filtered(lambda line: line.event_id == private).chosen = False
        dialog.action_adopt()
        self.assertEqual(self.session_of(self.plain).provider_id, self.dana)

    def test_a_provider_takes_over_no_colleagues_event_whatever_is_sent(self):
        omars = self.plain_event(self.omar, name="Omar's", start=soon(days=5))
        dialog = self.as_user("telehealth.adopt.events", self.dana).create(
            {"line_ids": [Command.create({"event_id": omars.id})]}
        )
        with self.assertRaises(UserError):
            dialog.action_adopt()
        dialog.provider_id = self.omar
        with self.assertRaises(AccessError):
            dialog.action_adopt()
        self.assertFalse(omars.telehealth)

    def test_employees_without_a_role_take_nothing_over(self):
        for user in (self.eve, self.ada):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("telehealth.adopt.events", user).create({})

    def test_a_line_shows_nothing_of_an_event_that_its_reader_may_not_see(self):
        others = self.book(self.omar, [self.ben], start=soon(days=7))
        for by in (self.dana, self.otto, self.sid):
            dialog = self.as_user("telehealth.adopt.events", by).create({"line_ids": []})
            line = self.as_user("telehealth.adopt.event", by).create({"dialog_id": dialog.id, "event_id": others.id})
            line.invalidate_recordset()
            for name in ("partner_ids", "start", "is_series"):
                with self.subTest(by=by.name, field=name), self.assertRaises(AccessError):
                    line.read([name])

    def test_private_events_are_their_owners_to_take_over_and_stop_nobody_else(self):
        self.plain.privacy = "private"
        self.assertIn(self.plain.id, self.offered(self.dialog()))
        form = self.dialog(self.sam)
        form.provider_id = self.dana
        self.assertNotIn(self.plain.id, self.offered(form))
        action = form.save().action_adopt()
        self.assertFalse(self.plain.telehealth)
        self.assertEqual(self.env["telehealth.session"].search_count(action["domain"]), 4)
