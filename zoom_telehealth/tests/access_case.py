"""A record of every model, in two practices, and a way to try as somebody what may be refused."""

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ANAS_TITLE, BENS_TITLE, CLEOS_TITLE, TelehealthCase, soon


class AccessCase(TelehealthCase):
    """A record of every model for each of those who may have one, under ``records`` by model and owner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        events = {
            "danas": cls.book(cls.dana, [cls.ana], ANAS_TITLE),
            "omars": cls.book(cls.omar, [cls.ben], BENS_TITLE),
            "ottos": cls.book(cls.otto, [cls.cleo], CLEOS_TITLE),
        }
        cls.events = {name: event.sudo() for name, event in events.items()}
        cls.sessions = {name: cls.session_of(event) for name, event in events.items()}
        plain = (
            cls.env["calendar.event"]
            .with_user(cls.eve)
            .create(
                {"name": "Lunch", "start": soon(hours=5), "stop": soon(hours=6), "partner_ids": cls.eve.partner_id.ids}
            )
        )
        apps = {"sunrises": cls.app, "harbours": cls.harbour_app}
        apps |= {f"{user.login}s": cls._own_app(user) for user in (cls.dana, cls.omar)}
        connections = {
            "danas": cls.connection_row(cls.dana, cls.app, "zoom-dana"),
            "omars": cls.connection_row(cls.omar, cls.app, "zoom-omar"),
            "ottos": cls.connection_row(cls.otto, cls.harbour_app, "zoom-otto"),
        }
        meetings = {name: cls.meeting_row(cls.sessions[name], connections[name]) for name in cls.sessions}
        cls.records = {
            "telehealth.session": cls.sessions,
            "telehealth.participant": {name: session.participant_ids for name, session in cls.sessions.items()},
            "telehealth.service": {
                "sunrises": cls.service,
                "harbours": cls.service.create({"name": "Harbour's", "company_id": cls.harbour.id}),
                "everybodys": cls.service.create({"name": "Everybody's", "company_id": False}),
            },
            "zoom.app": apps,
            "zoom.connection": connections,
            "zoom.connection.token": {
                name: cls.env["zoom.connection.token"]._of(connection) for name, connection in connections.items()
            },
            "zoom.connection.warning": {
                name: cls.env["zoom.connection.warning"].create(cls._warning(session))
                for name, session in cls.sessions.items()
            },
            "zoom.meeting": meetings,
            **cls._told(meetings, {name: apps[name] for name in ("sunrises", "harbours", "danas")}),
            "zoom.data.key": {"first": cls.env["zoom.data.key"].search([], limit=1)},
            "telehealth.pos": {"own": cls.env["telehealth.pos"].create({"code": "12", "name": "Home"})},
            "zoom.call.pace": {"first": cls.env["zoom.call.pace"].create(cls._pace("first"))},
            "zoom.host.day": {"first": cls.env["zoom.host.day"].create({"host": "first", "day": soon().date()})},
            "telehealth.video.link": {
                name: cls.env["telehealth.video.link"].create({**owner, "address": "https://video.example/own"})
                for name, owner in (("danas", {"user_id": cls.dana.id}), ("sunrises", {"company_id": cls.sunrise.id}))
            },
            **cls._readiness(),
            "telehealth.trial": {
                name: cls.env["telehealth.trial"].create(cls._trial(connection))
                for name, connection in connections.items()
            },
            "telehealth.settings": {"mias": cls.as_user("telehealth.settings", cls.mia).create({}).sudo()},
            "zoom.database": {
                "only": cls.env["zoom.database"].search([])
                or cls.env["zoom.database"].create({"id": 1, "uuid": "u", "name": "n", "oid": "1"})
            },
            "zoom.database.finding": {
                name: cls.env["zoom.database.finding"].create({"connection_id": one.id, "kind": "waiting"})
                for name, one in connections.items()
            },
            "zoom.stray.meeting": {
                name: cls.env["zoom.stray.meeting"].create(cls._stray(connections[name])) for name in ("danas", "ottos")
            },
            "zoom.disconnect": {"mias": cls.as_user("zoom.disconnect", cls.mia).create({}).sudo()},
            **cls._adoptions(plain),
            **cls._found_at_zoom(connections),
            "telehealth.handover": {
                "sams": cls.as_user("telehealth.handover", cls.sam).create({"from_id": cls.dana.id}).sudo()
            },
            "telehealth.start.now": {"danas": cls.as_user("telehealth.start.now", cls.dana).create({}).sudo()},
            "calendar.event": {**cls.events, "plain": plain.sudo()},
            "calendar.attendee": {
                name: event.attendee_ids for name, event in (cls.events | {"plain": plain.sudo()}).items()
            },
        }
        cls.env.flush_all()

    @staticmethod
    def _warning(session):
        return {"session_id": session.id, "start": soon(days=7), "kind": "day"}

    @classmethod
    def _stray(cls, connection, zoom_id="1"):
        values = {"zoom_id": zoom_id, "reference": "ABCD-EFGH-JKLM", "start": soon(), "found_at": soon()}
        return values | {"connection_id": connection.id, "company_id": connection.user_id.company_id.id}

    @classmethod
    def _told(cls, meetings, apps):
        """What Zoom told of each meeting, and of each app."""
        at = soon()
        instances = {name: cls.env["zoom.meeting.instance"]._of(one, f"uuid-{name}") for name, one in meetings.items()}
        presences, notices = cls.env["zoom.meeting.presence"], cls.env["zoom.recording.notice"]
        delivery = {"event": "meeting.started", "event_at": at, "received_at": at, "body": "{}"}
        refusal = {"day": at.date(), "reason": "unsigned", "count": 1, "last_at": at}
        return {
            "zoom.meeting.instance": instances,
            "zoom.meeting.presence": {
                name: presences.create({"instance_id": one.id, "kind": "joined", "at": at, "person_key": "stay"})
                for name, one in instances.items()
            },
            "zoom.recording.notice": {
                name: notices.create({"meeting_id": one.id, "zoom_uuid": "u", "event": "recording.started", "at": at})
                for name, one in meetings.items()
            },
            "zoom.delivery": {
                name: cls.env["zoom.delivery"].create(delivery | {"app_id": app.id, "fingerprint": name})
                for name, app in apps.items()
            },
            "zoom.webhook.refusal": {
                name: cls.env["zoom.webhook.refusal"].create(refusal | {"app_id": app.id}) for name, app in apps.items()
            },
        }

    @classmethod
    def _readiness(cls):
        """The readiness pages of three providers and a practice, a line of each, and what two practices attested."""
        attestations = {
            name: cls.env["telehealth.attestation"].create({"kind": "hipaa_mode", "company_id": company.id})
            for name, company in (("sunrises", cls.sunrise), ("harbours", cls.harbour))
        }
        of = cls.env["telehealth.readiness"]._page
        pages = {f"{user.login}s": of(user.company_id, user) for user in (cls.dana, cls.omar, cls.otto)}
        pages["sunrises"] = of(cls.sunrise)
        line = {"key": "connection", "level": "red", "finding": "revoked"}
        return {
            "telehealth.readiness": pages,
            "telehealth.readiness.line": {
                name: cls.env["telehealth.readiness.line"].create(line | {"readiness_id": page.id})
                for name, page in pages.items()
            },
            "telehealth.attestation": attestations,
        }

    @staticmethod
    def _pace(account):
        return {"account": account, "category": "light", "free_at": 0.0, "day": soon().date(), "taken": 0}

    @staticmethod
    def _trial(connection):
        return {
            "company_id": connection.app_id.company_ids.id,
            "connection_id": connection.id,
            "began_at": soon(),
            "state": "failed",
            "reference": "AAAA-BBBB-CCCC",
            "start": soon(),
        }

    @classmethod
    def _adoptions(cls, event):
        dialog = cls.as_user("telehealth.adopt.events", cls.dana).create({"line_ids": [(0, 0, {"event_id": event.id})]})
        return {
            "telehealth.adopt.events": {"danas": dialog.sudo()},
            "telehealth.adopt.event": {"danas": dialog.sudo().line_ids},
        }

    @classmethod
    def _found_at_zoom(cls, connections):
        cover = cls.as_user("telehealth.cover", cls.dana).create({"line_ids": [(0, 0, {"number": 1})]}).sudo()
        found = cls.env["zoom.found.meeting"]
        values = {"zoom_id": "1", "topic": "A topic", "start": soon(days=3)}
        return {
            "telehealth.cover": {"danas": cover},
            "telehealth.cover.line": {"danas": cover.line_ids},
            "zoom.found.meeting": {
                name: found.create(
                    {
                        **values,
                        "connection_id": connections[name].id,
                        "user_id": connections[name].user_id.id,
                        "company_id": connections[name].app_id.company_ids.id,
                    }
                )
                for name in ("danas", "ottos")
            },
        }

    @classmethod
    def _own_app(cls, user):
        return (
            cls.as_user("zoom.app", user)
            .create(
                {
                    "name": f"{user.login}'s",
                    "client_id": f"app-of-{user.login}",
                    "client_secret_entry": "s",
                    "user_id": user.id,
                }
            )
            .sudo()
        )

    def _as(self, role, record):
        user = getattr(self, role)
        return record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def attempt(self, action):
        """Do something inside a savepoint that is rolled back; returns whether it was allowed."""
        try:
            with self.env.cr.savepoint() as savepoint, mute_logger("odoo.models.unlink"):
                action()
                self.env.flush_all()
                savepoint.rollback()
        except (AccessError, UserError):  # a session's removal is refused to everybody with a sentence
            return False
        finally:
            self.env.invalidate_all()
        return True
