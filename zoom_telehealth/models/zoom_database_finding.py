"""After a move or a restored backup: what no longer fits between this database and Zoom, found before it is mended."""

import logging

from odoo import api, fields, models

from .. import clock
from ..zoom import errors
from ..zoom.payloads import reference_mark
from .zoom_connection_token import ConnectionUnusable
from .zoom_database import ONLY_ROW

_logger = logging.getLogger(__name__)

KINDS = [
    ("waiting", "Not asked yet"),
    ("unanswered", "Zoom did not answer"),
    ("works", "The connection works"),
    ("dead", "The connection must be connected again"),
    ("changed", "Zoom has another time or setting"),
    ("gone", "Zoom does not list this meeting"),
    ("unknown", "Zoom has a meeting of ours that is unknown here"),
]
TO_ASK = ("waiting", "unanswered")
BATCH = 20


class ZoomDatabaseFinding(models.Model):
    """How one connection stands, or one meeting that differs. Rows stay until the next move, as a report."""

    _name = "zoom.database.finding"
    _description = "Finding after a move of the database"
    _order = "connection_id, id"
    _log_access = False

    connection_id = fields.Many2one("zoom.connection", required=True, readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(related="connection_id.user_id", string="Provider")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    meeting_id = fields.Many2one("zoom.meeting", readonly=True, ondelete="cascade")
    reference = fields.Char(readonly=True, help="Our marker in the meeting's topic at Zoom.")
    here_start = fields.Datetime("Start here", readonly=True)
    zoom_start = fields.Datetime("Start at Zoom", readonly=True)

    @api.model
    def _of_last_move(self):
        """Return the findings that the present user may see; there are none of an earlier move."""
        return self.search([("connection_id", "!=", False)])

    @api.model
    def _look_over(self):
        """Ask Zoom about every connection that was not asked yet, and write down what differs. Commits each."""
        progress = self.env["ir.cron"]
        rows = self.search([("kind", "in", TO_ASK)], limit=BATCH)
        progress._commit_progress(remaining=len(rows))
        for row in rows:
            row._look()
            if not progress._commit_progress(1):
                break
        left = self.search_count([("kind", "=", "waiting")])
        if left:
            self.env["zoom.reconciler"]._trigger()

    def _look(self):
        """Ask Zoom about one connection; it is renewed first, which tells whether its tokens are still good."""
        self.ensure_one()
        connection = self.connection_id
        confirmed_at = self.env["zoom.database"].browse(ONLY_ROW).confirmed_at
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            listed = connection._ask(lambda client: list(client.upcoming_meetings()), renewed_after=confirmed_at)
        except ConnectionUnusable:
            self.env.cr.rollback()  # a snapshot from before the renewal would not see what it wrote
            connection.invalidate_recordset()
            connection._mark("reconnect_needed", "restored")
            self.kind = "dead"
        except errors.ZoomError as trouble:
            self.env.cr.rollback()
            _logger.info("Zoom connection %s could not be compared: %s", connection.id, trouble)
            self.kind = "unanswered"
        else:
            self.env.cr.rollback()
            self.kind = "works"
            self.create(self._differences(connection, {seen.id: seen for seen in listed}))

    @api.model
    def _differences(self, connection, listed):
        """Return values of new findings.

        :param listed: dict of Zoom's meeting id to :class:`~..zoom.payloads.MeetingSeen`
        """
        meetings = connection._meetings_ahead().filtered(lambda meeting: meeting.state == "live")
        found = []
        for meeting in meetings:
            seen = listed.get(meeting.zoom_id)
            if not seen or meeting._drifted(seen):
                found.append(
                    {
                        "connection_id": connection.id,
                        "kind": "changed" if seen else "gone",
                        "meeting_id": meeting.id,
                        "reference": meeting.reference,
                        "here_start": meeting.session_id.start,
                        "zoom_start": seen and seen.start,
                    }
                )
        return found + self._unknown(connection, listed)

    @api.model
    def _unknown(self, connection, listed):
        """Return findings of meetings that bear our mark and that no row knows: they were made after the backup."""
        rows = self.env["zoom.meeting"].search([("connection_id", "=", connection.id)])
        marks, known = {reference_mark(row.reference) for row in rows}, set(rows.mapped("reference"))
        return [
            {
                "connection_id": connection.id,
                "kind": "unknown",
                "reference": seen.reference,
                "zoom_start": seen.start,
            }
            for seen in listed.values()
            if seen.reference and seen.reference not in known and reference_mark(seen.reference) in marks
            if seen.start and seen.start > clock.now()
        ]
