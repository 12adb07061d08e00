from datetime import timedelta

from odoo import api, fields, models

from .. import clock


class ZoomConnectionWarning(models.Model):
    """That people were told, a day or an hour ahead, of a session whose provider's connection does not work."""

    _name = "zoom.connection.warning"
    _description = "Warning before a session without Zoom"
    _log_access = False

    session_id = fields.Many2one("telehealth.session", required=True, ondelete="cascade")
    start = fields.Datetime(required=True, help="When the session was to start: one that is moved is warned of anew.")
    kind = fields.Selection([("day", "A day ahead"), ("hour", "An hour ahead")], required=True)

    _once = models.UniqueIndex("(session_id, kind, start)")

    @api.autovacuum
    def _gc_past(self):
        self.search([("start", "<", clock.now() - timedelta(days=30))]).unlink()
