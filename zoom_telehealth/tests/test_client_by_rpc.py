"""What a client gets who speaks to Odoo as a program does: of our models nothing, of the calendar the neutral face."""

from odoo.fields import Command
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from .common import ANA, ANAS_TITLE, BEN, BENS_TITLE, NEUTRAL, SERVICE, TelehealthHttpCase

MODELS = (
    "telehealth.session", "telehealth.participant", "telehealth.service", "zoom.app", "zoom.connection",
    "zoom.connection.token", "zoom.meeting", "zoom.data.key", "telehealth.settings",
    "telehealth.video.link", "telehealth.pos",
)  # fmt: skip


class TestClientByRpc(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A couple's session: both are attendees, and neither may learn the other's name by it.
        cls.event = cls.book(cls.dana, [cls.ana, cls.ben], ANAS_TITLE, telehealth_service_id=cls.service.id).sudo()
        cls.danas = cls.session_of(cls.event)
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.meeting = cls.meeting_row(cls.danas, cls.connection)
        cls.omars = cls.book(cls.omar, [cls.ben], BENS_TITLE).sudo()

    def setUp(self):
        super().setUp()
        self.sign_in(self.ana)

    def assertRefused(self, model, method, *args):
        with mute_logger("odoo.http"), self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self.call_kw(model, method, *args)

    def test_no_model_of_the_addon_answers_a_client(self):
        for model in MODELS:
            for method, args in (
                ("search_read", ([], ["id"])),
                ("search_count", ([],)),
                ("read", ([1], ["id"])),
                ("web_search_read", ([], {"id": {}})),
                ("formatted_read_group", ([], [], ["__count"])),
                ("create", ([{}],)),
                ("write", ([1], {})),
                ("unlink", ([1],)),
                ("name_search", ("",)),
            ):
                with self.subTest(model=model, method=method):
                    self.assertRefused(model, method, *args)

    def test_a_clients_own_event_shows_neutral_fields_alone(self):
        fields = self.call_kw("calendar.event", "fields_get")
        self.assertFalse([name for name in fields if name.startswith("telehealth_")], "all of it is for employees")
        words = (
            BEN,
            "ben@clients",
            ANAS_TITLE,
            SERVICE,
            "join-secret",
            self.meeting.zoom_id,
            self.meeting.reference,
            "/j/9",
        )
        for name in fields:
            with self.subTest(field=name), mute_logger("odoo.http"):
                try:
                    answer = str(self.call_kw("calendar.event", "read", [self.event.id], [name]))
                except JsonRpcException:
                    continue
                for word in words:
                    self.assertNotIn(word, answer)
        [row] = self.call_kw("calendar.event", "read", [self.event.id], ["name", "display_name", "videocall_location"])
        self.assertEqual((row["name"], row["display_name"]), (NEUTRAL, NEUTRAL))
        self.assertTrue(row["videocall_location"].startswith(f"{self.base_url()}/telehealth/join/"))

    def test_a_client_does_not_get_the_other_clients_name_through_the_event(self):
        for spec in (
            {"partner_ids": {"fields": {"name": {}, "email": {}}}},
            {"attendee_ids": {"fields": {"common_name": {}, "email": {}}}},
        ):
            with self.subTest(spec=spec), mute_logger("odoo.http"):
                try:
                    answer = self.call_kw("calendar.event", "web_read", [self.event.id], spec)
                except JsonRpcException:
                    continue
                self.assertNotIn(BEN, str(answer))
                self.assertNotIn("ben@clients", str(answer))
        for model, method, args in (
            ("res.partner", "read", ([self.ben.partner_id.id], ["name"])),
            ("calendar.attendee", "search_read", ([], ["common_name"])),
            ("res.partner", "get_attendee_detail", ([self.ben.partner_id.id], [self.event.id])),
        ):
            with self.subTest(method=f"{model}.{method}"):
                self.assertRefused(model, method, *args)

    def test_a_client_does_not_find_another_clients_event(self):
        for domain in ([], [("id", "=", self.omars.id)], [("user_id", "=", self.omar.id)]):
            with self.subTest(domain=domain):
                found = self.call_kw("calendar.event", "search_read", domain, ["id"])
                self.assertNotIn(self.omars.id, [row["id"] for row in found])
        self.assertRefused("calendar.event", "read", [self.omars.id], ["start"])
        self.assertRefused("calendar.event", "write", [self.event.id], {"location": "Mine"})

    def test_a_client_does_not_search_by_what_they_may_not_read(self):
        for leaf in ("telehealth_session_ids.state", "telehealth_company_id", "telehealth_session_ids"):
            with self.subTest(leaf=leaf):
                self.assertRefused("calendar.event", "search", [(leaf, "!=", False)])

    def test_messages_about_the_event_name_nobody_else(self):
        self.event.with_context(no_mail_to_attendees=False).write(
            {"partner_ids": [Command.link(self.cleo.partner_id.id)], "location": "Room 3"}
        )
        self.event.attendee_ids._send_invitation_emails()
        self.env.flush_all()
        for user in (self.ana, self.ben):
            self.sign_in(user)
            domain = [("model", "=", "calendar.event"), ("res_id", "=", self.event.id)]
            rows = self.call_kw("mail.message", "search_read", domain, ["body", "subject", "record_name", "email_from"])
            for other in {ANA, BEN} - {user.name}:
                with self.subTest(user=user.login):
                    self.assertNotIn(other, str(rows))
            self.assertNotIn(ANAS_TITLE, str(rows))
