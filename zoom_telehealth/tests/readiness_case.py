"""Readiness pages of a practice, looked at as the scheduler does."""

from .reconciler_case import ReconcilerCase
from .simulator import DANA


class ReadinessCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.pages = self.env["telehealth.readiness"]
        self.harbour.telehealth_zoom_allowed = False

    def look(self):
        """Run the nightly look as the scheduler does: it commits."""
        self.env.ref("zoom_telehealth.ir_cron_readiness").method_direct_trigger()
        self.env.invalidate_all()

    def page(self, user=None):
        return self.pages._page(self.sunrise, user)

    def told(self, user=None):
        return {line.key: (line.level, line.finding) for line in self.page(user).line_ids}

    def set_in_zoom(self, **settings):
        self.simulator.control("POST", "user_settings", email=DANA, settings=settings)

    def want(self, user):
        self.page(user)._want()
        self.look()
