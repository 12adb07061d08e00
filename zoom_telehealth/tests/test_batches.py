"""Edits of many sessions at once: no query for each beside core's own, and each session keeps what is its own."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests.common import tagged

from .common import ANAS_TITLE, BENS_TITLE, NEUTRAL, TelehealthCase, soon
from .event_case import EventCase
from .test_query_counts import FEW, MANY, QueryCounting


@tagged("post_install", "-at_install")
class TestBatchesCostNoQueryForEach(QueryCounting, TelehealthCase):
    def edited(self, edit, telehealth, by=None):
        """Return the queries for one more of the events, or sessions, that an edit gets."""
        events = self.as_user("calendar.event", self.dana)
        made = {number: events.create(self.values(number, telehealth)) for number in (FEW, MANY, FEW + 1)}
        ready = {number: records.with_user(by or self.dana) for number, records in made.items()}
        edit(ready[FEW + 1])  # warms the caches
        few, many = (self.queries(lambda number: edit(ready[number]), number) for number in (FEW, MANY))
        return (many - few) / (MANY - FEW)

    def assertFlat(self, edit, by=None, more=0.2):
        self.assertLessEqual(self.edited(edit, True, by), self.edited(edit, False, by) + more)

    def test_moving_all_to_one_time(self):
        self.assertFlat(lambda events: events.write({"start": soon(days=300), "stop": soon(days=300, hours=1)}))

    def test_making_all_longer(self):
        self.assertFlat(lambda events: events.write({"duration": 2}))

    def test_renaming_all(self):
        self.assertFlat(lambda events: events.write({"name": "Another title"}))

    def test_inviting_one_more_to_all(self):
        self.assertFlat(lambda events: events.write({"partner_ids": [Command.link(self.ben.partner_id.id)]}))

    def test_handing_all_over(self):
        # Core alone asks some twenty times for each provider who attends no longer.
        handed_over = self.edited(lambda events: events.write({"user_id": self.omar.id}), True, by=self.sam)
        self.assertLessEqual(handed_over, 0.2)

    def test_archiving_and_restoring_all(self):
        def edit(events):
            events.action_archive()
            events.action_unarchive()

        self.assertFlat(edit)

    def test_deleting_all(self):
        self.assertFlat(lambda events: events.unlink())

    def test_writing_into_the_description_of_all(self):
        self.assertFlat(lambda events: events.write({"description": "<p>Typed</p>"}))

    def test_switching_all_off_and_on_again(self):
        def switch(events):
            events.write({"telehealth": False})
            events.write({"telehealth": True})

        def rename(events):
            events.write({"name": "A"})
            events.write({"name": "B"})

        self.assertLessEqual(self.edited(switch, True), self.edited(rename, False) + 0.2)

    def test_switching_plain_events_on(self):
        plain = self.edited(lambda events: events.write({"name": "A"}), False)
        self.assertLessEqual(self.edited(lambda events: events.write({"telehealth": True}), False), plain + 0.2)

    def test_editing_all_under_telehealth(self):
        def edit(events):
            sessions = events.telehealth_session_ids
            sessions.write({"service_id": self.service.id, "label": "Another", "place": "in_person"})
            sessions.write({"client_ids": [Command.set(self.ben.partner_id.ids)]})

        def alike(events):
            events.write({"name": "Another"})
            events.write({"partner_ids": [Command.set((self.ben | self.dana).partner_id.ids)]})

        self.assertLessEqual(self.edited(edit, True), self.edited(alike, False) + 0.2)


class TestBatchesKeepWhatIsEachOnes(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.book(cls.dana, [cls.ben], BENS_TITLE, start=soon(days=1))
        cls.both = cls.event | cls.other

    def test_a_description_typed_for_many_goes_behind_the_notes_of_each(self):
        self.event.notes, self.other.notes = "<p>Of Ana</p>", "<p>Of Ben</p>"
        self.both.write({"description": "<p>Bring a pen</p>"})
        self.assertEqual(self.event.notes, "<p>Of Ana</p><p>Bring a pen</p>")
        self.assertEqual(self.other.notes, "<p>Of Ben</p><p>Bring a pen</p>")

    def test_plain_events_that_are_switched_on_together_keep_their_titles_and_notes(self):
        one = self.plain_event(name="Ana's hour", description="<p>Her first</p>")
        two = self.plain_event(name="Ben's hour", start=soon(days=2), stop=soon(days=2, hours=1))
        two.write({"description": False, "notes": "<p>Quiet room</p>"})
        (one | two | self.event).write({"telehealth": True, "location": "Room 1"})
        sessions = [self.session_of(event) for event in (one, two, self.event)]
        self.assertEqual([session.label for session in sessions], ["Ana's hour", "Ben's hour", ANAS_TITLE])
        self.assertEqual(set((one | two | self.event).mapped("name")), {NEUTRAL})
        self.assertIn("Her first", one.notes)
        self.assertEqual(two.notes, "<p>Quiet room</p>")
        for event, session in zip((one, two, self.event), sessions):
            self.assertTrue(event.videocall_location.endswith(session.token))
            self.assertIn(session.token, event.description)
            self.assertNotIn("first", event.description)

    def test_sessions_of_two_providers_are_handed_over_at_once(self):
        omars = self.book(self.omar, [self.ben], start=soon(days=2))
        dave = self._person("dave", "Dave Third", "base.group_user,zoom_telehealth.group_provider", self.sunrise)
        # Dave comes to one of them already: core would then make no attendee of him for the others.
        self.other.write({"partner_ids": [Command.link(dave.partner_id.id)]})
        events = (self.both | omars).with_user(self.sam)
        events.write({"user_id": dave.id})
        for event, client in zip(events, (self.ana, self.ben, self.ben)):
            with self.subTest(client=client.name):
                self.assertEqual(self.session_of(event).provider_id, dave)
                self.assertEqual(event.partner_ids, (dave | client).partner_id)
                self.assertEqual(event.attendee_ids.partner_id, (dave | client).partner_id)
                self.assertEqual(self.session_of(event).participant_ids.partner_id, client.partner_id)

    def test_a_client_invited_to_many_attends_all(self):
        self.both.write({"partner_ids": [Command.link(self.ben.partner_id.id)]})
        for event in self.both:
            self.assertIn(self.ben.partner_id, event.attendee_ids.partner_id)
            self.assertIn(self.ben.partner_id, self.session_of(event).client_ids)

    def test_clients_set_under_telehealth_for_many_keep_each_ones_guests(self):
        self.other.write({"partner_ids": [Command.link(self.eve.partner_id.id)]})
        sessions = self.both.telehealth_session_ids
        sessions.write({"client_ids": [Command.set(self.cleo.partner_id.ids)]})
        people = [self.session_of(event).participant_ids.partner_id for event in self.both]
        self.assertEqual(people, [self.cleo.partner_id, (self.cleo | self.eve).partner_id])

    def test_each_version_rises_by_one_however_different_they_were(self):
        self.event.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        before = [self.session_of(event).version for event in self.both]
        self.assertNotEqual(*before)
        self.both.write({"start": soon(days=4), "stop": soon(days=4, hours=1)})
        self.assertEqual([self.session_of(event).version for event in self.both], [number + 1 for number in before])
        self.both.write({"start": soon(days=4), "stop": soon(days=4) + timedelta(hours=1)})
        self.assertEqual([self.session_of(event).version for event in self.both], [number + 1 for number in before])

    def test_cancelling_many_tells_those_of_each(self):
        self.both.telehealth_session_ids.with_context(no_mail_to_attendees=False).action_cancel()
        self.assertEqual(self.both.mapped("active"), [False, False])
        self.assertEqual({self.session_of(event).state for event in self.both}, {"cancelled"})
