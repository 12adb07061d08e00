"""Meetings that a provider made by hand in Zoom are listed outside the user's transaction and become sessions."""

import json

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tools import mute_logger

from ..zoom import tasks
from ..zoom.payloads import MeetingSeen
from ..zoom.transport import new_session
from .common import HELP_PHONE, TelehealthHttpCase, soon
from .reconciler_case import ReconcilerCase
from .simulator import DANA, NO_ANSWERS

TOPIC = "Follow-up with Anabel Q."


def hand_made(simulator, start, **body):
    """Make a meeting as on Zoom's own page; returns its id as text."""
    values = {"topic": TOPIC, "type": 2, "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}", "duration": 45, **body}
    return str(simulator.control("POST", "meetings", email=DANA, **values)["id"])


class TestTakingMeetingsOver(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connection = self.connect(self.dana, DANA)

    def look(self):
        tokens = self.env["zoom.connection.token"]
        with new_session() as session:
            listed = list(self.connection._client(session, tokens._access_token(self.connection)).upcoming_meetings())
        return self.env["zoom.found.meeting"]._keep(self.connection, self.sunrise, listed)

    def take_over(self, found, *clients):
        mine = found.with_user(self.dana).with_context(allowed_company_ids=self.sunrise.ids)
        mine.client_ids = [client.partner_id.id for client in clients or (self.ana,)]
        return mine.action_take_over()

    def test_a_hand_made_meeting_becomes_the_sessions_and_is_told_what_it_must_be(self):
        start = soon(days=3)
        zoom_id = hand_made(self.simulator, start)
        found = self.look()
        self.assertEqual((found.topic, found.start, found.minutes, found.repeats), (TOPIC, start, 45, False))
        self.simulator.forget_calls()
        action = self.take_over(found)
        self.assertEqual(self.simulator.calls(), [], "not in the user's transaction")
        self.assertFalse(found.exists(), "its topic is erased")
        session = self.env["telehealth.session"].browse(action["res_id"])
        self.assertEqual((session.label, session.start, session.minutes), (TOPIC, start, 45))
        self.assertEqual((session.provider_id, session.client_ids), (self.dana, self.ana.partner_id))
        self.assertEqual(list(self.work().values()), [tasks.UPDATE])
        meeting = self.meeting_of(session)
        self.assertEqual((meeting.zoom_id, meeting.state, meeting.agreed_version), (zoom_id, "live", session.version))
        self.assertTrue(meeting.join_link)
        [at_zoom] = self.simulator.meetings()
        self.assertIn(meeting.reference, at_zoom["topic"])
        self.assertNotIn("Anabel", json.dumps(at_zoom))
        self.assertTrue(at_zoom["settings"]["waiting_room"])
        self.assertEqual(at_zoom["password"], meeting.passcode)

    def test_ours_and_past_ones_are_not_listed_and_a_second_look_forgets_the_first(self):
        ours = self.session(start=soon(days=1))
        self.work()
        hand_made(self.simulator, soon(days=2))
        first = self.look()
        self.assertEqual(len(first), 1)
        self.assertNotIn(self.meeting_of(ours).zoom_id, first.mapped("zoom_id"))
        second = self.look()
        self.assertFalse(first.exists())
        self.assertEqual(len(second), 1)

    def test_one_that_repeats_is_left_alone_and_the_session_gets_its_own(self):
        # As Zoom lists each time of it; the simulator holds single meetings only.
        listed = {"id": 81234567890, "topic": TOPIC, "type": 8, "start_time": f"{soon(days=2):%Y-%m-%dT%H:%M:%SZ}"}
        found = self.env["zoom.found.meeting"]._keep(self.connection, self.sunrise, [MeetingSeen.from_answer(listed)])
        self.assertTrue(found.repeats)
        action = self.take_over(found)
        self.assertIn("left alone", action["params"]["message"])
        session = self.env["telehealth.session"].browse(action["params"]["next"]["res_id"])
        self.assertEqual(list(self.work().values()), [tasks.CREATE])
        self.assertNotEqual(self.meeting_of(session).zoom_id, "81234567890")
        self.assertEqual(self.simulator.calls(path="81234567890"), [])

    def test_before_it_is_taken_over_the_page_says_what_becomes_of_links_sent_before(self):
        arch = etree.fromstring(self.env["zoom.found.meeting"].get_view(view_type="list")["arch"])
        said = {one.get("invisible"): one.get("confirm") for one in arch.xpath("//button[@name='action_take_over']")}
        self.assertEqual(set(said), {"repeats", "not repeats"})
        self.assertIn("let nobody in any more", said["repeats"])
        self.assertIn("still lead there", said["not repeats"])

    def test_gone_meanwhile_the_session_gets_another(self):
        zoom_id = hand_made(self.simulator, soon(days=3))
        action = self.take_over(self.look())
        self.simulator.control("DELETE", f"meetings/{zoom_id}")
        self.work()
        self.work()
        session = self.env["telehealth.session"].browse(action["res_id"])
        self.assertEqual(self.meeting_of(session).state, "live")
        self.assertNotEqual(self.meeting_of(session).zoom_id, zoom_id)

    def test_twice_is_said_and_so_is_nobody(self):
        hand_made(self.simulator, soon(days=3))
        found = self.look()
        twin = found.copy({"topic": TOPIC})
        with self.assertRaisesRegex(UserError, "Choose who comes"):
            found.with_user(self.dana).action_take_over()
        self.take_over(found)
        with self.assertRaisesRegex(UserError, "a session's already"):
            self.take_over(twin)

    def test_what_was_found_is_the_providers_alone_and_encrypted(self):
        hand_made(self.simulator, soon(days=3))
        found = self.look()
        for user in (self.omar, self.sam, self.mia, self.eve, self.ada, self.ana, self.otto):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                found.with_user(user).read(["topic"])
        with self.assertRaises(UserError):
            found.with_user(self.dana).write({"zoom_id": "1"})
        self.env.flush_all()
        self.env.cr.execute("SELECT topic FROM zoom_found_meeting WHERE id = %s", [found.id])
        self.assertNotIn("Anabel", self.env.cr.fetchone()[0])


class TestListing(TelehealthHttpCase):
    def look(self, **more):
        address = f"/zoom_telehealth/found/{self.sunrise.id}"
        return self.visit(address, data={"csrf_token": Request.csrf_token(self), **more})

    def test_a_link_from_elsewhere_asks_and_writes_nothing(self):
        self.simulator.reset()
        self.env["zoom.connection"]._store_grant(
            self.dana, self.app, *self.simulator.grant(self.app._redirect_uri(), DANA)
        )
        self.simulator.forget_calls()
        self.sign_in(self.dana)
        self.assertEqual(self.visit(f"/zoom_telehealth/found/{self.sunrise.id}").status_code, 405)
        with mute_logger("odoo.http"):
            self.assertEqual(self.look(csrf_token="forged").status_code, 400)
        self.assertEqual(self.simulator.calls(), [])
        action = self.as_user("res.users", self.dana).action_zoom_find_meetings()
        self.assertEqual(action["tag"], "zoom_telehealth.post_page")

    def test_the_providers_click_lists_and_leads_to_the_list(self):
        self.simulator.reset()
        token_set, zoom_user = self.simulator.grant(self.app._redirect_uri(), DANA)
        self.env["zoom.connection"]._store_grant(self.dana, self.app, token_set, zoom_user)
        hand_made(self.simulator, soon(days=3))
        self.sign_in(self.dana)
        answer = self.look()
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("action_zoom_found_meeting"))
        self.assertEqual(self.env["zoom.found.meeting"].search([]).mapped("topic"), [TOPIC])
        for kind, keys, words in NO_ANSWERS:
            self.simulator.fault(kind, path="/v2/users/me/meetings", times=9, **keys)
            with self.subTest(kind=kind, **keys):
                page = self.look()
                self.assertIn(words, page.text)
                self.assertIn('method="post"', page.text)
                self.assertIn(HELP_PHONE, page.text)
            self.simulator.control("DELETE", "faults")

    def test_a_refused_zoom_app_is_not_the_providers_to_mend(self):
        self.simulator.reset()
        self.connection_row(self.dana, self.app, "zoom-dana")
        self.app.client_secret = "another-secret"
        self.simulator.fault("status", path="/v2/users/me/meetings", times=9, status=401, body={"code": 124})
        self.sign_in(self.dana)
        page = self.look().text
        self.assertIn("Zoom does not accept the practice", page)
        self.assertNotIn("Reconnect Zoom", page)

    def test_who_is_not_connected_is_told_and_nobody_else_has_such_a_page(self):
        self.sign_in(self.omar)
        self.assertIn("Reconnect Zoom", self.look().text)
        for user in (self.sam, self.mia, self.eve, self.ada, self.ana, self.otto):
            self.sign_in(user)
            with self.subTest(user=user.login):
                self.assertEqual(self.look().status_code, 404)
        self.sign_in(None)
        self.assertIn("/web/login", self.look().headers["Location"])
