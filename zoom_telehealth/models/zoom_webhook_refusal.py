from datetime import timedelta

from odoo import api, fields, models

from .. import clock

KEEP = timedelta(days=30)
REASONS = [
    ("no_secret", "No secret token is entered in Odoo"),
    ("unsigned", "Without Zoom's signature"),
    ("bad_signature", "Signed with another secret token"),
    ("too_old", "Older than two hours"),
    ("too_new", "From the future: one of the two clocks is wrong"),
    ("too_large", "Larger than any event of Zoom's"),
    ("no_length", "Sent in chunks, which Zoom does not do"),
    ("not_json", "Of another content type"),
    ("not_text", "Not readable as text"),
]


class ZoomWebhookRefusal(models.Model):
    """How many webhook requests were refused on a day, by reason: no word of theirs is kept."""

    _name = "zoom.webhook.refusal"
    _description = "Refused webhook requests"
    _order = "day desc, reason"
    _rec_name = "reason"
    _log_access = False

    app_id = fields.Many2one("zoom.app", "Zoom app", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    count = fields.Integer("Refused", required=True, readonly=True)
    last_at = fields.Datetime("Last", required=True, readonly=True)

    _day_unique = models.UniqueIndex("(app_id, day, reason)")

    @api.model
    def _count(self, app, reason):
        """Count one refusal; two at once both count."""
        now = clock.now()
        self.env.cr.execute(
            """
            INSERT INTO zoom_webhook_refusal (app_id, day, reason, count, last_at)
                 VALUES (%(app)s, %(day)s, %(reason)s, 1, %(now)s)
            ON CONFLICT (app_id, day, reason)
          DO UPDATE SET count = zoom_webhook_refusal.count + 1, last_at = EXCLUDED.last_at
            """,
            {"app": app.id, "day": now.date(), "reason": reason, "now": now},
        )

    @api.autovacuum
    def _gc_old(self):
        self.search([("day", "<", (clock.now() - KEEP).date())]).unlink()
