"""Knows whether this database is the one that was connected to Zoom, or a copy of it.

A copy that renewed a token would end the living practice's connection, and one that mended "drift" would move its
meetings. So the first grant that is kept notes whose it is, and while that and what PostgreSQL says differ, nothing is
sent to Zoom: `zoom.connection.token` hands out no token, and the reconciler does nothing.
"""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, file_open

from .. import clock
from ..zoom.errors import ZoomError
from .zoom_connection import WORKING

_logger = logging.getLogger(__name__)

ONLY_ROW = 1
IDENTITY = SQL(
    """
    SELECT COALESCE((SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'), ''), d.datname, d.oid::text
      FROM pg_database d WHERE d.datname = current_database()
    """
)


class DatabaseInDoubt(ZoomError):
    """This database may be a copy: nothing was sent, and nothing is until a manager says what it is."""

    sentence = "This database may be a copy: nothing is sent to Zoom until a telehealth manager says what it is."
    was_sent = False


class ZoomDatabase(models.Model):
    """The one row that remembers which database was connected to Zoom."""

    _name = "zoom.database"
    _description = "Database that is connected to Zoom"
    _rec_name = "name"
    _log_access = False

    uuid = fields.Char("Odoo's id of it", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    oid = fields.Char("PostgreSQL's number of it", required=True, readonly=True)
    state = fields.Selection(
        [("own", "The practice's own"), ("checking", "Being compared with Zoom")],
        required=True,
        readonly=True,
        default="own",
    )
    confirmed_at = fields.Datetime("Confirmed on", readonly=True)
    confirmed_by = fields.Many2one("res.users", readonly=True, ondelete="set null")
    in_doubt = fields.Boolean(compute="_compute_now")
    uuid_now = fields.Char("Odoo's id of it now", compute="_compute_now")
    name_now = fields.Char("Name now", compute="_compute_now")
    oid_now = fields.Char("PostgreSQL's number of it now", compute="_compute_now")
    finding_ids = fields.Many2many("zoom.database.finding", compute="_compute_findings")
    waiting = fields.Integer("Connections still to be asked", compute="_compute_findings")

    def _compute_now(self):
        now = self._identity()
        for row in self:
            row.uuid_now, row.name_now, row.oid_now = now
            row.in_doubt = (row.uuid, row.name, row.oid) != now

    def _compute_findings(self):
        for row in self:
            row.finding_ids = self.env["zoom.database.finding"]._of_last_move()
            row.waiting = len(row.finding_ids.filtered(lambda one: one.kind in ("waiting", "unanswered")))

    # === KNOWING ITSELF === #

    @api.model
    def _identity(self):
        """Return ``(uuid, name, oid)`` of this database, as texts."""
        self.env["ir.config_parameter"].flush_model()
        self.env.cr.execute(IDENTITY)
        return self.env.cr.fetchone()

    @api.model
    def _remember(self):
        """Note which database this is, unless that is known. In a cursor of its own: a grant must not fail by it."""
        with self.env.registry.cursor() as cr:
            try:
                cr.execute(
                    SQL(
                        """
                        INSERT INTO zoom_database (id, uuid, name, oid, state)
                        SELECT %s, identity.*, 'own' FROM (%s) AS identity
                        ON CONFLICT (id) DO NOTHING
                        """,
                        ONLY_ROW,
                        IDENTITY,
                    ),
                    log_exceptions=False,
                )
            except psycopg2.OperationalError:
                cr.rollback()  # somebody else noted it at the same moment

    @api.model
    def _standing(self):
        """Return how it stands: ``own``, ``checking`` (moved, being compared with Zoom) or ``in_doubt``."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT d.state, (d.uuid, d.name, d.oid) = (%s) FROM zoom_database d WHERE d.id = %s",
                IDENTITY,
                ONLY_ROW,
            )
        )
        known = self.env.cr.fetchone()
        if not known:
            return "own"  # nothing was ever connected here
        state, is_same = known
        return state if is_same else "in_doubt"

    @api.model
    def _require_own(self):
        """Let nothing out of a database that may be a copy.

        :raises DatabaseInDoubt: it may be one
        """
        if self._standing() == "in_doubt":
            raise DatabaseInDoubt

    @api.model
    def _trouble(self):
        """Return the sentence for people's pages while nothing is sent to Zoom, or False."""
        standing = self._standing()
        if standing == "in_doubt":
            return self.env._(
                "This Odoo looks like a copy, or was moved: nothing is sent to Zoom until a telehealth manager says "
                "which, under Telehealth ▸ Configuration ▸ Settings."
            )
        if standing == "checking":
            return self.env._(
                "This Odoo was moved or restored: its meetings are being compared with Zoom's. Nothing is changed "
                "there until a telehealth manager has seen what differs, under Telehealth ▸ Configuration ▸ Settings."
            )
        return False

    # === A MANAGER'S WORD === #

    @api.model
    def action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("This database"),
            "res_model": self._name,
            "res_id": ONLY_ROW,
            "views": [(False, "form")],
        }

    def action_is_copy(self):
        """Make this copy harmless, as `odoo neutralize` would have: no tokens, no secrets, Zoom switched off."""
        self._require_manager()
        self.env.flush_all()
        with file_open("zoom_telehealth/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        _logger.info("User %s said that this database is a copy; its Zoom tokens and secrets are erased", self.env.uid)
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_is_moved(self):
        """Take this database for the practice's own; compare it with Zoom before anything is changed there."""
        self._require_manager()
        uuid, name, oid = self._identity()
        confirmation = {"state": "checking", "confirmed_at": clock.now(), "confirmed_by": self.env.uid}
        self.sudo().write({"uuid": uuid, "name": name, "oid": oid} | confirmation)
        findings = self.env["zoom.database.finding"].sudo()
        findings._of_last_move().unlink()
        connections = self.env["zoom.connection"].sudo().search([("state", "in", WORKING)])
        findings.create([{"connection_id": connection.id, "kind": "waiting"} for connection in connections])
        self.env["zoom.reconciler"]._wake()
        _logger.info("User %s said that this database is the practice's own, moved", self.env.uid)
        return self.action_open()

    def action_go_on(self):
        """Have Zoom made to agree with this database again: a manager has seen what differs."""
        self._require_manager()
        if self._standing() == "checking":
            self.sudo().state = "own"
            self.env["zoom.database.finding"].sudo()._of_last_move().meeting_id._hint()
            self.env["zoom.reconciler"]._wake()
        return {"type": "ir.actions.client", "tag": "reload"}

    def _require_manager(self):
        if not self.env.user.has_group("zoom_telehealth.group_manager"):
            raise AccessError(self.env._("A telehealth manager says what this database is."))
