"""Meetings moved or deleted in Zoom, where the practice has the provider asked; and new meetings on moves."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from .common import ANA, ANAS_TITLE, soon
from .session_routes_case import SessionRoutesCase
from .test_what_is_read_back import ReadBackCase

ZOOM_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class AskedCase(ReadBackCase):
    def setUp(self):
        super().setUp()
        self.sunrise.telehealth_zoom_changes = "ask"
        self.danas = self.as_user("telehealth.session", self.dana).browse(self.booked.id)
        self.there = soon(days=3)

    def move_in_zoom(self, start=None):
        self.change_at_zoom("PATCH", start_time=(start or self.there).strftime(ZOOM_FORMAT), duration=40)

    def activities(self):
        return self.env["mail.activity"].search([("user_id", "=", self.dana.id)])

    def writes(self):
        return self.simulator.calls("POST", "PATCH", "DELETE", path="/v2/")


class TestMovedInZoom(AskedCase):
    def setUp(self):
        super().setUp()
        self.before = self.booked.start
        self.move_in_zoom()
        self.assertEqual(self.work_all(), ["read"])

    def test_nothing_is_changed_and_the_provider_is_asked(self):
        self.assertEqual(self.writes(), [])
        self.assertEqual((self.danas.meeting_status, self.danas.zoom_question), ("asked", "moved"))
        [activity] = self.activities()
        self.assertIn(f"/odoo/telehealth.session/{self.booked.id}", activity.note)
        self.assertIn(
            format_datetime(self.env, self.before, tz="Europe/Brussels", dt_format="short"),
            activity.note,
            "their own time",
        )
        for word in (ANA, ANAS_TITLE):
            self.assertNotIn(word, f"{activity.summary} {activity.note} {activity.res_name}")
        self.assertEqual(self.booked.start, self.before, "clients see the calendar's time")
        self.assertTrue(self.booked._join_link())

    def test_the_echo_of_it_asks_once(self):
        for _hint in range(3):
            self.meeting._hint()
            self.assertEqual(self.work_all(), ["read"])
        self.assertEqual(len(self.activities()), 1)

    def test_restored_it_is_where_the_calendar_has_it(self):
        self.danas.action_restore_in_zoom()
        self.assertEqual(self.work_all(), ["update"])
        self.assertEqual(self.at_zoom()["start_time"], self.before.strftime(ZOOM_FORMAT))
        self.assertEqual((self.danas.meeting_status, self.danas.zoom_question), ("ready", False))
        self.assertFalse(self.activities())

    def test_taken_over_the_session_is_where_zoom_has_it(self):
        self.danas.action_take_over_from_zoom()
        self.work_all()
        self.assertEqual((self.booked.start, self.booked.stop), (self.there, self.there + timedelta(minutes=40)))
        self.assertEqual(self.at_zoom()["start_time"], self.there.strftime(ZOOM_FORMAT))
        self.assertEqual(self.danas.meeting_status, "ready")
        self.assertFalse(self.activities())

    def test_an_edit_of_the_calendar_is_an_answer(self):
        start = soon(days=1)
        self.booked.event_id.write({"start": start, "stop": start + timedelta(hours=1)})
        self.assertFalse(self.danas.zoom_question)
        self.assertEqual(self.work_all(), ["update"])
        self.assertEqual(self.at_zoom()["start_time"], start.strftime(ZOOM_FORMAT))
        self.assertFalse(self.activities())

    def test_moved_back_in_zoom_there_is_nothing_to_ask(self):
        minutes = int((self.booked.stop - self.booked.start).total_seconds() / 60)
        self.change_at_zoom("PATCH", start_time=self.before.strftime(ZOOM_FORMAT), duration=minutes)
        self.assertEqual(self.work_all(), ["read"])
        self.assertEqual((self.danas.zoom_question, self.danas.meeting_status), (False, "ready"))
        self.assertFalse(self.activities())

    def test_what_else_zoom_is_told_meanwhile_leaves_the_time(self):
        self.sunrise.telehealth_muted = True
        self.change_at_zoom("PATCH", settings={"waiting_room": False})
        self.work_all()
        at_zoom = self.at_zoom()
        self.assertEqual(at_zoom["start_time"], self.there.strftime(ZOOM_FORMAT))
        self.assertEqual((at_zoom["settings"]["waiting_room"], at_zoom["settings"]["mute_upon_entry"]), (True, True))
        self.assertEqual(self.danas.zoom_question, "moved")

    def test_nobody_but_who_may_edit_the_session_answers(self):
        for user in (self.omar, self.eve, self.ana, self.otto):
            for method in ("action_restore_in_zoom", "action_take_over_from_zoom"):
                session = self.as_user("telehealth.session", user).browse(self.booked.id)
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(session, method)()
        self.as_user("telehealth.session", self.sam).browse(self.booked.id).action_restore_in_zoom()

    def test_what_was_answered_is_not_answered_again(self):
        self.danas.action_restore_in_zoom()
        for method in ("action_restore_in_zoom", "action_take_over_from_zoom"):
            with self.subTest(method=method), self.assertRaisesRegex(UserError, "answered meanwhile"):
                getattr(self.danas, method)()

    def test_nobody_takes_over_a_time_that_is_past(self):
        self.meeting.start = soon(days=-1)
        with self.assertRaisesRegex(UserError, "in the past"):
            self.danas.action_take_over_from_zoom()


class TestDeletedInZoom(AskedCase):
    def setUp(self):
        super().setUp()
        self.change_at_zoom("DELETE")
        self.assertEqual(self.work_all(), ["read"])

    def test_nothing_is_made_anew_and_the_page_says_that_there_is_no_video(self):
        self.assertEqual(self.writes(), [])
        self.assertEqual(self.danas.zoom_question, "deleted")
        self.assertEqual(len(self.activities()), 1)
        self.assertFalse(self.booked._join_link())
        page = self.booked._portal_values(self.ana)
        self.assertEqual((page["video"], page["ready"]), (False, False))

    def test_restored_there_is_another_meeting_behind_the_same_link(self):
        first, token = self.meeting.zoom_id, self.booked.token
        self.danas.action_restore_in_zoom()
        self.assertEqual(self.work_all(), ["update", "create"])
        self.assertNotEqual(str(self.at_zoom()["id"]), first)
        self.assertEqual((self.booked.token, self.danas.meeting_status), (token, "ready"))
        self.assertFalse(self.activities())

    def test_taken_over_the_session_is_cancelled(self):
        self.danas.action_take_over_from_zoom()
        self.work_all()
        self.assertEqual(self.booked.state, "cancelled")
        self.assertEqual(self.simulator.meetings(), [])
        self.assertFalse(self.activities())

    def test_unanswered_nothing_is_made_anew_after_the_start_either(self):
        for minutes in (16, 61):
            with self.clock_at(self.booked.start + timedelta(minutes=minutes)):
                self.assertEqual(self.work_all(), ["pull"])
        self.assertEqual(self.writes(), [])

    def test_taken_out_of_zooms_bin_it_is_the_sessions_again(self):
        self.change_at_zoom("POST", "/recover")
        self.assertEqual(self.work_all(), ["read"])
        self.assertEqual((self.danas.zoom_question, self.danas.meeting_status), (False, "ready"))
        self.assertFalse(self.activities())


class TestStartOfDeleted(SessionRoutesCase):
    def test_start_says_that_the_meeting_was_deleted_and_asks(self):
        self.meeting.write({"question": "deleted", "asked_version": self.danas.version})
        self.sign_in(self.dana)
        with self.clock_at(self.danas.start):
            self.assertIn("This meeting was deleted in Zoom", self.visit(self.start).text)
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            self.assertIn("There is no video at present", self.url_open(self.page).text)


class TestNewMeetingOnMove(ReadBackCase):
    def setUp(self):
        super().setUp()
        self.sunrise.telehealth_new_link = True
        self.first = self.at_zoom()

    def move(self, **ahead):
        start = soon(**ahead)
        self.booked.event_id.write({"start": start, "stop": start + timedelta(minutes=50)})

    def test_a_moved_session_gets_another_meeting_behind_the_same_route(self):
        token = self.booked.token
        self.move(days=2)
        self.assertEqual(sorted(self.work_all()), ["create", "delete"])
        second = self.at_zoom()
        for name in ("id", "password", "join_url"):
            self.assertNotEqual(second[name], self.first[name], name)
        self.assertEqual(second["start_time"], self.booked.start.strftime(ZOOM_FORMAT))
        self.assertEqual((self.booked.token, self.booked.meeting_status), (token, "ready"))
        self.assertEqual(self.booked._join_link(), second["join_url"])

    def test_many_moves_before_zoom_is_told_make_one(self):
        for days in (2, 3, 4):
            self.move(days=days)
        self.assertEqual(sorted(self.work_all()), ["create", "delete"])

    def test_another_length_or_title_keeps_the_meeting(self):
        self.booked.event_id.write({"stop": self.booked.stop + timedelta(minutes=10), "telehealth_label": "Other"})
        self.assertEqual(self.work_all(), ["update"])
        self.assertEqual(self.at_zoom()["id"], self.first["id"])

    def test_a_create_whose_answer_was_lost_leaves_no_second_meeting(self):
        """R12."""
        self.simulator.fault("answer_lost", path="/v2/users/me/meetings", method="POST", times=1)
        self.move(days=2)
        self.work_all()
        self.move(days=3)
        for seconds in (30, 120, 900):
            with self.clock_moved(seconds=seconds):
                self.work_all()
        self.assertEqual(self.at_zoom()["start_time"], self.booked.start.strftime(ZOOM_FORMAT))

    def test_switched_off_it_is_the_same_meeting(self):
        """R6."""
        self.sunrise.telehealth_new_link = False
        self.move(days=2)
        self.assertEqual(self.work_all(), ["update"])
        self.assertEqual(self.at_zoom()["id"], self.first["id"])
