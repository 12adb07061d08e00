"""Where a session is held: the defaults, the link that a provider typed, and who may read it."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import ANAS_TITLE, TelehealthCase, soon
from .event_case import EventCase
from .reconciler_case import ReconcilerCase
from .simulator import DANA

LINK = "https://video.example/room/dana?pwd=manual-secret"
OWN_LINK = "https://video.example/own/dana-own-secret"
OTHERS_LINK = "https://video.example/own/omar-own-secret"
# What is refused, and a word of the sentence that says why.
REFUSED = (
    ("http://video.example/room", "https"),
    ("ftp://video.example/room", "https"),
    ("javascript:alert(1)", "https"),
    ("video.example/room", "https"),
    ("//video.example/room", "https"),
    ("https:///room", "names no server"),
    ("https://", "names no server"),
    ("https:video.example", "names no server"),
    ("https://?x=1", "names no server"),
    ("https://.example/room", "names no server"),
    ("https://dana:secret@video.example/room", "user name"),
    ("https://dana@video.example/room", "user name"),
    ("https://@video.example/room", "user name"),
    ("https://video.example\\@evil.example/room", "spaces"),
    ("https://video.example/a room", "spaces"),
    ("https://video.example/room\r\nSet-Cookie: a=b", "spaces"),
    ("https://video.example/\x00", "spaces"),
    ("https://video.example/" + "a" * 2000, "2000"),
    ("https://video.example:port/room", "cannot be read"),
    ("https://[::1/room", "cannot be read"),
)
TAKEN = (
    LINK,
    "https://meet.example:8443/a/b;c?d=e&f=%20#g",
    "HTTPS://Video.Example/Room",
    "https://intranet/room",
    "https://vidéo.example/salle",
)


class TestDefaultPlace(TelehealthCase):
    def place(self, provider=None, **values):
        return self.session_of(self.book(provider or self.dana, [self.ana], **values)).place

    def test_without_zoom_it_is_the_practices_place_and_with_it_zoom(self):
        self.sunrise.telehealth_place = "discuss"
        self.assertEqual(self.place(), "discuss")
        connection = self.connection_row(self.dana, self.app, "zoom-dana")
        self.assertEqual(self.place(), "zoom")
        self.assertEqual(self.place(self.omar), "discuss", "Omar has not connected")
        connection._mark("disconnected", "person")
        self.assertEqual(self.place(), "discuss")

    def test_who_books_no_sessions_does_not_learn_by_it_who_connected_zoom(self):
        self.sunrise.telehealth_place = "discuss"
        self.connection_row(self.dana, self.app, "zoom-dana")
        event = self.as_user("calendar.event", self.dana).create(
            {"name": "Lunch", "start": soon(days=1), "stop": soon(days=1, hours=1)}
        )
        others = event.copy()
        others.user_id = self.omar
        for user, places in ((self.sam, ["zoom", "discuss"]), (self.eve, ["zoom", "zoom"])):
            seen = (event | others).with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            with self.subTest(user=user.login):
                self.assertEqual(seen.mapped("telehealth_place"), places)

    def test_a_service_and_a_person_say_otherwise(self):
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.service.place = "in_person"
        self.assertEqual(self.place(telehealth_service_id=self.service.id), "in_person")
        self.assertEqual(self.place(telehealth_service_id=self.service.id, telehealth_place="manual"), "manual")
        self.service.place = False
        self.assertEqual(self.place(telehealth_service_id=self.service.id), "zoom")

    def test_the_forms_begin_with_it_and_follow_the_provider(self):
        self.sunrise.telehealth_place = "discuss"
        self.connection_row(self.dana, self.app, "zoom-dana")
        form = Form(self.as_user("telehealth.session", self.sam))
        form.provider_id = self.dana
        self.assertEqual(form.place, "zoom")
        form.provider_id = self.omar
        self.assertEqual(form.place, "discuss")
        event = Form(self.as_user("calendar.event", self.sam).with_context(default_telehealth=True))
        event.user_id = self.dana
        self.assertEqual(event.telehealth_place, "zoom")
        event.user_id = self.omar
        self.assertEqual(event.telehealth_place, "discuss")

    def test_an_event_that_becomes_a_session_gets_it_too(self):
        self.sunrise.telehealth_place = "discuss"
        event = self.as_user("calendar.event", self.dana).create(
            {"name": "A talk", "start": soon(hours=3), "stop": soon(hours=4)}
        )
        event.telehealth = True
        self.assertEqual(self.session_of(event).place, "discuss")


class TestManualLink(EventCase):
    def manual(self, link=LINK, **values):
        session = self.danas.with_user(self.dana)
        session.write({"place": "manual", "manual_link": link, **values})
        return session

    def test_what_is_no_complete_link_is_refused_with_a_sentence_that_does_not_quote_it(self):
        for link, word in REFUSED:
            for owner in ("session", "preferences"):
                with self.subTest(link=link[:60], owner=owner), self.env.cr.savepoint() as savepoint:
                    with self.assertRaises(ValidationError) as caught:
                        if owner == "session":
                            self.manual(link)
                        else:
                            self.dana.with_user(self.dana).telehealth_own_link = link
                        self.env.flush_all()
                    self.assertIn(word, str(caught.exception))
                    self.assertNotIn("video.example", str(caught.exception))
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_a_complete_link_is_kept_as_it_is(self):
        for link in TAKEN:
            with self.subTest(link=link):
                self.assertEqual(self.manual(f"  {link}\n").manual_link, link)
                self.assertEqual(self.danas._join_link(), link)

    def test_a_sessions_own_link_is_no_video_link(self):
        with self.assertRaisesRegex(ValidationError, "session's own link"):
            self.manual(self.danas.join_url.replace("http://", "https://"))

    def test_it_is_stored_encrypted_and_nowhere_else(self):
        self.manual()
        self.dana.with_user(self.dana).telehealth_own_link = OWN_LINK
        self.env.flush_all()
        for table in ("telehealth_session", "telehealth_video_link", "calendar_event", "res_users", "mail_message"):
            self.env.cr.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            [[rows]] = self.env.cr.fetchall()
            with self.subTest(table=table):
                self.assertNotIn("secret", rows or "")
                self.assertNotIn("video.example", rows or "")
        self.assertEqual(self.event.videocall_location, self.danas.join_url)

    def test_it_is_in_no_field_of_the_event_and_in_no_calendar_file(self):
        self.manual()
        event = self.event.with_user(self.dana)
        self.assertNotIn("manual-secret", str(event.read()))
        calendar_file = self.event._get_ics_file()[self.event.id].decode()
        self.assertNotIn("manual-secret", calendar_file.replace("\r\n ", ""))
        self.assertIn("/telehealth/join/", calendar_file.replace("\r\n ", ""))

    def test_those_who_may_edit_the_session_read_and_change_it(self):
        self.manual()
        for user in (self.dana, self.sam, self.mia):
            with self.subTest(user=user.login):
                session = self.as_user("telehealth.session", user).browse(self.danas.id)
                self.assertEqual(session.manual_link, LINK)
                session.manual_link = LINK
        for user in (self.omar, self.eve, self.ada, self.otto, self.max, self.ana):
            session = self.as_user("telehealth.session", user).browse(self.danas.id)
            with self.subTest(user=user.login), mute_logger("odoo.addons.base.models.ir_rule"):
                with self.assertRaises(AccessError):
                    session.read(["manual_link"])
                with self.assertRaises(AccessError):
                    session.manual_link = OWN_LINK

    def test_a_new_session_is_made_with_it(self):
        session = self.as_user("telehealth.session", self.dana).create(
            {"place": "manual", "manual_link": LINK, "start": soon(days=1), "stop": soon(days=1, hours=1)}
        )
        self.assertEqual((session.manual_link, session.place), (LINK, "manual"))
        self.assertEqual(session.meeting_status, "ready")

    def test_without_one_the_providers_own_is_used_and_none_is_said_plainly(self):
        session = self.manual(False)
        self.assertEqual(session.meeting_status, "waiting")
        self.assertIn("There is no video link yet", session.meeting_sentence)
        self.dana.with_user(self.dana).telehealth_own_link = OWN_LINK
        self.env.invalidate_all()
        self.assertEqual((session.meeting_status, self.danas._join_link()), ("ready", OWN_LINK))
        self.manual(LINK)
        self.assertEqual(self.danas._join_link(), LINK, "what was typed for a session goes first")

    def test_an_own_link_is_its_owners_alone(self):
        self.dana.with_user(self.dana).telehealth_own_link = OWN_LINK
        self.omar.with_user(self.omar).telehealth_own_link = OTHERS_LINK
        self.env.invalidate_all()
        self.assertEqual(self.dana.with_user(self.dana).telehealth_own_link, OWN_LINK)
        for user in (self.omar, self.sam, self.mia, self.ada):
            with self.subTest(user=user.login):
                self.assertFalse(self.dana.with_user(user).telehealth_own_link)
        with self.assertRaises(AccessError):
            self.dana.with_user(self.env.ref("base.user_admin")).telehealth_own_link = OTHERS_LINK
        self.dana.with_user(self.dana).telehealth_own_link = False
        self.assertFalse(self.dana.sudo().telehealth_link_ids)

    def test_a_hand_over_does_not_lead_into_the_former_providers_room(self):
        self.manual()
        self.omar.with_user(self.omar).telehealth_own_link = OTHERS_LINK
        self.danas.with_user(self.sam).provider_id = self.omar
        self.assertEqual(self.danas._join_link(), OTHERS_LINK)

    def test_a_session_that_is_over_keeps_its_link(self):
        self.manual()
        with self.clock_at(self.danas.start):
            self.danas._mark_live()
            self.danas.with_user(self.dana).manual_link = OWN_LINK
            self.danas.with_user(self.dana).action_finish()
            with self.assertRaises(UserError):
                self.danas.with_user(self.dana).manual_link = LINK
        self.assertEqual((self.danas.state, self.danas.manual_link), ("ended", OWN_LINK))


class TestLiveElsewhere(EventCase):
    def test_it_ends_by_itself_with_its_window(self):
        for place in ("manual", "discuss"):
            session = self.session_of(self.book(self.dana, [self.ana], telehealth_place=place))
            with self.clock_at(session.start):
                session._mark_live()
            self.assertEqual(session.state, "live")
            with self.clock_at(session.stop + timedelta(minutes=14)):
                session._end_unasked()
                self.assertEqual(session.state, "live", "the window is open")
            with self.clock_at(session.stop + timedelta(minutes=16)):
                session._end_unasked()
            self.assertEqual((session.state, session.ended_at), ("ended", session.stop))

    def test_only_who_may_edit_it_finishes_it(self):
        self.danas.with_user(self.dana).place = "manual"
        with self.clock_at(self.danas.start):
            self.danas._mark_live()
            for user in (self.omar, self.eve, self.otto):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    self.danas.with_user(user).action_finish()
            self.danas.with_user(self.sam).action_finish()
        self.assertEqual(self.danas.state, "ended")


class TestPlaceAndZoom(ReconcilerCase):
    def test_another_place_removes_the_meeting_and_zoom_brings_one_back(self):
        self.connect(self.dana, DANA)
        session = self.session(title=ANAS_TITLE)
        self.work()
        first = self.meeting_of(session).zoom_id
        self.assertTrue(first)
        for place in ("manual", "discuss", "in_person"):
            with self.subTest(place=place):
                session.with_user(self.dana).place = place
                self.work()
                self.assertFalse(self.simulator.meetings())
                self.assertFalse(self.meeting_of(session))
                session.with_user(self.dana).place = "zoom"
                self.work()
                [meeting] = self.simulator.meetings()
                self.assertEqual(self.meeting_of(session).zoom_id, str(meeting["id"]))
                self.assertNotEqual(self.meeting_of(session).zoom_id, first)
        creates = self.simulator.calls("POST", path="/meetings")
        self.assertEqual(len(creates), 4)

    def test_a_session_that_never_was_on_zoom_makes_no_call(self):
        self.connect(self.dana, DANA)
        for place in ("manual", "discuss", "in_person"):
            self.session(telehealth_place=place)
        self.assertFalse(self.work())
        self.assertFalse(self.simulator.calls())
