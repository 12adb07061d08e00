"""Questions to Zoom on behalf of connections: one at a click, or one for each connection that is due."""

from odoo import api, models

from ..zoom import errors
from ..zoom.transport import BACKGROUND, new_session

BATCH = 20


class ZoomConnectionAsking(models.Model):
    _inherit = "zoom.connection"

    def _ask(self, question, *, timeout=BACKGROUND, renewed_after=None):
        """Return what Zoom answers. The caller has closed its transaction: none is held while Zoom is asked.

        :param question: function of a :class:`~..zoom.client.ZoomClient`; called once more where Zoom refuses the
            token, so what it asked before that must do no harm twice
        :param timeout: :class:`~..zoom.transport.Timeouts` of each call; of all of them where it says when they end
        :param renewed_after: naive UTC; an access token that is older than this is renewed first
        :raises ConnectionUnusable: there is no token to ask with
        :raises ZoomError: Zoom did not answer, or refused
        """
        self.ensure_one()
        tokens = self.env["zoom.connection.token"].sudo()
        access_token = tokens._access_token(self, timeout=timeout, renewed_after=renewed_after)
        with new_session() as session:
            try:
                return question(self._client(session, access_token, timeout=timeout))
            except errors.TokenRefused:
                access_token = tokens._access_token(self, refused=access_token, timeout=timeout)
            return question(self._client(session, access_token, timeout=timeout))

    @api.model
    def _go_round(self, find, step):
        """Do a step for each connection that is due, until none is or the scheduled action's time is up. Commits each.

        :param find: function of a number; returns at most so many connections that are due
        :param step: function of a connection, after which it is due no more
        """
        progress, time_left = self.env["ir.cron"], True
        due = find(BATCH)
        progress._commit_progress(remaining=len(due))
        while due and time_left:
            for connection in due:
                step(connection)
                time_left = progress._commit_progress(1)
                if not time_left:
                    break
            due = find(BATCH)
        progress._commit_progress(remaining=len(due) if not time_left else 0)
