"""What each edit of a session leads to at Zoom, by the calls that reach it: none where nothing changed for it."""

from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form

from ..zoom import tasks
from ..zoom.transport import Timeouts
from .common import ANAS_TITLE, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, OMAR

NOTHING, MADE, MOVED, REMOVED, HANDED_OVER = [], ["POST"], ["PATCH"], ["DELETE"], ["DELETE", "POST"]


class EditCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connect(self.dana, DANA)
        self.connect(self.omar, OMAR)

    def booked(self, **values):
        """Return Dana's event with Ana as she has it before her, with its meeting at Zoom."""
        event = self.session(start=soon(days=2), **values).event_id
        self.drain()
        self.simulator.forget_calls()
        return self.as_user("calendar.event", self.dana).browse(event.id)

    def drain(self):
        """Let Zoom follow until nothing is due."""
        self.env.flush_all()
        while self.work():
            pass

    def changes(self):
        """Return the methods of the calls that changed something at Zoom since the last look; all are forgotten."""
        self.drain()
        calls = self.simulator.calls(path="/v2/")
        self.simulator.forget_calls()
        methods = sorted(call["method"] for call in calls if call["method"] != "GET")
        return methods or [call["method"] for call in calls]  # reading where nothing changed is a call too many


class TestEveryEdit(EditCase):
    def assertLeadsTo(self, expected, edits):
        """Expect these changes at Zoom from each edit of a session of its own.

        :param edits: dict of the edit's name to a function of the event
        """
        for name, edit in edits.items():
            event = self.booked()
            with self.subTest(edit=name):
                edit(event)
                self.assertEqual(self.changes(), expected)
            event.sudo().exists().unlink()
            self.drain()
            self.simulator.forget_calls()

    def test_what_zoom_does_not_know_of_is_no_call(self):
        """R14."""
        at = {"start": soon(days=2), "stop": soon(days=2, minutes=50)}
        self.assertLeadsTo(
            NOTHING,
            {
                "the same times again": lambda event: event.write(at),
                "the same provider again": lambda event: event.with_user(self.sam).write({"user_id": self.dana.id}),
                "switched on again": lambda event: event.write({"telehealth": True, "telehealth_place": "zoom"}),
                "title": lambda event: event.write({"name": "Another"}),
                "label": lambda event: event.telehealth_session_ids.write({"label": "Another"}),
                "service": lambda event: event.write({"telehealth_service_id": self.service.id}),
                "client added": lambda event: event.write({"partner_ids": [Command.link(self.ben.partner_id.id)]}),
                "client removed": lambda event: event.write({"partner_ids": [Command.unlink(self.ana.partner_id.id)]}),
                "clients of the session": lambda event: event.telehealth_session_ids.write(
                    {"client_ids": [Command.set(self.ben.partner_id.ids)]}
                ),
                "answer": lambda event: event.sudo().attendee_ids.write({"state": "accepted"}),
                "room, notes, privacy, reminders": lambda event: event.write(
                    {"location": "Room 1", "description": "<p>x</p>", "notes": "x", "privacy": "private"}
                ),
                "video link": lambda event: event.write({"videocall_location": "https://meet.example/x"}),
                "the provider's time zone": lambda event: self.dana.write({"tz": "Asia/Kolkata"}),
                "the form opened and saved": lambda event: Form(event).save(),
            },
        )

    def test_another_time_is_one_change_of_the_same_meeting(self):
        """R6."""

        def reschedule(event):
            activity = self.env["mail.activity"].create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.ana.partner_id.id,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_meeting").id,
                    "calendar_event_id": event.id,
                    "user_id": self.dana.id,
                }
            )
            activity.with_user(self.dana).write({"date_deadline": (event.start + timedelta(days=3)).date()})
            self.assertEqual(self.session_of(event).start, soon(days=5))
            self.assertEqual(self.session_of(event).minutes, 50)

        def twice(event):
            for days in (3, 4):
                event.write({"start": soon(days=days), "stop": soon(days=days, hours=1)})

        def by_form(event):
            with Form(event) as form:
                form.start = soon(days=3)
                form.stop = soon(days=3, hours=1)

        self.assertLeadsTo(
            MOVED,
            {
                "dragged": lambda event: event.write({"start": soon(days=3), "stop": soon(days=3, minutes=50)}),
                "start alone": lambda event: event.write({"start": soon(days=3)}),
                "made longer at its end": lambda event: event.write({"stop": soon(days=2, hours=2)}),
                "duration": lambda event: event.write({"duration": 2}),
                "form": by_form,
                "session's list": lambda event: event.telehealth_session_ids.write({"start": soon(days=3)}),
                "an activity put off": reschedule,
                "twice before Zoom was told": twice,
                "archived and restored before Zoom was told": lambda event: (
                    event.action_archive(),
                    event.action_unarchive(),
                ),
            },
        )

    def test_no_session_any_more_is_one_deletion(self):
        """R8."""
        self.assertLeadsTo(
            REMOVED,
            {
                "archived": lambda event: event.action_archive(),
                "archived from the popover": lambda event: event.action_mass_archive("self_only"),
                "deleted": lambda event: event.unlink(),
                "cancelled": lambda event: event.telehealth_session_ids.action_cancel(),
                "switched off": lambda event: event.write({"telehealth": False}),
                "in person": lambda event: event.write({"telehealth_place": "in_person"}),
                "with its activity": self._delete_with_activity,
            },
        )

    def _delete_with_activity(self, event):
        activity = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.ana.partner_id.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_meeting").id,
                "calendar_event_id": event.id,
            }
        )
        activity.unlink_w_meeting()

    def test_what_comes_back_gets_one_meeting(self):
        for name, away, back in (
            ("restored", lambda event: event.action_archive(), lambda event: event.action_unarchive()),
            (
                "switched on",
                lambda event: event.write({"telehealth": False}),
                lambda event: event.write({"telehealth": True}),
            ),
            (
                "on Zoom again",
                lambda event: event.write({"telehealth_place": "in_person"}),
                lambda event: event.write({"telehealth_place": "zoom"}),
            ),
        ):
            event = self.booked()
            link = event.videocall_location
            with self.subTest(name):
                away(event)
                self.assertEqual(self.changes(), REMOVED)
                back(event)
                self.assertEqual(self.changes(), MADE)
                self.assertEqual(event.videocall_location, link)
                self.assertEqual(self.session_of(event).label, ANAS_TITLE)

    def test_another_provider_is_a_deletion_and_a_new_meeting(self):
        """R7."""
        self.assertLeadsTo(
            HANDED_OVER,
            {
                "event": lambda event: event.with_user(self.sam).write({"user_id": self.omar.id}),
                "session's list": lambda event: (
                    self.session_of(event).with_user(self.sam).write({"provider_id": self.omar.id})
                ),
                "with another time": lambda event: event.with_user(self.sam).write(
                    {"user_id": self.omar.id, "start": soon(days=3), "stop": soon(days=3, hours=1)}
                ),
            },
        )

    def test_each_way_of_booking_makes_one_meeting(self):
        events = self.as_user("calendar.event", self.dana)

        def quick_create():
            form = Form(
                events.with_context(
                    default_telehealth=True, default_start=soon(days=3), default_stop=soon(days=3, hours=1)
                ),
                view="calendar.view_calendar_event_form_quick_create",
            )
            form.telehealth_label = "Quick"
            form.save()

        def form():
            with Form(events) as one:
                one.telehealth = True
                one.start = soon(days=3)
                one.stop = soon(days=3, hours=1)

        values = {"name": "By code", "start": soon(days=3), "stop": soon(days=3, hours=1)}
        for name, book in {
            "form": form,
            "quick create": quick_create,
            "code": lambda: events.create(values | {"telehealth": True}),
            "code as superuser": lambda: events.sudo().create(values | {"telehealth": True, "user_id": self.dana.id}),
            "duplicate": lambda: self.session(start=soon(days=90)).event_id.copy(values),
            "a plain event switched on": lambda: events.create(values).write({"telehealth": True}),
            "session": lambda: self.as_user("telehealth.session", self.dana).create(
                {"start": soon(days=3), "stop": soon(days=3, hours=1)}
            ),
        }.items():
            with self.subTest(name):
                book()
                self.assertEqual(self.changes(), MADE)

    def test_what_other_modules_book_is_no_session(self):
        self.sunrise.telehealth_default = True
        event = self.as_user("calendar.event", self.dana).create(
            {"name": "Leave", "start": soon(days=3), "stop": soon(days=3, hours=1)}
        )
        self.assertFalse(event.telehealth)
        self.assertEqual(self.changes(), NOTHING)

    def test_edits_of_many_make_as_many_changes_and_no_more(self):
        events = self.booked() | self.booked() | self.booked()
        for edit, expected in (
            ({"name": "All"}, NOTHING),
            ({"start": soon(days=4), "stop": soon(days=4, hours=1)}, MOVED),
            ({"active": False}, REMOVED),
            ({"active": True}, MADE),
        ):
            with self.subTest(edit=edit):
                events.write(edit)
                self.assertEqual(self.changes(), expected * 3)

    def test_what_is_held_or_was_is_never_changed_at_zoom(self):
        for state in ("live", "ended"):
            event = self.booked()
            self.session_of(event).with_context(from_calendar_event=True).write({"state": state})
            with self.subTest(state=state):
                event.write({"start": soon(days=4), "stop": soon(days=4, hours=1)})
                self.assertEqual(self.changes(), NOTHING)

    def test_what_is_past_is_never_changed_at_zoom(self):
        event = self.booked()
        with self.clock_moved(days=3):
            self.simulator.control("POST", "tokens", action="expire_access")
            event.write({"start": soon(days=-1, hours=1), "stop": soon(days=-1, hours=2)})
            self.drain()
            self.assertFalse(self.simulator.calls("PATCH", "DELETE", "POST", path="/v2/"))

    def test_that_a_meeting_is_gone_is_believed_when_a_read_says_so_too(self):
        """R6."""
        event = self.booked()
        [meeting] = self.session_of(event).meeting_ids
        gone = {"status": 404, "body": {"code": 3001, "message": "x"}}
        self.simulator.fault("status", path="/v2/meetings/*", method="PATCH", **gone)
        event.write({"start": soon(days=4), "stop": soon(days=4, hours=1)})
        self.work()
        self.assertEqual(meeting.state, "live", "a read finds it, so it is no other meeting's turn")
        with self.clock_moved(hours=2):
            self.simulator.control("POST", "tokens", action="expire_access")
            self.drain()
        self.assertEqual((meeting.state, meeting.start), ("live", soon(days=4)))
        self.assertFalse(self.simulator.calls("POST", path="/v2/users"))
        self.assertEqual(len(self.simulator.meetings()), 1)


class TestCancellingWhateverZoomAnswers(EditCase):
    def test_no_error_stands_in_the_way_and_the_meeting_goes_later(self):
        """R9: cancelling, deleting and archiving; then tried until done."""
        for name, kind, keys in (
            ("401", "status", {"status": 401, "body": {"code": 124, "message": "x"}}),
            ("403", "status", {"status": 403, "body": {"code": 200, "message": "x"}}),
            ("404", "status", {"status": 404, "body": {"code": 1001, "message": "x"}}),
            ("404 without a code", "status", {"status": 404, "body": {}}),
            ("429", "status", {"status": 429, "body": {"code": 429, "message": "x"}}),
            ("500", "status", {"status": 500, "body": {}}),
            ("no answer", "answer_lost", {"effect": False}),
            ("a hanging answer", "hang", {"effect": False}),
            ("a connection cut off", "reset", {}),
            ("a proxy's page", "html", {"effect": False}),
            ("an empty answer", "empty", {"effect": False, "status": 502}),
        ):
            for cancel in ("action_archive", "unlink"):
                event = self.booked()
                session = self.session_of(event)
                [meeting] = session.meeting_ids
                self.simulator.fault(kind, path="/v2/meetings/*", method="DELETE", times=9, **keys)
                with self.subTest(answer=name, cancel=cancel), patch.object(tasks, "PATIENCE", Timeouts(1.0, 0.5, 1.0)):
                    getattr(event, cancel)()
                    self.assertEqual(session.state, "cancelled")
                    self.work()
                    self.assertEqual(session.state, "cancelled")
                    self.assertIn(meeting.state, ("leaving", "gone"))
                    self.simulator.control("DELETE", "faults")
                    with self.clock_moved(hours=2):
                        self.simulator.control("POST", "tokens", action="expire_access")
                        self.drain()
                    self.assertEqual(meeting.state, "gone")
                    self.assertEqual(self.simulator.meetings(), [])
                self.simulator.reset()
                self.connect(self.dana, DANA)
