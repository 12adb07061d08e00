"""Which connections' meetings are compared next with what Zoom lists, and whose marks their meetings may bear."""

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

from .. import clock
from ..zoom.payloads import mark_letters
from .zoom_connection import WORKING

# The provider's night, and the minutes over which the connections are spread.
NIGHT, SPREAD_MINUTES = time(2), 120


class ZoomConnectionSweep(models.Model):
    _inherit = "zoom.connection"

    sweep_at = fields.Datetime(readonly=True, copy=False, help="When its list of meetings is compared next.")

    _swept = models.Index("(sweep_at) WHERE state IN ('connected', 'misconfigured')")

    @api.model
    def _to_sweep(self, limit):
        """Return the connections whose list is due: they work, and a meeting was made through them once.

        :param limit: most to return
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT k.id FROM zoom_connection k
             WHERE k.state IN %(working)s AND (k.sweep_at IS NULL OR k.sweep_at <= %(now)s)
               AND EXISTS (SELECT FROM zoom_meeting m WHERE m.connection_id = k.id)
          ORDER BY k.sweep_at NULLS FIRST, k.id LIMIT %(limit)s
            """,
            {"working": WORKING, "now": clock.now(), "limit": limit},
        )
        return self.browse(row for [row] in self.env.cr.fetchall())

    def _next_night(self):
        """Return when this connection is swept next, naive UTC: in its provider's night, not all at the same minute."""
        self.ensure_one()
        zone = pytz.timezone(self.user_id.tz or "UTC")
        today = pytz.utc.localize(clock.now()).astimezone(zone).date()
        night = zone.localize(datetime.combine(today + timedelta(days=1), NIGHT))
        return night.astimezone(pytz.utc).replace(tzinfo=None) + timedelta(minutes=self.id % SPREAD_MINUTES)

    def _practices_by_mark(self):
        """Return the practices that this connection serves, by the mark that begins their meetings' references."""
        self.ensure_one()
        mark = self.env["zoom.meeting"]._practice_mark
        return {mark_letters(mark(company)): company for company in self.app_id.company_ids}
