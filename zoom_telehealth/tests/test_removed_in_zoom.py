"""The app was removed at Zoom: what ends, what is erased, and what such an event may not do."""

from datetime import timedelta

from odoo.tools import mute_logger

from .. import clock
from .common import soon
from .inbox_case import InboxCase


class TestRemovedInZoom(InboxCase):
    """R4."""

    def setUp(self):
        super().setUp()
        # The erasing has a cursor of its own, which sees what this one wrote.
        self.enterContext(self.enter_registry_test_mode())

    def remove(self, at=None, client_id=None, user_id="zoom-dana"):
        at = at or clock.now()
        return self.deliver(
            {
                "event": "app_deauthorized",
                "payload": {
                    "account_id": "account",
                    "user_id": user_id,
                    "client_id": client_id or self.app.client_id,
                    "deauthorization_time": at.strftime("%Y-%m-%dT%H:%M:%S.632Z"),
                    "event_ts": at.strftime("%Y-%m-%d %H:%M:%S"),
                },
            }
        )

    def test_tokens_and_what_zoom_told_of_its_user_are_erased(self):
        delivery = self.remove(clock.now() + timedelta(minutes=1))
        self.work()
        connection = self.connection
        self.assertEqual((delivery.state, connection.state, connection.reason), ("done", "revoked", "deauthorized"))
        self.assertFalse(self.env["zoom.connection.token"].search([("connection_id", "=", connection.id)]))
        for name in ("zoom_email", "zoom_name", "zoom_account_id", "scopes", "api_url"):
            self.assertFalse(connection[name], name)
        self.assertNotIn("zoom-dana", connection.zoom_user_id)
        dana = self.dana.with_user(self.dana).with_company(self.sunrise)
        self.assertEqual((dana.zoom_state, dana.zoom_user), ("revoked", False))

    def test_the_same_zoom_user_may_connect_again_without_an_administrator(self):
        self.remove(clock.now() + timedelta(minutes=1))
        self.work()
        self.assertEqual(self.env["zoom.connection"]._of_zoom_user(self.app, "zoom-dana"), self.connection)
        self.assertFalse(self.env["zoom.connection"]._of_zoom_user(self.app, "zoom-omar"))

    def test_news_of_an_earlier_grant_ends_no_later_one(self):
        self.connection.connected_at = clock.now()
        self.remove(clock.now() - timedelta(minutes=1))
        self.work()
        self.assertEqual(self.connection.state, "connected")

    def test_another_apps_word_does_not_end_a_connection(self):
        foreign = self.remove(soon(minutes=2), client_id="another")
        stranger = self.remove(soon(minutes=2), user_id="zoom-stranger")
        self.work()
        self.assertEqual((foreign.state, stranger.state), ("parked", "foreign"))
        self.assertEqual(self.connection.state, "connected")

    @mute_logger("odoo.addons.zoom_telehealth.models.zoom_connection")
    def test_removed_twice_is_removed_once(self):
        self.remove(soon(minutes=2))
        self.remove(soon(minutes=3))
        self.work()
        at = self.connection.state_at
        self.work()
        self.assertEqual(self.connection.state_at, at)
