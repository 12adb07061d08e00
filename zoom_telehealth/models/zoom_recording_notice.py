from datetime import timedelta

from odoo import api, fields, models

from .. import clock
from ..fields import Encrypted
from ..zoom.webhook import fingerprint

# Zoom's download token in it lives for a day; what came of the news stands elsewhere by then.
KEEP_BODY = timedelta(days=7)


class ZoomRecordingNotice(models.Model):
    """What Zoom told about a recording. Kept for the practices that switched recordings on, and for them alone."""

    _name = "zoom.recording.notice"
    _description = "News of a recording at Zoom"
    _inherit = ["encrypted.row.mixin"]
    _order = "at, id"
    _rec_name = "event"

    meeting_id = fields.Many2one("zoom.meeting", required=True, readonly=True, ondelete="cascade")
    zoom_uuid = fields.Char("Zoom meeting UUID", required=True, readonly=True)
    event = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    file_ids = fields.Text(readonly=True, help="Zoom's ids of the files, in order.")
    files_key = fields.Char(readonly=True, help="Hash of the files' ids, which may be many.")
    body = Encrypted(groups=fields.NO_ACCESS)

    # The same news ten times, or two at once, is one (R20); a pause names no file and may happen again.
    _files_once = models.UniqueIndex("(meeting_id, event, zoom_uuid, files_key) WHERE files_key IS NOT NULL")
    _moment_once = models.UniqueIndex("(meeting_id, event, zoom_uuid, at) WHERE files_key IS NULL")

    @api.model
    def _add(self, meeting, event, delivery):
        """Keep the news of a delivery, once.

        :param event: :class:`..zoom.events.Event`
        """
        values = {
            "meeting_id": meeting.id,
            "event": event.name,
            "zoom_uuid": event.meeting_uuid,
            "file_ids": ",".join(event.file_ids) or False,
            "files_key": fingerprint(",".join(event.file_ids).encode()) if event.file_ids else False,
            "at": event.at or delivery.event_at,
        }
        told_apart_by = ["meeting_id", "event", "zoom_uuid", "files_key"] + ([] if event.file_ids else ["at"])
        if not self.search_count([(name, "=", values[name]) for name in told_apart_by], limit=1):
            self.create(values | {"body": delivery.body})

    @api.autovacuum
    def _gc_bodies(self):
        """Erase what the news contained: download tokens, passcodes, links."""
        self.search([("at", "<", clock.now() - KEEP_BODY), ("body", "!=", False)], limit=10_000).body = False
