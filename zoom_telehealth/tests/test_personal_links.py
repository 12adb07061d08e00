"""A link of one's own at the click on Join: the least of names, kept nowhere, and never the reason for a shut door."""

from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from ..controllers import personal_link
from ..controllers.minute_limit import MinuteLimit
from ..zoom import features
from ..zoom.personal_link import LIFE_SECONDS
from .common import ANA, HELP_PHONE
from .session_routes_case import SessionRoutesCase
from .simulator import DANA
from .test_places import LINK

SCOPE = "meeting:write:invite_links"
ANAS_INITIALS, EVES_INITIALS = "A. Q.", "E. E."


class PersonalLinkCase(SessionRoutesCase):
    """Dana's session with Ana and the guest Eve; its door is open, and the practice has the feature on."""

    def setUp(self):
        super().setUp()
        self.simulator.reset()
        self.enterContext(self.clock_at(self.danas.start - timedelta(minutes=10)))
        self.connect_dana()
        self.sunrise.telehealth_join_links = True
        self.a_fresh_minute()

    def a_fresh_minute(self):
        """Forget how often people pressed Join; all tests together press it often."""
        limit = MinuteLimit(personal_link.MOST_A_MINUTE)
        self.enterContext(patch.object(personal_link, "_limit", limit))

    def press_join(self, user=None):
        """Press Join, and return where it leads."""
        self.sign_in(user or self.ana)
        answer = self.url_open(f"{self.join}/enter", data={"csrf_token": self.csrf_token()}, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.env.invalidate_all()
        return answer

    def asked(self):
        return self.simulator.calls("POST", path="/invite_links")

    def assertStored(self, answer):
        """Expect that it leads to the meeting's own join link, in no other way than ever."""
        self.assertEqual(answer.headers["Location"], self.meeting.join_link)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def assertPersonal(self, answer):
        """Expect a link of the participant's own to the same meeting."""
        location = answer.headers["Location"]
        self.assertIn("tk=", location)
        self.assertEqual(urlsplit(location).path, f"/j/{self.meeting.zoom_id}")
        return location


class TestPersonalLink(PersonalLinkCase):
    def test_a_participant_gets_a_link_made_at_this_click_with_their_initials(self):
        """R24."""
        for user, initials in ((self.ana, ANAS_INITIALS), (self.eve, EVES_INITIALS)):
            self.simulator.forget_calls()
            with self.subTest(user=user.login):
                answer = self.press_join(user)
                self.assertPersonal(answer)
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
                [call] = self.simulator.calls(path="/v2/")
                self.assertEqual(call["path"], f"/v2/meetings/{self.meeting.zoom_id}/invite_links")
                self.assertEqual(call["body"], {"attendees": [{"name": initials}], "ttl": LIFE_SECONDS})

    def test_the_link_is_kept_nowhere_and_shown_nowhere(self):
        stored = self.meeting.join_link
        with self.assertLogs(level="DEBUG") as logs:
            answer = self.press_join()
        link = self.assertPersonal(answer)
        secret = link.split("tk=")[1]
        told = "\n".join(record.getMessage() for record in logs.records)
        self.assertIn("invite_links", told)
        for hidden in ("tk=", secret, "pwd=", ANAS_INITIALS, ANA, self.meeting.zoom_id):
            with self.subTest(hidden=hidden):
                self.assertNotIn(hidden, told.replace(f"/v2/meetings/{self.meeting.zoom_id}/invite_links", ""))
        page = self.url_open(self.page).text
        for hidden in ("tk=", secret, "pwd=", self.simulator.url):
            self.assertNotIn(hidden, page)
        self.assertEqual(self.meeting.join_link, stored)
        for model in ("zoom.meeting", "telehealth.session", "telehealth.participant", "zoom.connection"):
            table = self.env[model]._table
            self.env.cr.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{secret[:40]}%"])
            self.assertEqual(self.env.cr.fetchone(), (0,), table)

    def test_two_of_one_session_with_equal_initials_are_told_apart(self):
        self.eve.partner_id.name = "Arno Quist"
        for user in (self.ana, self.eve):
            self.press_join(user)
        names = [call["body"]["attendees"][0]["name"] for call in self.asked()]
        self.assertEqual(sorted(names), [f"{ANAS_INITIALS} 1", f"{ANAS_INITIALS} 2"])

    def test_an_expired_access_token_is_renewed_for_the_click(self):
        self.simulator.control("POST", "tokens", action="expire_access")
        answer = self.press_join()
        self.assertPersonal(answer)
        self.assertEqual(len(self.simulator.calls(path="/oauth/token")), 1)

    def test_a_press_too_much_costs_zoom_no_call_and_the_client_nothing(self):
        most = personal_link.MOST_A_MINUTE
        self.enterContext(patch.object(personal_link, "_limit", MinuteLimit(most, clock=lambda: 60)))
        for _press in range(most):
            self.assertPersonal(self.press_join())
        for _press in range(3):
            self.assertStored(self.press_join())
        self.assertEqual(len(self.asked()), most)
        self.assertPersonal(self.press_join(self.eve))


class TestWhereThereIsNone(PersonalLinkCase):
    """Zoom is not asked, and what was true without the feature stays true."""

    def assertNotAsked(self):
        self.assertEqual(self.simulator.calls(), [])

    def test_switched_off_nothing_is_asked(self):
        self.sunrise.telehealth_join_links = False
        self.assertStored(self.press_join())
        self.assertNotAsked()

    def test_a_missing_scope_stops_it_by_its_name_and_no_client(self):
        """R10."""
        granted = self.connection.scopes
        self.connection.scopes = " ".join(sorted(set(granted.split()) - {SCOPE}))
        self.assertStored(self.press_join())
        self.assertNotAsked()
        [row] = [row for row in self.sunrise._telehealth_feature_rows() if row["feature"] == features.JOIN_LINKS]
        self.assertEqual((row["on"], row["works"]), (True, False))
        table = str(self.as_user("telehealth.settings", self.mia).create({}).feature_table)
        self.assertIn(f"<code>{SCOPE}</code>", table)
        self.assertIn("missing for Dana Reyes", table)

    def test_a_connection_that_does_not_work_is_not_asked(self):
        self.connection._mark("reconnect_needed", "grant_refused")
        self.assertStored(self.press_join())
        self.assertNotAsked()

    def test_a_participant_whose_name_has_no_letter_comes_in_by_the_meetings_own_link(self):
        self.ana.partner_id.name = "42"
        self.assertStored(self.press_join())
        self.assertNotAsked()

    def test_every_guard_of_the_door_holds_before_zoom_is_asked(self):
        stays = []
        self.meeting.shut_by = "waiting_room"
        stays.append(self.press_join())
        self.meeting.shut_by = "recording"
        stays.append(self.press_join())
        self.meeting.shut_by = False
        with self.clock_moved(minutes=-10):
            stays.append(self.press_join())
        with self.clock_moved(hours=3):
            stays.append(self.press_join())
        self.danas.confirmation = "awaiting"
        stays.append(self.press_join())
        self.danas.write({"confirmation": "confirmed", "state": "live", "fallback": "phone"})
        stays.append(self.press_join())
        self.danas.write({"state": "scheduled", "fallback": False})
        self.danas.event_id.action_archive()
        stays.append(self.press_join())
        for answer in stays:
            self.assertTrue(answer.headers["Location"].endswith(self.page))
        self.assertNotAsked()

    def test_whoever_does_not_come_to_the_session_has_zoom_asked_nothing(self):
        for user in (self.ben, self.dana, self.omar, self.mia):
            self.sign_in(user)
            data = {"csrf_token": self.csrf_token()}
            with self.subTest(user=user.login):
                self.assertEqual(self.url_open(f"{self.join}/enter", data=data).status_code, 404)
        self.assertNotAsked()

    def test_a_session_by_a_typed_link_leads_there(self):
        self.danas.with_user(self.dana).write({"place": "manual", "manual_link": LINK})
        self.assertEqual(self.press_join().headers["Location"], LINK)
        self.assertNotAsked()


class TestTroubleAtZoom(PersonalLinkCase):
    """Whatever Zoom says, the client comes in by the meeting's own link; what it costs in time: tests/system."""

    def assertComesIn(self):
        self.assertStored(self.press_join())
        self.assertEqual((self.connection.state, self.meeting.state), ("connected", "live"))

    def test_no_answer_of_zooms_keeps_a_client_outside(self):
        limited = {"code": 429, "message": "You have reached the maximum per-second rate limit for this API."}
        for kind, keys in (
            ("status", {"status": 500}),
            ("status", {"status": 429, "body": limited}),
            ("status", {"status": 400, "body": {"code": 3000, "message": "no"}}),
            ("status", {"status": 400, "body": {"code": 4711, "message": f"does not contain scopes:[{SCOPE}]"}}),
            ("status", {"status": 201, "body": {"attendees": [{"name": "x", "join_url": "http://elsewhere.example"}]}}),
            ("status", {"status": 401, "body": {"code": 124, "message": "Invalid access token."}}),
            ("reset", {}),
            ("html", {}),
            ("empty", {}),
        ):
            self.a_fresh_minute()
            self.simulator.fault(kind, path="/v2/**", times=None, **keys)
            with self.subTest(kind=kind, keys=keys):
                self.assertComesIn()
            self.simulator.control("DELETE", "faults")

    def test_a_renewal_is_not_begun_whose_answer_could_come_too_late(self):
        """R3: a token that Zoom rotated while nobody listened would cost the connection."""
        self.simulator.control("POST", "tokens", action="expire_access")
        self.simulator.fault("delay", path="/v2/**", seconds=1.5)
        self.assertComesIn()
        self.assertEqual(self.simulator.calls(path="/oauth/token"), [])

    def test_to_a_meeting_that_zoom_lost_nobody_is_led_and_it_is_looked_at(self):
        self.simulator.control("DELETE", f"meetings/{self.meeting.zoom_id}")
        self.assertFalse(self.meeting.hinted_at)
        for _press in range(2):
            self.assertTrue(self.press_join().headers["Location"].endswith(self.page))
        self.assertTrue(self.meeting.hinted_at)
        self.assertEqual((len(self.asked()), self.meeting.state), (1, "live"), "it is not asked for in vain again")
        page = self.url_open(self.page).text
        self.assertIn("Your video room is being prepared", page)
        self.assertNotIn("Join session", page)

    def test_a_meeting_of_which_zoom_said_so_once_alone_is_entered(self):
        """Rule 7: by its word about the link Zoom has no such meeting; to the question for it, it has, or is silent."""
        gone = {"code": 3001, "message": "Meeting does not exist."}
        for trouble in (None, "reset"):
            self.a_fresh_minute()
            self.simulator.fault("status", path="/v2/meetings/*/invite_links", status=404, body=gone, times=None)
            if trouble:
                self.simulator.fault(trouble, method="GET", path="/v2/meetings/*", times=None)
            with self.subTest(trouble=trouble):
                self.assertComesIn()
                self.assertFalse(self.meeting.missing)
            self.simulator.control("DELETE", "faults")

    def test_zooms_plain_word_alone_ends_the_connection_and_lets_the_client_in(self):
        """R3."""
        refused = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
        self.simulator.control("POST", "tokens", action="expire_access")
        self.simulator.fault("status", path="/oauth/token", times=9, status=400, body=refused)
        self.assertStored(self.press_join())
        self.assertEqual(self.connection.state, "misconfigured")
        self.simulator.control("DELETE", "faults")
        self.assertPersonal(self.press_join())
        self.assertEqual(self.connection.state, "connected")
        self.simulator.control("POST", "tokens", action="revoke", email=DANA)
        self.assertStored(self.press_join())
        self.assertEqual((self.connection.state, self.connection.reason), ("reconnect_needed", "grant_refused"))
        page = self.url_open(self.page).text
        self.assertIn("Join session", page)
        self.assertIn(HELP_PHONE, page)

    def test_a_connection_without_its_tokens_lets_the_client_in(self):
        self.env["zoom.connection.token"]._of(self.connection).unlink()
        self.assertComesIn()

    def test_what_nobody_foresaw_lets_the_client_in_and_quotes_nothing(self):
        self.meeting.zoom_id = "no number"
        with self.assertLogs("odoo.addons.zoom_telehealth.controllers.personal_link", "ERROR") as logs:
            self.assertComesIn()
        self.assertIn("ValueError in ", logs.output[0])
        self.assertNotIn("no number", logs.output[0])
