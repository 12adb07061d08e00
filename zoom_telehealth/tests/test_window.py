"""The one function that decides who may come in when, and when a session begins and ends (decision 13)."""

from datetime import timedelta

from .. import clock
from .event_case import EventCase


class TestWindow(EventCase):
    def test_the_door_opens_and_closes_by_the_practices_minutes(self):
        start, stop = self.danas.start, self.danas.stop
        for before, after in ((15, 15), (0, 0), (60, 5)):
            self.sunrise.write({"telehealth_minutes_before": before, "telehealth_minutes_after": after})
            second = timedelta(seconds=2)
            for moment, door in (
                (start - timedelta(minutes=before) - second, "before"),
                (start - timedelta(minutes=before) + second, "open"),
                (stop + timedelta(minutes=after) - second, "open"),
                (stop + timedelta(minutes=after) + second, "after"),
            ):
                with self.subTest(before=before, after=after, moment=moment), self.clock_at(moment):
                    self.assertEqual(self.danas._door(), door)

    def test_a_live_session_stays_open_and_one_that_ended_may_go_on_until_its_planned_end(self):
        session = self.danas.with_context(from_calendar_event=True)
        for state, during, soon_after, long_after in (
            ("scheduled", "open", "open", "after"),
            ("live", "open", "open", "open"),
            ("ended", "open", "after", "after"),
            ("cancelled", "cancelled", "cancelled", "cancelled"),
        ):
            session.state = state
            for moment, door in (
                (self.danas.start, during),
                (self.danas.stop + timedelta(minutes=1), soon_after),
                (self.danas.stop + timedelta(hours=5), long_after),
            ):
                with self.subTest(state=state, moment=moment), self.clock_at(moment):
                    self.assertEqual(self.danas._door(), door)

    def test_start_is_offered_to_the_provider_while_the_session_may_be_held(self):
        for user, offered in ((self.dana, True), (self.sam, False), (self.mia, False)):
            self.assertEqual(self.danas.with_user(user).can_start, offered)
            self.danas.invalidate_recordset()
        for moment, offered in (
            (self.danas.start - timedelta(hours=12, minutes=1), False),
            (self.danas.start - timedelta(hours=11, minutes=59), True),
            (self.danas.stop + timedelta(minutes=14), True),
            (self.danas.stop + timedelta(minutes=16), False),
        ):
            self.danas.invalidate_recordset()
            with self.subTest(moment=moment), self.clock_at(moment):
                self.assertEqual(self.danas.with_user(self.dana).can_start, offered)

    def test_a_session_is_over_when_zoom_says_so_after_its_window_and_not_before(self):
        self.danas._mark_live()
        self.assertEqual(self.danas.state, "scheduled", "who looks in early opens no door")
        with self.clock_at(self.danas.start):
            self.danas._mark_live()
            self.assertEqual(self.danas.state, "live")
            self.danas._mark_not_running()
            self.assertEqual(self.danas.state, "live", "whether it was held is not known: the window is waited for")
            self.danas._mark_not_running(held_is_known=True)
            self.assertEqual(self.danas.state, "scheduled", "it was never held")
            self.danas._mark_live()
        with self.clock_at(self.danas.stop + timedelta(minutes=16)):
            self.danas._mark_not_running()
            self.assertEqual(self.danas.state, "ended")
            self.assertLess(abs(self.danas.ended_at - clock.now()), timedelta(seconds=5))
