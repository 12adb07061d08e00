"""R14: Zoom takes 100 new or changed meetings a day for each host; ours are counted, and the last ones kept back."""

from datetime import timedelta

from .. import clock
from ..models.zoom_meeting import FAILURES
from ..zoom.rate_limits import MIDNIGHT_MARGIN
from .common import soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR

HOST_TEXT = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular "
    "user. You may resume these requests at GMT 00:00:00."
)


class TestQuota(ReconcilerCase):
    """R14."""

    def setUp(self):
        super().setUp()
        # At noon, so that no midnight comes between; all that follows is told from there.
        self.enterContext(self.clock_at(clock.now().replace(hour=12, minute=0, second=0, microsecond=0)))
        self.connection = self.connect(self.dana, DANA)

    def count(self, connection=None):
        return self.env["zoom.host.day"]._today(connection or self.connection)[(connection or self.connection).id]

    def later(self, **values):
        """A session that is not urgent: it starts in two days."""
        return self.session(start=soon(days=2), **values)

    def test_each_create_and_each_change_is_counted_before_it_is_sent(self):
        session = self.later()
        claims = self.reconciler._claim(8)
        self.assertEqual((len(claims), self.count().writes), (1, 1))
        self.assertFalse(self.simulator.calls("POST", path="meetings"))
        for meeting_id, outcome in self.reconciler._call(claims):
            self.reconciler._record(meeting_id, outcome)
        session.event_id.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.work()
        self.assertEqual(self.count().writes, 2)
        [zooms] = self.simulator.control("GET", "limits")["writes"]
        self.assertEqual((zooms["email"], zooms["writes"]), (DANA, 2))

    def test_what_changes_nothing_at_zoom_counts_for_nothing(self):
        session = self.later()
        self.work()
        self.simulator.forget_calls()
        session.event_id.write({"telehealth_label": "Another title", "start": session.start})
        session.event_id.write({"telehealth_label": "A third title"})
        self.assertEqual(self.work(), {})
        self.assertEqual((self.count().writes, self.simulator.calls()), (1, []))

    def test_removing_is_no_write(self):
        session = self.later()
        self.work()
        self.count().writes = 100
        session.event_id.action_archive()
        self.work()
        self.assertEqual(self.simulator.meetings(), [])

    def assertMade(self, writes, ordinary, urgent):
        """Expect whether a session in two days, and one in two hours, get a meeting after so many writes."""
        for start, made in ((soon(days=2), ordinary), (soon(hours=2), urgent)):
            session = self.session(start=start)
            self.count().writes = writes
            self.work()
            state = self.meeting_of(session)
            self.assertEqual((state.state, state.failure), ("live", False) if made else ("wanted", "quota"))
            session.event_id.action_archive()
            self.work()

    def test_after_89_writes_anyone_passes(self):
        self.assertMade(89, ordinary=True, urgent=True)

    def test_after_90_only_the_urgent_pass(self):
        self.assertMade(90, ordinary=False, urgent=True)

    def test_after_99_only_the_urgent_pass(self):
        self.assertMade(99, ordinary=False, urgent=True)

    def test_after_100_nobody_passes_and_zoom_is_not_asked(self):
        self.assertMade(100, ordinary=False, urgent=False)
        self.assertFalse(self.simulator.calls("POST", path="meetings"))

    def test_at_midnight_utc_it_begins_anew(self):
        session = self.later()
        self.count().writes = 100
        self.work()
        meeting = self.meeting_of(session)
        self.assertAlmostEqual(meeting.next_try, soon(hours=12) + MIDNIGHT_MARGIN, delta=timedelta(seconds=1))
        with self.clock_moved(hours=11, minutes=59):
            self.assertEqual(self.work(), {})
        with self.clock_moved(hours=12, minutes=1):
            self.work()
            self.assertEqual((meeting.state, self.count().writes), ("live", 1))

    def test_what_becomes_urgent_before_midnight_is_tried_then(self):
        session = self.session(start=soon(hours=30))
        self.count().writes = 95
        self.work()
        meeting = self.meeting_of(session)
        self.assertAlmostEqual(meeting.next_try, soon(hours=6), delta=timedelta(seconds=1))
        with self.clock_moved(hours=6, minutes=1):
            self.work()
        self.assertEqual(meeting.state, "live")

    def put_off(self):
        """A session in two days whose move has to wait, since the day's ordinary writes are used up."""
        session = self.later()
        self.work()
        self.count().writes = 90
        session.event_id.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.work()
        self.assertEqual(self.meeting_of(session).failure, "quota")
        return session

    def test_what_is_moved_to_where_it_is_urgent_is_told_at_once(self):
        session = self.put_off()
        session.event_id.write({"start": soon(hours=2), "stop": soon(hours=3)})
        self.assertEqual(list(self.work().values()), ["update"])
        self.assertEqual(self.meeting_of(session).start, session.start)

    def test_what_is_made_urgent_before_it_was_made_is_made_at_once(self):
        self.count().writes = 90
        session = self.later()
        self.work()
        self.assertEqual(self.meeting_of(session).failure, "quota")
        session.event_id.write({"start": soon(hours=2), "stop": soon(hours=3)})
        self.assertEqual(list(self.work().values()), ["create"])

    def test_what_is_cancelled_while_it_waits_is_removed_at_once(self):
        session = self.put_off()
        session.event_id.action_archive()
        self.work()
        self.assertEqual(self.simulator.meetings(), [])

    def test_an_edit_that_changes_nothing_of_the_wait_is_looked_at_once(self):
        session = self.put_off()
        wait = self.meeting_of(session).next_try
        session.event_id.write({"start": soon(days=4), "stop": soon(days=4, hours=1)})
        self.assertTrue(self.reconciler._due(8))
        self.assertEqual(self.work(), {})
        self.assertEqual(self.reconciler._due(8), [])
        self.assertAlmostEqual(self.meeting_of(session).next_try, wait, delta=timedelta(seconds=1))

    def test_zooms_refusal_right_after_midnight_is_of_the_day_before(self):
        """Zoom's clock is a little behind: its old day still lasts when ours is over."""
        with self.clock_moved(hours=12, seconds=1):
            self.count().spent = True
            session = self.later()
            self.work()
            meeting = self.meeting_of(session)
            self.assertEqual(meeting.failure, "quota")
            self.assertLess(meeting.next_try, soon(minutes=1))
        with self.clock_moved(hours=12, minutes=1):
            self.work()
            self.assertEqual(meeting.state, "live")

    def test_somebody_at_the_door_uses_the_last_ones_at_once(self):
        session = self.session(start=soon(minutes=5))
        self.count().writes = 100
        self.work()
        meeting = self.meeting_of(session)
        self.count().writes = 95  # as if somebody else's create had never reached Zoom
        self.assertEqual(self.work(), {})
        session._hurry()
        self.work()
        self.assertEqual(meeting.state, "live")

    def test_the_session_says_that_it_is_used_up_and_when_it_begins_anew_in_the_readers_time(self):
        """R28."""
        session = self.later()
        self.count().writes = 100
        self.work()
        self.dana.tz = "Asia/Kolkata"
        seen = session.with_user(self.dana).with_context(tz="Asia/Kolkata", lang="en_US")
        self.assertEqual(seen.meeting_status, "failing")
        self.assertIn("today's are used up", seen.meeting_sentence)
        self.assertRegex(seen.meeting_sentence, r"5:30\sAM")
        self.assertIn("Nobody has to act", seen.meeting_sentence)

    def test_zooms_own_word_counts_more_than_our_count(self):
        """Somebody else, or the provider by hand, used them up: not even the urgent are tried."""
        self.simulator.control("POST", "limits", host_writes=0)
        urgent, other = self.session(start=soon(hours=20)), self.later()
        self.work(limit=1)
        meeting = self.meeting_of(urgent)
        self.assertEqual((meeting.failure, self.count().spent), ("quota", True))
        self.assertAlmostEqual((meeting.next_try - clock.now()).total_seconds(), 12 * 3600, delta=60)
        self.simulator.forget_calls()
        self.work()
        urgent._hurry()
        self.work()
        self.assertEqual(self.simulator.calls("POST", path="meetings"), [])
        self.assertEqual(self.meeting_of(other).failure, "quota")
        self.simulator.control("POST", "limits", host_writes=100)
        with self.clock_moved(hours=12, minutes=1):
            self.work()
        self.assertEqual({meeting.state, self.meeting_of(other).state}, {"live"})

    def test_another_host_has_their_own(self):
        omars = self.connect(self.omar, OMAR)
        self.count().writes = 100
        session = self.later(provider=self.omar)
        self.work()
        self.assertEqual((self.meeting_of(session).state, self.count(omars).writes), ("live", 1))

    def test_two_apps_of_one_zoom_user_share_one_count(self):
        other = self.connection_row(self.dana, self.harbour_app, self.connection.zoom_user_id)
        self.count()._take(urgent=False)
        self.assertEqual(self.count(other), self.count())

    def test_what_never_reached_zoom_is_given_back(self):
        session = self.later()
        self.connection.api_url = "http://127.0.0.1:9"
        self.work()
        self.assertEqual(self.meeting_of(session).failure, "unreachable")
        self.assertEqual(self.count().writes, 0)

    def test_what_may_have_reached_zoom_stays_counted(self):
        self.later()
        self.simulator.fault("answer_lost", path="/v2/users/me/meetings", method="POST")
        self.work()
        self.assertEqual(self.count().writes, 1)


class TestTooManyCalls(ReconcilerCase):
    """Zoom's 429 in all its forms, and what follows."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.clock_at(clock.now().replace(hour=12, minute=0, second=0, microsecond=0)))
        self.connect(self.dana, DANA)

    def wait_after(self, message, **headers):
        """Return in how many seconds a session is tried again that Zoom refused so, and why."""
        session = self.session(start=soon(days=2))
        self.simulator.fault(
            "status",
            path="/v2/users/me/meetings",
            method="POST",
            times=2,
            status=429,
            body={"code": 429, "message": message},
            headers=headers,
        )
        [meeting] = self.work()
        wait = (meeting.next_try - clock.now()).total_seconds()
        failure = meeting.failure
        session.event_id.action_archive()
        meeting.state = "gone"
        self.simulator.control("DELETE", "faults")
        self.env["zoom.host.day"].search([]).unlink()
        return failure, wait

    def test_retry_after_is_kept_to_in_each_of_its_forms(self):
        text = "You have reached the maximum per-second rate limit for this API. Try again later."
        for form in ("600", "%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%SZ"):
            with self.subTest(form=form):
                moment = clock.now() + timedelta(minutes=10)
                failure, wait = self.wait_after(text, **{"Retry-After": moment.strftime(form)})
                self.assertEqual(failure, "limited")
                self.assertAlmostEqual(wait, 600, delta=10)

    def test_without_the_header_it_backs_off_with_some_chance_in_it(self):
        text = "You have reached the maximum per-second rate limit for this API. Try again later."
        waits = {self.wait_after(text)[1] for _try in range(4)}
        self.assertGreater(len(waits), 1)
        self.assertTrue(all(2 <= wait <= 4 for wait in waits), waits)

    def test_a_limit_per_second_is_over_in_a_moment_and_the_call_made_once_more(self):
        session = self.session(start=soon(days=2))
        text = "You have reached the maximum per-second rate limit for this API. Try again later."
        self.simulator.fault(
            "status", path="/v2/users/me/meetings", method="POST", status=429, body={"code": 429, "message": text}
        )
        self.work()
        self.assertEqual(self.meeting_of(session).state, "live")
        self.assertEqual(len(self.simulator.calls("POST", path="meetings")), 2)

    def test_the_accounts_day_lasts_until_midnight_utc(self):
        text = "You have reached the maximum daily rate limit for this API. Refer to the response header for details."
        failure, wait = self.wait_after(text)
        self.assertEqual(failure, "limited")
        self.assertAlmostEqual(wait, 12 * 3600, delta=60)

    def test_the_hosts_day_lasts_until_midnight_utc(self):
        failure, wait = self.wait_after(HOST_TEXT)
        self.assertEqual(failure, "quota")
        self.assertAlmostEqual(wait, 12 * 3600, delta=60)


class TestFailures(ReconcilerCase):
    def test_each_failure_says_who_must_act(self):
        """R28."""
        who = ("nobody has to act", "provider", "telehealth manager", "administrator")
        for key, sentence in FAILURES:
            with self.subTest(failure=key):
                self.assertTrue(any(person in sentence.lower() for person in who), sentence)
