"""Cleans up at Zoom before the addon is uninstalled: what it made and what it holds, within a bounded time."""

import logging
import time

from odoo import api, models

from ..zoom import errors, oauth
from ..zoom.transport import Timeouts, new_session
from .zoom_connection_token import ConnectionUnusable

_logger = logging.getLogger(__name__)

# Whoever uninstalls waits for it.
SECONDS = 60
PATIENCE = Timeouts(connect=3.0, read=8.0, total=10.0)


class ZoomRemoval(models.AbstractModel):
    _name = "zoom.removal"
    _description = "Leaves Zoom before the addon goes"

    @api.model
    def _leave_zoom(self, seconds=SECONDS):
        """Remove the coming meetings at Zoom and revoke every connection, as far as the time allows.

        :param seconds: how long this may take
        :return: list of sentences about what could not be done
        """
        if self.env["zoom.database"]._standing() == "in_doubt":
            return [self.env._("This database may be a copy, so nothing was sent to Zoom.")]
        give_up_at = time.monotonic() + seconds
        rows = self.env["zoom.connection.token"].search([("connection_id", "!=", False)])
        left = []
        with new_session() as session:
            for connection in rows.connection_id:
                left += self._leave(session, connection, give_up_at)
        without = self.env["zoom.connection"].search([("id", "not in", rows.connection_id.ids)])
        left += [self._stays(connection, connection._meetings_ahead()) for connection in without]
        return [sentence for sentence in left if sentence]

    @api.model
    def _leave(self, session, connection, give_up_at):
        """Leave one Zoom user; returns sentences about what stays there."""
        meetings = connection._meetings_ahead().filtered("zoom_id")
        try:
            if time.monotonic() > give_up_at:
                raise errors.Unreachable
            token = self._token(connection)
        except (ConnectionUnusable, errors.ZoomError) as trouble:
            _logger.info("Zoom connection %s could not be used: %s", connection.id, trouble)
            return [self._stays(connection, meetings), self._not_revoked(connection)]
        client = connection._client(session, token, timeout=PATIENCE)
        kept = meetings.filtered(lambda meeting: not self._removed(client, meeting, give_up_at))
        sentences = [self._stays(connection, kept)]
        try:
            oauth.revoke(
                session, connection.app_id._addresses(), connection.app_id._credentials(), token, timeout=PATIENCE
            )
        except errors.ZoomError as trouble:
            _logger.info("Zoom connection %s was not revoked: %s", connection.id, trouble)
            sentences.append(self._not_revoked(connection))
        return sentences

    @api.model
    def _token(self, connection):
        tokens = self.env["zoom.connection.token"]
        row = tokens.search([("connection_id", "=", connection.id)], order="given_up DESC", limit=1)
        return row.access_token if row.given_up else tokens._access_token(connection, timeout=PATIENCE)

    @api.model
    def _removed(self, client, meeting, give_up_at):
        """Whether a meeting was removed at Zoom, or had been already."""
        if time.monotonic() > give_up_at:
            return False
        try:
            client.delete_meeting(meeting.zoom_id)
        except errors.MeetingGone:
            return True
        except errors.ZoomError as trouble:
            _logger.info("Meeting %s stays at Zoom: %s", meeting.reference, trouble)
            return False
        return True

    @api.model
    def _stays(self, connection, meetings):
        if not meetings:
            return False
        return self.env._(
            "%(count)s coming meetings stay on the Zoom account of %(name)s: %(references)s",
            count=len(meetings),
            name=connection.user_id.name,
            references=", ".join(meetings.mapped("reference")),
        )

    @api.model
    def _not_revoked(self, connection):
        return self.env._(
            "The connection of %(name)s was not revoked. %(removal)s",
            name=connection.user_id.name,
            removal=connection._removal_sentence(),
        )
