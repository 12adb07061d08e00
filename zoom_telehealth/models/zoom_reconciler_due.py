"""Finds what the reconciler has to do, by comparing what should be with what is.

Bounded by partial indexes (sessions that want a meeting; meetings that are not gone or over), so that the cost does not
grow with what is done.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import clock

# How often a live session's meeting is read, to learn that it is over.
LIVE_EVERY = timedelta(minutes=5)


class ZoomReconcilerDue(models.AbstractModel):
    _inherit = "zoom.reconciler"

    @api.model
    def _wake_for_next_try(self):
        """Have the scheduled action run at the earliest time to come at which something will be due."""
        self.env.cr.execute(
            """
            SELECT min(at) FROM (
                SELECT greatest(next_try, lease_until) AS at FROM zoom_meeting
                 WHERE state IN ('wanted', 'live', 'leaving') AND (next_try IS NOT NULL OR lease_until IS NOT NULL)
                UNION ALL
                SELECT look_again_at FROM zoom_meeting WHERE state = 'live' AND look_again_at IS NOT NULL
                UNION ALL
                SELECT GREATEST(m.seen_at, s.started_at) + %(live_every)s
                  FROM zoom_meeting m JOIN telehealth_session s ON s.id = m.session_id
                 WHERE m.state = 'live' AND s.state = 'live'
            ) AS waiting
             WHERE at > %(now)s
            """,
            {"now": clock.now(), "live_every": LIVE_EVERY},
        )
        [[moment]] = self.env.cr.fetchall()
        if moment:
            # Scheduled actions go by the real time, which a test's clock may be ahead of.
            self._trigger(at=fields.Datetime.now() + (moment - clock.now()))

    @api.model
    def _due(self, limit):
        """Return what is due now as ``(session id or None, meeting id or None)``, the nearest session first.

        :param limit: most pairs to return
        """
        self.env.flush_all()
        now = clock.now()
        self.env.cr.execute(SQL(
            """
            WITH wanted AS (
                SELECT s.id AS session_id, m.id AS meeting_id, s.start
                  FROM telehealth_session s
                  JOIN res_company c ON c.id = s.company_id AND c.active AND c.telehealth_zoom_allowed
             LEFT JOIN zoom_meeting m ON m.session_id = s.id AND m.state IN ('wanted', 'live')
                 WHERE s.place = 'zoom' AND s.state = 'scheduled'
                   AND s.start > %(now)s - interval '1 day' AND s.stop > %(now)s
                   AND s.start < %(now)s + make_interval(days => c.telehealth_horizon_days)
                   AND (m.id IS NULL OR (m.state = 'wanted'
                        AND COALESCE(m.next_try, %(now)s) <= %(now)s AND COALESCE(m.lease_until, %(now)s) <= %(now)s))
                   AND EXISTS (
                       SELECT FROM zoom_connection k JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id
                        WHERE k.user_id = s.provider_id AND k.state = 'connected' AND r.company_id = s.company_id)
              ORDER BY s.start LIMIT %(limit)s
            ), standing AS (
                SELECT m.session_id, m.id AS meeting_id, COALESCE(s.start, %(now)s) AS start
                  FROM zoom_meeting m
                  JOIN zoom_connection old ON old.id = m.connection_id
             LEFT JOIN telehealth_session s ON s.id = m.session_id
                 WHERE m.state IN ('wanted', 'live', 'leaving')
                   AND COALESCE(m.next_try, %(now)s) <= %(now)s AND COALESCE(m.lease_until, %(now)s) <= %(now)s
                   AND (m.state = 'leaving' OR s.id IS NULL OR m.look_again_at <= %(now)s
                        OR (s.state = 'cancelled' OR s.place <> 'zoom' OR s.provider_id IS DISTINCT FROM m.provider_id)
                        OR (m.state = 'live' AND s.state = 'scheduled' AND s.stop > %(now)s
                            AND s.version <> m.agreed_version)
                        OR (s.state = 'scheduled' AND s.stop > %(now)s AND old.state <> 'connected' AND EXISTS (
                            SELECT FROM zoom_connection k JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id
                             WHERE k.user_id = s.provider_id AND k.state = 'connected'
                               AND r.company_id = s.company_id)))
              ORDER BY 3 LIMIT %(limit)s
            ), running AS (
                SELECT m.session_id, m.id AS meeting_id, s.start
                  FROM telehealth_session s
                  JOIN zoom_meeting m ON m.session_id = s.id AND m.state = 'live'
                 WHERE s.state = 'live'
                   AND (m.seen_at IS NULL OR GREATEST(m.seen_at, s.started_at) <= %(now)s - %(live_every)s)
                   AND COALESCE(m.next_try, %(now)s) <= %(now)s AND COALESCE(m.lease_until, %(now)s) <= %(now)s
              ORDER BY s.start LIMIT %(limit)s
            )
            SELECT session_id, meeting_id
              FROM (SELECT * FROM wanted UNION SELECT * FROM standing UNION SELECT * FROM running) AS due
             ORDER BY start, session_id LIMIT %(limit)s
            """,
            now=now, limit=limit, live_every=LIVE_EVERY,
        ))  # fmt: skip
        return self.env.cr.fetchall()
