"""Two practices with a person in every role, for all tests inside Odoo."""

import os
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests.common import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import config
from odoo.tools.translate import code_translations

from .. import clock, conf
from .simulator import PRACTICE_APP, PROVIDER_APP, Simulator

# Words that may stand nowhere but with those who may see the session.
ANA, BEN, CLEO = "Anabel Quintero", "Benno Wachter", "Cleopatra Novak"
ANAS_TITLE, BENS_TITLE, CLEOS_TITLE = "Griefwork after a divorce", "Panicattacks on trains", "Insomnia check"
SERVICE = "Traumatherapy intake"
HELP_PHONE, HELP_URGENT = "+32 2 555 01 23", "Call 112 at once"
NEUTRAL = "Telehealth session"

PROVIDER = "base.group_user,zoom_telehealth.group_provider"
SCHEDULER = "base.group_user,zoom_telehealth.group_scheduler"
MANAGER = "base.group_user,zoom_telehealth.group_manager"

# The minute from which a test reckons, for each place of the clock, however long the test takes; and how long the next
# test of a class still reckons from it.
_minutes, HELD = {}, timedelta(seconds=90)


class Practices:
    """The people and records that the tests speak of; mixed into Odoo's test cases.

    Sunrise: the providers Dana and Omar, the scheduler Sam, the manager Mia, Eve without a role, Ada with the system
    right, the clients Ana (Dana's) and Ben (Omar's). Harbour: Otto, Sid, Max, Erna, and the client Cleo (Otto's).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _minutes.clear()
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True, no_mail_to_attendees=True))
        cls.simulator = Simulator()
        cls.sunrise = cls._practice("Sunrise")
        cls.harbour = cls._practice("Harbour")
        cls.dana = cls._person("dana", "Dana Reyes", PROVIDER, cls.sunrise)
        cls.omar = cls._person("omar", "Omar Haddad", PROVIDER, cls.sunrise)
        cls.sam = cls._person("sam", "Sam Scheduler", SCHEDULER, cls.sunrise)
        cls.mia = cls._person("mia", "Mia Manager", MANAGER, cls.sunrise)
        cls.eve = cls._person("eve", "Eve Employee", "base.group_user", cls.sunrise)
        cls.ada = cls._person("ada", "Ada Administrator", "base.group_user,base.group_system", cls.sunrise)
        cls.ana = cls._person("ana", ANA, "base.group_portal", cls.sunrise, tz="America/New_York")
        cls.ben = cls._person("ben", BEN, "base.group_portal", cls.sunrise, tz="Asia/Kolkata")
        cls.otto = cls._person("otto", "Otto Berg", PROVIDER, cls.harbour)
        cls.sid = cls._person("sid", "Sid Scheduler", SCHEDULER, cls.harbour)
        cls.max = cls._person("max", "Max Manager", MANAGER, cls.harbour)
        cls.erna = cls._person("erna", "Erna Employee", "base.group_user", cls.harbour)
        cls.cleo = cls._person("cleo", CLEO, "base.group_portal", cls.harbour)
        cls.public = cls.env.ref("base.public_user")
        cls.service = cls.env["telehealth.service"].create(
            {"name": SERVICE, "company_id": cls.sunrise.id, "minutes": 40}
        )
        cls.app = cls._app("Sunrise's app", PRACTICE_APP, cls.sunrise)
        cls.harbour_app = cls._app("Harbour's app", PROVIDER_APP, cls.harbour)

    def setUp(self):
        super().setUp()
        if clock.now() - _minutes.get("", datetime.min) > HELD:
            _minutes.clear()

    @classmethod
    def _practice(cls, name):
        return cls.env["res.company"].create(
            {
                "name": name,
                "telehealth_zoom_allowed": True,
                "telehealth_help_phone": HELP_PHONE,
                "telehealth_help_urgent": HELP_URGENT,
            }
        )

    @classmethod
    def _person(cls, login, name, groups, company, tz="Europe/Brussels"):
        return new_test_user(
            cls.env,
            login,
            groups,
            name=name,
            email=f"{login}@{'clients' if 'portal' in groups else 'people'}.example",
            tz=tz,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _app(cls, name, credentials, company):
        client_id, secret = credentials
        return cls.env["zoom.app"].create(
            {
                "name": name,
                "client_id": client_id,
                "client_secret_entry": secret,
                "company_ids": [Command.set(company.ids)],
            }
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Let our calls to the simulator through Odoo's guard, which expects one number as timeout and not a pair."""
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    # === WHAT PEOPLE DO === #

    @classmethod
    def event_values(cls, provider, clients=(), title=False, start=None, **values):
        """Return the values of a telehealth event; it starts in two hours if nothing else is said."""
        start = start or soon(hours=2)
        return {
            "name": title or "A title",
            "telehealth": True,
            "user_id": provider.id,
            "start": start,
            "stop": start + timedelta(minutes=50),
            "partner_ids": [Command.set([provider.partner_id.id, *(client.partner_id.id for client in clients)])],
            **values,
        }

    @classmethod
    def book(cls, provider, clients=(), title=False, by=None, **values):
        """Book a telehealth event as a person does, the provider if nobody else is named; returns it as that person."""
        events = cls.as_user("calendar.event", by or provider)
        return events.create(cls.event_values(provider, clients, title, **values))

    @classmethod
    def as_user(cls, model, user):
        return cls.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def speaks_french(self, user, texts):
        """Give a user another language than the others', with translations of some of our texts."""
        self.env["res.lang"]._activate_lang("fr_FR")
        user.lang = "fr_FR"
        french = {("zoom_telehealth", "fr_FR"): texts}
        self.enterContext(patch.dict(code_translations.python_translations, french))

    @staticmethod
    def session_of(event):
        """Return an event's session as superuser."""
        return event.sudo().telehealth_session_ids

    @classmethod
    def connection_row(cls, user, app, zoom_user_id, state="connected"):
        """Return a connection with made-up tokens, without asking Zoom."""
        connection = cls.env["zoom.connection"].create(
            {
                "user_id": user.id,
                "app_id": app.id,
                "zoom_user_id": zoom_user_id,
                "zoom_email": f"{zoom_user_id}@zoom.example",
                "api_url": conf.zoom_addresses().api_url,
                "state": state,
                "connected_at": clock.now(),
            }
        )
        cls.env["zoom.connection.token"].create(
            {
                "connection_id": connection.id,
                "access_token": f"access-of-{zoom_user_id}",
                "refresh_token": f"refresh-of-{zoom_user_id}",
                "expires_at": clock.now() + timedelta(hours=1),
            }
        )
        return connection

    @classmethod
    def meeting_row(cls, session, connection, **values):
        """Return a live meeting of a session as the reconciler leaves it, without asking Zoom."""
        meetings = cls.env["zoom.meeting"]
        return meetings.create(
            {
                **meetings._values_for(session, connection),
                "state": "live",
                "zoom_id": str(90000000000 + session.id),
                "join_link": f"{conf.zoom_addresses().zoom_url}/j/{90000000000 + session.id}?pwd=join-secret",
                "agreed_version": session.version,
                "agreed_policy": session.company_id.telehealth_policy | session.provider_id.telehealth_own_policy,
                "seen_at": clock.now(),
                **values,
            }
        )

    @contextmanager
    def clock_moved(self, **delta):
        """Move the clock of the addon and of the simulator, and move it back."""
        with self.clock_at(clock.now() + timedelta(**delta)):
            yield

    @contextmanager
    def clock_at(self, moment):
        file = Path(conf.clock_file())
        before = file.read_text() if file.exists() else None
        file.unlink(missing_ok=True)
        file.write_text(str((moment - clock.now()).total_seconds()))
        try:
            yield
        finally:
            file.write_text(before) if before else file.unlink()

    @contextmanager
    def master_key(self, text):
        """Let odoo.conf name another master key."""
        with patch.dict(config.options, {conf.MASTER_KEY_OPTION: text}), patch.dict(os.environ):
            os.environ.pop(conf.MASTER_KEY_ENVIRONMENT, None)
            self.env.registry.clear_cache()
            yield
        self.env.registry.clear_cache()


@tagged("post_install", "-at_install")
class TelehealthCase(Practices, TransactionCase):
    """A test without HTTP."""


@tagged("post_install", "-at_install")
class TelehealthHttpCase(Practices, HttpCase):
    """A test of routes: pages are opened by :meth:`visit` as the user who signed in last."""

    def sign_in(self, user):
        return self.authenticate(user.login, user.login) if user else self.authenticate(None, None)

    def visit(self, address, **options):
        """Open a page without following where it leads."""
        return self.url_open(address, allow_redirects=False, **options)

    def call_kw(self, model, method, *args, **kwargs):
        """Call a method as the web client does."""
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}", {"model": model, "method": method, "args": args, "kwargs": kwargs}
        )


def soon(**delta):
    """Return a moment from now, naive UTC, to the minute; said twice in a test, it is the same."""
    moved = Path(conf.clock_file())
    place = moved.read_text() if moved.exists() else ""
    return _minutes.setdefault(place, clock.now().replace(second=0, microsecond=0)) + timedelta(**delta)
