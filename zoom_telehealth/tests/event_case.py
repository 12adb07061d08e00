"""What the tests of events and sessions begin with: Dana's session with Ana."""

from datetime import timedelta

from odoo.fields import Command

from .common import ANAS_TITLE, TelehealthCase, soon


class EventCase(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.event = cls.book(cls.dana, [cls.ana], ANAS_TITLE)
        cls.danas = cls.session_of(cls.event)
        cls.env.flush_all()

    def plain_event(self, user=None, **values):
        start = soon(hours=7)
        user = user or self.dana
        return self.as_user("calendar.event", user).create(
            {
                "name": "Talk about grief",
                "start": start,
                "stop": start + timedelta(hours=1),
                "partner_ids": [Command.set((user | self.ana).partner_id.ids)],
                **values,
            }
        )
