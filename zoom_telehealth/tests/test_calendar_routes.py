"""Core's token routes, which for a session are closed or show its one reader alone (decision 3)."""

from .common import ANA, ANAS_TITLE, BEN, HELP_PHONE, NEUTRAL, TelehealthHttpCase


class TestCalendarRoutes(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.event = cls.book(cls.dana, [cls.ana, cls.ben], ANAS_TITLE).sudo()
        cls.event.access_token = "event-token-of-a-session"
        cls.plain = cls.env["calendar.event"].create(
            {
                "name": "Lunch",
                "start": cls.event.start,
                "stop": cls.event.stop,
                "access_token": "event-token-of-a-lunch",
            }
        )

    def attendee(self, user):
        return self.event.attendee_ids.filtered(lambda attendee: attendee.partner_id == user.partner_id)

    def view(self, user, **options):
        attendee = self.attendee(user)
        return self.visit(f"/calendar/meeting/view?token={attendee.access_token}&id={self.event.id}", **options)

    def test_nobody_becomes_an_attendee_of_a_session_by_its_token(self):
        for user in (self.cleo, self.eve, self.omar, self.ana):
            self.sign_in(user)
            with self.subTest(user=user.login):
                answer = self.visit(f"/calendar/meeting/join?token={self.event.access_token}")
                self.assertEqual(answer.status_code, 404)
        self.assertEqual(len(self.event.attendee_ids), 3)
        self.sign_in(self.eve)
        self.visit(f"/calendar/meeting/join?token={self.plain.access_token}")
        self.plain.invalidate_recordset()
        self.assertIn(self.eve.partner_id, self.plain.partner_ids, "other events work as before")

    def test_the_videocall_route_leads_nowhere_for_a_session(self):
        for user in (None, self.cleo, self.ana, self.dana):
            self.sign_in(user)
            with self.subTest(user=user and user.login):
                self.assertEqual(self.visit(f"/calendar/join_videocall/{self.event.access_token}").status_code, 404)
        self.event.action_archive()
        self.assertEqual(self.visit(f"/calendar/join_videocall/{self.event.access_token}").status_code, 404)

    def test_the_page_behind_an_invitation_names_its_reader_and_the_provider_alone(self):
        for user in (None, self.ana):
            self.sign_in(user)
            with self.subTest(user=user and user.login):
                page = self.view(self.ana)
                self.assertEqual(page.status_code, 200)
                for shown in (ANA, "Dana Reyes", NEUTRAL, HELP_PHONE, self.event.videocall_location):
                    self.assertIn(shown, page.text)
                for hidden in (BEN, "ben@clients", ANAS_TITLE, "zoom.us", "pwd="):
                    self.assertNotIn(hidden, page.text)
                self.assertIn("no-store", page.headers["Cache-Control"])

    def test_somebody_else_who_is_signed_in_does_not_read_an_invitation(self):
        self.sign_in(self.cleo)
        page = self.view(self.ana)
        self.assertEqual(page.status_code, 400)
        self.assertNotIn("Dana Reyes", page.text)

    def test_the_page_is_in_the_readers_time_zone(self):
        self.event.write({"start": "2031-01-15 15:00:00", "stop": "2031-01-15 15:50:00"})
        self.sign_in(None)
        self.assertIn("10:00", self.view(self.ana).text)  # New York
        self.assertIn("8:30", self.view(self.ben).text)  # Kolkata

    def test_a_wrong_token_shows_nothing(self):
        self.sign_in(None)
        for token in ("nonsense", self.event.access_token):
            with self.subTest(token=token):
                answer = self.url_open(f"/calendar/meeting/view?token={token}&id={self.event.id}")
                self.assertNotIn(ANA, answer.text)
                self.assertNotIn(BEN, answer.text)

    def test_a_client_accepts_and_declines_by_the_invitations_buttons(self):
        self.sign_in(None)
        attendee = self.attendee(self.ana)
        for button, state, words in (("accept", "accepted", "You accepted"), ("decline", "declined", "You declined")):
            page = self.url_open(f"/calendar/meeting/{button}?token={attendee.access_token}&id={self.event.id}")
            attendee.invalidate_recordset()
            self.assertEqual(attendee.state, state)
            self.assertIn(words, page.text)
            self.assertNotIn(BEN, page.text)
