"""Uninstalling leaves Zoom as well, within a bounded time, or says what it could not."""

from .common import soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR


class TestUninstalling(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)
        self.coming = [self.session(start=soon(days=days)) for days in (1, 2)]
        self.work()
        self.simulator.forget_calls()

    def leave(self, **options):
        self.env.flush_all()
        return self.env["zoom.removal"]._leave_zoom(**options)

    def live_tokens(self):
        return [one for one in self.simulator.control("GET", "state")["tokens"] if one["access_live"]]

    def test_coming_meetings_are_removed_and_connections_revoked(self):
        self.assertEqual(self.leave(), [])
        self.assertEqual(self.simulator.meetings(), [])
        self.assertEqual(self.live_tokens(), [])

    def test_what_could_not_be_done_is_said(self):
        self.simulator.fault("status", status=503, path="/v2/**", times=None)
        self.simulator.fault("status", status=503, path="/oauth/revoke", times=None)
        stays, not_revoked = self.leave()
        for session in self.coming:
            self.assertIn(self.meeting_of(session).reference, stays)
        self.assertIn("Dana Reyes", stays)
        self.assertIn("was not revoked", not_revoked)
        self.assertIn("Added Apps", not_revoked)

    def test_it_ends_when_its_time_is_over(self):
        self.connect(self.omar, OMAR)
        sentences = self.leave(seconds=-1)
        self.assertEqual(self.simulator.calls(), [])
        self.assertEqual(len(sentences), 3)

    def test_meetings_of_a_connection_that_ended_are_named(self):
        self.env["zoom.connection.token"]._of(self.connection).unlink()
        self.connection._mark("revoked", "deauthorized")
        [stays] = self.leave()
        self.assertIn("2 coming meetings stay", stays)
        self.assertEqual(self.simulator.calls(), [])

    def test_a_copy_is_uninstalled_without_a_word_to_zoom(self):
        self.env["zoom.database"].search([]).oid = "1"
        [sentence] = self.leave()
        self.assertIn("may be a copy", sentence)
        self.assertEqual(self.simulator.calls(), [])
