"""A provider's coming sessions are handed over in bulk; one who is archived leaves none behind unnoticed (R7)."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ..zoom import tasks
from .common import ANA, ANAS_TITLE, MANAGER, PROVIDER, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR


class TestHandover(ReconcilerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sessions = cls.session_of(
            cls.as_user("calendar.event", cls.dana).create(
                [
                    cls.event_values(cls.dana, [cls.ana], f"{ANAS_TITLE} {day}", start=soon(days=day))
                    for day in (1, 2, 9)
                ]
            )
        ).sorted("start")
        cls.omars = cls.session_of(cls.book(cls.omar, [cls.ben], start=soon(days=2, minutes=30)))
        cls.env.flush_all()

    def dialog(self, by=None, **values):
        values = {"from_id": self.dana.id, "to_id": self.omar.id, **values}
        return self.as_user("telehealth.handover", by or self.sam).create(values)

    def test_the_dialog_says_beforehand_what_it_does(self):
        form = Form(self.as_user("telehealth.handover", self.sam))
        self.assertEqual((form.summary, form.no_video, form.orphans), (False, False, False))
        form.from_id = self.dana
        self.assertEqual((form.count, form.overlap_count), (3, 0))
        self.assertEqual((form.no_video, form.orphans), (False, False))
        form.to_id = self.omar
        self.assertEqual(form.overlap_count, 1)
        self.assertIn("Omar Haddad holds another session", form.overlaps)
        self.assertIn("has not connected Zoom", form.no_video)
        sams = self.dana.with_context(tz=self.sam.tz)
        form.last_day = fields.Datetime.context_timestamp(sams, self.sessions[1].start).date()
        self.assertEqual(form.count, 2)
        self.assertEqual({session.id for session in form.save().session_ids}, set(self.sessions[:2].ids))

    def test_all_coming_sessions_change_hands_with_attendees_versions_and_links_kept(self):
        past = self.session_of(self.book(self.dana, [self.ana], start=soon(days=-3)))
        tokens, versions = self.sessions.mapped("token"), self.sessions.mapped("version")
        action = self.dialog().action_hand_over()
        self.assertEqual(self.env["telehealth.session"].search(action["domain"]), self.sessions.sorted("start", True))
        for session, version in zip(self.sessions, versions):
            self.assertEqual((session.provider_id, session.event_id.user_id), (self.omar, self.omar))
            self.assertEqual(session.event_id.partner_ids, (self.omar | self.ana).partner_id)
            self.assertEqual(session.version, version + 1)
            self.assertFalse(session.with_user(self.dana).has_access("read"))
        self.assertEqual(self.sessions.mapped("token"), tokens)
        self.assertEqual(past.provider_id, self.dana)

    def test_the_new_provider_is_told_once_and_of_no_client(self):
        before = self.env["mail.message"].search([])
        self.dialog().with_context(no_mail_to_attendees=False).action_hand_over()
        told = (self.env["mail.message"].search([]) - before).filtered(
            lambda message: self.omar.partner_id in message.partner_ids
        )
        self.assertEqual(len(told), 1)
        self.assertIn("3 sessions were handed over to you", told.body)
        self.assertNotIn(ANA, told.body)
        self.assertNotIn(ANAS_TITLE, told.body)

    def test_the_new_provider_is_told_in_their_own_language(self):
        self.speaks_french(self.omar, {"Sessions were handed over to you": "Des séances vous sont confiées"})
        before = self.env["mail.message"].search([])
        self.dialog().action_hand_over()
        told = self.env["mail.message"].search([]) - before
        self.assertIn("Des séances vous sont confiées", told.mapped("subject"))

    def test_where_the_practice_allows_no_overlap_those_stay_or_nothing_is_handed_over(self):
        self.sunrise.telehealth_overlap_blocked = True
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.dialog().action_hand_over()
            self.env.cr.flush()
        self.assertEqual(self.sessions.provider_id, self.dana)
        self.dialog(leaves_overlaps=True).action_hand_over()
        self.env.cr.flush()
        self.assertEqual([one.provider_id for one in self.sessions], [self.omar, self.dana, self.omar])

    def test_a_series_goes_with_its_coming_occurrences_and_its_later_edits_stay_with_the_new_provider(self):
        start = soon(days=-14, minutes=-90)
        weekday = start.strftime("%a").lower()
        event = self.book(
            self.dana, [self.ana], start=start, recurrency=True, rrule_type="weekly", interval=1,
            end_type="count", count=8, event_tz="UTC", **{weekday: True},
        )  # fmt: skip
        recurrence = event.sudo().recurrence_id
        sessions = recurrence.calendar_event_ids.telehealth_session_ids.sorted("start")
        self.dialog().action_hand_over()
        past, coming = sessions[:3], sessions[3:]
        self.assertEqual((len(coming), coming.provider_id, past.provider_id), (5, self.omar, self.dana))
        self.assertEqual(coming.event_id.recurrence_id.base_event_id, coming[0].event_id)
        base = coming[0].event_id.with_user(self.sam)
        base.write(
            {
                "start": base.start + timedelta(minutes=10),
                "stop": base.stop + timedelta(minutes=10),
                "recurrence_update": "all_events",
            }
        )
        moved = self.env["telehealth.session"].search(
            [("state", "=", "scheduled"), ("start", ">", soon()), ("id", "not in", self.sessions.ids)]
        )
        self.assertEqual((moved - self.omars).provider_id, self.omar)
        self.assertEqual(len(moved - self.omars), 5)
        self.assertEqual(past.provider_id, self.dana)

    def test_a_hundred_cost_no_query_for_each_beside_cores_own(self):
        events = self.as_user("calendar.event", self.dana)
        instead = [Command.unlink(self.dana.partner_id.id), Command.link(self.omar.partner_id.id)]

        def plain(number, day):
            made = events.create(
                [values | {"telehealth": False, "privacy": "public"} for values in self.values(number, day)]
            )
            quiet = made.with_user(self.sam).with_context(skip_attendee_notification=True)
            return lambda: quiet.write({"user_id": self.omar.id, "partner_ids": instead})

        def ours(number, day):
            events.create(self.values(number, day))
            first, last = soon(days=day - 1).date(), soon(days=day + 1).date()
            return self.dialog(first_day=first, last_day=last).action_hand_over

        self.assertLessEqual(self.for_one_more(ours), self.for_one_more(plain) + 0.5)

    def values(self, number, day):
        return [
            self.event_values(self.dana, [self.ana], start=soon(days=day, minutes=5 * one)) for one in range(number)
        ]

    def for_one_more(self, prepare):
        """Return the queries for one more session, after a first run that warms the caches."""
        costs = []
        for number, day in ((5, 100), (10, 200), (60, 300)):
            action = prepare(number, day)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            action()
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        return (costs[2] - costs[1]) / 50

    def test_the_meetings_move_at_zoom_to_the_new_host_and_an_orphan_is_kept_R7(self):
        self.connect(self.dana, DANA)
        self.connect(self.omar, OMAR)
        first, second, third = self.sessions
        third.event_id.action_archive()
        self.omars.event_id.action_archive()
        self.assertEqual(set(self.work().values()), {tasks.CREATE})
        old = {one: self.meeting_of(one) for one in (first, second)}
        self.simulator.forget_calls()
        self.dialog().action_hand_over()
        self.assertEqual(self.simulator.calls(), [], "not in the user's transaction")
        self.work()
        self.work()
        for session, meeting in old.items():
            self.assertEqual((meeting.state, self.meeting_of(session).provider_id), ("gone", self.omar))
        self.assertEqual({one["host_email"] for one in self.simulator.meetings()}, {OMAR})
        # Back again, and the connection of the one who held them is lost meanwhile.
        self.env["zoom.connection"]._for_session(self.omar, self.sunrise).with_user(self.omar).action_disconnect()
        back = self.dialog(from_id=self.omar.id, to_id=self.dana.id)
        self.assertIn("2 meetings stand at Zoom in the name of Omar", back.orphans)
        back.action_hand_over()
        self.work()
        left = self.env["zoom.meeting"].search([("provider_id", "=", self.omar.id), ("state", "=", "leaving")])
        self.assertEqual(len(left), 2, "kept until they can be removed")

    # === WHO MAY === #

    def test_schedulers_of_the_practice_hand_over_to_its_providers_and_nobody_else(self):
        for user in (self.dana, self.omar, self.eve, self.ada):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.dialog(by=user)
        with self.assertRaises(UserError):  # of another practice: there is nothing that they may see
            self.dialog(by=self.sid).action_hand_over()
        for to in (self.dana, self.eve, self.sam, self.otto):
            with self.subTest(to=to.login), self.assertRaises(UserError):
                self.dialog(to_id=to.id).action_hand_over()
        with self.assertRaises(AccessError):
            self.dialog(by=self.sid, company_id=self.sunrise.id).action_hand_over()
        self.assertEqual(self.sessions.provider_id, self.dana)
        self.dialog(by=self.mia).action_hand_over()
        self.assertEqual(self.sessions.provider_id, self.omar)

    def test_sessions_of_another_practice_stay(self):
        self.dana.company_ids |= self.harbour
        harbours = self.as_user("telehealth.session", self.dana).with_company(self.harbour)
        other = harbours.create({"start": soon(days=4), "stop": soon(days=4, hours=1)}).sudo()
        self.dialog().action_hand_over()
        self.assertEqual(other.provider_id, self.dana)

    # === WHO LEAVES === #

    def test_archiving_a_provider_leads_a_scheduler_to_the_dialog_and_tells_managers(self):
        self.mia.group_ids |= self.env.ref("base.group_erp_manager")
        before = self.env["mail.message"].search([])
        action = self.dana.with_user(self.mia).action_archive()
        self.assertEqual(action["res_model"], "telehealth.handover")
        told = self.env["mail.message"].search([]) - before
        self.assertIn("3 coming telehealth sessions", "".join(told.mapped("body")))
        self.assertIn(self.mia.partner_id, told.partner_ids)
        self.assertNotIn(self.max.partner_id, told.partner_ids)
        dialog = (
            self.as_user("telehealth.handover", self.mia)
            .with_context(**action["context"])
            .create({"to_id": self.omar.id})
        )
        self.assertEqual((dialog.from_id, dialog.count), (self.dana, 3))
        dialog.action_hand_over()
        self.assertEqual(self.sessions.provider_id, self.omar)

    def test_each_manager_is_told_in_their_own_language(self):
        marc = self._person("marc", "Marc Manager", MANAGER, self.sunrise)
        self.speaks_french(marc, {"Sessions have no provider any more": "Des séances sont sans praticien"})
        before = self.env["mail.message"].search([])
        self.dana.action_archive()
        told = {message.subject: message.partner_ids for message in self.env["mail.message"].search([]) - before}
        self.assertEqual(told["Des séances sont sans praticien"], marc.partner_id)
        self.assertIn(self.mia.partner_id, told["Sessions have no provider any more"])
        self.assertNotIn(marc.partner_id, told["Sessions have no provider any more"])

    def test_who_archives_without_a_role_is_told_who_must_act(self):
        self.ada.group_ids |= self.env.ref("base.group_erp_manager")
        action = self.dana.with_user(self.ada).action_archive()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("3 coming telehealth sessions", action["params"]["message"])

    def test_who_leaves_nothing_behind_is_archived_as_ever(self):
        idle = self._person("ida", "Ida Idle", PROVIDER, self.sunrise)
        before = self.env["mail.message"].search_count([])
        self.assertFalse(idle.action_archive())
        self.assertEqual(self.env["mail.message"].search_count([]), before)
