from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import clock
from ..fields import Encrypted, seal
from ..zoom import events

STATES = [
    ("new", "Waiting"),
    ("done", "Done"),
    ("foreign", "Not about one of our meetings"),
    ("off", "Its feature is switched off"),
    ("unknown", "Unknown event"),
    ("parked", "Needs a person"),
]
# Without their bodies they are small, and count what came; after that nobody asks.
KEEP_ROWS = timedelta(days=60)
ERASED_AT_ONCE = 10_000


class ZoomDelivery(models.Model):
    """One webhook request of Zoom's, as received: verified, stored, acknowledged, and then worked on (design rule 6).

    The request inserts its row and touches nothing else. ``zoom.inbox`` works on it.
    """

    _name = "zoom.delivery"
    _description = "Event from Zoom"
    _inherit = ["encrypted.row.mixin"]
    _order = "received_at desc, id desc"
    _rec_name = "event"
    _log_access = False

    app_id = fields.Many2one("zoom.app", "Zoom app", required=True, readonly=True, ondelete="cascade")
    fingerprint = fields.Char(required=True, readonly=True, help="Hash of the request's body.")
    request_id = fields.Char("Zoom's request ID", readonly=True, help="For Zoom's support; it is not signed.")
    event = fields.Char(required=True, readonly=True)
    event_at = fields.Datetime("Happened", required=True, readonly=True)
    received_at = fields.Datetime("Received", required=True, readonly=True)
    body = Encrypted(groups=fields.NO_ACCESS)
    has_body = fields.Boolean(compute="_compute_has_body")
    state = fields.Selection(STATES, required=True, readonly=True, default="new")
    cause = fields.Char(
        "Missing, or where it failed",
        readonly=True,
        help="What could not be understood; it quotes nothing of the event.",
    )
    worked_at = fields.Datetime("Worked on", readonly=True)

    # The defence against replays and doubles.
    _fingerprint_unique = models.UniqueIndex("(app_id, fingerprint)")
    _waiting = models.Index("(event_at, id) WHERE state = 'new'")
    _parked = models.Index("(app_id) WHERE state = 'parked'")
    _received = models.Index("(app_id, received_at)")
    _by_age = models.Index("(received_at)")
    _with_body = models.Index("(received_at) WHERE body IS NOT NULL")

    def _compute_has_body(self):
        with_body = self.sudo().search([("id", "in", self.ids), ("body", "!=", False)])
        for delivery in self:
            delivery.has_body = delivery in with_body

    # === RECEIVING === #

    @api.model
    def _classify(self, app, body):
        """Say what a verified body is, before anything of it is stored.

        :param app: ``zoom.app`` record
        :param str body: the request's body
        :return: row values of what is to be stored, or None for what a practice has not switched on
        """
        now = clock.now()
        values = {"event": "?", "event_at": now, "received_at": now, "state": "parked", "cause": None, "body": body}
        try:
            content = events.read(body)
        except events.Malformed as trouble:
            return values | {"cause": str(trouble)}
        name = events.name_of(content)
        feature = events.feature_of(name)
        if feature and not app._has_feature(feature):
            return None
        values |= {"event": name or "?", "event_at": events.happened_at(content) or now}
        if name == events.VALIDATION:
            return values | {"state": "new", "body": None}
        if name in events.KNOWN:
            return values | {"state": "new"}
        # Counted alone: what it says is none of our business.
        return values | {"state": "unknown", "body": None}

    @api.model
    def _store(self, app, fingerprint, request_id, values):
        """Insert a delivery; an equal one that is there already, or is being stored, stays the only one.

        In the caller's transaction, which is READ COMMITTED: under REPEATABLE READ the second of two equal deliveries
        at once would be told to try again.

        :return: whether it is new
        """
        row_key = self._fields["row_key"].default(self)
        body = values["body"]
        row = values | {
            "app_id": app.id,
            "fingerprint": fingerprint,
            "request_id": request_id,
            "row_key": row_key,
            "body": body and seal(self.env, self._name, "body", row_key, body),
        }
        self.env.cr.execute(
            SQL(
                "INSERT INTO zoom_delivery (%s) VALUES (%s) ON CONFLICT (app_id, fingerprint) DO NOTHING",
                SQL(", ").join(SQL.identifier(name) for name in row),
                SQL(", ").join(SQL("%s", value) for value in row.values()),
            ),
            log_exceptions=False,
        )
        return bool(self.env.cr.rowcount)

    # === WHAT A PERSON MAY DO === #

    def action_retry(self):
        """Have parked deliveries worked on once more, after their cause is mended."""
        # Who may see it: a telehealth manager, or the provider whose own app it came for.
        self.check_access("read")
        parked = self.filtered(lambda delivery: delivery.state == "parked")
        if any(not delivery.has_body for delivery in parked):
            raise UserError(self.env._("What this event said was erased already; nothing is left to try."))
        # Nobody edits a delivery; this one step is theirs.
        parked.sudo().write({"state": "new", "cause": False})
        self.env["zoom.inbox"]._wake()
        return True

    # === ERASING === #

    @api.autovacuum
    def _gc_bodies(self):
        """Erase what the events said after the days that the app's practice set."""
        self.env.cr.execute(
            """
            SELECT d.id FROM zoom_delivery d JOIN zoom_app a ON a.id = d.app_id
             WHERE d.body IS NOT NULL AND d.received_at < %s - make_interval(days => a.delivery_days)
             LIMIT %s
            """,
            [clock.now(), ERASED_AT_ONCE],
        )
        old = self.browse(row for [row] in self.env.cr.fetchall())
        # What still waits is parked: nothing of it is left to work on.
        old.filtered(lambda delivery: delivery.state == "new").write({"state": "parked", "cause": "erased unread"})
        old.body = False
        return len(old), int(len(old) == ERASED_AT_ONCE)

    @api.autovacuum
    def _gc_rows(self):
        """Remove old rows: nobody counts them any more, and Zoom's retries are long over."""
        old = self.search([("received_at", "<", clock.now() - KEEP_ROWS)], limit=ERASED_AT_ONCE)
        old.unlink()
        return len(old), int(len(old) == ERASED_AT_ONCE)
