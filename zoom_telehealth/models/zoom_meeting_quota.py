"""What the day's writes of a host mean for one meeting: whether it may use the last ones, and how long it waits."""

from datetime import timedelta

from odoo import models

from .. import clock
from ..zoom.rate_limits import next_host_day

# The last writes of a day are for sessions that start within this time, or should have started. Whoever clicks on Start
# or Join, or stands at the door, does so within it.
URGENT = timedelta(hours=24)


class ZoomMeetingQuota(models.Model):
    _inherit = "zoom.meeting"

    def _is_urgent(self):
        """Whether this meeting may use the writes that are kept back."""
        self.ensure_one()
        return bool(self.session_id) and self.session_id.start <= clock.now() + URGENT

    def _quota_wait(self):
        """Return how long to wait where the day's writes are used up: until the next, or until it becomes urgent."""
        self.ensure_one()
        now = clock.now()
        moments = [next_host_day(now), self.session_id.start - URGENT]
        return min(moment for moment in moments if moment > now) - now
