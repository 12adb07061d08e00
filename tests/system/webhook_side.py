"""Zoom's events on a running stack: subscribes the practice's app to them, signs requests, sees what became of them.

The signature is written down here a third time, after Zoom's "Using webhooks": neither the addon's nor the simulator's
is asked what is right.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import requests

from tests.system.patience import eventually
from tests.system.practice import Practice

CLIENT_ID = "SimulatedPracticeApp01"
SECRET = "wH5kTq0sXb2LmZ8vRy4nDg"
OTHER_SECRET = "aJ3nP9wQ7xC1fT6kV0hYsE"
INBOX = "zoom_telehealth.ir_cron_inbox"
TIMEOUT_SECONDS = 30.0
EVENTS_SECONDS = 60.0


class WebhookSide:
    """The webhook of the practice's Zoom app."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.stack = practice.stack
        self.app_id = self.stack.ref("zoom_telehealth.demo_app")

    # === SETTING UP === #

    @property
    def url(self) -> str:
        """The address that Odoo shows for the Zoom app's event subscription."""
        [row] = self.stack.rpc("mia", "zoom.app", "read", [[self.app_id], ["webhook_url"]])
        return str(row["webhook_url"])

    def enter_secret(self, secret: str = SECRET) -> None:
        """Enter the app's secret token into Odoo, as the telehealth manager."""
        self.stack.rpc("mia", "zoom.app", "write", [[self.app_id], {"webhook_secret_entry": secret}])

    def subscribe(self, secret: str = SECRET) -> None:
        """Have Zoom tell Odoo what happens from now on: its address is validated before this returns."""
        self.enter_secret(secret)
        wish = {"client_id": CLIENT_ID, "webhook_secret": secret, "endpoint_url": self.url}
        verdict = self.stack.simulator("POST", "/control/apps", wish)["validation"]
        assert verdict["ok"], verdict

    def switch_on(self, *features: str) -> None:
        """Switch features of the practice on: attendance, recordings."""
        company = self.stack.ref("base.main_company")
        values = {f"telehealth_{feature}": True for feature in features}
        self.stack.rpc("admin", "res.company", "write", [[company], values])

    # === SENDING BY HAND === #

    def now(self) -> int:
        """Return the present second as the addon sees it."""
        return int(time.time() + self._ahead())

    def headers(self, body: bytes, secret: str = SECRET, timestamp: int | None = None) -> dict[str, str]:
        """Return the headers with which Zoom sends a body."""
        stamp = str(self.now() if timestamp is None else timestamp)
        return {
            "content-type": "application/json; charset=utf-8",
            "x-zm-request-timestamp": stamp,
            "x-zm-signature": signature(secret, stamp, body),
            "x-zm-request-id": "9f1ab3c2-0000-4000-8000-000000000001",
        }

    def send(
        self, content: Any, secret: str = SECRET, timestamp: int | None = None, url: str | None = None
    ) -> requests.Response:
        """Send an event as Zoom would: a JSON value, or the bytes of a body.

        :param url: saves asking Odoo for its address each time
        """
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        signed = self.headers(body, secret, timestamp)
        return requests.post(url or self.url, data=body, headers=signed, allow_redirects=False, timeout=TIMEOUT_SECONDS)

    # === WHAT BECAME OF IT === #

    def stored(self) -> int:
        """Return how many deliveries are stored, whatever became of them."""
        [[count]] = self.stack.sql("SELECT count(*) FROM zoom_delivery")
        return int(count)

    def states(self, *events: str) -> dict[str, int]:
        """Return how many deliveries are in each state, of these events or of all."""
        rows = self.stack.sql(
            "SELECT state, count(*) FROM zoom_delivery WHERE event = ANY(%s) OR %s GROUP BY state",
            (list(events), not events),
        )
        return {state: int(count) for state, count in rows}

    def sent(self) -> list[dict[str, Any]]:
        """Return what the simulator raised for the app, as it keeps it."""
        return list(self.stack.simulator("GET", f"/control/deliveries?client_id={CLIENT_ID}")["deliveries"])

    def underway(self) -> list[dict[str, Any]]:
        """Return what the simulator has still to try, now or at a later time of its clock."""
        return [delivery for delivery in self.sent() if delivery["state"] in ("waiting", "held")]

    def wait_until_worked_on(self, seconds: float = EVENTS_SECONDS) -> None:
        """Wait until the simulator has nothing left to send and Odoo nothing left to work on."""
        eventually(lambda: not self.underway(), "Zoom's events are sent", seconds)
        eventually(lambda: not self.states().get("new"), "Zoom's events are worked on", seconds)

    def _ahead(self) -> float:
        clock = self.stack.clock_file
        return float(clock.read_text().strip() or 0) if clock.exists() else 0.0


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return `x-zm-signature`: `v0=` and the hex HMAC-SHA256, under the secret token, of `v0:<timestamp>:<body>`."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
