from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import clock
from ..zoom.payloads import reference_mark


class ZoomStrayMeeting(models.Model):
    """A coming meeting at Zoom that bears a practice's mark and is unknown here: reported, never removed by itself.

    It may be a living practice's, of which this database is an older copy (design rule 7).
    """

    _name = "zoom.stray.meeting"
    _description = "Unknown meeting at Zoom"
    _order = "start, id"
    _rec_name = "reference"
    _log_access = False

    connection_id = fields.Many2one("zoom.connection", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", "Practice", required=True, readonly=True, ondelete="cascade")
    user_id = fields.Many2one(related="connection_id.user_id", string="Host")
    zoom_id = fields.Char("Zoom meeting ID", required=True, readonly=True)
    reference = fields.Char(required=True, readonly=True, help="Our marker in the meeting's topic at Zoom.")
    start = fields.Datetime("Start at Zoom", required=True, readonly=True)
    found_at = fields.Datetime("First seen", required=True, readonly=True)
    kept = fields.Boolean("Left at Zoom", readonly=True, help="A person said that it stays.")

    _zoom_id_unique = models.UniqueIndex("(connection_id, zoom_id)")

    @api.model
    def _found(self, connection, strays, practices):
        """Remember what a sweep found of a connection, and forget what Zoom does not list any more.

        :param strays: list of :class:`~..zoom.payloads.MeetingSeen`
        :param practices: dict of a reference's mark to the ``res.company`` that it belongs to
        """
        rows = {row.zoom_id: row for row in self.search([("connection_id", "=", connection.id)])}
        seen_ids = {seen.id for seen in strays}
        self.browse(row.id for zoom_id, row in rows.items() if zoom_id not in seen_ids).unlink()
        self.create(
            [
                {
                    "connection_id": connection.id,
                    "company_id": practices[reference_mark(seen.reference)].id,
                    "zoom_id": seen.id,
                    "reference": seen.reference,
                    "start": seen.start,
                    "found_at": clock.now(),
                }
                for seen in strays
                if seen.id not in rows
            ]
        )

    def action_remove(self):
        """Have these removed at Zoom: a manager says that no living practice holds them."""
        self._require_manager()
        # As superuser: meetings are the reconciler's to write, and this hands it their removal.
        self.env["zoom.meeting"].sudo().create(
            [
                {
                    "company_id": stray.company_id.id,
                    "provider_id": stray.user_id.id,
                    "connection_id": stray.connection_id.id,
                    "reference": stray.reference,
                    "state": "leaving",
                    "zoom_id": stray.zoom_id,
                    "start": stray.start,
                }
                for stray in self
            ]
        )
        self.sudo().unlink()
        self.env["zoom.reconciler"]._wake()

    def action_keep(self):
        """Leave these at Zoom and speak of them no more."""
        self._require_manager()
        self.sudo().kept = True

    def _require_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("zoom_telehealth.group_manager"):
            raise AccessError(self.env._("A telehealth manager decides about meetings that are unknown here."))
