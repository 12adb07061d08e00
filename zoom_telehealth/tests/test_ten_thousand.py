"""What keeping connections alive costs depends on those that are due, not on those that there are."""

import json
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.sql_db import Cursor

from .. import clock
from .common import soon
from .many_connections import KEEP_ALIVE, WATCH, ManyConnectionsCase

DUE = 10
WARMING_UP, FEW, MANY = 100, 1_000, 10_000  # the first run fills Odoo's caches

MOST_LOOKED_AT = 10 * DUE


class TestTenThousand(ManyConnectionsCase):
    def setUp(self):
        super().setUp()
        self.due = self.connect_providers(DUE)
        self.env["zoom.connection.token"].search([]).expires_at = clock.now() - timedelta(hours=1)
        for connection in self.due[: DUE // 2]:
            self.session(provider=connection.user_id, start=soon(hours=20))
        self.work(limit=DUE)
        self.others = 0

    def test_ten_due_among_ten_thousand_cost_ten_requests_and_as_many_queries_as_among_one_thousand(self):
        costs = {}
        for size in (WARMING_UP, FEW, MANY):
            self.add_others(size - DUE - self.others)
            self.make_due()
            self.simulator.forget_calls()
            with self.queries() as queries:
                self.run_action(KEEP_ALIVE)
            self.assertEqual(len(self.token_requests()), DUE)
            asked = self.simulator.calls("GET", path="/v2/users/me")
            self.assertEqual(len(asked), DUE)
            self.assertEqual({call["user"] for call in asked}, set(self.due.mapped("zoom_email")))
            self.due.invalidate_recordset()
            self.assertTrue(all(self.now - one.verified_at < timedelta(minutes=5) for one in self.due))
            with self.queries() as looking:
                for action in (KEEP_ALIVE, WATCH):
                    self.run_action(action)
            costs[size] = len(queries), len(looking)
        self.assertEqual(costs[MANY], costs[FEW], "queries of a run with ten due, and of runs with nothing to do")
        self.assertEqual(len(self.token_requests()), DUE, "nothing was due any more")
        self.assertReadByIndexesAlone(queries + looking)

    def assertReadByIndexesAlone(self, queries):
        """Expect that no query looks at more than a few of all connections or tokens."""
        about_them = [query for query in queries if "zoom_connection" in query and query.lstrip().startswith("SELECT")]
        self.assertGreater(len(about_them), DUE)
        used = set()
        for query in dict.fromkeys(about_them):
            self.env.cr.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query)
            [[plan]] = self.env.cr.fetchall()
            for node in self.nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]):
                used.add(node.get("Index Name"))
                if node.get("Relation Name") in ("zoom_connection", "zoom_connection_token"):
                    looked_at = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                    self.assertLessEqual(looked_at * node["Actual Loops"], MOST_LOOKED_AT, query)
        self.assertLessEqual({"zoom_connection_verified", "zoom_connection_verify_wanted"}, used)

    def nodes(self, plan):
        yield plan
        for inner in plan.get("Plans", []):
            yield from self.nodes(inner)

    def add_others(self, count):
        """Add connections that work and need nothing, each with a provider and tokens of its own."""
        first = self.others
        self.others += count
        self.env.flush_all()
        values = {"first": first, "last": self.others - 1, "company": self.sunrise.id, "app": self.app.id}
        values |= {"partner": self.dana.partner_id.id, "now": clock.now()}
        for statement in (
            """INSERT INTO res_users (login, partner_id, company_id, active, notification_type)
               SELECT 'other' || n, %(partner)s, %(company)s, TRUE, 'email'
                 FROM generate_series(%(first)s, %(last)s) n""",
            """INSERT INTO zoom_connection (row_key, user_id, app_id, zoom_user_id, state, verified_at, connected_at)
               SELECT md5(login), id, %(app)s, login, 'connected',
                      %(now)s - interval '1 minute' * (substr(login, 6)::int %% 9000), %(now)s
                 FROM res_users WHERE login LIKE 'other%%' AND substr(login, 6)::int >= %(first)s""",
            """INSERT INTO zoom_connection_token (row_key, connection_id, access_token, refresh_token, expires_at)
               SELECT md5('t' || zoom_user_id), id, 'x', 'x', %(now)s
                 FROM zoom_connection k WHERE NOT EXISTS (
                      SELECT FROM zoom_connection_token t WHERE t.connection_id = k.id)""",
            "ANALYZE res_users, zoom_connection, zoom_connection_token",
        ):
            self.env.cr.execute(statement, values)
        self.env.invalidate_all()
        self.assertEqual(self.env["zoom.connection"].search_count([("app_id", "=", self.app.id)]), self.others + DUE)

    def make_due(self):
        """Let five have a session within the day and five be idle for a week, and all tokens be old."""
        self.now = clock.now()
        self.due.asked_at = False
        self.due[: DUE // 2].verified_at = self.now - timedelta(days=1, hours=1)
        self.due[DUE // 2 :].verified_at = self.now - timedelta(days=7, hours=1)
        tokens = self.env["zoom.connection.token"].search([("connection_id", "in", self.due.ids)])
        tokens.write({"expires_at": self.now, "refreshed_at": self.now - timedelta(days=1)})
        self.env.flush_all()

    @contextmanager
    def queries(self):
        """Give a list that fills with the queries that the block sends."""
        sent, really = [], Cursor.execute

        def noting(cursor, query, params=None, log_exceptions=True):
            result = really(cursor, query, params, log_exceptions)
            sent.append(cursor._obj.query.decode())
            return result

        with patch.object(Cursor, "execute", noting):
            yield sent
