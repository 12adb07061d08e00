"""What an edit of a series keeps: what was held, exceptions, the time of day (R13), links; and who may edit it."""

from datetime import datetime, timedelta

import pytz
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command

from .. import clock
from .common import soon
from .series_case import SeriesCase, at_ten


class TestWhatWasHeld(SeriesCase):
    def setUp(self):
        super().setUp()
        # Six weeks that began sixteen days ago: three are over, three to come.
        self.events = self.series(count=6, start=at_ten(days=-16))
        self.past, self.coming = self.sessions()[:3], self.sessions()[3:]
        self.ended = self.past[:2].with_context(from_calendar_event=True)
        self.ended.write({"state": "ended"})
        self.stood = {one: (one.start, one.stop, one.state, one.version) for one in self.past}

    def assert_past_stands(self):
        self.assertEqual({one: (one.start, one.stop, one.state, one.version) for one in self.past}, self.stood)

    def test_what_is_over_keeps_its_time_and_its_link_moves_to_the_new_row(self):
        """Decision 5."""
        self.move(self.events[4], hours=1)
        self.assert_past_stands()
        rows = self.events[0].recurrence_id.calendar_event_ids.sorted("start")
        self.assertEqual(rows.telehealth_session_ids.sorted("start"), self.past | self.coming)
        self.assertEqual(self.past.event_id.sorted("start"), rows[:3])
        for row in rows:
            self.assertEqual(row.videocall_location, row.telehealth_session_ids.join_url)
        self.assertEqual(self.coming.mapped("start"), [at_ten(days=5 + 7 * week, hours=1) for week in range(3)])

    def test_a_past_occurrence_that_core_makes_again_gets_no_session_and_no_mail(self):
        """Decision 5."""
        self.events[1].unlink()
        self.assertFalse(self.ended[1].event_id)
        before = self.env["telehealth.session"].search_count([])
        mails = self.env["mail.mail"].search_count([])
        self.move(self.events[4].with_context(no_mail_to_attendees=False), hours=1)
        rows = self.events[0].recurrence_id.calendar_event_ids.sorted("start")
        self.assertEqual(len(rows), 6)
        self.assertFalse(rows[1].telehealth_session_ids)
        self.assertEqual(self.env["telehealth.session"].search_count([]), before)
        self.assertEqual(self.env["mail.mail"].search_count([]) - mails, 1, "of the next coming session, to Ana alone")
        self.assert_past_stands()

    def test_what_is_booked_for_all_changes_the_title_alone_of_what_is_over(self):
        for values in ({"telehealth_place": "in_person"}, {"telehealth_service_id": self.service.id}):
            self.edit(self.events[3], **values)
        self.edit(self.events[3].with_user(self.sam), user_id=self.omar.id)
        self.assertEqual((set(self.coming.mapped("place")), self.coming.service_id), ({"in_person"}, self.service))
        self.assertEqual(self.coming.provider_id, self.omar)
        self.assertEqual((set(self.past.mapped("place")), self.past.provider_id), ({"zoom"}, self.dana))
        self.assert_past_stands()
        self.edit(self.events[3].with_user(self.sam), name="Renamed")
        self.assertEqual(set((self.past | self.coming).mapped("label")), {"Renamed"})

    def test_a_session_that_runs_stays_as_it_is(self):
        live = self.coming[0].with_context(from_calendar_event=True)
        with self.clock_at(live.start + timedelta(minutes=10)):
            live.state = "live"
            stood = (live.start, live.stop, live.version)
            self.move(self.events[4], hours=3)
            self.assertEqual((live.start, live.stop, live.version), stood)
            self.assertEqual(live.event_id.start, stood[0] + timedelta(hours=3))
            self.assertEqual(len(self.sessions().filtered(lambda one: one.start > soon())), 2, "it is not held twice")

    def test_who_comes_to_the_session_that_runs_stays_with_it(self):
        live = self.coming[0].with_context(from_calendar_event=True)
        self.edit(live.event_id, "self_only", partner_ids=[Command.link(self.eve.partner_id.id)])
        with self.clock_at(live.start + timedelta(minutes=10)):
            live.state = "live"
            self.move(self.events[4], hours=3)
            self.edit(live.event_id, "self_only", partner_ids=[Command.link(self.ben.partner_id.id)])
            self.assertEqual(live.participant_ids.partner_id, (self.ana | self.eve | self.ben).partner_id)

    def test_a_row_that_moves_from_the_past_to_a_coming_day_gets_a_session_of_its_own(self):
        self.move(self.events[4], days=7)
        self.assert_past_stands()
        self.assert_every_event_has_its_session()
        self.assertEqual(len(self.sessions().filtered(lambda one: one.start > soon())), 4)


class TestExceptions(SeriesCase):
    def setUp(self):
        super().setUp()
        self.events = self.series(count=5)
        self.booked = self.sessions()

    def test_one_that_was_moved_alone_goes_where_core_puts_it_with_its_session(self):
        self.move(self.events[1], "self_only", days=1, hours=3)
        token = self.booked[1].token
        self.move(self.events[0], hours=1)
        self.assertEqual(self.sessions(), self.booked)
        self.assertEqual(self.booked[1].start, at_ten(days=10, hours=1))
        self.assertEqual(self.booked[1].token, token)
        self.assert_every_event_has_its_session()

    def test_one_that_was_moved_alone_is_still_known_after_the_series_was_split(self):
        self.move(self.events[2], "self_only", days=1)
        self.events[1].sudo().recurrence_id._split_from(self.events[1].sudo())
        self.move(self.events[1], "all_events", hours=1)
        self.assertEqual(self.sessions(), self.booked)
        self.assertEqual(self.booked[2].start, at_ten(days=17, hours=1))
        self.assert_every_event_has_its_session()

    def test_dragging_one_that_was_moved_alone_moves_all_and_leaves_as_many(self):
        """Core takes the day on which the one stands out of the rule, and leaves the one on which its series has it."""
        until = self.booked[-1].start.date() + timedelta(days=2)
        self.edit(self.events[0], recurrency=True, end_type="end_date", until=until)
        weeks = range(len(self.booked))
        for week, which, days, times in (
            (1, "all_events", -2, [1 + 7 * one for one in weeks]),
            (3, "future_events", 1, [(1 if one < 3 else 3) + 7 * one for one in weeks]),
        ):
            with self.subTest(which=which):
                self.move(self.booked[week].event_id, "self_only", days=1)
                self.move(self.booked[week].event_id, which, days=days)
                self.assertEqual(self.sessions(), self.booked)
                self.assertEqual(self.booked.mapped("start"), [at_ten(days=day) for day in times])
                self.assert_every_event_has_its_session()

    def test_a_series_with_a_last_day_is_as_long_after_it_moved(self):
        """Core leaves the last day where it was: one session is lost, or one more made."""
        for spare, days, which, first in (
            (0, 1, "all_events", 0),
            (6, -1, "all_events", 0),
            (0, 1, "future_events", 2),
            (6, -1, "future_events", 2),
        ):
            with self.subTest(days=days, which=which):
                events = self.series(end_type="end_date", until=at_ten(days=24 + spare).date())
                booked, stood = events.telehealth_session_id, events.mapped("start")
                self.assertEqual(len(booked), 4)
                others = self.sessions() - booked
                self.move(events[first], which, days=days)
                self.assertEqual(self.sessions() - others, booked)
                moved = [start + timedelta(days=days) for start in stood[first:]]
                self.assertEqual(booked.mapped("start"), stood[:first] + moved)
                self.assert_every_event_has_its_session()

    def test_the_series_follows_a_first_one_that_was_moved_alone(self):
        self.move(self.events[0], "self_only", hours=2)
        self.move(self.events[2], hours=1)
        self.assertEqual(self.sessions(), self.booked)
        self.assert_every_event_has_its_session()

    def test_the_sessions_own_form_changes_this_session_alone_and_says_so(self):
        versions, second = self.booked.mapped("version"), self.booked[1].with_user(self.dana)
        second.write({"start": second.start + timedelta(hours=2), "stop": second.stop + timedelta(hours=2)})
        second.write({"label": "This one", "place": "in_person"})
        changed = [one for one, version in zip(self.booked, versions) if one.version != version]
        self.assertEqual(changed, [second])
        self.assertEqual(self.booked.filtered(lambda one: one.label == "This one"), second)
        self.assertEqual(self.sessions().event_id, self.events)
        self.assertTrue(second.of_series)
        self.assertFalse(self.session().of_series)
        arch = etree.fromstring(second.get_view(view_type="form")["arch"])
        [sentence] = arch.xpath("//p[contains(@invisible, 'of_series')]/text()")
        self.assertIn("this session alone", sentence)

    def test_who_comes_to_one_of_them_alone_or_not_to_that_one_stays_so(self):
        """An interpreter for one session, a client who misses another; a change for all concerns these two as well."""
        self.edit(self.events[2], "self_only", partner_ids=[Command.link(self.eve.partner_id.id)])
        self.edit(self.events[3], "self_only", partner_ids=[Command.unlink(self.ana.partner_id.id)])
        for which in ("all_events", "future_events"):
            self.move(self.booked[0].event_id, which, hours=1)
            self.assertEqual(self.booked.mapped(lambda one: len(one.participant_ids)), [1, 1, 2, 0, 1])
        both = (self.ana | self.eve).partner_id
        self.assertEqual(self.booked[2].participant_ids.partner_id, both)
        self.move(self.booked[0].event_id, partner_ids=[Command.link(self.ben.partner_id.id)], hours=1)
        self.assertEqual(self.booked[2].participant_ids.partner_id, both | self.ben.partner_id)
        self.assertEqual(self.booked[3].participant_ids.partner_id, self.ben.partner_id)
        self.assert_every_event_has_its_session()

    def test_who_held_one_of_them_does_not_stay_as_a_guest_when_all_are_moved_and_handed_over(self):
        self.edit(self.events[2].with_user(self.sam), "self_only", user_id=self.omar.id)
        base = self.events[0].with_user(self.sam)
        start, stop = base.start + timedelta(hours=1), base.stop + timedelta(hours=1)
        self.edit(base, start=start, stop=stop, user_id=self.eve.id)
        self.assertEqual(self.booked.provider_id, self.eve)
        self.assertEqual(self.booked.participant_ids.partner_id, self.ana.partner_id)

    def test_a_question_about_a_declined_session_ends_when_it_is_moved_with_the_others(self):
        """Core asks everybody anew for the new time."""
        third = self.booked[2]
        third.event_id.attendee_ids.filtered(lambda one: one.partner_id == self.ana.partner_id).do_decline()
        self.assertEqual(third.client_decline, "asked")
        self.move(self.events[0], hours=1)
        self.assertFalse(third.client_decline)
        self.assertFalse(third.decline_activity_id)

    def test_one_that_is_taken_out_keeps_its_session_and_the_others_stay(self):
        self.events[2].write({"recurrency": False, "recurrence_update": "self_only"})
        self.move(self.events[2], "self_only", hours=1)
        self.assertEqual(self.sessions(), self.booked)
        self.assert_every_event_has_its_session()

    def test_an_old_occurrence_that_somebody_restores_is_a_session_of_its_own(self):
        self.move(self.events[0], hours=1)
        self.events[2].action_unarchive()
        self.assertEqual(len(self.sessions()), 6)
        self.assert_every_event_has_its_session()

    def test_a_meeting_of_the_staff_becomes_a_series_of_sessions_and_its_past_stays_as_it_was(self):
        plain = self.series(count=4, start=at_ten(days=-4), telehealth=False)
        self.edit(plain[1], telehealth=True)
        self.assertEqual(plain.mapped("telehealth"), [False, True, True, True])
        self.assertEqual(plain.telehealth_session_ids.mapped("label"), [plain[0].name] * 3)
        self.assert_every_event_has_its_session()

    def test_a_coming_row_of_a_series_without_sessions_moves_without_us(self):
        plain = self.series(count=4, telehealth=False)
        before = self.env["telehealth.session"].search_count([])
        self.move(plain[1], hours=1)
        self.assertEqual(self.env["telehealth.session"].search_count([]), before)


class TestTimeOfDay(SeriesCase):
    def test_ten_in_the_morning_stays_ten_in_the_morning_across_both_clock_changes(self):
        """R13."""
        self.dana.tz, brussels = "Europe/Brussels", pytz.timezone("Europe/Brussels")
        start = (clock.now() + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
        start = brussels.localize(start.replace(hour=10)).astimezone(pytz.utc).replace(tzinfo=None)
        self.series(count=52, start=start, zone="Europe/Brussels")
        booked = self.sessions()

        def hours():
            return {pytz.utc.localize(one.start).astimezone(brussels).strftime("%a %H:%M") for one in self.sessions()}

        day = start.strftime("%a")
        self.assertEqual(hours(), {f"{day} 10:00"})
        self.assertEqual(len(set(self.sessions().mapped(lambda one: one.start.hour))), 2)
        for which, shown in (("all_events", {f"{day} 11:00"}), ("future_events", {f"{day} 12:00"})):
            self.move(self.sessions()[0].event_id, which, hours=1)
            with self.subTest(which=which):
                self.assertEqual(hours(), shown)
                self.assertEqual(self.sessions(), booked)
        self.move(self.sessions()[20].event_id, "future_events", hours=1)
        self.assertEqual(hours(), {f"{day} 12:00", f"{day} 13:00"})
        self.assertEqual(self.sessions(), booked)
        self.assertFalse(self.sessions("cancelled"))
        self.assert_every_event_has_its_session()

    def test_zoom_is_told_the_instants_on_both_sides_of_a_clock_change(self):
        """R13."""
        self.dana.tz = "Europe/Brussels"
        with self.clock_at(datetime(2031, 3, 10)):
            self.series(count=6, start=datetime(2031, 3, 18, 9), zone="Europe/Brussels")
            self.sunrise.telehealth_horizon_days = 60
            self.at_zoom()
            hours = ("03-18T09", "03-25T09", "04-01T08", "04-08T08", "04-15T08", "04-22T08")
            told = sorted(one["start_time"] for one in self.simulator.meetings())
            self.assertEqual(told, [f"2031-{hour}:00:00Z" for hour in hours])


class TestWhoMayEditASeries(SeriesCase):
    def test_a_provider_cannot_move_a_series_of_which_one_session_is_a_colleagues(self):
        events = self.series(count=4)
        events[2].with_user(self.sam).write({"user_id": self.omar.id, "recurrence_update": "self_only"})
        starts = self.sessions().mapped("start")
        with self.assertRaisesRegex(AccessError, "a scheduler changes the series"):
            self.move(events[0], hours=1)
        self.assertEqual(self.sessions().mapped("start"), starts)
        self.move(events[0].with_user(self.sam), hours=1)
        self.assert_every_event_has_its_session()

    def test_a_guest_cannot_move_a_series(self):
        events = self.series(count=3, partner_ids=[(6, 0, (self.dana | self.eve).partner_id.ids)])
        for which in ("all_events", "future_events", "self_only"):
            with self.subTest(which=which), self.assertRaises(AccessError):
                self.move(events[0].with_user(self.eve), which, hours=1)

    def test_a_scheduler_of_two_practices_leaves_the_series_where_it_was_booked(self):
        self.sam.company_ids = self.sunrise | self.harbour
        events = self.series(count=3)
        elsewhere = events[0].with_user(self.sam).with_context(allowed_company_ids=(self.harbour | self.sunrise).ids)
        self.move(elsewhere, hours=1)
        self.assertEqual(self.sessions().company_id, self.sunrise)
        self.assertEqual(self.sessions().event_id.telehealth_company_id, self.sunrise)
