"""What tests of Zoom's events share: a session, its meeting, and a way to let Zoom tell something about it."""

import json
from datetime import datetime

from .. import clock
from ..zoom import webhook
from .event_case import EventCase

STAMP = "%Y-%m-%dT%H:%M:%SZ"


class InboxCase(EventCase):
    """Dana's session, its meeting at Zoom, and a way to let Zoom tell something about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.meeting = cls.meeting_row(cls.danas, cls.connection)
        cls.inbox = cls.env["zoom.inbox"]

    def tell(self, name, at=None, app=None, **about):
        """Let Zoom tell something of the meeting; returns the delivery, or None where nothing was kept."""
        at = at or clock.now()
        payload = {"account_id": "account", "object": {"id": self.meeting.zoom_id, "uuid": "uuid-1==", **about}}
        return self.deliver({"event": name, "event_ts": milliseconds(at), "payload": payload}, app)

    def deliver(self, content, app=None):
        body = content if isinstance(content, str) else json.dumps(content)
        deliveries, app = self.env["zoom.delivery"], app or self.app
        values = deliveries._classify(app, body)
        if values is None:
            return None
        if deliveries._store(app, webhook.fingerprint(body.encode()), "request-1", values):
            return deliveries.search([("app_id", "=", app.id)], order="id desc", limit=1)
        return None

    def work(self):
        """Work on all that waits, as the scheduled action does, in this test's transaction."""
        waiting = self.env["zoom.delivery"].search([("state", "=", "new")], order="event_at, id")
        for delivery in waiting:
            self.inbox._work_on(delivery)
        self.env.invalidate_all()
        return waiting

    def told(self, name, **about):
        delivery = self.tell(name, **about)
        self.work()
        return delivery

    def begin(self, at, uuid="uuid-1=="):
        return self.told("meeting.started", at=at, uuid=uuid, start_time=at.strftime(STAMP))

    def end(self, at, began, uuid="uuid-1=="):
        return self.told(
            "meeting.ended", at=at, uuid=uuid, start_time=began.strftime(STAMP), end_time=at.strftime(STAMP)
        )


def milliseconds(moment):
    return int((moment - datetime(1970, 1, 1)).total_seconds() * 1000)
