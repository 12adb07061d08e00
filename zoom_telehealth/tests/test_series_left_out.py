"""A date of a series that was cancelled by itself stays cancelled, though core makes it anew with the others (R11)."""

from datetime import datetime, timedelta

from .series_case import DAYS, INSIDE, SeriesCase, at_ten
from .test_mails import MailCase

WEEKS = 8
HOUR = timedelta(hours=1)


class LeftOutCase(SeriesCase):
    def setUp(self):
        super().setUp()
        self.events = self.series(count=WEEKS)
        self.booked = self.sessions()

    def leave_out(self, *weeks, by="unlink"):
        """Cancel the sessions of some weeks, each by itself."""
        for week in weeks:
            session = self.booked[week]
            getattr(session if by.startswith("action_c") else self.events[week], by)()
            self.assertEqual(session.state, "cancelled")
        self.env.flush_all()
        self.env.invalidate_all()

    def assert_without(self, *weeks, later=HOUR):
        """All others are the sessions that they were, so much later; these weeks are off, at their own times."""
        off = [self.booked[week] for week in weeks]
        kept = self.booked.filtered(lambda session: session not in off)
        self.assertEqual(self.sessions(), kept)
        for week, session in enumerate(self.booked):
            stands = session not in off
            self.assertEqual(session.state, "scheduled" if stands else "cancelled")
            self.assertEqual(session.start, at_ten(days=3 + 7 * week) + (later if stands else timedelta()))
        self.assert_every_event_has_its_session()


class TestLeftOut(LeftOutCase):
    def test_however_it_was_cancelled_moving_all_does_not_bring_it_back(self):
        for week, by in ((2, "unlink"), (3, "action_archive"), (4, "action_cancel")):
            self.leave_out(week, by=by)
        self.booked[5].with_user(self.dana).action_decline()
        self.move(self.events[0], hours=1)
        self.assert_without(2, 3, 4, 5)

    def test_it_stays_off_however_often_the_series_is_moved(self):
        self.leave_out(2, 6)
        for turn in range(1, 4):
            which = "all_events" if turn % 2 else "future_events"
            self.move(self.booked[0].event_id, which, hours=1)
            self.assert_without(2, 6, later=turn * HOUR)

    def test_this_and_the_following_lose_no_session_at_their_end(self):
        """Core counts what stands: with two dates less it would end two weeks early."""
        self.leave_out(4, 5)
        self.move(self.booked[2].event_id, "future_events", hours=1)
        self.assertEqual(
            self.sessions()[2:].mapped("start"), [at_ten(days=3 + 7 * week, hours=1) for week in (2, 3, 6, 7)]
        )
        self.assertEqual(self.sessions(), self.booked - self.booked[4:6])
        self.move(self.booked[3].event_id, hours=1)
        self.assertEqual(self.sessions(), self.booked - self.booked[4:6])
        self.assert_every_event_has_its_session()

    def test_what_was_cancelled_before_this_one_stays_off_with_the_earlier_ones(self):
        self.leave_out(1, 5)
        self.move(self.booked[3].event_id, "future_events", hours=1)
        self.assertEqual(self.sessions(), self.booked - self.booked[1] - self.booked[5])
        self.move(self.booked[0].event_id, hours=1)
        self.assertEqual(self.sessions(), self.booked - self.booked[1] - self.booked[5])
        self.assert_every_event_has_its_session()

    def test_where_the_first_was_cancelled_none_is_added_at_the_end(self):
        self.leave_out(0, 1, 4)
        for turn in (1, 2):
            self.move(self.booked[3].event_id, hours=1)
            self.assert_without(0, 1, 4, later=turn * HOUR)

    def test_it_stays_off_on_the_day_that_takes_its_place(self):
        self.leave_out(3)
        self.move(self.events[0], days=1)
        self.assert_without(3, later=timedelta(days=1))
        day = (self.events[0].start.weekday() + 1) % 7
        rule = {DAYS[day]: False, DAYS[(day + 1) % 7]: True}
        self.edit(self.booked[0].event_id, recurrency=True, **rule)
        self.assertEqual(self.sessions(), self.booked - self.booked[3])
        self.assert_every_event_has_its_session()

    def test_every_two_weeks_leaves_out_what_falls_on_a_cancelled_day_alone(self):
        self.leave_out(1, 4)
        self.edit(self.events[0], recurrency=True, interval=2)
        self.assertEqual(
            self.sessions().mapped("start"), [at_ten(days=3 + 14 * number) for number in range(WEEKS) if number != 2]
        )
        self.assertEqual([one.state for one in self.booked].count("cancelled"), 2)
        self.assert_every_event_has_its_session()

    def test_a_date_that_another_rule_skipped_is_still_off_when_it_comes_back(self):
        self.leave_out(1, 4)
        self.edit(self.events[0], recurrency=True, interval=2)
        self.move(self.booked[0].event_id, hours=1)
        self.edit(self.booked[0].event_id, recurrency=True, interval=1)
        weeks = [week for week in range(WEEKS) if week not in (1, 4)]
        self.assertEqual(self.sessions().mapped("start"), [at_ten(days=3 + 7 * week, hours=1) for week in weeks])
        self.assertEqual((self.booked[1] | self.booked[4]).mapped("state"), ["cancelled"] * 2)
        self.move(self.booked[0].event_id, hours=1)
        self.assertEqual(len(self.sessions()), len(weeks))
        self.assert_every_event_has_its_session()

    def test_a_date_that_another_rule_skipped_is_not_counted_where_the_series_is_split(self):
        self.leave_out(5)
        self.edit(self.events[0], recurrency=True, interval=2)
        sessions = self.sessions()
        self.assertEqual(len(sessions), WEEKS)
        self.move(sessions[1].event_id, "future_events", hours=1)
        self.assertEqual(self.sessions(), sessions)

    def test_a_cancelled_last_date_is_still_off_when_a_shortened_series_is_as_long_again(self):
        self.leave_out(6)
        for count in (4, WEEKS):
            self.edit(self.booked[0].event_id, recurrency=True, count=count)
        weeks = [week for week in range(WEEKS) if week != 6]
        self.assertEqual(self.sessions().mapped("start"), [at_ten(days=3 + 7 * week) for week in weeks])
        self.assertEqual(self.booked[6].state, "cancelled")
        self.assert_every_event_has_its_session()

    def test_more_occurrences_come_after_the_last_and_none_in_between(self):
        self.leave_out(3)
        self.edit(self.events[0], recurrency=True, count=WEEKS + 2)
        self.assertEqual(self.sessions()[:7], self.booked - self.booked[3])
        weeks = [week for week in range(WEEKS + 2) if week != 3]
        self.assertEqual(self.sessions().mapped("start"), [at_ten(days=3 + 7 * week) for week in weeks])

    def test_a_monthly_series_keeps_its_cancelled_month_off_on_another_day(self):
        self.events[0].action_mass_deletion("all_events")
        with self.clock_at(datetime(2031, 1, 20)):
            rule = {"rrule_type": "monthly", "month_by": "date", "day": 30}
            self.series(count=6, start=datetime(2031, 1, 30, 10), **rule)
            booked = self.sessions()
            # February has no 30th.
            self.assertEqual(booked.mapped(lambda one: one.start.month), [1, 3, 4, 5, 6, 7])
            booked[2].action_cancel()
            self.edit(booked[0].event_id, recurrency=True, day=3)
            self.assertEqual(booked[2].state, "cancelled")
            self.assertNotIn(4, self.sessions().mapped(lambda one: one.start.month))
            self.assertEqual(self.sessions(), booked - booked[2])

    def test_what_is_deleted_from_one_on_does_not_come_back_when_the_earlier_move(self):
        self.events[5].action_mass_deletion("future_events")
        self.move(self.booked[0].event_id, hours=1)
        self.assert_without(5, 6, 7)

    def test_it_stays_off_where_the_series_was_split_by_a_hand_over(self):
        self.leave_out(5)
        self.events[3].recurrence_id.sudo()._split_from(self.events[3].sudo())
        self.assertEqual(self.events[3].recurrence_id.count, 5)
        self.move(self.events[3], hours=1)
        self.assertEqual(self.sessions(), self.booked - self.booked[5])
        self.assert_every_event_has_its_session()

    def test_restored_it_is_back_in_the_series_behind_its_own_link(self):
        self.leave_out(2)
        token = self.booked[2].token
        self.move(self.booked[0].event_id, hours=1)
        self.booked[2].with_user(self.dana).action_restore()
        self.assert_without()
        self.assertEqual(self.booked[2].token, token)
        self.assertTrue(self.booked[2].event_id.videocall_location.endswith(token))
        self.move(self.booked[0].event_id, hours=1)
        self.assert_without(later=2 * HOUR)

    def test_what_leaves_every_row_where_it_is_brings_nothing_back(self):
        self.leave_out(2)
        self.edit(self.events[0], name="Renamed")
        self.edit(self.events[0], location="Room 1")
        self.assert_without(2, later=timedelta())
        self.move(self.events[0], hours=1)
        self.assert_without(2)

    def test_a_colleagues_cancelled_session_stays_off_when_the_rest_is_moved_by_the_provider(self):
        self.edit(self.events[2].with_user(self.sam), "self_only", user_id=self.omar.id)
        self.leave_out(2, by="action_cancel")
        self.move(self.events[0], hours=1)
        self.assert_without(2)

    def test_a_series_without_sessions_is_cores_alone(self):
        plain = self.series(count=4, telehealth=False)
        plain[2].unlink()
        self.move(plain[0], hours=1)
        self.assertEqual(len(plain[0].recurrence_id.calendar_event_ids), 4)


class TestLeftOutMails(LeftOutCase, MailCase):
    def test_nobody_hears_again_of_what_was_cancelled(self):
        self.leave_out(0)
        with self.mock_mail_gateway():
            self.move(self.booked[1].event_id, hours=1)
            [mail] = self.texts_to(self.ana)
            self.assertIn(self.booked[1].token, mail)
            self.assertNotIn(self.booked[0].token, mail)


class TestAYear(SeriesCase):
    def test_a_year_with_ended_cancelled_and_moved_ones_is_one_patch_a_meeting(self):
        """R11: all an hour later, then this and the following; no create, no delete, and what was held stands."""
        events = self.series(count=52, start=at_ten(days=-25))
        booked = self.sessions()
        ended = booked[:4].with_context(from_calendar_event=True)
        ended.write({"state": "ended"})
        off = booked[5] | booked[9] | booked[30]
        events[5].unlink()
        events[9].action_archive()
        booked[30].action_cancel()
        self.move(events[6], "self_only", days=1)
        self.move(events[20], "self_only", hours=3)
        self.at_zoom()
        inside = len(self.simulator.meetings())
        self.assertEqual(inside, INSIDE - 1)
        stood = {one: (one.start, one.stop, one.state, one.version) for one in ended | off}
        coming, tokens = booked - ended - off, booked.mapped("token")
        for turn, which in enumerate(("all_events", "future_events"), 1):
            with self.subTest(which=which):
                self.simulator.forget_calls()
                self.move(coming[0].event_id, which, hours=1)
                self.assertEqual(self.drain(), {"POST": 0, "PATCH": inside, "DELETE": 0})
                self.assertEqual(self.sessions(), coming)
                weeks = [week for week in range(52) if booked[week] in coming]
                starts = [at_ten(days=-25 + 7 * week, hours=turn) for week in weeks]
                self.assertEqual(coming.mapped("start"), starts)
                self.assertEqual({one: (one.start, one.stop, one.state, one.version) for one in stood}, stood)
                self.assertEqual(booked.mapped("token"), tokens)
                self.assert_agreement()
