"""Keeps connections from dying silently: used or not, each is seen to work before a client waits (R1, R2)."""

import logging
from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.tools import format_datetime

from .. import clock
from ..zoom import errors
from .zoom_connection import USER_TYPES, WORKING
from .zoom_connection_token import ConnectionUnusable

_logger = logging.getLogger(__name__)

SESSIONS_AHEAD = timedelta(hours=24)
# Zoom's refresh tokens die after about 90 days without use.
IDLE = timedelta(days=7)
# A token that was renewed so lately has shown that its connection works.
RECENT = timedelta(hours=1)
# One that could not be asked is asked again so much later, not at once: Zoom may be down.
AGAIN_AFTER = timedelta(minutes=30)


class ZoomConnectionKeeping(models.Model):
    _inherit = "zoom.connection"

    @api.model
    def _keep_alive(self):
        """Renew and try the connections that host a session within a day, and those idle for a week. Commits each."""
        if self.env["zoom.database"]._standing() == "in_doubt":
            return
        self._go_round(self._to_keep_alive, lambda connection: connection._verify())

    @api.model
    def _to_keep_alive(self, limit):
        """Return the connections to try now, found by the coming day's sessions and by an index on the idle ones.

        :param limit: most to return
        """
        now = clock.now()
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT id FROM (
                SELECT DISTINCT k.id, k.asked_at
                  FROM telehealth_session s
                  JOIN zoom_connection k ON k.user_id = s.provider_id
                  JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id AND r.company_id = s.company_id
                 WHERE s.place = 'zoom' AND s.state IN ('scheduled', 'live')
                   AND s.start BETWEEN %(now)s AND %(ahead)s
                   AND k.state IN %(working)s AND COALESCE(k.verified_at, '-infinity') < %(today)s
                UNION
                (SELECT k.id, k.asked_at FROM zoom_connection k
                  WHERE k.state IN %(working)s AND k.verified_at < %(idle)s
               ORDER BY k.verified_at LIMIT %(limit)s)
            ) AS due
             WHERE COALESCE(asked_at, '-infinity') < %(again)s
             UNION
            SELECT id FROM zoom_connection WHERE verify_wanted AND state IN %(working)s
             LIMIT %(limit)s
            """,
            {
                "now": now,
                "ahead": now + SESSIONS_AHEAD,
                "today": datetime.combine(now.date(), time.min),
                "idle": now - IDLE,
                "again": now - AGAIN_AFTER,
                "working": WORKING,
                "limit": limit,
            },
        )
        return self.browse(row for [row] in self.env.cr.fetchall())

    def _verify(self):
        """Renew the connection's token and ask Zoom who it is; write down what that told. Commits.

        :return: whether it works
        """
        self.ensure_one()
        self.sudo().write({"asked_at": clock.now(), "verify_wanted": False})
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            zoom_user = self._ask(lambda client: client.me(), renewed_after=clock.now() - RECENT)
        except ConnectionUnusable:
            self.invalidate_recordset()
            return False
        except errors.ZoomError as trouble:
            # No verdict: only the token endpoint's plain word ends a connection, and that was heard above.
            _logger.info("Zoom connection %s could not be tried: %s", self.id, trouble)
            self.invalidate_recordset()
            return False
        self.env.cr.rollback()  # a snapshot from before the renewal would not see what it wrote
        self._announce_change()
        self.sudo().write(self._told_of(zoom_user) | {"verified_at": clock.now()})
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return True

    def _verify_soon(self):
        """Have these connections tried right after this commit: somebody asked for it."""
        self.sudo().verify_wanted = True
        cron = self.env.ref("zoom_telehealth.ir_cron_keep_alive", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _about_account(self):
        """Return what is known of the connected Zoom account, for its owner's eyes: a list of ``[name, value]``."""
        licences = dict(self._fields["zoom_user_type"]._description_selection(self.env))
        facts = (
            (self.env._("Name at Zoom"), self._readable("zoom_name")),
            (self.env._("E-mail"), self._readable("zoom_email")),
            (self.env._("Licence"), licences.get(self.zoom_user_type)),
            (self.env._("Last seen to work"), format_datetime(self.env, self.verified_at, dt_format="short")),
        )
        return [[name, value] for name, value in facts if value]

    @api.model
    def _told_of(self, zoom_user):
        """Return the values that Zoom's word about its user makes true.

        :param zoom_user: :class:`~..zoom.payloads.UserSeen`
        """
        return {
            "zoom_account_id": zoom_user.account_id,
            "zoom_email": zoom_user.email,
            "zoom_name": zoom_user.display_name,
            "zoom_user_type": str(zoom_user.type) if str(zoom_user.type) in dict(USER_TYPES) else False,
        }
