"""A provider's browser on its way to Zoom's consent page and back."""

from copy import copy

from .common import HELP_PHONE, TelehealthHttpCase
from .simulator import DANA

CONNECT = "/zoom_telehealth/oauth/connect"
CALLBACK = "/zoom_telehealth/oauth/callback"
DONE = "/zoom_telehealth/oauth/done"
TROUBLE = "/zoom_telehealth/oauth/trouble"


class ConnectingCase(TelehealthHttpCase):
    def setUp(self):
        super().setUp()
        self.simulator.reset()
        self.simulator.let_back_to(self.base_url() + CALLBACK)
        self.sign_in(self.dana)

    def to_zoom(self):
        """Choose Connect; returns the address of Zoom's consent page."""
        answer = self.visit(CONNECT)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer.headers["Location"]

    def come_back(self, address):
        """Follow Zoom's redirect to our callback; returns the page on which it ends."""
        answer = self.visit(address)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"].removeprefix(self.base_url()), DONE, "the address carries nothing")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        return self.url_open(DONE).text

    def connect(self, email=DANA, decision="allow"):
        return self.come_back(self.simulator.decide(self.to_zoom(), email, decision))

    def cookies_of_ways(self):
        """Return copies of the cookies that tie this browser to what it began at Zoom."""
        return [copy(cookie) for cookie in self.opener.cookies if cookie.name.startswith("zoom_telehealth_way_")]

    def bring_back(self, cookies):
        """Have this browser send these cookies again."""
        for cookie in cookies:
            self.opener.cookies.set_cookie(cookie)

    def assertEnds(self, page, words):
        """Expect a bad end's own page, with the help contact, and nothing saved."""
        self.assertIn(words, page)
        self.assertIn(HELP_PHONE, page)
        self.assertNotIn("Zoom is connected", page)
        self.assertNothingSaved()

    def assertNothingSaved(self):
        self.env.invalidate_all()
        self.assertFalse(self.env["zoom.connection"].search([]))
        self.assertFalse(self.env["zoom.connection.token"].search([]))

    def assertNothingKept(self):
        """Expect no token row and no token set at Zoom."""
        self.env.invalidate_all()
        self.assertFalse(self.env["zoom.connection.token"].search([]))
        self.assertFalse([one for one in self.simulator.control("GET", "state")["tokens"] if one["access_live"]])

    def zoom_state(self, user):
        """Return what the user's own preferences say of Zoom."""
        return self.as_user("res.users", user).browse(user.id).zoom_state
