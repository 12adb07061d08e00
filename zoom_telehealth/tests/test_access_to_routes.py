"""Who gets in at which address: every route of the addon, every role, in two practices.

What each finds there is in the tests of the routes; the routes of the calendar that are extended have their own.
"""

from typing import NamedTuple

from odoo.http import Request

from .common import TelehealthHttpCase

SIGNED_IN = ("ana", "ben", "eve", "ada", "omar", "dana", "sam", "mia", "otto")
EVERYBODY = (None, *SIGNED_IN)


class Door(NamedTuple):
    """An address, how it is asked for, and the logins for whom it opens (None: a visitor)."""

    address: str
    method: str
    opens: tuple


DOORS = {
    "/telehealth/join/<string:token>": Door("/telehealth/join/{token}", "GET", ("ana", "dana", "sam", "mia")),
    "/telehealth/join/<string:token>/enter": Door("/telehealth/join/{token}/enter", "POST", ("ana",)),
    "/telehealth/join/<string:token>/instead": Door("/telehealth/join/{token}/instead", "POST", ("ana",)),
    "/telehealth/start/<string:token>": Door("/telehealth/start/{token}", "GET", ("dana",)),
    "/telehealth/start/<string:token>/instead": Door("/telehealth/start/{token}/instead", "POST", ("dana",)),
    "/telehealth/start/<string:token>/state": Door("/telehealth/start/{token}/state", "GET", ("dana",)),
    # Whoever signs in has a list, of their own sessions alone.
    "/my/sessions": Door("/my/sessions", "GET", SIGNED_IN),
    "/my/sessions/page/<int:page>": Door("/my/sessions/page/2", "GET", SIGNED_IN),
    "/my/sessions/<string:token>": Door("/my/sessions/{token}", "GET", ("ana",)),
    # These end on a page that says why not, for who has no business here.
    "/zoom_telehealth/oauth/connect": Door("/zoom_telehealth/oauth/connect", "GET", SIGNED_IN),
    "/zoom_telehealth/oauth/callback": Door("/zoom_telehealth/oauth/callback", "GET", EVERYBODY),
    "/zoom_telehealth/oauth/done": Door("/zoom_telehealth/oauth/done", "GET", EVERYBODY),
    "/zoom_telehealth/oauth/take": Door("/zoom_telehealth/oauth/take", "POST", SIGNED_IN),
    "/zoom_telehealth/oauth/move": Door("/zoom_telehealth/oauth/move", "POST", SIGNED_IN),
    "/zoom_telehealth/oauth/trouble": Door("/zoom_telehealth/oauth/trouble", "GET", ("dana", "omar", "otto")),
    "/zoom_telehealth/found/<int:company_id>": Door("/zoom_telehealth/found/{practice}", "POST", ("dana", "omar")),
    "/zoom_telehealth/readiness/<int:page_id>.pdf": Door("/zoom_telehealth/readiness/{page}.pdf", "GET", ("mia",)),
    "/zoom_telehealth/readiness/<int:page_id>/diagnostics.json": Door(
        "/zoom_telehealth/readiness/{page}/diagnostics.json", "GET", ("mia",)
    ),
}
# Opened by Zoom's signature and by no session, in a transaction of its own kind: tests/system/test_webhook_door.py.
ELSEWHERE = {"/zoom_telehealth/webhook/<string:app_key>"}


class TestAccessToRoutes(TelehealthHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        session = cls.session_of(cls.book(cls.dana, [cls.ana]))
        page = cls.env["telehealth.readiness"]._page(cls.sunrise)
        page._refresh()
        cls.places = {"token": session.token, "practice": cls.sunrise.id, "page": page.id}

    def test_every_route_of_the_addon_is_tried(self):
        modules = sorted(self.env.registry._init_modules)
        ours = {
            rule
            for rule, _endpoint in self.env["ir.http"]._generate_routing_rules(modules, converters={})
            if rule.startswith(("/telehealth", "/zoom_telehealth", "/my/sessions"))
        }
        self.assertEqual(ours, DOORS.keys() | ELSEWHERE)

    def test_each_opens_for_those_whose_door_it_is(self):
        self.simulator.reset()
        for login in EVERYBODY:
            self.authenticate(login, login)
            for rule, door in DOORS.items():
                with self.subTest(login=login, rule=rule):
                    self.assertEqual(self.opens(door), login in door.opens)
        self.assertEqual(self.simulator.calls(), [], "Zoom is not asked for it")

    def opens(self, door):
        """Ask for an address; a way to the sign-in page that keeps where one wanted to go is no opening."""
        address = door.address.format(**self.places)
        data = {"csrf_token": Request.csrf_token(self)} if door.method == "POST" else None
        answer = self.visit(address, data=data)
        self.assertIn(answer.status_code, (200, 302, 303, 404))
        to_sign_in = answer.headers.get("Location", "").removeprefix(self.base_url()).startswith("/web/login")
        return answer.status_code != 404 and not to_sign_in
