"""Fifty providers with a Zoom account each, and the scheduled actions run as time passes."""

from odoo.fields import Command

from .. import clock
from .reconciler_case import ReconcilerCase

PROVIDERS = 50
# What the scheduled actions need of time, not of the real clock: see data/ir_cron.xml.
KEEP_ALIVE, WATCH, RECONCILE = "ir_cron_keep_alive", "ir_cron_watch_connections", "ir_cron_reconcile"


class ManyConnectionsCase(ReconcilerCase):
    def connect_providers(self, count=PROVIDERS):
        """Return ``count`` connections that really work at the simulator, each of another provider and Zoom user."""
        return self.env["zoom.connection"].union(*map(self._connected, self._providers(count)))

    def run_action(self, name):
        """Run a scheduled action as the scheduler does: it commits."""
        self.env.ref(f"zoom_telehealth.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def token_requests(self):
        return self.simulator.calls("POST", path="/oauth/token")

    def verdicts(self, connections):
        connections.invalidate_recordset()
        return [(connection.state, connection.reason) for connection in connections]

    def _providers(self, count):
        group = self.env.ref("zoom_telehealth.group_provider") + self.env.ref("base.group_user")
        return (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "name": f"Provider {number}",
                        "login": f"provider{number}",
                        "email": f"provider{number}@people.example",
                        "group_ids": [Command.set(group.ids)],
                        "company_id": self.sunrise.id,
                        "company_ids": [Command.set(self.sunrise.ids)],
                    }
                    for number in range(count)
                ]
            )
        )

    def _connected(self, user):
        email = f"{user.login}@sunrise-practice.example"
        self.simulator.control("POST", "users", action="add", email=email, first_name="Pro", last_name=user.login)
        token_set, zoom_user = self.simulator.grant(self.app._redirect_uri(), email)
        connection = self.env["zoom.connection"]._store_grant(user, self.app, token_set, zoom_user)
        self.assertEqual(connection.connected_at.date(), clock.now().date())
        return connection
