"""What Zoom is told of a series and its edits: exact counts (R11), the same meetings under the same links (R6)."""

from datetime import timedelta

from odoo.fields import Command

from .series_case import DAYS, INSIDE, SeriesCase, at_ten
from .simulator import OMAR

WEEKS = 9
NOTHING = {"POST": 0, "PATCH": 0, "DELETE": 0}


class TestSeriesAtZoom(SeriesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.events = cls.series(count=WEEKS)

    def setUp(self):
        super().setUp()
        self.at_zoom()
        self.before = self.kept_things()

    def kept_things(self):
        """Return what must survive an edit: each session with its token, its meeting and its link at Zoom."""
        kept = []
        for one in self.sessions():
            meeting = one._current_meeting()
            kept.append((one, one.token, meeting.zoom_id, meeting.join_link))
        return kept

    def test_a_series_makes_one_meeting_for_each_occurrence_inside_the_horizon(self):
        """R11."""
        self.assertEqual(len(self.sessions()), WEEKS)
        self.assertEqual(len(self.simulator.meetings()), INSIDE)
        for week in range(1, 4):
            with self.clock_moved(days=7 * week):
                self.drain()
            self.assertEqual(len(self.simulator.meetings()), INSIDE + week)
        self.assertEqual(self.told(), {"POST": 3, "PATCH": 0, "DELETE": 0})

    def test_all_an_hour_later_is_one_patch_a_meeting_and_nothing_is_made_anew(self):
        """R6, R11."""
        self.events[0].action_mass_deletion("all_events")
        self.events = self.series(count=52)
        self.drain()
        self.simulator.forget_calls()
        starts, self.before, cancelled = self.sessions().mapped("start"), self.kept_things(), self.sessions("cancelled")
        self.move(self.events[0], hours=1)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": INSIDE, "DELETE": 0})
        self.assertEqual(self.kept_things(), self.before)
        self.assertEqual(self.sessions().mapped("start"), [start + timedelta(hours=1) for start in starts])
        self.assertEqual((len(self.sessions()), self.sessions("cancelled")), (52, cancelled))
        self.assert_agreement()

    def test_all_are_moved_by_dragging_any_one_of_them_to_another_day(self):
        self.move(self.events[2], days=1, hours=-2)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": INSIDE, "DELETE": 0})
        self.assertEqual(self.kept_things(), self.before)
        self.assert_agreement()

    def test_one_that_is_moved_is_one_patch(self):
        """R11."""
        self.move(self.events[1], "self_only", hours=1)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 1, "DELETE": 0})
        self.assertEqual(self.kept_things(), self.before)
        self.assert_agreement()

    def test_this_and_the_following_are_as_many_patches(self):
        """R11."""
        self.move(self.events[2], "future_events", hours=1)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": INSIDE - 2, "DELETE": 0})
        self.assertEqual(self.kept_things(), self.before)
        self.assert_agreement()

    def test_one_that_is_deleted_or_archived_leaves_one_less(self):
        """R11."""
        self.events[1].unlink()
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": 1})
        self.events[2].action_mass_archive("self_only")
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": 2})
        self.assertEqual((len(self.sessions()), len(self.simulator.meetings())), (WEEKS - 2, INSIDE - 2))
        self.assert_agreement()

    def test_deleting_this_and_the_following_leaves_the_earlier_ones(self):
        self.events[2].action_mass_deletion("future_events")
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": INSIDE - 2})
        self.assertEqual(self.kept_things(), self.before[:2])
        self.assert_agreement()

    def test_what_zoom_is_not_told_of_costs_no_call_and_keeps_every_row(self):
        for which, event in (("all_events", self.events[0]), ("future_events", self.events[3])):
            for values in (
                {"telehealth_label": "A new title"},
                {"name": "Another title"},
                {"telehealth_service_id": self.service.id},
            ):
                with self.subTest(which=which, values=values):
                    self.edit(event, which, **values)
                    self.assertEqual(self.drain(), NOTHING)
                    self.assertEqual(self.sessions().event_id.sorted("start"), self.events)
        self.assertEqual(set(self.sessions().mapped("label")), {"Another title"})
        self.assertEqual(self.sessions()[:3].service_id, self.service)

    def test_other_attendees_cost_no_call(self):
        for which, event in (("future_events", self.events[1]), ("all_events", self.events[0])):
            with self.subTest(which=which):
                self.edit(event, which, partner_ids=[Command.link(self.ben.partner_id.id)])
                self.assertEqual(self.drain(), NOTHING)
        self.assertEqual(self.kept_things(), self.before)
        for session in self.sessions():
            self.assertEqual(session.client_ids, (self.ana | self.ben).partner_id)
        self.assert_agreement()

    def test_a_place_for_all_removes_the_meetings_and_another_brings_them_back(self):
        self.edit(self.events[0], telehealth_place="in_person")
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": INSIDE})
        self.edit(self.events[1], "future_events", telehealth_place="zoom")
        self.assertEqual(self.drain(), {"POST": INSIDE - 1, "PATCH": 0, "DELETE": INSIDE})
        self.assertEqual([one[:2] for one in self.kept_things()], [one[:2] for one in self.before])
        self.assert_agreement()

    def test_a_series_that_is_handed_over_moves_to_the_other_host(self):
        """R7."""
        self.connect(self.omar, OMAR)
        for which, event, moved in (("future_events", 2, INSIDE - 2), ("all_events", 0, INSIDE)):
            with self.subTest(which=which):
                self.simulator.forget_calls()
                event = self.sessions()[event].event_id.with_user(self.sam)
                already = len(self.sessions().filtered(lambda one: one.provider_id == self.omar)) and INSIDE - 2
                self.edit(event, which, user_id=self.omar.id)
                told = {"POST": moved - already, "PATCH": 0, "DELETE": moved - already}
                self.assertEqual(self.drain(), told)
        self.assertEqual(self.sessions().provider_id, self.omar)
        self.assertEqual([one[:2] for one in self.kept_things()], [one[:2] for one in self.before])
        for event in self.sessions().event_id:
            self.assertEqual(event.attendee_ids.partner_id, (self.omar | self.ana).partner_id)
            self.assertEqual(len(event.attendee_ids), 2)
        self.assert_agreement()

    def test_what_was_given_to_a_colleague_stays_theirs_when_the_whole_series_moves(self):
        self.connect(self.omar, OMAR)
        for session in self.sessions()[1:3]:
            self.edit(session.event_id.with_user(self.sam), "self_only", user_id=self.omar.id)
        self.drain()
        theirs = self.sessions().filtered(lambda one: one.provider_id == self.omar)
        self.simulator.forget_calls()
        self.move(self.sessions()[0].event_id.with_user(self.sam), "all_events", hours=1)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": INSIDE, "DELETE": 0})
        self.assertEqual(self.sessions().filtered(lambda one: one.provider_id == self.omar), theirs)
        for session in theirs:
            self.assertEqual(session.event_id.partner_ids, (self.omar | self.ana).partner_id)
        self.assert_agreement()

    def test_every_two_weeks_moves_the_nth_session_to_the_nth_occurrence(self):
        self.edit(self.events[0], interval=2, recurrency=True)
        starts = [at_ten(days=3 + 14 * number) for number in range(WEEKS)]
        self.assertEqual([one[0].start for one in self.before], starts)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": INSIDE - 1, "DELETE": 0})
        self.assertEqual(self.kept_things(), self.before)
        self.assert_agreement()

    def test_another_weekday_in_the_rule_moves_every_session(self):
        today, tomorrow = self.events[0].start.weekday(), (self.events[0].start.weekday() + 1) % 7
        self.edit(self.events[0], recurrency=True, **{DAYS[today]: False, DAYS[tomorrow]: True})
        self.assertEqual(set(self.sessions().mapped(lambda one: one.start.weekday())), {tomorrow})
        self.assertEqual(self.kept_things(), self.before)
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": INSIDE, "DELETE": 0})
        self.assert_agreement()

    def test_fewer_and_more_occurrences_cancel_and_create_the_difference(self):
        self.edit(self.events[0], recurrency=True, count=3)
        self.assertEqual(self.kept_things(), self.before[:3])
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": INSIDE - 3})
        self.edit(self.sessions()[0].event_id, recurrency=True, count=6)
        self.assertEqual(self.kept_things()[:3], self.before[:3])
        self.assertEqual(self.drain(), {"POST": INSIDE - 3, "PATCH": 0, "DELETE": INSIDE - 3})
        self.assertEqual(len(self.sessions()), 6)
        self.assert_agreement()

    def test_an_end_date_cuts_the_series_from_an_occurrence_on(self):
        self.edit(
            self.events[1], "future_events", recurrency=True, end_type="end_date", until=self.events[2].start.date()
        )
        self.assertEqual(self.kept_things(), self.before[:3])
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": INSIDE - 3})
        self.assert_agreement()

    def test_switched_off_and_on_again_the_series_has_its_sessions_and_links_back(self):
        for which, event, number in (("all_events", 0, INSIDE), ("future_events", 2, INSIDE - 2)):
            with self.subTest(which=which):
                self.simulator.forget_calls()
                event = self.sessions()[event].event_id
                self.edit(event, which, telehealth=False)
                self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": number})
                self.edit(event, which, telehealth=True)
                self.assertEqual(self.drain(), {"POST": number, "PATCH": 0, "DELETE": number})
                self.assertEqual([one[:2] for one in self.kept_things()], [one[:2] for one in self.before])
                self.assert_agreement()

    def test_an_archived_series_comes_back_with_its_sessions(self):
        self.events[0].action_mass_archive("all_events")
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": INSIDE})
        self.events.action_unarchive()
        self.assertEqual(self.drain(), {"POST": INSIDE, "PATCH": 0, "DELETE": INSIDE})
        self.assertEqual([one[:2] for one in self.kept_things()], [one[:2] for one in self.before])
        self.assert_agreement()

    def test_a_series_that_becomes_one_session_keeps_that_one(self):
        self.edit(self.events[0], recurrency=False)
        self.assertEqual(self.kept_things(), self.before[:1])
        self.assertEqual(self.drain(), {"POST": 0, "PATCH": 0, "DELETE": INSIDE - 1})
        self.assert_agreement()

    def test_a_session_that_becomes_a_series_is_its_first(self):
        single = self.session(start=at_ten(days=5))
        self.drain()
        self.simulator.forget_calls()
        kept, day = (single.token, single.meeting_ids.zoom_id), single.start.weekday()
        rule = {"recurrency": True, "rrule_type": "weekly", "interval": 1, "end_type": "count", "count": 3}
        # On a day of its own: core archives the event, and its session goes to the first occurrence.
        single.event_id.write({**rule, "event_tz": "UTC", DAYS[(day + 1) % 7]: True})
        self.assertEqual(self.drain(), {"POST": 2, "PATCH": 1, "DELETE": 0})
        self.assertEqual((single.state, single.start), ("scheduled", at_ten(days=6)))
        self.assertEqual((single.token, single.meeting_ids.zoom_id), kept)
        self.assertEqual(len(single.event_id.recurrence_id.calendar_event_ids.telehealth_session_ids), 3)
        self.assert_agreement()
