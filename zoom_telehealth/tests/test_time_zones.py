"""A series keeps its time of day over a change of clocks, and Zoom is told each occurrence's instant (R13)."""

from datetime import datetime, timedelta

import pytz

from odoo import fields

from .common import TelehealthCase

# Two on the northern half, two on the southern; one of them moves its clocks by half an hour.
ZONES = ("Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
HOUR = 10


def changes_of_clock(zone, year):
    """Return the days of a year on whose noon the zone's clocks stand otherwise than a day before."""
    noons = [datetime(year, 1, 1, 12) + timedelta(days=day) for day in range(1, 365)]
    place = pytz.timezone(zone)
    offset = lambda noon: place.localize(noon).utcoffset()  # noqa: E731
    return [noon for noon in noons if offset(noon) != offset(noon - timedelta(days=1))]


class TestTimeZones(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.connection_row(cls.dana, cls.app, "dana-at-zoom")

    def series(self, first, zone):
        """Book a daily series of four, at ten o'clock of a zone; returns its sessions."""
        start = pytz.timezone(zone).localize(first.replace(hour=HOUR)).astimezone(pytz.utc).replace(tzinfo=None)
        event = self.book(
            self.dana, [self.ana], start=start, recurrency=True, rrule_type="daily", interval=1,
            end_type="count", count=4, event_tz=zone,
        )  # fmt: skip
        return event.sudo().recurrence_id.calendar_event_ids.telehealth_session_ids.sorted("start")

    def test_each_occurrence_is_at_its_time_of_day_at_its_instant_at_zoom_and_on_every_page_R13(self):
        year = fields.Datetime.now().year + 1
        for zone in ZONES:
            changes = changes_of_clock(zone, year)
            self.assertEqual(len(changes), 2)
            self.dana.tz, self.ana.tz = zone, "Asia/Kolkata"
            place = pytz.timezone(zone)
            for change in changes:
                sessions = self.series(change - timedelta(days=2), zone)
                self.assertEqual(len(sessions), 4)
                offsets = set()
                for session in sessions:
                    with self.subTest(zone=zone, start=session.start):
                        local = pytz.utc.localize(session.start).astimezone(place)
                        offsets.add(local.utcoffset())
                        self.assertEqual((local.hour, local.minute), (HOUR, 0))
                        body = self.meeting_row(session, self.connection)._wish().update_body()
                        self.assertEqual(body["start_time"], f"{session.event_id.start:%Y-%m-%dT%H:%M:%SZ}")
                        self.assertEqual(body["timezone"], zone)
                        page = session._portal_values(self.ana)
                        self.assertEqual(
                            (page["zone"], page["practice_zone"]), ("Asia/Kolkata", zone.replace("_", " "))
                        )
                        self.assertIn("10:00", page["practice_time"])
                        self.assertNotIn("10:00", page["time"])
                self.assertEqual(len(offsets), 2, "the clocks changed in between")
