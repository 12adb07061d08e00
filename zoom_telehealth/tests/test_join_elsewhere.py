"""One join page and window for sessions that are not on Zoom: their links and rooms, and who comes in when."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import ANAS_TITLE, BEN, NEUTRAL
from .session_routes_case import SessionRoutesCase
from .test_places import LINK


class ElsewhereCase(SessionRoutesCase):
    place = "manual"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meeting.unlink()
        cls.danas.with_user(cls.dana).write({"place": cls.place, "manual_link": LINK})
        cls.before_window = cls.danas.start - timedelta(minutes=16)
        cls.in_window = cls.danas.start - timedelta(minutes=10)
        cls.after_window = cls.danas.stop + timedelta(minutes=16)

    def provider_starts(self):
        self.sign_in(self.dana)
        return self.visit(self.start)

    def assertStaysOnPage(self, answer):
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith(self.page))


class TestManualSession(ElsewhereCase):
    def test_start_and_join_lead_to_the_link_and_leave_no_trace(self):
        self.simulator.forget_calls()
        with self.clock_at(self.in_window):
            for user in (self.dana, self.ana, self.eve):
                self.sign_in(user)
                answer = self.visit(self.start) if user == self.dana else self.enter()
                with self.subTest(user=user.login):
                    self.assertEqual((answer.status_code, answer.headers["Location"]), (303, LINK))
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(self.danas.state, "live")
        self.assertEqual(len(self.simulator.calls()), 0)

    def test_outside_the_window_nobody_is_led_there(self):
        for moment in (self.before_window, self.after_window):
            with self.subTest(moment=moment), self.clock_at(moment):
                self.sign_in(self.ana)
                self.assertStaysOnPage(self.enter())
                page = self.provider_starts()
                self.assertEqual(page.status_code, 200)
                self.assertIn("This session cannot be started", page.text)
        self.assertEqual(self.danas.state, "scheduled")

    def test_others_find_neither_page_nor_door(self):
        for user in (self.ben, self.omar, self.erna, self.ada, self.otto, self.max, self.cleo):
            self.sign_in(user)
            token = self.csrf_token()
            with self.subTest(user=user.login), self.clock_at(self.danas.start):
                for address in (self.join, self.page, self.start):
                    self.assertEqual(self.url_open(address).status_code, 404)
                answer = self.url_open(f"{self.join}/enter", data={"csrf_token": token}, allow_redirects=False)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("manual-secret", answer.text)

    def test_the_page_names_no_link_and_says_what_follows(self):
        self.sign_in(self.ana)
        for moment, words in (
            (self.before_window, "You can come in from"),
            (self.in_window, "The video service of Dana Reyes opens in a new tab"),
            (self.after_window, "This session is over"),
        ):
            with self.subTest(moment=moment), self.clock_at(moment):
                page = " ".join(self.url_open(self.page).text.split())
                self.assertIn(words, page.replace("<t>", ""))
                self.assertEqual("Join session" in page, moment == self.in_window)
                for secret in ("video.example", "manual-secret", ANAS_TITLE, "Zoom opens"):
                    self.assertNotIn(secret, page)

    def test_without_a_link_both_are_told_so(self):
        with self.clock_at(self.in_window):
            self.sign_in(self.ana)
            self.assertIn("Join now", self.url_open("/my/sessions").text)
            self.danas.with_user(self.dana).manual_link = False
            self.assertNotIn("Join now", self.url_open("/my/sessions").text)
            self.assertIn("There is no video link yet", self.url_open(self.page).text)
            self.assertStaysOnPage(self.enter())
            self.assertIn("There is no video link yet", self.provider_starts().text)
        self.assertEqual(self.danas.state, "scheduled")

    def test_invitations_carry_the_join_route_alone(self):
        self.danas.event_id.with_context(no_mail_to_attendees=False).attendee_ids._send_invitation_emails()
        self.env.flush_all()
        mails = self.env["mail.mail"].search(
            [("model", "=", "calendar.event"), ("res_id", "=", self.danas.event_id.id)]
        )
        mails |= self.env["mail.mail"].search([("body_html", "like", self.danas.token)])
        self.assertTrue(mails)
        for mail in mails:
            self.assertNotIn("video.example", f"{mail.subject} {mail.body_html}")

    def test_finishing_leaves_the_door_open_until_the_planned_end(self):
        with self.clock_at(self.danas.start):
            self.provider_starts()
            self.danas.with_user(self.dana).action_finish()
            self.assertEqual(self.danas._door(), "open")
            self.assertEqual(self.provider_starts().headers["Location"], LINK)
            self.assertEqual(self.danas.state, "live")


class TestDiscussSession(ElsewhereCase):
    place = "discuss"

    def test_the_room_opens_when_the_provider_starts_and_takes_the_sessions_people_alone(self):
        with self.clock_at(self.in_window):
            self.sign_in(self.ana)
            page = " ".join(self.url_open(self.page).text.split())
            self.assertIn("Dana Reyes</t> has not opened the room yet".replace("</t>", ""), page)
            self.assertNotIn("Join session", page)
            self.assertStaysOnPage(self.enter())
            self.assertFalse(self.danas.room_id, "nobody but the provider opens it")

            answer = self.provider_starts()
            room = self.danas.room_id
            self.assertEqual((answer.status_code, self.danas.state), (303, "live"))
            self.assertEqual(answer.headers["Location"].removeprefix(self.base_url()), f"/discuss/channel/{room.id}")
            self.assertEqual(room.channel_member_ids.partner_id, self.dana.partner_id)
            self.assertEqual(self.url_open(answer.headers["Location"]).status_code, 200)

            for user in (self.ana, self.eve):
                self.sign_in(user)
                with self.subTest(user=user.login):
                    self.assertEqual(self.visit(f"/discuss/channel/{room.id}").status_code, 404, "not in yet")
                    self.assertIn("Join session", self.url_open(self.page).text)
                    answer = self.enter()
                    self.assertIn(f"/discuss/channel/{room.id}", answer.headers["Location"])
                    self.assertEqual(self.url_open(answer.headers["Location"]).status_code, 200)
                    self.enter()
            self.assertEqual(
                room.channel_member_ids.partner_id, self.dana.partner_id | self.ana.partner_id | self.eve.partner_id
            )
            for user in (self.ben, self.omar, self.mia, self.sam, None):
                self.sign_in(user)
                with self.subTest(user=user and user.login):
                    self.assertEqual(self.visit(f"/discuss/channel/{room.id}").status_code, 404)

    def test_who_is_taken_off_a_running_session_leaves_the_room_and_the_call(self):
        with self.clock_at(self.in_window):
            self.provider_starts()
            for user in (self.ana, self.eve):
                self.sign_in(user)
                self.enter()
            room = self.danas.room_id
            calls = self.env["discuss.channel.rtc.session"].create(
                [{"channel_member_id": member.id} for member in room.channel_member_ids]
            )
            eves = calls.filtered(lambda call: call.channel_member_id.partner_id == self.eve.partner_id)
            self.danas.event_id.with_user(self.dana).write({"partner_ids": [Command.unlink(self.eve.partner_id.id)]})
            self.assertEqual(self.danas.participant_ids.partner_id, self.ana.partner_id)
            self.assertEqual(room.channel_member_ids.partner_id, (self.dana | self.ana).partner_id)
            self.assertEqual(calls.exists(), calls - eves)
            self.assertEqual(self.visit(f"/discuss/channel/{room.id}").status_code, 404)
            self.assertEqual(self.enter().status_code, 404, "nor do they come in again")
            self.danas.event_id.with_user(self.dana).write({"partner_ids": [Command.link(self.eve.partner_id.id)]})
            self.assertEqual(self.enter().status_code, 303, "and are let in where they are asked back")
            self.assertNotIn("left", str(room.message_ids.mapped("body")))
            self.danas.with_user(self.dana).action_finish()
        self.danas.event_id.with_user(self.dana).write({"partner_ids": [Command.unlink(self.eve.partner_id.id)]})
        self.assertEqual(self.danas.participant_ids.partner_id, (self.ana | self.eve).partner_id, "they were there")

    def test_the_room_says_nothing_and_has_no_invitation(self):
        with self.clock_at(self.in_window):
            self.provider_starts()
            room = self.danas.room_id
            self.sign_in(self.ana)
            self.enter()
            page = self.url_open(f"/discuss/channel/{room.id}").text
        self.assertEqual((room.name, room.channel_type, room.uuid, room.description), (NEUTRAL, "group", False, False))
        self.assertNotIn(ANAS_TITLE, page)
        self.assertNotIn(BEN, page)
        self.sign_in(None)
        for token in ("False", "None", "false", ""):
            with self.subTest(token=token):
                self.assertEqual(self.visit(f"/chat/{room.id}/{token}").status_code, 404)
        for text in (ANAS_TITLE, "joined", "invited"):
            self.assertNotIn(text, str(room.message_ids.mapped("body")))

    def test_nobody_invites_others_into_it(self):
        with self.clock_at(self.in_window):
            self.provider_starts()
        room = self.danas.room_id.with_user(self.dana)
        for person in (self.omar, self.ben, self.sam):
            with self.subTest(person=person.login), self.assertRaises(UserError):
                room.add_members(partner_ids=person.partner_id.ids)
            with self.assertRaises(UserError):
                self.env["discuss.channel.member"].with_user(self.dana).create(
                    {"channel_id": room.id, "partner_id": person.partner_id.id}
                )
        with self.assertRaises(UserError):
            room.invite_by_email(["somebody@else.example"])
        guest = self.env["mail.guest"].create({"name": "A guest"})
        with self.assertRaises(UserError):
            room.sudo()._add_members(guests=guest)

    def test_it_has_no_threads_which_would_have_an_invitation_and_outlive_it(self):
        with self.clock_at(self.in_window):
            self.provider_starts()
        room = self.danas.room_id.with_user(self.dana)
        message = room.message_post(body="How was the week?", message_type="comment")
        with self.assertRaisesRegex(UserError, "no threads"):
            room._create_sub_channel(from_message_id=message.id)
        other = self.env["discuss.channel"].with_user(self.dana).create({"name": "Team", "channel_type": "group"})
        self.assertTrue(other._create_sub_channel(name="Lunch").parent_channel_id)

    def test_what_is_said_in_it_goes_with_it(self):
        with self.clock_at(self.danas.start):
            self.provider_starts()
            room = self.danas.room_id
            message = room.with_user(self.dana).message_post(body="How was the week?", message_type="comment")
            self.danas.with_user(self.dana).action_finish()
        self.assertFalse((room | self.danas.room_id).exists())
        self.assertFalse(message.exists())
        self.sign_in(self.ana)
        self.assertEqual(self.visit(f"/discuss/channel/{room.id}").status_code, 404)
        with self.clock_at(self.danas.start):
            self.provider_starts()
            self.assertTrue(self.danas.room_id, "one that ended too early goes on in a new one")
            self.danas.with_user(self.dana).action_finish()

    def test_the_room_goes_when_the_session_is_cancelled_or_held_elsewhere(self):
        for change in ({"telehealth_place": "manual"}, {"active": False}):
            # A room that was opened, of a session that then went back to scheduled.
            self.danas.event_id.write({"active": True})
            self.danas.with_user(self.dana).place = "discuss"
            self.danas._open_room()
            room = self.danas.room_id
            with self.subTest(change=change):
                self.danas.event_id.write(change)
                self.assertFalse(room.exists())

    def test_a_room_that_somebody_deleted_is_made_anew_at_the_next_start(self):
        with self.clock_at(self.danas.start):
            self.provider_starts()
            self.danas.room_id.unlink()
            self.env.invalidate_all()
            self.sign_in(self.ana)
            self.assertNotIn("Join session", self.url_open(self.page).text)
            self.provider_starts()
            self.assertTrue(self.danas.room_id)

    def test_other_rooms_are_as_they_were(self):
        group = self.env["discuss.channel"].with_user(self.dana)._create_group([self.dana.partner_id.id], name="Team")
        group.add_members(partner_ids=self.omar.partner_id.ids)
        self.assertIn(self.omar.partner_id, group.channel_member_ids.partner_id)
        self.assertTrue(group.uuid and group.avatar_128)


class TestPlainEvents(SessionRoutesCase):
    def test_in_person_there_is_no_door(self):
        self.danas.with_user(self.dana).place = "in_person"
        with self.clock_at(self.danas.start):
            self.sign_in(self.ana)
            page = self.url_open(self.page).text
            self.assertIn("held in person", page)
            self.assertNotIn("Join session", page)
            answer = self.enter()
            self.assertTrue(answer.headers["Location"].endswith(self.page))
            self.sign_in(self.dana)
            self.assertIn("This session cannot be started", self.visit(self.start).text)
