"""A series: every occurrence is a session of its own with what was booked (R11, decision 5)."""

from datetime import timedelta

from .common import ANAS_TITLE, NEUTRAL, TelehealthCase, soon

WEEKS = 6


class TestSeries(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Far from midnight: core reads the day of the week in the user's time zone, not in the series'.
        start = soon(days=2).replace(hour=10)
        weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[start.weekday()]
        event = cls.book(
            cls.dana,
            [cls.ana],
            ANAS_TITLE,
            start=start,
            telehealth_service_id=cls.service.id,
            recurrency=True,
            rrule_type="weekly",
            interval=1,
            end_type="count",
            count=WEEKS,
            event_tz="UTC",
            **{weekday: True},
        )
        cls.recurrence = event.sudo().recurrence_id
        cls.events = cls.recurrence.calendar_event_ids.sorted("start")
        cls.sessions = cls.events.sudo().telehealth_session_ids.sorted("start")

    def test_every_occurrence_has_a_session_token_and_link_of_its_own(self):
        self.assertEqual((len(self.events), len(self.sessions)), (WEEKS, WEEKS))
        self.assertEqual(len(set(self.sessions.mapped("token"))), WEEKS)
        self.assertEqual(len(set(self.events.mapped("videocall_location"))), WEEKS)
        for event in self.events:
            session = self.session_of(event)
            self.assertTrue(event.videocall_location.endswith(session.token))
            self.assertEqual((session.start, session.stop), (event.start, event.stop))

    def test_what_was_booked_is_carried_to_every_occurrence(self):
        self.assertEqual(set(self.sessions.mapped("label")), {ANAS_TITLE})
        self.assertEqual(self.sessions.service_id, self.service)
        self.assertEqual(set(self.events.mapped("name")), {NEUTRAL})
        for session in self.sessions:
            self.assertEqual((session.provider_id, session.client_ids), (self.dana, self.ana.partner_id))

    def test_editing_one_occurrence_changes_one_session(self):
        versions = self.sessions.mapped("version")
        moved = self.events[2]
        moved.write(
            {
                "start": moved.start + timedelta(hours=1),
                "stop": moved.stop + timedelta(hours=1),
                "recurrence_update": "self_only",
            }
        )
        changed = [session for session, version in zip(self.sessions, versions) if session.version != version]
        self.assertEqual(changed, [self.session_of(moved)])

    def test_removing_one_occurrence_cancels_one_session(self):
        self.events[3].unlink()
        self.assertEqual(self.sessions.mapped("state").count("cancelled"), 1)
        self.assertEqual(self.sessions[3].state, "cancelled")

    def test_removing_this_and_the_following_cancels_those_and_keeps_the_earlier(self):
        self.events[4].action_mass_deletion("future_events")
        self.assertEqual(self.sessions.mapped("state"), ["scheduled"] * 4 + ["cancelled"] * 2)

    def test_archiving_the_series_cancels_every_session(self):
        self.events[0].action_mass_archive("all_events")
        self.assertEqual(set(self.sessions.mapped("state")), {"cancelled"})

    def test_renaming_the_series_renames_every_session_and_no_event(self):
        self.events[0].write({"name": "A new title", "recurrence_update": "all_events"})
        live = self.recurrence.calendar_event_ids.sudo().telehealth_session_ids
        self.assertEqual(set(live.mapped("label")), {"A new title"})
        self.assertEqual(set(self.recurrence.calendar_event_ids.mapped("name")), {NEUTRAL})

    def test_moving_the_whole_series_leaves_exactly_one_coming_session_a_week(self):
        base, starts = self.events[0], self.sessions.mapped("start")
        base.write(
            {
                "start": base.start + timedelta(hours=2),
                "stop": base.stop + timedelta(hours=2),
                "recurrence_update": "all_events",
            }
        )
        coming = self.env["telehealth.session"].search(
            [("provider_id", "=", self.dana.id), ("state", "=", "scheduled")], order="start"
        )
        self.assertEqual(len(coming), WEEKS)
        self.assertEqual(coming.mapped("start"), [start + timedelta(hours=2) for start in starts])
        self.assertEqual(coming.event_id.sorted("start").mapped("start"), coming.mapped("start"))
        self.assertEqual(set(coming.mapped("label")), {ANAS_TITLE})
        self.assertEqual(len(set(coming.event_id.mapped("videocall_location"))), WEEKS)

    def test_switching_the_series_off_cancels_every_session(self):
        self.events[0].write({"telehealth": False, "recurrence_update": "all_events"})
        self.assertEqual(set(self.sessions.mapped("state")), {"cancelled"})
