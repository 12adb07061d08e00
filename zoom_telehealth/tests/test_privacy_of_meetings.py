"""How private meetings are made, that Zoom's word for it is read, and a door that is shut where it is not so (R17)."""

from datetime import timedelta

from odoo.exceptions import AccessError

from ..models.res_company_policy import DEMANDS
from ..models.res_users_policy import OWN_DEMANDS
from ..zoom import policy
from .common import HELP_PHONE, soon
from .reconciler_case import ReconcilerCase
from .session_routes_case import SessionRoutesCase
from .simulator import DANA
from .test_what_is_read_back import ReadBackCase

# What each demand is at Zoom: the setting's name, and its value with the demand and without.
AT_ZOOM = {
    policy.WAITING_ROOM: ("waiting_room", True, False),
    policy.NO_CHAT: ("continuous_meeting_chat", {"enable": False}, {"enable": True}),
    policy.NO_AI_COMPANION: ("auto_start_meeting_summary", False, True),
    policy.MUTED: ("mute_upon_entry", True, False),
    policy.CAMERA_OFF: ("participant_video", False, True),
}


class TestPolicy(ReadBackCase):
    def setting(self, name):
        return self.at_zoom()["settings"][AT_ZOOM[name][0]]

    def test_a_change_of_the_practices_policy_reaches_coming_meetings(self):
        version = self.booked.version
        for name, field in DEMANDS.items():
            _setting, with_it, without = AT_ZOOM[name]
            for demanded in (not self.sunrise[field], self.sunrise[field]):
                self.sunrise[field] = demanded
                with self.subTest(demand=name, demanded=demanded):
                    self.assertEqual(self.work_all(), ["update"])
                    self.assertEqual(self.setting(name), with_it if demanded else without)
        self.assertEqual(self.booked.version, version, "no session was touched")
        self.assertEqual(self.booked.meeting_status, "ready")

    def test_a_provider_demands_more_for_their_own_meetings(self):
        self.connect(self.omar, "omar.haddad@sunrise-practice.example")
        other = self.session(self.omar, [self.ben])
        self.work_all()
        self.as_user("res.users", self.dana).browse(self.dana.id).write({OWN_DEMANDS[policy.MUTED]: True})
        self.assertEqual(self.work_all(), ["update"])
        muted = {str(one["id"]): one["settings"]["mute_upon_entry"] for one in self.simulator.meetings()}
        self.assertEqual(muted, {self.meeting.zoom_id: True, self.meeting_of(other).zoom_id: False})

    def test_a_provider_cannot_loosen_what_the_practice_demands(self):
        self.sunrise[DEMANDS[policy.MUTED]] = True
        self.dana.write(dict.fromkeys(OWN_DEMANDS.values(), False))
        self.work_all()
        for name in (policy.WAITING_ROOM, policy.NO_CHAT, policy.NO_AI_COMPANION, policy.MUTED):
            self.assertEqual(self.setting(name), AT_ZOOM[name][1])

    def test_what_a_provider_demands_outlives_a_practice_that_demands_it_no_more(self):
        self.dana[OWN_DEMANDS[policy.WAITING_ROOM]] = True
        self.sunrise[DEMANDS[policy.WAITING_ROOM]] = False
        self.assertEqual(self.work_all(), [])
        self.assertTrue(self.setting(policy.WAITING_ROOM))

    def test_a_colleague_changes_nothing_of_it(self):
        for user in (self.omar, self.sam, self.eve, self.ana):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("res.users", user).browse(self.dana.id).write({"telehealth_own_muted": True})
        for user in (self.dana, self.sam, self.eve):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("res.company", user).browse(self.sunrise.id).write({"telehealth_waiting_room": False})

    def test_the_settings_form_saves_each_switch(self):
        form = self.as_user("telehealth.settings", self.mia).create({})
        self.assertEqual([form[field] for field in DEMANDS.values()], [True, True, True, False, False])
        form.write({field: not form[field] for field in DEMANDS.values()})
        form.action_save()
        self.assertEqual(self.sunrise.telehealth_policy, policy.policy_of([policy.MUTED, policy.CAMERA_OFF]))
        self.assertEqual(self.work_all(), ["update"])

    def test_a_change_of_policy_while_zoom_is_told_is_told_as_well(self):
        self.sunrise[DEMANDS[policy.MUTED]] = True
        claims = self.reconciler._claim(8)
        self.sunrise[DEMANDS[policy.CAMERA_OFF]] = True
        for meeting_id, outcome in self.reconciler._call(claims):
            self.reconciler._record(meeting_id, outcome)
        self.assertEqual(self.work_all(), ["update"])
        self.assertFalse(self.setting(policy.CAMERA_OFF))

    def test_a_waiting_room_demanded_just_now_shuts_the_door_until_zoom_has_it(self):
        self.sunrise[DEMANDS[policy.WAITING_ROOM]] = False
        self.work_all()
        self.assertTrue(self.booked._join_link())
        self.sunrise[DEMANDS[policy.WAITING_ROOM]] = True
        self.assertFalse(self.booked._join_link())
        self.work_all()
        self.assertTrue(self.booked._join_link())


class TestReadBack(ReadBackCase):
    def lock(self, *settings, method="PATCH"):
        return self.simulator.fault("drop_setting", path="/v2/**", method=method, times=None, settings=list(settings))

    def told(self):
        return len(self.simulator.calls("PATCH", path="/v2/meetings"))

    def test_a_meeting_made_without_the_waiting_room_lets_nobody_in(self):
        self.lock("waiting_room", "waiting_room_options", method="POST")
        another = self.session(start=soon(hours=5))
        self.work_all()
        self.assertEqual(self.meeting_of(another).shut_by, "waiting_room")
        self.assertFalse(another._join_link())
        self.assertEqual(another.meeting_status, "shut")
        self.assertIn("administrator", another.meeting_sentence)
        self.assertIn("waiting room", another.unmet_sentence)
        self.assertTrue(self.booked._join_link(), "the others' doors stay as they are")

    def test_a_waiting_room_lost_later_shuts_the_door_and_is_mended(self):
        self.change_at_zoom("PATCH", settings={"waiting_room": False})
        self.assertEqual(list(self.work().values()), ["read"])
        self.assertFalse(self.booked._join_link(), "before Zoom is told again")
        self.assertEqual(self.work_all(), ["update"])
        self.assertTrue(self.booked._join_link())
        self.assertEqual((self.booked.meeting_status, self.booked.unmet_sentence), ("ready", False))

    def test_a_recording_that_starts_by_itself_shuts_the_door_until_it_does_not(self):
        lock = self.lock("auto_recording")
        for kind in ("cloud", "local"):
            with self.subTest(kind=kind):
                self.change_at_zoom("PATCH", settings={"auto_recording": kind})
                self.work_all()
                self.assertEqual(self.meeting.shut_by, "recording")
                self.assertFalse(self.booked._join_link())
                self.assertIn("record", self.booked.meeting_sentence)
        self.simulator.control("DELETE", f"faults/{lock['id']}")
        self.booked.with_user(self.dana).action_tell_zoom_again()
        self.assertEqual(self.work_all(), ["update"])
        self.assertFalse(self.meeting.shut_by)
        self.assertTrue(self.booked._join_link())

    def test_what_is_no_danger_is_shown_and_shuts_nothing(self):
        self.lock("mute_upon_entry")
        self.sunrise.telehealth_muted = True
        self.work_all()
        self.assertIn("muted when coming in", self.booked.unmet_sentence)
        self.assertEqual(self.booked.meeting_status, "ready")
        self.assertTrue(self.booked._join_link())

    def test_zoom_is_told_again_before_the_session_and_not_in_circles(self):
        self.booked.event_id.write({"start": soon(days=9), "stop": soon(days=9, hours=1)})
        self.lock("waiting_room")
        self.change_at_zoom("PATCH", settings={"waiting_room": False})
        self.work_all()
        start, before = self.booked.start, self.told()
        for hours in range(-8 * 24, -24, 6):
            with self.clock_at(start + timedelta(hours=hours)):
                self.assertEqual(self.work_all(), [], hours)
        told = []
        for minutes in range(-24 * 60, 30, 30):
            with self.clock_at(start + timedelta(minutes=minutes, seconds=30)):
                self.meeting._hint()  # as Zoom's own event about each change does
                told += [minutes] * self.work_all().count("update")
        self.assertLessEqual(len(told), 6)
        self.assertEqual(self.told() - before, len(told))
        self.assertTrue(told and self.meeting.shut_by)

    def test_a_door_that_is_mended_in_zoom_by_hand_opens_also_after_the_start(self):
        self.lock("waiting_room")
        self.change_at_zoom("PATCH", settings={"waiting_room": False})
        self.work_all()
        with self.clock_at(self.booked.start + timedelta(minutes=2)):
            self.assertFalse(self.booked._join_link())
            self.change_at_zoom("PATCH", settings={"waiting_room": True})
            self.work_all()
            self.assertTrue(self.booked._join_link())

    def test_a_meeting_found_after_a_lost_answer_is_told_and_read_before_anybody_comes_in(self):
        self.lock("waiting_room", "waiting_room_options", method=None)
        self.simulator.fault("answer_lost", path="/v2/users/me/meetings", method="POST", times=1)
        another = self.session(start=soon(hours=5))
        self.work_all()
        with self.clock_moved(seconds=30):
            self.assertEqual(list(self.work().values()), ["look"])
            self.assertEqual(self.meeting_of(another).state, "live")
            self.assertFalse(another._join_link(), "adopted from a list, which tells no settings")
            self.work_all()
            self.assertFalse(another._join_link())

    def test_who_may_have_zoom_told_again(self):
        for user in (self.dana, self.sam, self.mia):
            self.as_user("telehealth.session", user).browse(self.booked.id).action_tell_zoom_again()
        for user in (self.omar, self.eve, self.ana, self.otto, self.max):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user("telehealth.session", user).browse(self.booked.id).action_tell_zoom_again()


class TestManyMeetings(ReconcilerCase):
    def test_a_change_of_policy_costs_the_same_for_one_session_and_for_a_hundred(self):
        connection = self.connect(self.dana, DANA)
        form = self.as_user("telehealth.settings", self.mia).create({})

        def cost():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            form.telehealth_muted = not form.telehealth_muted
            form.action_save()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        for turn in range(100):
            self.meeting_row(self.session(start=soon(days=1, minutes=turn)), connection)
        self.assertLessEqual(cost(), few)


class TestShutDoor(SessionRoutesCase):
    def test_the_clients_page_says_that_the_door_stays_closed_and_whom_to_call(self):
        self.sign_in(self.ana)
        with self.clock_at(self.danas.start):
            self.assertIn("Join session", self.url_open(self.page).text)
            self.meeting.shut_by = "waiting_room"
            page = self.url_open(self.page).text
            self.assertIn("The door stays closed for now", page)
            self.assertIn(HELP_PHONE, page)
            self.assertNotIn("Join session", page)
            self.assertTrue(self.enter().headers["Location"].endswith(self.page), "nor does the button's own route")

    def test_start_says_why_clients_cannot_come_in_and_who_mends_it(self):
        self.meeting.shut_by = "recording"
        self.sign_in(self.dana)
        with self.clock_at(self.danas.start):
            page = self.visit(self.start)
        self.assertEqual(page.status_code, 200)
        for words in ("Your clients cannot come in", "administrator", "Open the meeting alone", HELP_PHONE):
            self.assertIn(words, page.text)
        self.env.invalidate_all()
        self.assertEqual(self.danas.state, "scheduled")

    def test_a_provider_who_read_it_may_open_the_meeting_alone(self):
        self.meeting.shut_by = "recording"
        self.sign_in(self.dana)
        with self.clock_at(self.danas.start):
            self.assertNotIn("Your clients cannot come in", self.visit(self.start + "?alone=1").text)
