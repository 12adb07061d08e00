"""One turn of the reconciler inside a test's transaction: claim, call, record. Its loop and crashes: tests/system."""

from .common import ANAS_TITLE, TelehealthCase


class ReconcilerCase(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The database of the tests may hold sessions of its own; here the two practices' alone count.
        cls.env["res.company"].search(
            [("id", "not in", (cls.sunrise | cls.harbour).ids)]
        ).telehealth_zoom_allowed = False
        cls.reconciler = cls.env["zoom.reconciler"]

    def setUp(self):
        super().setUp()
        self.simulator.reset()
        # As in a scheduled action, other cursors see what this one wrote.
        self.enterContext(self.enter_registry_test_mode())

    def connect(self, user, email):
        """Give a provider a connection that really works at the simulator."""
        token_set, zoom_user = self.simulator.grant(self.app._redirect_uri(), email)
        connection = self.env["zoom.connection"]._store_grant(user, self.app, token_set, zoom_user)
        self.simulator.forget_calls()
        return connection

    def work(self, limit=8):
        """One turn of the loop: claim, call, record; returns what was asked, as ``{meeting: kind}``."""
        claims = self.reconciler._claim(limit)
        self.env.flush_all()
        for meeting_id, outcome in self.reconciler._call(claims):
            self.reconciler._record(meeting_id, outcome)
        self.env.flush_all()
        return {self.env["zoom.meeting"].browse(meeting_id): claim.task.kind for meeting_id, claim in claims.items()}

    def work_all(self):
        """Work until nothing is due; returns the kinds of what was asked, in order."""
        kinds = []
        while True:
            done = self.work()
            if not done:
                return kinds
            kinds += done.values()

    def session(self, provider=None, clients=None, **values):
        event = self.book(provider or self.dana, clients or [self.ana], values.pop("title", ANAS_TITLE), **values)
        return self.session_of(event)

    def meeting_of(self, session):
        return session._current_meeting()
