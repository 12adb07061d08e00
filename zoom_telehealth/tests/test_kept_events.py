"""Attendance and recordings: what is kept of Zoom's events where a practice wants it, and for how long."""

from datetime import timedelta

from odoo.exceptions import UserError

from .inbox_case import STAMP, InboxCase


class TestFeatures(InboxCase):
    """Off means that nothing is kept, not even encrypted."""

    PERSON = {"participant_uuid": "stay-1", "user_name": "Anabel Quintero", "email": ""}

    def join(self, **person):
        at = self.danas.start
        return self.told(
            "meeting.participant_joined", at=at, participant=self.PERSON | {"join_time": at.strftime(STAMP)} | person
        )

    def test_attendance_and_recordings_are_off_and_their_events_dropped_unstored(self):
        self.assertFalse(self.sunrise.telehealth_attendance or self.sunrise.telehealth_recordings)
        before = self.env["zoom.delivery"].search_count([])
        self.assertIsNone(self.join())
        self.assertIsNone(self.told("recording.completed", recording_files=[{"id": "file-1"}]))
        self.assertIsNone(self.told("meeting.participant_role_changed"))
        self.assertEqual(self.env["zoom.delivery"].search_count([]), before)

    def test_with_attendance_on_comings_and_goings_stand_on_the_instance_once(self):
        self.sunrise.telehealth_attendance = True
        at = self.danas.start
        self.join()
        again = self.told(
            "meeting.participant_joined",
            at=at + timedelta(seconds=1),
            participant=self.PERSON | {"date_time": at.strftime(STAMP)},
        )
        self.assertEqual(again.state, "done")
        presence = self.meeting.instance_ids.presence_ids
        self.assertEqual((presence.kind, presence.at, presence.person_key), ("joined", at, "stay-1"))
        self.assertEqual(presence.name, "Anabel Quintero")
        self.assertEqual(self.danas.state, "scheduled", "somebody in the waiting room starts no session")
        self.env.cr.execute("SELECT name FROM zoom_meeting_presence WHERE id = %s", [presence.id])
        self.assertNotIn("Anabel", self.env.cr.fetchone()[0])

    def test_another_practice_that_shares_the_app_keeps_nothing(self):
        """Stored for Harbour's sake, and nothing of it kept of a meeting of Sunrise's."""
        self.app.company_ids |= self.harbour
        self.harbour.telehealth_attendance = True
        delivery = self.join()
        self.assertEqual((delivery.state, delivery.body), ("off", False))
        self.assertFalse(self.meeting.instance_ids.presence_ids)

    def test_news_of_a_recording_is_kept_once(self):
        """R20."""
        self.sunrise.telehealth_recordings = True
        for seconds in range(10):
            at = self.danas.start + timedelta(seconds=seconds)
            self.told("recording.completed", at=at, recording_files=[{"id": "file-2"}, {"id": "file-1"}])
        notices = self.env["zoom.recording.notice"].search([("meeting_id", "=", self.meeting.id)])
        self.assertEqual(notices.mapped("file_ids"), ["file-1,file-2"])
        self.assertIn("recording_files", notices.body)
        with self.clock_moved(days=9):
            notices._gc_bodies()
            self.assertFalse(notices.body)
        for seconds in (0, 0, 5):
            self.told("recording.paused", at=self.danas.start + timedelta(seconds=seconds), x=seconds)
        self.assertEqual(self.env["zoom.recording.notice"].search_count([("event", "=", "recording.paused")]), 2)

    def test_news_of_many_files_is_kept_like_any_other(self):
        """More ids than an index holds."""
        self.sunrise.telehealth_recordings = True
        files = [{"id": f"{number:032x}-0000"} for number in range(200)]
        delivery = self.tell("recording.completed", recording_files=files)
        self.assertEqual(self.work(), delivery)
        self.assertEqual(delivery.state, "done")

    def test_what_events_said_is_erased_after_the_days_that_were_set(self):
        delivery = self.told("meeting.updated")
        waiting = self.tell("meeting.deleted")
        with self.clock_moved(days=6):
            self.env["zoom.delivery"]._gc_bodies()
            self.assertTrue(delivery.body)
        with self.clock_moved(days=8):
            self.env["zoom.delivery"]._gc_bodies()
        self.assertFalse(delivery.body or waiting.body)
        self.assertEqual((delivery.state, waiting.state), ("done", "parked"))
        with self.assertRaises(UserError):
            waiting.with_user(self.mia).action_retry()
        with self.clock_moved(days=61):
            self.env["zoom.delivery"]._gc_rows()
        self.assertFalse(delivery.exists())
