"""Keeps the calls of all workers and processes to the limits of each Zoom account.

Zoom counts per account, whichever user and process calls. So places in line are given out by the database: one row for
each account and category, locked for one short transaction in a cursor of its own. What waits for its turn waits in the
thread that calls (:mod:`..zoom.pacing`), with no lock and no transaction.
"""

import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, fields, models
from odoo.sql_db import db_connect
from odoo.tools import hmac

from .. import clock
from ..zoom import plan_limits, rate_limits
from ..zoom.pacing import Pace, Places
from ..zoom.plan_limits import LIMITS, Bucket

# A call that would wait longer is put off: its thread may be of use to another account.
MOST_WAIT = 5.0
# Percent of Zoom's limit per second: the rest is for clocks that are not quite even.
DEFAULT_SHARE = 95
KEEP = timedelta(days=2)


class ZoomCallPace(models.Model):
    _name = "zoom.call.pace"
    _description = "Calls of a Zoom account"
    _log_access = False
    _rec_name = "category"

    account = fields.Char(required=True, readonly=True, help="A keyed hash of Zoom's account ID.")
    category = fields.Char(required=True, readonly=True)
    free_at = fields.Float(required=True, readonly=True, help="When the next call may start, seconds since 1970.")
    day = fields.Date(required=True, readonly=True)
    taken = fields.Integer(required=True, readonly=True, help="Calls of that UTC day.")

    _account_unique = models.UniqueIndex("(account, category)")

    @api.model
    def _pace(self, connection, hurried=False):
        """Return what holds calls that a connection makes to the limits of its Zoom account.

        :param connection: ``zoom.connection`` record
        :param hurried: a person waits: calls go at once, and are counted
        :return: :class:`Pace`
        """
        # In a cursor of its own: whoever asks is about to call Zoom, with no transaction open.
        with self.env.registry.cursor() as cr:
            [line] = self.with_env(self.env(cr=cr))._lines(connection).values()
        return Pace(*line, hurried=hurried)

    @api.model
    def _lines(self, connections):
        """Return each connection's Zoom account, and what takes places in its line, in any thread.

        :return: dict of connection id to ``(account, function)``, see :func:`reserve`
        """
        env, lines = self.env(su=True), {}
        connections = connections.with_env(env)
        companies = connections.app_id.company_ids
        plans = {company: company._telehealth_call_plan() for company in companies}
        for connection in connections:
            served = connection.app_id.company_ids
            plan = plan_limits.lowest([plans[company] for company in served])
            share = min(served.mapped("telehealth_call_share"), default=DEFAULT_SHARE) / 100
            account = hmac(env, "zoom_telehealth.account", connection.zoom_account_id or f"connection {connection.id}")
            lines[connection.id] = account[:40], partial(reserve, env.cr.dbname, account[:40], plan, share)
        return lines

    @api.autovacuum
    def _gc_old(self):
        self.search([("day", "<", (clock.now() - KEEP).date())]).unlink()


def reserve(dbname, account, plan, share, category, count, patient=True):
    """Take places in line for calls of an account. Commits in a cursor of its own; needs no environment.

    :param str plan: of the account, see :mod:`..zoom.plan_limits`
    :param float share: the part of its limits that is ours
    :param bool patient: refuse what would wait longer than :data:`MOST_WAIT` or is over the day's limit
    :return: :class:`Places`
    """
    limit, now = LIMITS[plan][category], clock.now()
    interval = 1 / (limit.per_second * share)
    bounds = (MOST_WAIT, limit.per_day) if patient else ()
    with _line(dbname) as cr:
        bucket, line_now = _bucket(cr, account, category, now.date())
        ours = time.monotonic()
        after, granted = bucket.reserve(count, line_now, interval, *bounds)
        cr.execute(
            "UPDATE zoom_call_pace SET free_at = %s, day = %s, taken = %s WHERE account = %s AND category = %s",
            [after.free_at, now.date(), after.taken, account, category],
        )
    first = ours + bucket.next_at(line_now) - line_now
    starts = tuple(first + number * interval for number in range(granted))
    if granted == count:
        return Places(starts, interval, limit.per_second)
    daily = limit.per_day is not None and after.taken >= limit.per_day
    # Back before the line has run dry: those ahead go on meanwhile.
    ahead = max(interval, after.next_at(line_now) - line_now - MOST_WAIT / 2)
    wait = rate_limits.until_midnight(now) if daily else ahead
    return Places(starts, interval, limit.per_second, wait, daily)


@contextmanager
def _line(dbname):
    """A transaction that sees what others committed after it began to wait for a row, and commits when it ends."""
    # Not the registry's cursor: a test's would keep the row locked for as long as the test runs.
    with db_connect(dbname).cursor() as cr:
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        yield cr


def _bucket(cr, account, category, day):
    """Return the :class:`Bucket` of an account and category, its row locked, and the time on its scale.

    The database's clock alone is the same for all servers. It spaces calls by fractions of a second, in which a test's
    clock does not move either; days are counted by our own.
    """
    query = """
        SELECT free_at, CASE WHEN day = %s THEN taken ELSE 0 END, extract(epoch FROM clock_timestamp())::float8
          FROM zoom_call_pace WHERE account = %s AND category = %s FOR UPDATE
    """
    cr.execute(query, [day, account, category])
    row = cr.fetchone()
    if not row:
        cr.execute(
            """
            INSERT INTO zoom_call_pace (account, category, free_at, day, taken) VALUES (%s, %s, 0, %s, 0)
            ON CONFLICT (account, category) DO NOTHING
            """,
            [account, category, day],
        )
        cr.execute(query, [day, account, category])
        row = cr.fetchone()
    free_at, taken, now = row
    return Bucket(free_at, taken), now


class ResCompanyCalls(models.Model):
    _inherit = "res.company"

    telehealth_call_plan = fields.Selection(
        [
            (plan_limits.FREE, "Free: 4 calls a second"),
            (plan_limits.PRO, "Pro: 30 calls a second"),
            (plan_limits.BUSINESS, "Business and above: 80 calls a second"),
        ],
        "Zoom's limit of calls",
        help="Empty: as the attested plan says, or Pro.",
    )
    telehealth_call_share = fields.Integer(
        "Of it for Odoo, %",
        default=DEFAULT_SHARE,
        help="Zoom counts all apps of a Zoom account together. Less leaves room for the others.",
    )

    _telehealth_call_share_sane = models.Constraint(
        "CHECK (telehealth_call_share BETWEEN 1 AND 100)", "Odoo's part of Zoom's limit is 1 to 100 percent."
    )

    def _telehealth_call_plan(self):
        """Return which of Zoom's limits hold for this practice's account: chosen, else as attested, else Pro's."""
        self.ensure_one()
        attested = plan_limits.LIMITS_OF_PLAN.get(self._telehealth_attested_plan(), plan_limits.PRO)
        return self.telehealth_call_plan or attested
