"""The nightly sweep: holds what Zoom lists against what this database knows, once a day for each connection (R8, R12).

It changes nothing by itself. What differs is handed to the reconciler, which reads the meeting before it acts; what
bears our mark and is unknown here is reported and left alone, since a backup that was restored knows less than Zoom.
"""

import logging
from datetime import timedelta

from odoo import api, models
from odoo.service.model import retrying

from .. import clock
from ..zoom import errors
from ..zoom.payloads import reference_mark
from .zoom_connection_token import ConnectionUnusable
from .zoom_meeting import CURRENT

_logger = logging.getLogger(__name__)

# One that could not be asked, or whose process died meanwhile, is asked again so much later.
AGAIN_AFTER = timedelta(hours=1)
# Zoom's list does not tell the settings: what is held so soon is read whole.
READ_WHOLE = timedelta(hours=48)


class ZoomReconcilerSweep(models.AbstractModel):
    _inherit = "zoom.reconciler"

    @api.model
    def _sweep(self):
        """Compare the connections that are due. Commits each."""
        if self.env["zoom.database"]._standing() != "own":
            return
        connections = self.env["zoom.connection"]
        connections._go_round(connections._to_sweep, self._sweep_one)

    @api.model
    def _sweep_one(self, connection):
        """Ask for one connection's list and hand on what differs. Commits before it asks; the caller after it."""
        connection.sweep_at = clock.now() + AGAIN_AFTER
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            listed = connection._ask(lambda client: list(client.upcoming_meetings()))
        except (ConnectionUnusable, errors.ZoomError) as trouble:
            _logger.info("The meetings of Zoom connection %s could not be listed: %s", connection.id, trouble)
            listed = None
        # A snapshot from before the call would not see what others committed meanwhile.
        self.env.cr.rollback()
        self.env.invalidate_all()
        if listed is not None:
            # The reconciler or a click may write a meeting meanwhile.
            retrying(lambda: self._take_in(connection, listed), self.env)

    @api.model
    def _take_in(self, connection, listed):
        self._compare(connection, [seen for seen in listed if seen.start and seen.start > clock.now()])
        connection.sweep_at = connection._next_night()

    @api.model
    def _compare(self, connection, listed):
        """Hand on what differs between Zoom's list and the rows of this database.

        :param listed: list of coming :class:`~..zoom.payloads.MeetingSeen` of the connection's user
        """
        meetings = self.env["zoom.meeting"]
        ours = connection._practices_by_mark()
        marked = [seen for seen in listed if seen.reference and reference_mark(seen.reference) in ours]
        known = meetings.search([("reference", "in", [seen.reference for seen in marked])])
        by_id = {meeting.zoom_id: meeting for meeting in known if meeting.zoom_id}
        by_reference = {meeting.reference: meeting for meeting in known.sorted(lambda one: one.state in CURRENT)}
        to_read, back, strays = meetings, meetings, []
        for seen in marked:
            meeting = by_id.get(seen.id)
            if meeting and meeting.state in CURRENT:
                to_read |= meeting if self._is_to_be_read(meeting, seen) else meetings
            elif meeting:
                # What is on its way out is being worked on; what was gone stands in Zoom's list all the same.
                back |= meeting if meeting.state in ("gone", "over") else meetings
            elif seen.reference in by_reference:
                self._double_found(by_reference[seen.reference], seen)
            else:
                strays.append(seen)
        listed_ids = {seen.id for seen in listed}
        missing = connection._meetings_ahead().filtered(lambda one: one.zoom_id and one.zoom_id not in listed_ids)
        (to_read | missing)._hint()
        back._hint(recovered=True)
        self.env["zoom.stray.meeting"]._found(connection, strays, ours)

    @api.model
    def _is_to_be_read(self, meeting, seen):
        """Whether a meeting that Zoom lists is read whole: it differs, or is held so soon that its settings matter."""
        session = meeting.session_id
        if session.state != "scheduled" or session.start <= clock.now():
            return False
        return session.start < clock.now() + READ_WHOLE or meeting._drifted(seen)

    @api.model
    def _double_found(self, meeting, seen):
        """Have one of two meetings with the same reference removed: they are both ours, and a session has one."""
        if meeting.state == "live":
            meeting.look_again_at = clock.now()
            self._wake()
        elif meeting.state != "wanted":
            # Wanted is being looked for already, and adopts what it finds.
            self._part_with(meeting, [seen])
            self._wake()
