"""Counts what Zoom counts: the meetings that one Zoom user has made or changed on one UTC day (R14)."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

from .. import clock
from ..zoom import tasks
from ..zoom.plan_limits import HOST_WRITES_A_DAY, HOST_WRITES_FOR_ALL
from ..zoom.rate_limits import host_day

# The tasks that Zoom counts as writes.
WRITES = (tasks.CREATE, tasks.UPDATE)
KEEP = timedelta(days=7)


class ZoomHostDay(models.Model):
    _name = "zoom.host.day"
    _description = "A Zoom user's writes on a day"
    _log_access = False
    _rec_name = "day"

    host = fields.Char(required=True, readonly=True, help="A keyed hash of Zoom's user ID.")
    day = fields.Date(required=True, readonly=True, help="In UTC, as Zoom counts.")
    writes = fields.Integer(required=True, readonly=True, default=0)
    spent = fields.Boolean(readonly=True, help="Zoom said that the day's writes are used up: others made some too.")

    _host_unique = models.UniqueIndex("(host, day)")

    @api.model
    def _today(self, connections):
        """Return today's row of each connection's Zoom user, made where there is none, as a dict by connection id.

        :param connections: ``zoom.connection`` records
        """
        day = host_day(clock.now())
        hosts = {connection.id: self._host(connection) for connection in connections}
        if not hosts:
            return {}
        domain = [("day", "=", day), ("host", "in", list(set(hosts.values())))]
        found = {row.host: row for row in self.search(domain)}
        missing = sorted(set(hosts.values()) - found.keys())
        if missing:
            rows = SQL(", ").join(SQL("(%s, %s, 0)", host, day) for host in missing)
            self.env.cr.execute(
                SQL("INSERT INTO zoom_host_day (host, day, writes) VALUES %s ON CONFLICT (host, day) DO NOTHING", rows)
            )
            found = {row.host: row for row in self.search(domain)}
        return {connection_id: found[host] for connection_id, host in hosts.items()}

    @api.model
    def _host(self, connection):
        # By the Zoom user: a second app of the same one counts with it, and it outlives what is erased of the account.
        return hmac(self.env(su=True), "zoom_telehealth.host", connection.zoom_user_id)[:40]

    def _take(self, urgent):
        """Take one write, to be committed before the call, and return whether there was one left.

        :param bool urgent: it may be one of those that are kept back
        """
        self.ensure_one()
        if self.spent or self.writes >= (HOST_WRITES_A_DAY if urgent else HOST_WRITES_FOR_ALL):
            return False
        self.writes += 1
        return True

    def _give_back(self):
        """Give back a write of which Zoom never heard."""
        self.ensure_one()
        self.writes = max(self.writes - 1, 0)

    @api.autovacuum
    def _gc_old(self):
        self.search([("day", "<", (clock.now() - KEEP).date())]).unlink()
