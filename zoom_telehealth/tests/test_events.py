"""The calendar event and its session: one switch, a neutral face, one join route, and who keeps what."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from .. import clock
from .common import ANA, ANAS_TITLE, NEUTRAL, SERVICE, TelehealthCase, soon


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


class TestSwitch(EventCase):
    def test_booking_makes_one_session_with_what_was_booked(self):
        event = self.book(
            self.dana, [self.ana], ANAS_TITLE, telehealth_service_id=self.service.id, telehealth_place="zoom"
        )
        session = self.session_of(event)
        self.assertEqual(len(session), 1)
        self.assertEqual((session.label, session.service_id, session.place), (ANAS_TITLE, self.service, "zoom"))
        self.assertEqual((session.company_id, session.provider_id), (self.sunrise, self.dana))
        self.assertEqual((session.start, session.stop, session.state), (event.start, event.stop, "scheduled"))
        self.assertEqual(session.client_ids, self.ana.partner_id)
        self.assertEqual(session.minutes, 50)
        self.assertFalse(session.meeting_ids, "meetings are the reconciler's")

    def test_an_event_without_the_switch_has_no_session(self):
        event = self.plain_event()
        self.assertFalse(self.session_of(event))
        self.assertFalse(event.videocall_location)
        self.assertEqual(event.name, "Talk about grief")

    def test_switching_an_existing_event_on_moves_its_title_to_the_session(self):
        event = self.plain_event()
        event.telehealth = True
        session = self.session_of(event)
        self.assertEqual((event.name, session.label), (NEUTRAL, "Talk about grief"))
        self.assertEqual(session.client_ids, self.ana.partner_id)
        self.assertTrue(event.videocall_location.endswith(f"/telehealth/join/{session.token}"))

    def test_switching_off_cancels_and_switching_on_again_revives_the_same_session(self):
        version = self.danas.version
        self.event.telehealth = False
        self.assertEqual((self.danas.state, self.danas.version), ("cancelled", version + 1))
        self.event.telehealth = True
        self.assertEqual(self.session_of(self.event), self.danas)
        self.assertEqual(self.danas.state, "scheduled")
        self.assertTrue(self.event.videocall_location.endswith(self.danas.token), "the clients' link never changes")
        self.assertEqual(self.event.name, NEUTRAL)
        self.assertEqual(self.danas.label, ANAS_TITLE)

    def test_switching_off_leaves_an_event_that_nobody_takes_for_a_session(self):
        self.event.telehealth = False
        self.assertNotIn(
            "/telehealth/join/", self.event.videocall_location or "", "a link that leads to a cancelled session"
        )

    def test_several_events_are_switched_on_at_once(self):
        events = self.plain_event() | self.plain_event() | self.event
        events.write({"telehealth": True})
        self.assertEqual(len(events.sudo().telehealth_session_ids), 3)
        self.assertEqual(len(set(events.mapped("videocall_location"))), 3)

    def test_only_providers_and_schedulers_book_sessions(self):
        for user in (self.eve, self.ada):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.book(user)
            event = self.plain_event(user)
            with self.subTest(switched_on_by=user.login), self.assertRaises(AccessError):
                event.telehealth = True

    def test_plain_and_telehealth_events_of_one_call_come_back_in_order(self):
        values = []
        for number in range(6):
            value = self.event_values(self.dana, [self.ana], f"Title {number}", start=soon(days=number + 1))
            values.append(value | {"telehealth": number % 2 == 0})
        events = self.as_user("calendar.event", self.dana).create(values)
        self.assertEqual(events.mapped("telehealth"), [True, False] * 3)
        labels = [self.session_of(event).label or event.name for event in events]
        self.assertEqual(labels, [f"Title {number}" for number in range(6)])

    def test_the_practices_default_is_the_forms_alone(self):
        self.sunrise.telehealth_default = True
        events = self.as_user("calendar.event", self.dana)
        with Form(events) as form:
            self.assertTrue(form.telehealth)
            form.telehealth_label = "From the form"
        self.assertEqual(self.session_of(form.record).label, "From the form")
        self.assertFalse(self.plain_event().telehealth, "what other modules book is no session")
        self.assertFalse(Form(self.as_user("calendar.event", self.eve)).telehealth)
        self.sunrise.telehealth_zoom_allowed = False
        self.assertFalse(Form(events).telehealth)

    def test_the_switch_is_offered_where_the_practice_allows_zoom(self):
        fresh = self.as_user("calendar.event", self.dana).new({})
        self.assertTrue(fresh.telehealth_available)
        self.assertFalse(self.as_user("calendar.event", self.eve).new({}).telehealth_available)
        self.sunrise.telehealth_zoom_allowed = False
        self.assertFalse(self.as_user("calendar.event", self.dana).new({}).telehealth_available)

    def test_the_form_hands_the_title_over_when_the_switch_is_touched(self):
        form = Form(self.as_user("calendar.event", self.dana))
        form.name = "Typed before"
        form.telehealth = True
        self.assertEqual((form.name, form.telehealth_label), (NEUTRAL, "Typed before"))
        form.telehealth_service_id = self.service
        self.assertAlmostEqual(form.duration, 40 / 60)
        event = form.save()
        self.assertEqual(self.session_of(event).label, "Typed before")
        self.assertEqual(self.session_of(event).service_id, self.service)
        self.assertEqual(self.session_of(event).minutes, 40)


class TestNeutralFace(EventCase):
    def assertNeutral(self, event, label):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT name, description, location, videocall_location FROM calendar_event WHERE id = %s", [event.id]
        )
        row = self.env.cr.fetchone()
        self.assertEqual(row[0], NEUTRAL)
        self.assertNotIn("Grief", str(row))
        self.assertNotIn(ANA, str(row), "the clients' names are not written into the description")
        self.assertEqual(self.session_of(event).label, label)

    def test_a_title_given_at_create_or_write_goes_to_the_sessions_label(self):
        self.assertNeutral(self.event, ANAS_TITLE)
        self.event.write({"name": "Another title"})
        self.assertNeutral(self.event, "Another title")
        self.event.sudo().write({"name": "Synced by a calendar"})
        self.assertNeutral(self.event, "Synced by a calendar")
        self.event.write({"name": NEUTRAL})
        self.assertNeutral(self.event, "Synced by a calendar")

    def test_quick_create_and_name_create_are_neutral_too(self):
        events = self.as_user("calendar.event", self.dana).with_context(default_telehealth=True)
        form = Form(events, view="calendar.view_calendar_event_form_quick_create")
        form.telehealth_label = "Quick"
        event = form.save()
        self.assertNeutral(event, "Quick")
        event = events.create({"name": "By default", "start": soon(hours=1), "stop": soon(hours=2)})
        self.assertNeutral(event, "By default")

    def test_the_practice_chooses_the_neutral_name(self):
        self.sunrise.telehealth_event_name = "Appointment"
        event = self.book(self.dana, [self.ana], ANAS_TITLE)
        self.assertEqual(event.name, "Appointment")
        self.assertEqual(self.session_of(event).label, ANAS_TITLE)
        self.sunrise.telehealth_event_name = False
        self.assertEqual(self.book(self.dana).name, NEUTRAL)

    def test_those_who_may_see_the_session_see_its_title_and_all_others_the_neutral_name(self):
        event = self.book(self.dana, [self.ana, self.eve], ANAS_TITLE)
        shown = {}
        for user in (self.dana, self.sam, self.mia, self.eve, self.ana):
            shown[user.login] = self.as_user("calendar.event", user).browse(event.id).display_name
        self.assertEqual(
            shown, {"dana": ANAS_TITLE, "sam": ANAS_TITLE, "mia": ANAS_TITLE, "eve": NEUTRAL, "ana": NEUTRAL}
        )
        self.assertEqual(event.sudo().display_name, NEUTRAL, "mail subjects and message names are made as superuser")
        self.assertEqual(event.display_name, ANAS_TITLE, "and that is not remembered for others")

    def test_without_a_title_the_session_is_called_by_its_clients_and_service(self):
        event = self.book(self.dana, [self.ana], NEUTRAL, telehealth_service_id=self.service.id)
        self.assertFalse(self.session_of(event).label)
        self.assertEqual(event.display_name, f"{ANA} · {SERVICE}")
        self.assertEqual(self.session_of(self.book(self.dana, [], NEUTRAL)).display_name, NEUTRAL)

    def test_a_message_about_the_event_is_recorded_under_the_neutral_name(self):
        message = self.event.message_post(body="Note", message_type="comment")
        self.assertEqual(message.sudo().record_name, NEUTRAL)

    def test_the_video_link_is_the_join_route_whatever_is_written(self):
        route = self.event.videocall_location
        for value in ("https://zoom.us/j/123?pwd=x", False, "https://meet.google.com/x"):
            self.event.write({"videocall_location": value})
            self.assertEqual(self.event.videocall_location, route)
        event = self.book(self.dana, videocall_location="https://zoom.us/j/123")
        self.assertIn("/telehealth/join/", event.videocall_location)

    def test_no_calendar_sync_adds_a_link_of_its_own(self):
        """R23."""
        self.assertFalse(self.event._need_video_call())


class TestKeepingInStep(EventCase):
    def test_moving_cancelling_and_reviving_the_event_is_the_sessions(self):
        self.event.write({"start": soon(days=2), "stop": soon(days=2, hours=1)})
        self.assertEqual((self.danas.start, self.danas.stop), (soon(days=2), soon(days=2, hours=1)))
        self.event.action_archive()
        self.assertEqual(self.danas.state, "cancelled")
        self.event.action_unarchive()
        self.assertEqual(self.danas.state, "scheduled")

    def test_a_session_outlives_its_event(self):
        version = self.danas.version
        self.event.unlink()
        self.assertTrue(self.danas.exists())
        self.assertEqual((self.danas.state, self.danas.version), ("cancelled", version + 1))
        self.assertFalse(self.danas.event_id)
        self.assertEqual(self.danas.client_ids, self.ana.partner_id)
        with self.assertRaisesRegex(UserError, "Book a new one"):
            self.danas.with_user(self.dana).start = soon(days=3)

    def test_the_version_rises_with_what_zoom_is_told_and_with_nothing_else(self):
        for values, rises in (
            ({"start": soon(days=2), "stop": soon(days=2, hours=1)}, True),
            ({"start": soon(days=2), "stop": soon(days=2, hours=1)}, False),
            ({"telehealth_place": "in_person"}, True),
            ({"user_id": self.omar.id}, True),
            ({"name": "Renamed"}, False),
            ({"location": "Room 1"}, False),
            ({"description": "<p>x</p>"}, False),
            ({"partner_ids": [Command.link(self.ben.partner_id.id)]}, False),
            ({"telehealth_service_id": self.service.id}, False),
            ({"active": False}, True),
        ):
            before = self.danas.version
            with self.subTest(values=values):
                self.event.sudo().write(dict(values))
                self.assertEqual(self.danas.version - before, int(rises))

    def test_a_change_of_provider_hands_the_session_over(self):
        self.event.with_user(self.sam).write({"user_id": self.omar.id})
        self.assertEqual(self.danas.provider_id, self.omar)
        self.assertEqual(self.danas.participant_ids.provider_id, self.omar)
        self.assertTrue(self.danas.with_user(self.omar).has_access("read"))
        self.assertFalse(self.danas.with_user(self.dana).has_access("read"))

    def test_participants_follow_the_attendees(self):
        self.event.write({"partner_ids": [Command.link(self.ben.partner_id.id), Command.link(self.eve.partner_id.id)]})
        roles = {person.partner_id: person.role for person in self.danas.participant_ids}
        self.assertEqual(
            roles, {self.ana.partner_id: "client", self.ben.partner_id: "client", self.eve.partner_id: "guest"}
        )
        kept = self.danas.participant_ids.filtered(lambda person: person.partner_id == self.ana.partner_id)
        self.event.write({"partner_ids": [Command.unlink(self.ben.partner_id.id)]})
        self.assertEqual(self.danas.participant_ids.partner_id, (self.ana | self.eve).partner_id)
        self.assertIn(kept, self.danas.participant_ids, "who stays keeps their row")

    def test_what_was_held_keeps_its_own_times(self):
        held = {"start": self.danas.start, "stop": self.danas.stop}
        for state in ("live", "ended"):
            self.danas.with_context(from_calendar_event=True).write({"state": state})
            self.event.write({"start": soon(days=5), "stop": soon(days=5, hours=1)})
            self.event.action_archive()
            with self.subTest(state=state):
                self.assertEqual({"start": self.danas.start, "stop": self.danas.stop}, held)
                self.assertEqual(self.danas.state, state)
            self.event.action_unarchive()

    def test_a_duplicate_is_a_session_of_its_own_with_what_was_booked(self):
        self.event.write({"telehealth_service_id": self.service.id})
        copy = self.event.copy()
        session = self.session_of(copy)
        self.assertNotEqual(session, self.danas)
        self.assertNotEqual(session.token, self.danas.token)
        self.assertTrue(copy.videocall_location.endswith(session.token))
        self.assertEqual((session.label, session.service_id), (ANAS_TITLE, self.service))
        self.assertEqual(session.client_ids, self.ana.partner_id)

    def test_a_hidden_sessions_time_counts_as_busy_without_being_readable(self):
        partner = self.as_user("res.partner", self.eve).browse(self.dana.partner_id.id)
        busy = partner._get_busy_calendar_events(self.danas.start, self.danas.stop)
        self.assertIn(self.event.id, [event.id for events in busy.values() for event in events])
        with self.assertRaises(AccessError):
            self.as_user("calendar.event", self.eve).browse(self.event.id).read(["start"])

    def test_colleagues_are_shown_as_unavailable_during_a_hidden_session(self):
        start, stop = self.danas.start, self.danas.stop
        meeting = self.plain_event(
            self.eve, start=start, stop=stop, partner_ids=[Command.set((self.eve | self.dana).partner_id.ids)]
        )
        self.assertIn(self.dana.partner_id, meeting.unavailable_partner_ids)

    def test_saving_wakes_the_action_once_and_calls_nobody(self):
        """Rule 2."""
        self.simulator.reset()
        self.connection_row(self.dana, self.app, "zoom-dana")
        trigger = self.env["ir.cron.trigger"]
        cron = self.env.ref("zoom_telehealth.ir_cron_reconcile")
        self.env.cr.precommit.run()
        before = trigger.search_count([("cron_id", "=", cron.id)])
        events = self.as_user("calendar.event", self.dana).create(
            [self.event_values(self.dana, [self.ana], start=soon(days=day)) for day in range(1, 4)]
        )
        events[0].write({"start": soon(days=9), "stop": soon(days=9, hours=1)})
        events[1].action_archive()
        events[2].unlink()
        self.env.cr.precommit.run()
        self.env.cr.postcommit.run()
        self.assertEqual(trigger.search_count([("cron_id", "=", cron.id)]) - before, 1)
        self.assertEqual(self.simulator.calls(), [])
        self.assertFalse(self.env["zoom.meeting"].search([("session_id.event_id", "in", events.ids)]))


class TestSessionForm(EventCase):
    def test_a_new_session_makes_its_event(self):
        with Form(self.as_user("telehealth.session", self.dana)) as form:
            form.label = "Typed in the session's form"
            form.client_ids.add(self.ana.partner_id)
            form.service_id = self.service
            form.start = soon(days=1)
        session = form.record
        self.assertEqual(session.event_id.name, NEUTRAL)
        self.assertEqual(session.event_id.user_id, self.dana)
        self.assertEqual(session.event_id.partner_ids, (self.dana | self.ana).partner_id)
        self.assertEqual(session.event_id.start, soon(days=1))
        self.assertEqual(session.label, "Typed in the session's form")
        self.assertEqual(session.service_id, self.service)

    def test_a_services_minutes_and_place_are_taken_over(self):
        self.service.place = "in_person"
        form = Form(self.as_user("telehealth.session", self.dana))
        form.start = soon(days=1)
        form.service_id = self.service
        self.assertEqual((form.stop, form.place), (soon(days=1, minutes=40), "in_person"))

    def test_several_sessions_are_made_at_once_in_order(self):
        sessions = self.as_user("telehealth.session", self.sam).create(
            [
                {
                    "provider_id": provider.id,
                    "label": f"{number}",
                    "start": soon(days=number),
                    "stop": soon(days=number, hours=1),
                }
                for number, provider in enumerate((self.dana, self.omar, self.dana), 1)
            ]
        )
        self.assertEqual(sessions.mapped("label"), ["1", "2", "3"])
        self.assertEqual([session.provider_id for session in sessions], [self.dana, self.omar, self.dana])

    def test_editing_the_session_is_editing_its_event(self):
        session = self.danas.with_user(self.dana)
        session.write({"start": soon(days=4), "stop": soon(days=4, hours=1), "label": "Renamed"})
        self.assertEqual((self.event.start, self.event.stop), (soon(days=4), soon(days=4, hours=1)))
        self.assertEqual((session.label, self.event.name), ("Renamed", NEUTRAL))
        session.write({"client_ids": [Command.set(self.ben.partner_id.ids)]})
        self.assertEqual(self.event.partner_ids, (self.dana | self.ben).partner_id)
        self.assertEqual(session.client_ids, self.ben.partner_id)
        session.write({"place": "in_person"})
        self.assertEqual((session.place, self.event.telehealth_place), ("in_person", "in_person"))

    def test_editing_the_clients_keeps_the_guests(self):
        self.event.write({"partner_ids": [Command.link(self.eve.partner_id.id)]})
        self.danas.with_user(self.dana).client_ids = self.ben.partner_id
        self.assertEqual(self.event.partner_ids, (self.dana | self.ben | self.eve).partner_id)
        self.assertEqual(self.danas.participant_ids.partner_id, (self.ben | self.eve).partner_id)

    def test_a_change_of_provider_in_the_form_reaches_the_event_and_its_attendees(self):
        self.danas.with_user(self.sam).provider_id = self.omar
        self.assertEqual((self.event.sudo().user_id, self.danas.provider_id), (self.omar, self.omar))
        self.assertEqual(
            self.event.sudo().partner_ids, (self.omar | self.ana).partner_id, "who holds the session attends it"
        )
        self.assertEqual(self.danas.participant_ids.partner_id, self.ana.partner_id)

    def test_cancel_archives_the_event_and_leaves_one_who_was_cancelled_already(self):
        session = self.danas.with_user(self.sam)
        session.action_cancel()
        self.assertEqual((session.state, self.event.sudo().active), ("cancelled", False))
        session.action_cancel()
        self.assertEqual(session.state, "cancelled")

    def test_a_session_of_a_practices_own_service_alone(self):
        other = self.env["telehealth.service"].create({"name": "Harbour's", "company_id": self.harbour.id})
        with self.assertRaises(UserError):
            self.danas.service_id = other
            self.env.flush_all()


class TestWindow(EventCase):
    def test_the_door_opens_and_closes_by_the_practices_minutes(self):
        start, stop = self.danas.start, self.danas.stop
        for before, after in ((15, 15), (0, 0), (60, 5)):
            self.sunrise.write({"telehealth_minutes_before": before, "telehealth_minutes_after": after})
            second = timedelta(seconds=2)
            for moment, door in (
                (start - timedelta(minutes=before) - second, "before"),
                (start - timedelta(minutes=before) + second, "open"),
                (stop + timedelta(minutes=after) - second, "open"),
                (stop + timedelta(minutes=after) + second, "after"),
            ):
                with self.subTest(before=before, after=after, moment=moment), self.clock_at(moment):
                    self.assertEqual(self.danas._door(), door)

    def test_a_live_session_stays_open_and_an_ended_or_cancelled_one_is_shut(self):
        session = self.danas.with_context(from_calendar_event=True)
        for state, during, long_after in (
            ("live", "open", "open"),
            ("ended", "after", "after"),
            ("cancelled", "cancelled", "cancelled"),
        ):
            session.state = state
            for moment, door in ((self.danas.start, during), (self.danas.stop + timedelta(hours=5), long_after)):
                with self.subTest(state=state, moment=moment), self.clock_at(moment):
                    self.assertEqual(self.danas._door(), door)

    def test_start_is_offered_to_the_provider_while_the_session_may_be_held(self):
        for user, offered in ((self.dana, True), (self.sam, False), (self.mia, False)):
            self.assertEqual(self.danas.with_user(user).can_start, offered)
            self.danas.invalidate_recordset()
        with self.clock_at(self.danas.stop + timedelta(minutes=16)):
            self.assertFalse(self.danas.with_user(self.dana).can_start)

    def test_a_session_is_over_when_zoom_says_so_after_its_window_and_not_before(self):
        self.danas._mark_live()
        self.assertEqual(self.danas.state, "scheduled", "who looks in early opens no door")
        with self.clock_at(self.danas.start):
            self.danas._mark_live()
            self.assertEqual(self.danas.state, "live")
            self.danas._mark_not_running()
            self.assertEqual(self.danas.state, "scheduled", "the host may have left for a moment")
            self.danas._mark_live()
        with self.clock_at(self.danas.stop + timedelta(minutes=16)):
            self.danas._mark_not_running()
            self.assertEqual(self.danas.state, "ended")
            self.assertLess(abs(self.danas.ended_at - clock.now()), timedelta(seconds=5))
