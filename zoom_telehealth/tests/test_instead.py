"""What a practice offers where Zoom does not work: to both sides alike, by its name, and never by itself (R5)."""

from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from .common import HELP_PHONE, TelehealthCase, soon
from .event_case import EventCase
from .session_routes_case import SessionRoutesCase
from .test_places import LINK, OWN_LINK

PHONE = "+32 2 555 77 88"
PRACTICE_LINK = "https://video.example/practice?pwd=practice-secret"
LABEL = "Zoom is not available just now"


class TestWhenItIsOffered(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.meeting = cls.meeting_row(cls.danas, cls.connection)
        cls.sunrise.telehealth_fallback = "discuss"

    def offered(self, at=None):
        with self.clock_at(at or self.danas.start):
            self.env.invalidate_all()
            return self.danas._instead()

    def test_it_is_where_nobody_is_let_in_for_want_of_a_waiting_room(self):
        self.meeting.shut_by = "waiting_room"
        self.assertTrue(self.offered())
        self.meeting.shut_by = False
        self.assertFalse(self.offered())

    def test_while_zoom_works_nothing_is(self):
        self.assertFalse(self.offered())
        self.meeting.write({"failure": "limited", "next_try": soon(hours=3)})
        self.assertFalse(self.offered(), "a change that Zoom was not told yet leaves the meeting usable")
        self.meeting.write({"state": "wanted", "failure": False})
        self.assertFalse(self.offered(), "it is being made")

    def test_a_missing_meeting_that_could_not_be_made_is_a_reason_whatever_the_failure(self):
        for failure, _sentence in self.meeting._fields["failure"].selection:
            self.meeting.write({"state": "wanted", "failure": failure, "next_try": soon(hours=9)})
            with self.subTest(failure=failure):
                self.assertEqual(self.offered()["way"], "discuss")

    def test_no_video_at_present_is_a_reason(self):
        for state in ("disconnected", "revoked"):
            self.connection.state = state
            with self.subTest(state=state):
                self.assertEqual(self.offered()["way"], "discuss")
        self.connection.state = "connected"
        self.assertFalse(self.offered())
        self.sunrise.telehealth_zoom_allowed = False
        self.assertEqual(self.offered()["way"], "discuss")

    def test_a_start_that_failed_is_a_reason_until_one_succeeds(self):
        with self.clock_at(self.danas.start):
            self.danas._start_failed()
        self.assertEqual(self.offered()["way"], "discuss")
        with self.clock_at(self.danas.start + timedelta(minutes=2)):
            self.danas._mark_live()
        self.assertFalse(self.offered())

    def test_a_failure_of_before_the_window_or_before_a_move_is_none(self):
        self.danas._start_failed()
        self.assertFalse(self.offered(), "to prepare two hours before was no start")
        with self.clock_at(self.danas.start):
            self.danas._start_failed()
        self.event.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.assertFalse(self.offered(at=soon(days=3)))

    def test_it_is_offered_while_the_door_is_open_alone(self):
        self.connection.state = "revoked"
        for at, offered in (
            (self.danas.start - timedelta(minutes=16), False),
            (self.danas.start - timedelta(minutes=14), True),
            (self.danas.stop + timedelta(minutes=14), True),
            (self.danas.stop + timedelta(minutes=16), False),
        ):
            with self.subTest(at=at):
                self.assertEqual(bool(self.offered(at)), offered)
        self.event.action_archive()
        self.assertFalse(self.offered())

    def test_a_session_that_is_not_on_zoom_has_none(self):
        self.connection.state = "revoked"
        for place in ("manual", "discuss", "in_person"):
            self.danas.with_user(self.dana).place = place
            with self.subTest(place=place):
                self.assertFalse(self.offered())

    def test_only_what_can_be_had_is_offered(self):
        self.connection.state = "revoked"
        self.sunrise.telehealth_fallback = False
        self.assertFalse(self.offered())
        self.sunrise.telehealth_fallback = "phone"
        self.assertFalse(self.offered(), "no number")
        self.sunrise.telehealth_fallback_phone = PHONE
        self.assertEqual(self.offered()["phone"], PHONE)
        self.sunrise.telehealth_fallback = "manual"
        self.assertFalse(self.offered(), "no link")
        links = self.env["telehealth.video.link"]
        links._keep(self.sunrise, PRACTICE_LINK)
        self.assertTrue(self.offered())
        self.assertEqual(self.danas._instead_link(), PRACTICE_LINK)
        links._keep(self.dana, OWN_LINK)
        self.assertEqual(self.danas._instead_link(), OWN_LINK, "the provider's own goes first")

    def test_what_zoom_tells_late_does_not_end_a_session_held_otherwise(self):
        with self.clock_at(self.danas.start):
            self.danas._start_failed()
            self.danas._take_instead()
            room = self.danas.room_id
            self.danas._mark_not_running(True)
            self.assertEqual(self.danas.state, "live", "that Zoom's meeting does not run is no news")
            instance = self.env["zoom.meeting.instance"]._of(self.meeting, "uuid-of-a-look-in")
            instance.write({"started_at": self.danas.start, "ended_at": self.danas.start + timedelta(minutes=1)})
            self.danas._follow_instances()
            self.danas._mark_not_running(True)
            self.danas._lost_its_meeting()
        self.assertEqual((self.danas.state, self.danas.fallback), ("live", "discuss"))
        self.assertEqual(self.danas.room_id, room)
        self.assertEqual(self.danas.with_user(self.dana).meeting_status, "live")
        self.assertIn("Zoom did not work", self.danas.with_user(self.dana).meeting_sentence)

    def test_it_ends_with_its_window_though_zoom_has_a_meeting(self):
        with self.clock_at(self.danas.start):
            self.danas._start_failed()
            self.danas._take_instead()
        with self.clock_at(self.danas.stop + timedelta(minutes=16)):
            self.danas._end_unasked()
        self.assertEqual((self.danas.state, self.danas.fallback), ("ended", "discuss"), "how it was held is kept")
        self.assertFalse(self.danas.room_id)

    def test_while_people_talk_in_its_room_it_goes_on_for_an_hour_at_most(self):
        with self.clock_at(self.danas.start):
            self.danas._start_failed()
            self.danas._take_instead()
            member = self.danas.room_id.channel_member_ids[:1]
            self.env["discuss.channel.rtc.session"].create({"channel_member_id": member.id})
        for minutes, state in ((16, "live"), (59, "live"), (61, "ended")):
            with self.subTest(minutes=minutes), self.clock_at(self.danas.stop + timedelta(minutes=minutes)):
                self.danas._end_unasked()
                self.assertEqual(self.danas.state, state)


class TestInsteadPages(SessionRoutesCase):
    def setUp(self):
        super().setUp()
        self.sunrise.telehealth_fallback = "discuss"
        self.connection.state = "revoked"
        self.other_join, self.other_start = f"{self.join}/instead", f"{self.start}/instead"

    def post(self, address):
        return self.url_open(address, data={"csrf_token": self.csrf_token()}, allow_redirects=False)

    def page_of(self, user, address=None):
        self.sign_in(user)
        return " ".join(self.url_open(address or (self.start if user == self.dana else self.page)).text.split())

    def test_both_are_offered_the_same_by_its_name(self):
        links = self.env["telehealth.video.link"]
        links._keep(self.sunrise, PRACTICE_LINK)
        self.sunrise.telehealth_fallback_phone = PHONE
        for way, words in (("discuss", "a video room in Odoo"), ("manual", "another video service"), ("phone", PHONE)):
            self.sunrise.telehealth_fallback = way
            with self.subTest(way=way), self.clock_at(self.danas.start):
                for user in (self.ana, self.dana):
                    page = self.page_of(user)
                    self.assertIn(LABEL, page)
                    self.assertIn(words, page)
                    self.assertIn(HELP_PHONE, page)
                    self.assertNotIn("practice-secret", page)

    def test_nobody_is_offered_anything_while_zoom_works_or_the_door_is_shut(self):
        self.connection.state = "connected"
        with self.clock_at(self.danas.start):
            self.assertNotIn(LABEL, self.page_of(self.ana))
            self.sign_in(self.ana)
            self.assertTrue(self.post(self.other_join).headers["Location"].endswith(self.page))
        self.connection.state = "revoked"
        with self.clock_at(self.danas.start - timedelta(minutes=16)):
            for user in (self.ana, self.dana):
                self.assertNotIn(LABEL, self.page_of(user))
                answer = self.post(self.other_join if user == self.ana else self.other_start)
                self.assertNotIn("discuss", answer.headers["Location"])
        self.assertFalse(self.danas.room_id)

    def test_others_find_no_way(self):
        with self.clock_at(self.danas.start):
            for user in (self.ben, self.omar, self.mia, self.sam, self.otto, self.cleo):
                self.sign_in(user)
                with self.subTest(user=user.login):
                    for address in (self.other_join, self.other_start):
                        self.assertEqual(self.post(address).status_code, 404)
            self.sign_in(self.ana)
            self.assertEqual(self.post(self.other_start).status_code, 404)
            self.assertIn(self.visit(self.other_join).status_code, (404, 405))
            answer = self.url_open(self.other_join, data={"x": "y"}, allow_redirects=False)
            self.assertEqual(answer.status_code, 400, "a form of another site")

    def test_a_room_is_entered_once_the_provider_took_it(self):
        with self.clock_at(self.danas.start):
            page = self.page_of(self.ana)
            self.assertIn("the button to join appears here by itself", page)
            self.assertTrue(self.post(self.other_join).headers["Location"].endswith(self.page))
            self.sign_in(self.dana)
            answer = self.post(self.other_start)
            room = f"/discuss/channel/{self.danas.room_id.id}"
            self.assertTrue(answer.headers["Location"].endswith(room))
            self.assertEqual((self.danas.state, self.danas.fallback), ("live", "discuss"))
            page = self.page_of(self.ana)
            self.assertIn("This session is held without Zoom", page)
            self.assertIn("Join without Zoom", page)
            self.assertNotIn("Join session", page)
            self.assertTrue(self.post(self.other_join).headers["Location"].endswith(room))
            self.assertEqual(self.danas.room_id.channel_member_ids.partner_id, (self.dana | self.ana).partner_id)
            self.assertTrue(self.enter().headers["Location"].endswith(self.page), "nobody is at Zoom")

    def test_a_link_is_handed_out_at_the_click_alone(self):
        self.sunrise.telehealth_fallback = "manual"
        self.env["telehealth.video.link"]._keep(self.sunrise, PRACTICE_LINK)
        with self.clock_at(self.danas.start):
            for user, address in ((self.ana, self.other_join), (self.dana, self.other_start)):
                self.sign_in(user)
                answer = self.post(address)
                with self.subTest(user=user.login):
                    self.assertEqual((answer.status_code, answer.headers["Location"]), (303, PRACTICE_LINK))
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_by_phone_both_learn_the_number(self):
        self.sunrise.write({"telehealth_fallback": "phone", "telehealth_fallback_phone": PHONE})
        with self.clock_at(self.danas.start):
            self.sign_in(self.dana)
            self.assertIn(f"/odoo/telehealth.session/{self.danas.id}", self.post(self.other_start).headers["Location"])
            self.assertEqual((self.danas.state, self.danas.fallback), ("live", "phone"))
            page = self.page_of(self.ana)
            self.assertIn("held without Zoom", page)
            self.assertIn(f"tel:{PHONE}", page)

    def test_a_start_that_fails_at_zoom_offers_it_to_the_client_too(self):
        self.connection.state = "connected"
        with self.clock_at(self.danas.start):
            self.assertNotIn(LABEL, self.page_of(self.ana))
            self.simulator.fault("reset", path="/v2/meetings/*", times=9)
            page = self.page_of(self.dana)
            self.simulator.control("DELETE", "faults")
            self.assertIn(LABEL, page)
            self.assertIn(LABEL, self.page_of(self.ana))

    def test_nothing_switches_back_by_itself(self):
        """R5, the other way round: who is held otherwise is not led to Zoom by “Back to the meeting”."""
        with self.clock_at(self.danas.start):
            self.sign_in(self.dana)
            self.post(self.other_start)
            self.connection.state = "connected"
            page = self.page_of(self.dana)
            self.assertIn("This session is held without Zoom", page)
            self.assertIn("Try Zoom again", page)
            self.assertEqual(self.danas.fallback, "discuss")
            self.assertTrue(self.post(self.other_start).headers["Location"].endswith(str(self.danas.room_id.id)))

    def test_on_zoom_again_its_room_is_gone(self):
        with self.clock_at(self.danas.start):
            self.sign_in(self.dana)
            self.post(self.other_start)
            room = self.danas.room_id
            self.danas._mark_live()
        self.assertFalse(self.danas.fallback)
        self.assertFalse(room.exists())


class TestInsteadSettings(TelehealthCase):
    def test_a_manager_sets_it_and_the_link_is_stored_encrypted(self):
        with Form(self.as_user("telehealth.settings", self.mia)) as form:
            form.telehealth_place = "discuss"
            form.telehealth_fallback = "manual"
            form.telehealth_fallback_link = PRACTICE_LINK
        form.record.action_save()
        self.env.flush_all()
        self.assertEqual((self.sunrise.telehealth_place, self.sunrise.telehealth_fallback), ("discuss", "manual"))
        self.assertEqual(self.sunrise._telehealth_link(), PRACTICE_LINK)
        for table in ("telehealth_settings", "telehealth_video_link", "res_company"):
            self.env.cr.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            self.assertNotIn("practice-secret", self.env.cr.fetchall()[0][0] or "")
        again = Form(self.as_user("telehealth.settings", self.mia))
        self.assertEqual(again.telehealth_fallback_link, PRACTICE_LINK)
        again.telehealth_fallback_link = False
        again.save().action_save()
        self.assertFalse(self.sunrise._telehealth_link())

    def test_a_phone_without_a_number_and_no_real_link_are_refused(self):
        settings = self.as_user("telehealth.settings", self.mia)
        with self.assertRaisesRegex(UserError, "phone number"):
            settings.create({"telehealth_fallback": "phone"}).action_save()
        with self.assertRaisesRegex(ValidationError, "https"):
            settings.create(
                {"telehealth_fallback": "manual", "telehealth_fallback_link": "http://x.example"}
            ).action_save()

    def test_another_practices_manager_does_not_see_it(self):
        self.env["telehealth.video.link"]._keep(self.sunrise, PRACTICE_LINK)
        self.assertFalse(Form(self.as_user("telehealth.settings", self.max)).telehealth_fallback_link)
        for user in (self.sam, self.dana, self.ada):
            told = self.as_user("telehealth.settings", user).default_get(["telehealth_fallback_link"])
            self.assertNotIn("telehealth_fallback_link", told)

    def test_while_it_cannot_be_read_saving_keeps_it(self):
        self.env["telehealth.video.link"]._keep(self.sunrise, LINK)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.master_key(""):
            self.as_user("telehealth.settings", self.mia).create({"telehealth_zoom_allowed": False}).action_save()
        self.assertEqual(self.sunrise._telehealth_link(), LINK)
