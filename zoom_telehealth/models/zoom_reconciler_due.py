"""Finds what the reconciler has to do, by comparing what should be with what is.

Bounded by partial indexes (sessions that want a meeting; meetings that are not gone or over), so that the cost does not
grow with what is done.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import clock
from .zoom_connection import WORKING

# What no event told is asked for so long after it should have happened (R21); past that nobody asks any more.
ASK_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    *(timedelta(days=days) for days in range(1, 9)),
)
# Put off since the day's writes are used up, and the session was edited since: it may be urgent now, or be cancelled,
# and removing is no write.
EDITED_SINCE = "(m.failure = 'quota' AND m.attempt_version <> s.version)"
# Meetings of sessions that should have begun, or ended, and when Zoom is asked next. A session that was started by a
# click, and of which no event came, is asked for by that time; one whose meeting runs early, as its door opens.
ASKED = """
    FROM telehealth_session s
    JOIN res_company c ON c.id = s.company_id
    JOIN zoom_meeting m ON m.session_id = s.id AND m.state = 'live'
    JOIN zoom_connection k ON k.id = m.connection_id AND k.state IN %(working)s
   CROSS JOIN LATERAL (
         SELECT EXISTS (SELECT FROM zoom_meeting_instance i WHERE i.meeting_id = m.id
                           AND i.started_at IS NOT NULL AND i.ended_at IS NULL) AS now) AS runs
   CROSS JOIN LATERAL (
         SELECT CASE WHEN s.state = 'scheduled' AND runs.now
                     THEN s.start - make_interval(mins => c.telehealth_minutes_before) - %(first_step)s
                     WHEN s.state = 'scheduled' THEN s.start
                     WHEN runs.now THEN s.stop
                     ELSE GREATEST(s.started_at, s.start) END AS since) AS expected
   CROSS JOIN LATERAL (
         SELECT min(expected.since + step) AS at FROM unnest(%(ask_after)s::interval[]) AS step
          WHERE expected.since + step > COALESCE(m.pulled_at, '-infinity')) AS ask
   WHERE s.place = 'zoom' AND s.state IN ('scheduled', 'live')
     AND s.start > %(now)s - interval '10 days' AND s.start < %(now)s + interval '1 day'
"""


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
                SELECT mend_at FROM zoom_meeting WHERE state = 'live' AND mend_at IS NOT NULL
                UNION ALL
                SELECT GREATEST(ask.at, m.next_try) """
            + ASKED
            + """
            ) AS waiting
             WHERE at > %(now)s
            """,
            {
                "now": clock.now(),
                "ask_after": list(ASK_AFTER),
                "first_step": ASK_AFTER[0],
                "working": WORKING,
            },
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
                 WHERE s.place = 'zoom' AND s.state = 'scheduled' AND s.confirmation IS DISTINCT FROM 'awaiting'
                   AND s.start > %(now)s - interval '1 day' AND s.stop > %(now)s
                   AND s.start < %(now)s + make_interval(days => c.telehealth_horizon_days)
                   AND (m.id IS NULL OR (m.state = 'wanted' AND COALESCE(m.lease_until, %(now)s) <= %(now)s
                        AND (COALESCE(m.next_try, %(now)s) <= %(now)s OR """ + EDITED_SINCE + """)))
                   AND EXISTS (
                       SELECT FROM zoom_connection k JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id
                        WHERE k.user_id = s.provider_id AND k.state IN %(working)s AND r.company_id = s.company_id
                          AND k.move_asked IS NOT TRUE)
              ORDER BY s.start LIMIT %(limit)s
            ), standing AS (
                SELECT m.session_id, m.id AS meeting_id, COALESCE(s.start, %(now)s) AS start
                  FROM zoom_meeting m
                  JOIN zoom_connection old ON old.id = m.connection_id
                  JOIN res_company c ON c.id = m.company_id
                  JOIN res_users u ON u.id = m.provider_id
             LEFT JOIN telehealth_session s ON s.id = m.session_id
                 WHERE m.state IN ('wanted', 'live', 'leaving') AND COALESCE(m.lease_until, %(now)s) <= %(now)s
                   AND (COALESCE(m.next_try, %(now)s) <= %(now)s OR """ + EDITED_SINCE + """)
                   AND (m.state = 'leaving' OR s.id IS NULL OR (m.state <> 'wanted' AND m.look_again_at <= %(now)s)
                        OR (m.let_go AND s.state = 'scheduled')
                        OR (m.link_version <> s.link_version AND s.state = 'scheduled' AND s.stop > %(now)s)
                        OR (s.state = 'cancelled' OR s.place <> 'zoom' OR s.provider_id IS DISTINCT FROM m.provider_id)
                        OR (m.state = 'live' AND s.state = 'scheduled' AND s.stop > %(now)s
                            AND (s.version <> m.agreed_version OR m.mend_at <= %(now)s
                                 OR m.agreed_policy <> COALESCE(c.telehealth_policy, 0)
                                                       | COALESCE(u.telehealth_own_policy, 0)))
                        OR (s.state = 'scheduled' AND s.stop > %(now)s AND old.state NOT IN %(working)s AND EXISTS (
                            SELECT FROM zoom_connection k JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id
                             WHERE k.user_id = s.provider_id AND k.state IN %(working)s
                               AND r.company_id = s.company_id AND k.move_asked IS NOT TRUE)))
              ORDER BY 3 LIMIT %(limit)s
            ), hinted AS (
                SELECT m.session_id, m.id AS meeting_id, COALESCE(s.start, %(now)s) AS start
                  FROM zoom_meeting m
                  JOIN zoom_connection k ON k.id = m.connection_id AND k.state IN %(working)s
             LEFT JOIN telehealth_session s ON s.id = m.session_id
                 WHERE m.hinted_at IS NOT NULL
                   AND COALESCE(m.next_try, %(now)s) <= %(now)s AND COALESCE(m.lease_until, %(now)s) <= %(now)s
              ORDER BY 3 LIMIT %(limit)s
            ), asked AS (
                SELECT m.session_id, m.id AS meeting_id, s.start
            """
            + ASKED
            + """
                   AND ask.at <= %(now)s
                   AND COALESCE(m.next_try, %(now)s) <= %(now)s AND COALESCE(m.lease_until, %(now)s) <= %(now)s
              ORDER BY s.start LIMIT %(limit)s
            )
            SELECT session_id, meeting_id
              FROM (SELECT * FROM wanted UNION SELECT * FROM standing UNION SELECT * FROM hinted
                    UNION SELECT * FROM asked) AS due
             ORDER BY start, session_id LIMIT %(limit)s
            """,
            now=now, limit=limit, ask_after=list(ASK_AFTER), first_step=ASK_AFTER[0], working=WORKING,
        ))  # fmt: skip
        return self.env.cr.fetchall()
