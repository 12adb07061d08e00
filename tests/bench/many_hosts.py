"""A practice with more providers than the demo has, each with a Zoom user of their own."""

from __future__ import annotations

from datetime import timedelta

from dev.trial_stack import TrialStack
from tests.system.practice import ODOO_FORMAT, Practice

DOMAIN = "sunrise-practice.example"
MINUTES = 20


class ManyHosts:
    """Providers `host0`, `host1`, … of the demo practice.

    :ivar users: the ids of their users
    """

    def __init__(self, stack: TrialStack) -> None:
        self.stack = stack
        self.practice = Practice(stack)
        self.users: list[int] = []

    def connect(self, count: int) -> None:
        """Make so many providers and connect each to a Zoom user of their own."""
        groups = [self.stack.ref(f"{name}") for name in ("base.group_user", "zoom_telehealth.group_provider")]
        [[company]] = self.stack.sql("SELECT company_id FROM res_users WHERE login = 'dana'")
        for number in range(count):
            login = f"host{number}"
            values = {
                "name": f"Host {number}",
                "login": login,
                "password": login,
                "email": f"{login}@{DOMAIN}",
                "group_ids": [[6, 0, groups]],
                "company_id": company,
                "company_ids": [[6, 0, [company]]],
            }
            quiet = {"context": {"no_reset_password": True}}
            self.users += self.stack.rpc("admin", "res.users", "create", [[values]], quiet)
            zoom_user = {"email": values["email"], "action": "add", "first_name": "Host", "last_name": str(number)}
            self.stack.simulator("POST", "/control/users", zoom_user)
            self.practice.connect(login, str(values["email"]))

    def import_sessions(self, count: int, first_after: timedelta) -> None:
        """Import sessions in one call, as many for each host, one after another for each of them."""
        first = self.practice.moment() - timedelta(days=2) + first_after
        rows = []
        for number in range(count):
            start = first + (number // len(self.users)) * timedelta(minutes=MINUTES)
            rows.append(
                {
                    "start": start.strftime(ODOO_FORMAT),
                    "stop": (start + timedelta(minutes=MINUTES)).strftime(ODOO_FORMAT),
                    "provider_id": self.users[number % len(self.users)],
                }
            )
        quiet = {"context": {"no_mail_to_attendees": True, "dont_notify": True}}
        self.stack.rpc("sam", "telehealth.session", "create", [rows], quiet)
