"""Sessions by audio: cameras off at Zoom, and the phone where Zoom gives numbers for it."""

from datetime import timedelta

from odoo.tests import Form
from odoo.tools import mute_logger

from .common import TelehealthCase, soon
from .reconciler_case import ReconcilerCase
from .session_routes_case import SessionRoutesCase
from .simulator import BEA, DANA

DIAL_IN = '[[["New York, US", "+1 6465550100"], ["Belgium", "+32 25550100"]], "482913"]'


class TestModality(TelehealthCase):
    def test_it_comes_from_the_person_the_service_or_the_practice(self):
        self.assertEqual(self.session_of(self.book(self.dana)).modality, "video")
        self.sunrise.telehealth_modality = "audio"
        self.assertEqual(self.session_of(self.book(self.dana)).modality, "audio")
        self.service.modality = "video"
        by_service = self.book(self.dana, telehealth_service_id=self.service.id)
        self.assertEqual(self.session_of(by_service).modality, "video")
        said = self.book(self.dana, telehealth_service_id=self.service.id, telehealth_modality="audio")
        self.assertEqual(self.session_of(said).modality, "audio")

    def test_forms_begin_with_it_and_follow_the_service(self):
        self.service.modality = "audio"
        form = Form(self.as_user("telehealth.session", self.dana))
        self.assertEqual(form.modality, "video")
        form.start = soon(days=1)
        form.service_id = self.service
        self.assertEqual(form.modality, "audio")
        self.assertEqual(form.save().event_id.telehealth_modality, "audio")

    def test_each_occurrence_of_a_series_has_it(self):
        event = self.book(
            self.dana,
            [self.ana],
            telehealth_modality="audio",
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
        )
        sessions = event.sudo().recurrence_id.calendar_event_ids.telehealth_session_ids
        self.assertEqual(sessions.mapped("modality"), ["audio"] * 3)


class TestAudioAtZoom(ReconcilerCase):
    def at_zoom(self):
        [meeting] = self.simulator.meetings()
        return meeting["settings"]["host_video"], meeting["settings"]["participant_video"]

    def test_cameras_are_off_and_a_change_reaches_zoom_as_one_patch(self):
        self.connect(self.dana, DANA)
        session = self.session(telehealth_modality="audio")
        self.work()
        self.assertEqual(self.at_zoom(), (False, False))
        self.assertFalse(self.meeting_of(session).unmet)
        for modality, cameras in (("video", True), ("audio", False)):
            version, zoom_id = session.version, self.meeting_of(session).zoom_id
            self.simulator.forget_calls()
            session.with_user(self.dana).modality = modality
            self.assertEqual(session.version, version + 1)
            self.work()
            with self.subTest(modality=modality):
                self.assertEqual(self.at_zoom(), (cameras, cameras))
                self.assertEqual(self.meeting_of(session).zoom_id, zoom_id)
                self.assertEqual(len(self.simulator.calls("PATCH")), 1)
                self.assertFalse(self.simulator.calls("POST", "DELETE", path="/meetings"))

    def test_dial_in_is_kept_for_audio_alone_where_zoom_gives_numbers(self):
        self.connect(self.dana, DANA)
        session = self.session()
        self.work()
        self.assertFalse(self.meeting_of(session).dial_in, "what nobody needs is not kept")
        session.with_user(self.dana).modality = "audio"
        self.work()
        self.assertIn("+1 6465550100", self.meeting_of(session).dial_in)
        self.env.cr.execute("SELECT dial_in FROM zoom_meeting WHERE id = %s", [self.meeting_of(session).id])
        self.assertNotIn("6465550100", self.env.cr.fetchone()[0])
        with self.clock_at(session.start):
            told = session._dial_in()
        self.assertEqual(told["meeting"].replace(" ", ""), self.meeting_of(session).zoom_id)
        self.assertRegex(told["passcode"], r"^\d{6}$")
        session.with_user(self.dana).modality = "video"
        self.work()
        self.assertFalse(self.meeting_of(session).dial_in)

    def test_an_account_without_numbers_offers_no_phone(self):
        self.connect(self.omar, BEA)
        session = self.session(provider=self.omar, clients=[self.ben], telehealth_modality="audio")
        self.work()
        self.assertEqual(self.at_zoom(), (False, False))
        with self.clock_at(session.start):
            self.assertTrue(session._join_link())
            self.assertFalse(session._dial_in())


class TestDialInPage(SessionRoutesCase):
    def setUp(self):
        super().setUp()
        self.danas.with_user(self.dana).modality = "audio"
        self.meeting.write({"dial_in": DIAL_IN, "agreed_version": self.danas.version})

    def page_at(self, moment):
        with self.clock_at(moment):
            return " ".join(self.url_open(self.page).text.split())

    def test_numbers_and_passcode_stand_there_inside_the_window_alone(self):
        self.sign_in(self.ana)
        for moment, shown in (
            (self.danas.start - timedelta(minutes=16), False),
            (self.danas.start - timedelta(minutes=14), True),
            (self.danas.stop + timedelta(minutes=16), False),
        ):
            page = self.page_at(moment)
            with self.subTest(moment=moment):
                for word in ("tel:+1 6465550100", "New York, US", "482913", "Or come in by phone"):
                    self.assertEqual(word in page, shown)
                self.assertIn("no camera is needed", page)
                with self.clock_at(moment):
                    self.assertEqual(bool(self.danas._dial_in()), shown)
        listed = self.url_open("/my/sessions").text
        self.assertNotIn("482913", listed)

    def test_a_session_by_video_elsewhere_or_without_video_shows_none(self):
        self.sign_in(self.ana)
        for change in ({"modality": "video"}, {"place": "manual", "modality": "audio"}):
            self.danas.with_user(self.dana).write(change)
            with self.subTest(change=change):
                self.assertNotIn("482913", self.page_at(self.danas.start))
        self.danas.with_user(self.dana).place = "zoom"
        self.connection.state = "revoked"
        self.assertNotIn("482913", self.page_at(self.danas.start))

    @mute_logger("odoo.http")
    def test_others_see_none_of_it(self):
        for user in (self.ben, self.omar, self.cleo):
            self.sign_in(user)
            self.assertNotIn("482913", self.page_at(self.danas.start))
