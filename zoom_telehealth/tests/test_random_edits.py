"""Whatever people do to sessions and series, in whatever order: in the end Zoom holds what the calendar says (R6, R12).

A few sequences, the same each time; `make bench` draws many others. To repeat a failure: ``TELEHEALTH_EDITS_SEED`` is
the seed that was printed; the sequence is then made shorter, too. ``TELEHEALTH_EDITS`` is how many sequences are tried.
"""

import logging
import os
from contextlib import ExitStack
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError

from .. import clock
from .edits import KINDS, WHICH, Edits
from .series_case import SeriesCase
from .simulator import DANA, OMAR

_logger = logging.getLogger(__name__)

SEQUENCES = int(os.environ.get("TELEHEALTH_EDITS", "3"))
SEED = os.environ.get("TELEHEALTH_EDITS_SEED")
NUMBERS = st.integers(0, 99)
OFTEN = ["zoom", "zoom", "move", "move", "move", "cancel", "change_rule", "book_series"]
# None of these brings back what was cancelled. A move by so many days at most: what is over may still be to come then.
ADDING_NOTHING = ("move", "lengthen", "place", "title", "attendees")
FURTHEST_MOVE_DAYS = 4
EDIT = st.tuples(st.sampled_from(KINDS + OFTEN), NUMBERS, NUMBERS, st.sampled_from(WHICH))


class Undo(Exception):
    """Takes a sequence of edits back."""


class TestRandomEdits(SeriesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sunrise.telehealth_horizon_days = 15

    def test_random_edits_of_sessions_and_series_end_in_agreement(self):
        """R6, R11, R12."""
        chosen = int(SEED or 1)
        _logger.info("TELEHEALTH_EDITS_SEED=%s", chosen)

        @seed(chosen)
        @settings(
            max_examples=SEQUENCES, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if SEED else (Phase.generate,),
        )  # fmt: skip
        @given(st.lists(EDIT, min_size=20, max_size=50))
        def run(edits):
            try:
                with self.env.cr.savepoint(), ExitStack() as self.clocks:
                    self.agree_after(edits)
                    raise Undo
            except Undo:
                self.env.invalidate_all()

        try:
            run()
        except Exception as error:
            raise AssertionError(f"TELEHEALTH_EDITS_SEED={chosen} repeats this") from error

    def enterContext(self, context):
        """Enter a context until the sequence ends, where there is one."""
        clocks = getattr(self, "clocks", None)
        return clocks.enter_context(context) if clocks else super().enterContext(context)

    def agree_after(self, edits):
        self.simulator.reset()
        self.connect(self.dana, DANA)
        self.connect(self.omar, OMAR)
        people = Edits(self)
        people.do("book_series", 3, 2, "all_events")
        people.do("book", 4, 0, "self_only")
        for number, edit in enumerate(edits):
            when, stood = f"after {edits[: number + 1]}", self.coming()
            recent = self.coming(since=clock.now() - timedelta(days=FURTHEST_MOVE_DAYS))
            try:
                with self.env.cr.savepoint():
                    people.do(*edit)
            except UserError:
                self.env.invalidate_all()  # a person is told why, and nothing has changed
            self.assert_calendar_and_sessions_agree(when)
            if edit[0] in ADDING_NOTHING and recent == stood:
                self.assertLessEqual(self.coming(), stood, f"more sessions than before {when}")
        self.drain()
        self.assert_zoom_agrees()

    def rows(self, query, **values):
        self.env.flush_all()
        self.env.cr.execute(query, {"now": clock.now(), "company": self.sunrise.id, **values})
        return self.env.cr.fetchall()

    def coming(self, since=None):
        """Return how many events of sessions are still to come, or stand since a moment."""
        [[count]] = self.rows(
            """
            SELECT count(*) FROM calendar_event e
             WHERE e.telehealth AND e.active AND e.stop > %(since)s AND e.telehealth_company_id = %(company)s
            """,
            since=since or clock.now(),
        )
        return count

    def assert_calendar_and_sessions_agree(self, when):
        """Every coming telehealth event has its session, at its time, under its link; no other is scheduled."""
        bare = self.rows(
            """
            SELECT e.id, e.start FROM calendar_event e
             WHERE e.telehealth AND e.active AND e.stop > %(now)s AND e.telehealth_company_id = %(company)s
               AND NOT EXISTS (SELECT FROM telehealth_session s WHERE s.event_id = e.id)
            """
        )
        self.assertEqual(bare, [], f"coming events without a session {when}")
        astray = self.rows(
            """
            SELECT s.id, s.state, s.start, e.start, e.active, e.telehealth FROM telehealth_session s
         LEFT JOIN calendar_event e ON e.id = s.event_id
             WHERE s.company_id = %(company)s AND s.stop > %(now)s AND s.state <> 'ended'
               AND (s.state = 'scheduled') IS DISTINCT FROM (
                   e.active AND e.telehealth AND e.start = s.start AND e.stop = s.stop AND e.user_id = s.provider_id
                   AND e.videocall_location LIKE '%%/' || s.token) AND (s.state = 'scheduled' OR e.active)
               AND NOT (s.state = 'cancelled' AND NOT COALESCE(e.telehealth, FALSE))
            """
        )
        self.assertEqual(astray, [], f"sessions that do not say what their event says {when}")

    def assert_zoom_agrees(self):
        """Zoom holds exactly the meetings of the coming sessions on Zoom, at their times, by their hosts."""
        now, zoom = clock.now(), {str(one["id"]): one for one in self.simulator.meetings()}
        hosts = {self.dana: DANA, self.omar: OMAR}
        for session in self.env["telehealth.session"].search([("company_id", "=", self.sunrise.id)]):
            meeting = session._current_meeting()
            one = zoom.pop(meeting.zoom_id, None) if meeting else None
            if session.state == "ended" or session.stop <= now:
                continue
            on_zoom = session.state == "scheduled" and session.place == "zoom"
            inside = on_zoom and (session.start - now).days < self.sunrise.telehealth_horizon_days
            if one:
                self.assertTrue(on_zoom, f"{session.state} at {session.place} and still at Zoom")
                told = (one["start_time"], one["duration"], one["host_email"])
                start = session.start.strftime("%Y-%m-%dT%H:%M:%SZ")
                self.assertEqual(told, (start, session.minutes, hosts[session.provider_id]))
            self.assertTrue(one or not inside, f"no meeting at Zoom for {session.start}")
        self.assertEqual(zoom, {}, "meetings at Zoom that no session has")
