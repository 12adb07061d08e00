"""A session with a meeting, and the addresses at which people come to it."""

from .common import ANAS_TITLE, BENS_TITLE, TelehealthHttpCase, soon


class SessionRoutesCase(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danas = cls.session_of(cls.book(cls.dana, [cls.ana, cls.eve], ANAS_TITLE, start=soon(hours=2)))
        cls.omars = cls.session_of(cls.book(cls.omar, [cls.ben], BENS_TITLE, start=soon(hours=3)))
        cls.connection = cls.connection_row(cls.dana, cls.app, "zoom-dana")
        cls.meeting = cls.meeting_row(cls.danas, cls.connection)
        cls.join = f"/telehealth/join/{cls.danas.token}"
        cls.start = f"/telehealth/start/{cls.danas.token}"
        cls.page = f"/my/sessions/{cls.danas.token}"

    def connect_dana(self):
        """Give Dana a connection at the simulator and this session a meeting there."""
        token_set, zoom_user = self.simulator.grant(f"{self.base_url()}/zoom_telehealth/oauth/callback")
        self.connection.write({"zoom_user_id": zoom_user.id, "scopes": " ".join(token_set.scopes)})
        self.env["zoom.connection.token"]._store(self.connection, token_set)
        made = self.simulator.control("POST", "meetings", email=zoom_user.email, topic="T", type=2, duration=50)
        self.meeting.zoom_id = str(made["id"])
        self.simulator.forget_calls()

    def enter(self, csrf=True, **options):
        """Press Join: post the form of the client's page."""
        data = {}
        if csrf:
            self.url_open(self.page)  # a page is what hands out the token
            data["csrf_token"] = self.csrf_token()
        return self.url_open(f"{self.join}/enter", data=data or {"x": "y"}, allow_redirects=False, **options)

    def csrf_token(self):
        page = self.url_open("/my/account").text
        return page.split('csrf_token: "')[1].split('"')[0]
