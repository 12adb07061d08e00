"""What the reconciler finds due, in which order, and what finding it costs."""

from unittest.mock import patch

from odoo.tools import SQL

from ..models.zoom_reconciler import LEASE
from .common import soon
from .reconciler_case import ReconcilerCase


class TestFinding(ReconcilerCase):
    def due_sessions(self, limit=100):
        return [session for session, _meeting in self.reconciler._due(limit)]

    def test_the_nearest_session_comes_first(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        far, near, middle = (self.session(start=soon(days=days)) for days in (9, 1, 5))
        self.assertEqual(self.due_sessions(), [near.id, middle.id, far.id])
        self.assertEqual(self.due_sessions(limit=2), [near.id, middle.id])

    def test_only_sessions_within_the_practices_horizon_are_due(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.sunrise.telehealth_horizon_days = 10
        near, far = self.session(start=soon(days=9)), self.session(start=soon(days=11))
        self.assertEqual(self.due_sessions(), [near.id])
        self.assertEqual(far.meeting_status, "later")
        self.assertIn("10 days before the session", far.meeting_sentence)
        with self.clock_moved(days=2):
            self.assertEqual(self.due_sessions(), [near.id, far.id])

    def test_what_wants_no_meeting_is_not_due(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.session(telehealth_place="in_person")
        self.session(start=soon(hours=-3))
        self.session().event_id.action_archive()
        self.session(provider=self.otto)
        ended = self.session()
        ended.state = "ended"
        self.assertEqual(self.due_sessions(), [])

    def test_without_a_connection_no_row_is_made_and_the_sentence_names_who_must_act(self):
        """R28."""
        session = self.session()
        self.assertEqual(self.reconciler._claim(8), {})
        self.assertFalse(session.meeting_ids)
        self.assertEqual(session.meeting_status, "waiting")
        self.assertIn("Dana Reyes has not connected Zoom yet", session.meeting_sentence)
        connection = self.connection_row(self.dana, self.app, "zoom-dana", state="reconnect_needed")
        self.assertEqual(self.reconciler._claim(8), {})
        connection.state = "connected"
        self.assertEqual(len(self.reconciler._claim(8)), 1)

    def test_a_practice_that_switched_zoom_off_gets_no_meetings(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        session = self.session()
        self.sunrise.telehealth_zoom_allowed = False
        session.invalidate_recordset()
        self.assertEqual(self.due_sessions(), [])
        self.assertIn("switched off for this practice", session.meeting_sentence)

    def test_a_connection_of_another_practice_serves_nobody_here(self):
        self.connection_row(self.dana, self.harbour_app, "zoom-dana")
        self.session()
        self.assertEqual(self.due_sessions(), [])

    def test_one_connection_serves_a_provider_in_two_practices(self):
        """Decision 6."""
        self.app.company_ids |= self.harbour
        self.dana.company_ids |= self.harbour
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        events = self.env["calendar.event"].with_user(self.dana)
        here = events.with_context(allowed_company_ids=self.sunrise.ids).create(self.event_values(self.dana))
        there = events.with_context(allowed_company_ids=self.harbour.ids).create(
            self.event_values(self.dana, start=soon(hours=4))
        )
        self.assertEqual(self.session_of(there).company_id, self.harbour)
        self.reconciler._claim(8)
        meetings = (self.session_of(here) | self.session_of(there)).meeting_ids
        self.assertEqual(meetings.connection_id, connection)
        self.assertEqual(len({reference.split("-")[0] for reference in meetings.mapped("reference")}), 2)

    def test_a_claimed_meeting_is_left_alone_until_its_lease_ends(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.session()
        [(meeting_id, claim)] = self.reconciler._claim(8).items()
        self.assertEqual(claim.task.kind, "create")
        self.assertEqual(self.reconciler._claim(8), {})
        with self.clock_moved(seconds=LEASE.total_seconds() + 1):
            [(again, claim)] = self.reconciler._claim(8).items()
            self.assertEqual((again, claim.task.kind), (meeting_id, "look"), "who claimed it may have called Zoom")

    def test_finding_work_reads_what_is_due_and_not_what_is_done(self):
        """Both parts use their partial index: the cost does not grow with the practice's past."""
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO telehealth_session
                       (row_key, company_id, provider_id, place, modality, start, stop, state, token, version)
                SELECT 'k' || n, %(company)s, %(provider)s, 'zoom', 'video', now() - n * interval '1 hour',
                       now() - n * interval '1 hour', 'ended', 't' || n, 1
                  FROM generate_series(1, 20000) n;
                INSERT INTO zoom_meeting
                       (row_key, company_id, provider_id, connection_id, session_id, state, reference, zoom_id)
                SELECT 'm' || s.id, s.company_id, s.provider_id, %(connection)s, s.id, 'over', 'r' || s.id, 'z' || s.id
                  FROM telehealth_session s WHERE s.state = 'ended';
                ANALYZE telehealth_session; ANALYZE zoom_meeting
                """,
                company=self.sunrise.id,
                provider=self.dana.id,
                connection=connection.id,
            )
        )
        self.session()
        plan = self.plan_of_due()
        self.assertNotIn("Seq Scan on telehealth_session", plan)
        self.assertNotIn("Seq Scan on zoom_meeting", plan)
        self.assertIn("telehealth_session_wanted_by_start", plan)
        self.assertIn("zoom_meeting_open", plan)
        self.assertEqual(len(self.reconciler._due(8)), 1)

    def plan_of_due(self):
        """Return PostgreSQL's plan of the query in ``_due``."""
        queries, cursor_class = [], type(self.env.cr)
        execute = cursor_class.execute

        def keep(cursor, query, *args, **options):
            queries.append(query)
            return execute(cursor, query, *args, **options)

        with patch.object(cursor_class, "execute", keep):
            self.reconciler._due(8)
        self.env.cr.execute(SQL("EXPLAIN %s", queries[-1]))
        return "\n".join(line for [line] in self.env.cr.fetchall())
