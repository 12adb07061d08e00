"""Tells people, in time, that a connection does not work: what is affected, and who mends it (R1)."""

from datetime import timedelta

from odoo import api, models
from odoo.tools import format_datetime

from .. import clock
from .zoom_connection import BROKEN, WORKING

ACTIVITY = "mail.mail_activity_data_warning"
# Told once more so long before each session that has no meeting for it.
BEFORE_SESSION = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
MOST_SESSIONS_LISTED = 10
NOT_WORKING = (*BROKEN, "misconfigured")


class ZoomConnectionAlert(models.Model):
    _name = "zoom.connection"
    _inherit = ["zoom.connection", "mail.thread", "mail.activity.mixin"]

    @api.model
    def _watch_soon(self):
        """Have people told soon after this commit."""
        cron = self.env.ref("zoom_telehealth.ir_cron_watch_connections", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _watch(self):
        """Tell of what broke, remind before each session it affects, and take back what healed. Commits each."""
        progress = self.env["ir.cron"]
        for connection in self._healed():
            connection._take_back()
            progress._commit_progress(1)
        for connection in self._newly_broken():
            connection._alert()
            progress._commit_progress(1)
        for kind, before in BEFORE_SESSION.items():
            for session in self._sessions_without(kind, before):
                self._remind(session, kind)
                progress._commit_progress(1)

    # === FINDING === #

    @api.model
    def _healed(self):
        return self.search([("alerted_at", "!=", False), ("state", "not in", NOT_WORKING)]).union(
            self._with_another_way()
        )

    @api.model
    def _with_another_way(self):
        """Return alerted connections whose provider meanwhile connected otherwise in all practices that lacked it."""
        alerted = self.search([("alerted_at", "!=", False), ("state", "in", BROKEN)])
        working = self._by_provider(alerted.user_id, alerted.app_id.company_ids)
        lacked = {one: one._practices_concerned() for one in alerted}
        return alerted.filtered(
            lambda one: lacked[one] and all((one.user_id.id, company.id) in working for company in lacked[one])
        )

    @api.model
    def _newly_broken(self):
        """Return connections of which nobody was told since they broke, and which nothing replaces."""
        self.flush_model()
        self.env.cr.execute(
            """
            SELECT k.id FROM zoom_connection k
             WHERE k.state NOT IN ('connected', 'disconnected')
               AND (k.alerted_at IS NULL OR k.alerted_at < k.state_at)
               AND (k.state = 'misconfigured' OR NOT EXISTS (
                   SELECT FROM zoom_connection other
                    WHERE other.user_id = k.user_id AND other.id <> k.id AND other.state IN %s))
            """,
            [WORKING],
        )
        return self.browse(row for [row] in self.env.cr.fetchall())

    @api.model
    def _sessions_without(self, kind, before):
        """Return sessions that start within ``before`` without a working connection, and were not warned of yet."""
        now = clock.now()
        sooner = max((other for other in BEFORE_SESSION.values() if other < before), default=timedelta(0))
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT s.id FROM telehealth_session s
             WHERE s.place = 'zoom' AND s.state = 'scheduled' AND s.start > %(after)s AND s.start <= %(until)s
               AND EXISTS (SELECT FROM zoom_connection k JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id
                            WHERE k.user_id = s.provider_id AND r.company_id = s.company_id AND k.state IN %(broken)s
                              AND k.alerted_at < %(settled)s)
               AND NOT EXISTS (SELECT FROM zoom_connection k JOIN zoom_app_res_company_rel r ON r.app_id = k.app_id
                            WHERE k.user_id = s.provider_id AND r.company_id = s.company_id AND k.state = 'connected')
               AND NOT EXISTS (SELECT FROM zoom_connection_warning w
                                WHERE w.session_id = s.id AND w.kind = %(kind)s AND w.start = s.start)
          ORDER BY s.start
            """,
            {
                "after": now + sooner,
                "until": now + before,
                "broken": NOT_WORKING,
                # Who was told a moment ago, with a list of these sessions, is not told again at once.
                "settled": now - timedelta(minutes=30),
                "kind": kind,
            },
        )
        return self.env["telehealth.session"].browse(row for [row] in self.env.cr.fetchall())

    def _practices_concerned(self):
        """Return the practices that lack this connection: the provider's; of the app's own trouble all it serves."""
        self.ensure_one()
        served = self.app_id.company_ids
        return served if self.state == "misconfigured" else served & self.user_id.company_ids

    # === TELLING === #

    def _alert(self):
        """Tell the provider and the practices' managers, with the coming sessions that have no Zoom meeting for it."""
        self.ensure_one()
        self.activity_unlink([ACTIVITY])
        for user in self._who_is_told(self._practices_concerned()):
            connection = self.with_context(lang=user.lang, tz=user.tz)
            self.activity_schedule(
                ACTIVITY, summary=connection._alert_summary(), note=connection._alert_note(user), user_id=user.id
            )
        self.alerted_at = clock.now()

    def _take_back(self):
        self.activity_unlink([ACTIVITY])
        self.alerted_at = False

    def _remind(self, session, kind):
        """Tell once more, before this one session."""
        self.env["zoom.connection.warning"].create({"session_id": session.id, "kind": kind, "start": session.start})
        connection = self.search(
            [
                ("user_id", "=", session.provider_id.id),
                ("app_id.company_ids", "in", session.company_id.ids),
                ("state", "in", NOT_WORKING),
            ],
            limit=1,
        )
        for user in connection._who_is_told(session.company_id):
            told = connection.with_context(lang=user.lang, tz=user.tz)
            connection.message_notify(
                partner_ids=user.partner_id.ids,
                subject=told._reminder_subject(session),
                body=told._alert_note(user),
                model_description=told.env._("Zoom connection"),
            )

    def _who_is_told(self, companies):
        """Return the provider and the telehealth managers of these practices; the app's own trouble is theirs."""
        self.ensure_one()
        return self.user_id | companies._telehealth_people("manager")

    def _alert_summary(self):
        if self.state == "misconfigured":
            return self.env._("The Zoom app's Client ID and secret are refused")
        return self.env._("The Zoom connection of %s does not work", self.user_id.name)

    def _reminder_subject(self, session):
        return self.env._(
            "No Zoom for the session on %(time)s: the connection of %(name)s does not work",
            time=self._local_time(session.start),
            name=self.user_id.name,
        )

    def _alert_note(self, user):
        """Return what happened, what it affects and who mends it, as HTML that names no client.

        :param user: ``res.users`` who is told, of sessions in their own practices
        """
        times = [self._local_time(session.start) for session in self._coming_sessions(user.company_ids)]
        return self.env["ir.qweb"]._render(
            "zoom_telehealth.connection_alert",
            {
                "connection": self,
                "reason": self._reason_sentence(),
                "since": self._local_time(self.state_at),
                "times": times[:MOST_SESSIONS_LISTED],
                "more": max(len(times) - MOST_SESSIONS_LISTED, 0),
                "connect_url": self.browse().get_base_url() + "/zoom_telehealth/oauth/connect",
            },
        )

    def _local_time(self, moment):
        """Return a time as who is told reads it; the context names their zone, since the user here is the system."""
        return format_datetime(self.env, moment, tz=self.env.context.get("tz"), dt_format="short")

    def _coming_sessions(self, companies):
        """Return the provider's coming sessions on Zoom in those of these practices that the app serves.

        The nearest first; at most 50.
        """
        return self.env["telehealth.session"].search(
            [
                ("provider_id", "=", self.user_id.id),
                ("company_id", "in", (self.app_id.company_ids & companies).ids),
                ("place", "=", "zoom"),
                ("state", "=", "scheduled"),
                ("start", ">", clock.now()),
            ],
            order="start",
            limit=50,
        )
