"""Who may do what with which record: every model and role of the addon, in two practices."""

from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import ANAS_TITLE, BENS_TITLE, CLEOS_TITLE, NEUTRAL, TelehealthCase, soon

ROLES = (
    "dana", "omar", "sam", "mia", "eve", "ada", "ana", "ben", "public",
    "otto", "sid", "max", "erna", "cleo",
)  # fmt: skip

# Of each model: the records (see ``setUpClass``), and for each role what it may do with which: r(ead), w(rite),
# u(nlink).
# Whoever is not named may do nothing with any.
RIGHTS = {
    "telehealth.session": {
        "dana": {"danas": "rw"},
        "omar": {"omars": "rw"},
        "sam": {"danas": "rw", "omars": "rw"},
        "mia": {"danas": "rw", "omars": "rw"},
        "otto": {"ottos": "rw"},
        "sid": {"ottos": "rw"},
        "max": {"ottos": "rw"},
    },
    "telehealth.participant": {
        "dana": {"danas": "r"},
        "omar": {"omars": "r"},
        "sam": {"danas": "r", "omars": "r"},
        "mia": {"danas": "r", "omars": "r"},
        "otto": {"ottos": "r"},
        "sid": {"ottos": "r"},
        "max": {"ottos": "r"},
    },
    "telehealth.service": {
        **{login: {"sunrises": "r", "everybodys": "r"} for login in ("dana", "omar", "sam", "eve", "ada")},
        **{login: {"harbours": "r", "everybodys": "r"} for login in ("otto", "sid", "erna")},
        "mia": {"sunrises": "rwu", "everybodys": "rwu"},
        "max": {"harbours": "rwu", "everybodys": "rwu"},
    },
    "zoom.app": {
        "dana": {"sunrises": "r", "danas": "rw"},
        "omar": {"sunrises": "r", "omars": "rw"},
        "mia": {"sunrises": "rwu", "danas": "rwu", "omars": "rwu"},
        "otto": {"harbours": "r"},
        "max": {"harbours": "rwu"},
    },
    "zoom.connection": {
        "dana": {"danas": "r"},
        "omar": {"omars": "r"},
        "mia": {"danas": "r", "omars": "r"},
        "otto": {"ottos": "r"},
        "max": {"ottos": "r"},
    },
    "zoom.connection.token": {},
    "zoom.meeting": {
        "dana": {"danas": "r"},
        "omar": {"omars": "r"},
        "sam": {"danas": "r", "omars": "r"},
        "mia": {"danas": "r", "omars": "r"},
        "otto": {"ottos": "r"},
        "sid": {"ottos": "r"},
        "max": {"ottos": "r"},
    },
    "zoom.meeting.instance": {
        "dana": {"danas": "r"},
        "omar": {"omars": "r"},
        "sam": {"danas": "r", "omars": "r"},
        "mia": {"danas": "r", "omars": "r"},
        "otto": {"ottos": "r"},
        "sid": {"ottos": "r"},
        "max": {"ottos": "r"},
    },
    "zoom.meeting.presence": {},
    "zoom.recording.notice": {},
    "zoom.delivery": {"dana": {"danas": "r"}, "mia": {"sunrises": "r", "danas": "r"}, "max": {"harbours": "r"}},
    "zoom.webhook.refusal": {"dana": {"danas": "r"}, "mia": {"sunrises": "r", "danas": "r"}, "max": {"harbours": "r"}},
    "zoom.data.key": {},
    "zoom.call.pace": {},
    "zoom.host.day": {},
    "telehealth.video.link": {},
    "telehealth.pos": {
        **{login: {"own": "r"} for login in ("dana", "omar", "sam", "eve", "ada", "otto", "sid", "erna")},
        **{login: {"own": "rwu"} for login in ("mia", "max")},
    },
    **{
        model: {
            "dana": {"danas": "r"},
            "omar": {"omars": "r"},
            "mia": {"danas": "r", "omars": "r", "sunrises": "r"},
            "otto": {"ottos": "r"},
            "max": {"ottos": "r"},
        }
        for model in ("telehealth.readiness", "telehealth.readiness.line")
    },
    "telehealth.trial": {
        "dana": {"danas": "r"},
        "omar": {"omars": "r"},
        "mia": {"danas": "r", "omars": "r"},
        "otto": {"ottos": "r"},
        "max": {"ottos": "r"},
    },
    "telehealth.attestation": {"mia": {"sunrises": "r"}, "max": {"harbours": "r"}},
    "telehealth.settings": {"mia": {"mias": "rwu"}},
    "zoom.database": {"mia": {"only": "r"}, "max": {"only": "r"}},
    "zoom.database.finding": {"mia": {"danas": "r", "omars": "r"}, "max": {"ottos": "r"}},
    "zoom.stray.meeting": {"mia": {"danas": "r"}, "max": {"ottos": "r"}},
    "zoom.disconnect": {"mia": {"mias": "rwu"}},
    "telehealth.start.now": {"dana": {"danas": "rwu"}},
    "telehealth.handover": {"sam": {"sams": "rwu"}},
    "telehealth.adopt.events": {"dana": {"danas": "rwu"}},
    "telehealth.adopt.event": {"dana": {"danas": "rwu"}},
    "telehealth.cover": {"dana": {"danas": "rwu"}},
    "telehealth.cover.line": {"dana": {"danas": "rwu"}},
    "zoom.found.meeting": {"dana": {"danas": "rw"}, "otto": {"ottos": "rw"}},
    "calendar.event": {
        "dana": {"danas": "rwu", "plain": "rwu"},
        "omar": {"omars": "rwu", "plain": "rwu"},
        "sam": {"danas": "rwu", "omars": "rwu", "plain": "rwu"},
        "mia": {"danas": "rwu", "omars": "rwu", "plain": "rwu"},
        "eve": {"plain": "rwu"},
        "ada": {"plain": "rwu"},
        "ana": {"danas": "r"},
        "ben": {"omars": "r"},
        "otto": {"ottos": "rwu", "plain": "rwu"},
        "sid": {"ottos": "rwu", "plain": "rwu"},
        "max": {"ottos": "rwu", "plain": "rwu"},
        "erna": {"plain": "rwu"},
        "cleo": {"ottos": "r"},
    },
    "calendar.attendee": {
        "dana": {"danas": "rwu", "plain": "rwu"},
        "omar": {"omars": "rwu", "plain": "rwu"},
        "sam": {"danas": "rwu", "omars": "rwu", "plain": "rwu"},
        "mia": {"danas": "rwu", "omars": "rwu", "plain": "rwu"},
        "eve": {"plain": "rwu"},
        "ada": {"plain": "rwu"},
        "otto": {"ottos": "rwu", "plain": "rwu"},
        "sid": {"ottos": "rwu", "plain": "rwu"},
        "max": {"ottos": "rwu", "plain": "rwu"},
        "erna": {"plain": "rwu"},
    },
}  # fmt: skip

# A harmless change of each, and what a new one is made of (of Sunrise, for Dana).
CHANGES = {
    "telehealth.session": {"place": "in_person"},
    "telehealth.participant": {"role": "guest"},
    "telehealth.service": {"minutes": 30},
    "zoom.app": {"name": "Renamed"},
    "zoom.connection": {"state": "disconnected"},
    "zoom.connection.token": {"given_up": True},
    "zoom.meeting": {"state": "gone"},
    "zoom.meeting.instance": {"end_was_asked": True},
    "zoom.meeting.presence": {"kind": "left"},
    "zoom.recording.notice": {"event": "recording.deleted"},
    "zoom.delivery": {"state": "done"},
    "zoom.webhook.refusal": {"count": 0},
    "zoom.data.key": {"wrapped_by": "nobody"},
    "zoom.call.pace": {"taken": 0},
    "zoom.host.day": {"writes": 0},
    "telehealth.video.link": {"address": "https://video.example/changed"},
    "telehealth.pos": {"name": "Renamed"},
    "telehealth.readiness": {"level": "green"},
    "telehealth.readiness.line": {"level": "green"},
    "telehealth.attestation": {"until": False},
    "telehealth.trial": {"state": "passed"},
    "telehealth.settings": {"telehealth_help_hours": "never"},
    "zoom.database": {"state": "checking"},
    "zoom.database.finding": {"kind": "works"},
    "zoom.stray.meeting": {"kept": True},
    "zoom.disconnect": {"remove_meetings": True},
    "telehealth.start.now": {"service_id": False},
    "telehealth.handover": {"last_day": False},
    "telehealth.adopt.events": {"invites": True},
    "telehealth.adopt.event": {"chosen": False},
    "telehealth.cover": {"line_ids": []},
    "telehealth.cover.line": {"service": "x"},
    "zoom.found.meeting": {"client_ids": False},
    "calendar.event": {"location": "Room 2"},
    "calendar.attendee": {"state": "declined"},
}
CREATORS = {
    "telehealth.session": {"dana", "omar", "sam", "mia", "otto", "sid", "max"},
    "telehealth.participant": set(),
    "telehealth.service": {"mia", "max"},
    "zoom.app": {"dana", "omar", "mia", "otto", "max"},
    "zoom.connection": set(),
    "zoom.connection.token": set(),
    "zoom.meeting": set(),
    "zoom.meeting.instance": set(),
    "zoom.meeting.presence": set(),
    "zoom.recording.notice": set(),
    "zoom.delivery": set(),
    "zoom.webhook.refusal": set(),
    "zoom.data.key": set(),
    "zoom.call.pace": set(),
    "zoom.host.day": set(),
    "telehealth.video.link": set(),
    "telehealth.pos": {"mia", "max"},
    "telehealth.readiness": set(),
    "telehealth.readiness.line": set(),
    "telehealth.attestation": {"mia", "max"},
    "telehealth.trial": set(),
    "telehealth.settings": {"mia", "max"},
    "zoom.database": set(),
    "zoom.database.finding": set(),
    "zoom.stray.meeting": set(),
    "zoom.disconnect": {"dana", "omar", "otto", "mia", "max"},
    "telehealth.start.now": {"dana", "omar", "otto"},
    "telehealth.handover": {"sam", "mia", "sid", "max"},
    "telehealth.adopt.events": {"dana", "omar", "sam", "mia", "otto", "sid", "max"},
    # With somebody else's dialog no line of it is to be had.
    "telehealth.adopt.event": {"dana"},
    "telehealth.cover": {"dana", "omar", "otto"},
    "telehealth.cover.line": {"dana"},
    "zoom.found.meeting": set(),
}


class TestAccess(TelehealthCase):
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

    def each(self):
        """Return ``(record as that role, rights, what is tried)`` for every pairing of a role and a record."""
        return [
            (
                self._as(role, record),
                RIGHTS[model].get(role, {}).get(name, ""),
                {"model": model, "role": role, "record": name},
            )
            for model, records in self.records.items()
            for role in ROLES
            for name, record in records.items()
        ]

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

    def test_reading_is_for_those_whose_record_it_is(self):
        for record, rights, tried in self.each():
            with self.subTest(**tried):
                names = list(CHANGES[record._name])
                self.assertEqual(self.attempt(lambda record=record, names=names: record.read(names)), "r" in rights)

    def test_searching_grouping_and_counting_find_what_may_be_read_and_nothing_else(self):
        for model, records in self.records.items():
            ids = [id for record in records.values() for id in record.ids]
            for role in ROLES:
                rights = RIGHTS[model].get(role, {})
                expected = sorted(id for name in rights for id in records[name].ids)
                with self.subTest(model=model, role=role):
                    self.assertEqual(self._found(self._as(role, self.env[model]), ids), expected)

    def _found(self, records, ids):
        """Return the ids among ``ids`` that each way of finding shows; they must agree."""
        domain = [("id", "in", ids)]
        try:
            found = records.search(domain)
            self.assertEqual(records.search_count(domain), len(found))
            self.assertEqual([row["id"] for row in records.search_read(domain, ["id"])], found.ids)
            self.assertEqual(records._read_group(domain, [], ["__count"]), [(len(found),)])
            self.assertEqual(records.formatted_read_group(domain, [], ["__count"])[0]["__count"], len(found))
            self.assertCountEqual([id for id, _name in records.name_search("", domain)], found.ids)
        except AccessError:
            self.assertFalse(records.has_access("read"))
            return []
        return sorted(found.ids)

    def test_changing_is_for_those_who_answer_for_the_record(self):
        for record, rights, tried in self.each():
            with self.subTest(**tried):
                changes = dict(CHANGES[record._name])
                self.assertEqual(
                    self.attempt(lambda record=record, changes=changes: record.write(changes)), "w" in rights
                )

    def test_removing_is_rarer_still_and_a_session_is_never_removed(self):
        for record, rights, tried in self.each():
            with self.subTest(**tried):
                if record._name in ("zoom.app", "telehealth.service"):  # what is in use stays for other reasons
                    self.assertEqual(record.has_access("unlink"), "u" in rights)
                else:
                    self.assertEqual(self.attempt(record.unlink), "u" in rights)
        with self.assertRaisesRegex(UserError, "record and stays"):
            self.sessions["danas"].unlink()

    def test_making_a_record_needs_the_role_for_it(self):
        values = {
            "telehealth.session": {"start": soon(hours=3), "stop": soon(hours=4)},
            "telehealth.participant": {"session_id": self.sessions["danas"].id, "partner_id": self.ben.partner_id.id},
            "telehealth.service": {"name": "New"},
            "zoom.connection": {"app_id": self.app.id, "zoom_user_id": "new"},
            "zoom.connection.token": {"connection_id": self.records["zoom.connection"]["danas"].id, "given_up": True},
            "zoom.meeting": {
                "connection_id": self.records["zoom.connection"]["danas"].id,
                "reference": "AAAA-BBBB-CCCC",
            },
            "zoom.meeting.instance": {"meeting_id": self.records["zoom.meeting"]["danas"].id, "zoom_uuid": "new"},
            "zoom.meeting.presence": {
                "instance_id": self.records["zoom.meeting.instance"]["danas"].id,
                "kind": "left",
                "at": soon(),
                "person_key": "stay",
            },
            "zoom.recording.notice": {
                "meeting_id": self.records["zoom.meeting"]["danas"].id,
                "zoom_uuid": "new",
                "event": "recording.stopped",
                "at": soon(),
            },
            "zoom.delivery": {
                "app_id": self.app.id,
                "fingerprint": "new",
                "event": "meeting.ended",
                "event_at": soon(),
                "received_at": soon(),
            },
            "zoom.webhook.refusal": {
                "app_id": self.app.id,
                "day": soon().date(),
                "reason": "too_old",
                "count": 1,
                "last_at": soon(),
            },
            "zoom.data.key": {"key_id": "new", "wrapped": "w", "wrapped_by": "x"},
            "zoom.call.pace": self._pace("new"),
            "zoom.host.day": {"host": "new", "day": soon().date()},
            "telehealth.video.link": {"user_id": self.omar.id, "address": "https://video.example/new"},
            "telehealth.pos": {"code": "13", "name": "New"},
            "telehealth.readiness": {"company_id": self.sunrise.id, "user_id": self.eve.id},
            "telehealth.readiness.line": {
                "readiness_id": self.records["telehealth.readiness"]["danas"].id,
                "key": "new",
                "level": "green",
                "finding": "x",
            },
            "telehealth.attestation": {"kind": "admin_locks"},
            "telehealth.trial": self._trial(self.records["zoom.connection"]["danas"]),
            "telehealth.settings": {},
            "zoom.database": {"uuid": "u", "name": "n", "oid": "2"},
            "zoom.database.finding": {
                "connection_id": self.records["zoom.connection"]["danas"].id,
                "kind": "waiting",
            },
            "zoom.stray.meeting": self._stray(self.records["zoom.connection"]["danas"], "2"),
            "zoom.disconnect": {},
            "telehealth.start.now": {},
            "telehealth.handover": {"from_id": self.dana.id},
            "telehealth.adopt.events": {"line_ids": []},
            "telehealth.cover": {},
            "telehealth.cover.line": {"dialog_id": self.records["telehealth.cover"]["danas"].id, "number": 1},
            "zoom.found.meeting": {
                "connection_id": self.records["zoom.connection"]["danas"].id,
                "user_id": self.dana.id,
                "company_id": self.sunrise.id,
                "zoom_id": "2",
                "start": soon(days=3),
            },
            "telehealth.adopt.event": {
                "dialog_id": self.records["telehealth.adopt.events"]["danas"].id,
                "event_id": self.records["calendar.event"]["plain"].id,
            },
        }
        for model, creators in CREATORS.items():
            for role in ROLES:
                user = getattr(self, role)
                own = {
                    "zoom.app": {"name": "New", "client_id": "new-app", "user_id": user.id},
                    "zoom.connection": values["zoom.connection"] | {"user_id": user.id},
                    "zoom.meeting": values["zoom.meeting"] | {"company_id": user.company_id.id, "provider_id": user.id},
                }.get(model, values.get(model))
                with self.subTest(model=model, role=role):
                    create = self._as(role, self.env[model]).create
                    self.assertEqual(self.attempt(lambda create=create, own=own: create([dict(own)])), role in creators)

    def test_a_provider_registers_an_app_for_themselves_and_for_their_practice_alone(self):
        apps = self._as("dana", self.env["zoom.app"])
        for values in (
            {"user_id": self.omar.id},
            {"user_id": False},
            {"user_id": self.dana.id, "company_ids": [(6, 0, self.harbour.ids)]},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError), self.env.cr.savepoint():
                apps.create({"name": "New", "client_id": "new-app", **values})

    def test_a_provider_books_no_session_for_a_colleague(self):
        with self.assertRaises(AccessError):
            self.book(self.omar, [self.ben], by=self.dana)

    def test_only_the_system_writes_what_a_session_came_to(self):
        for role in ("dana", "sam", "mia"):
            session = self._as(role, self.sessions["danas"])
            for name, value in (
                ("company_id", self.harbour.id),
                ("event_id", self.records["calendar.event"]["plain"].id),
                ("state", "ended"),
                ("version", 7),
                ("started_at", soon()),
                ("ended_at", soon()),
                ("token", "chosen"),
                ("row_key", "chosen"),
            ):
                with self.subTest(role=role, field=name):
                    self.assertFalse(self.attempt(lambda session=session, vals={name: value}: session.write(vals)))

    def test_nobody_makes_a_session_beside_its_event_or_in_another_practice(self):
        base = {"start": soon(hours=3), "stop": soon(hours=4)}
        for role in ("dana", "sam", "mia"):
            for name, value in (
                ("company_id", self.harbour.id),
                ("event_id", self.records["calendar.event"]["plain"].id),
                ("state", "ended"),
                ("token", "chosen"),
            ):
                with self.subTest(role=role, field=name):
                    self.assertNotEqual(
                        self._made(self._as(role, self.env["telehealth.session"]), base, name, value), value
                    )

    def _made(self, sessions, values, name, value):
        """Return what a new session has in a field that was given to its create; None where that was refused."""
        made = None
        with suppress(AccessError, UserError), self.env.cr.savepoint() as savepoint:
            session = sessions.create({**values, name: value}).sudo()
            made = session[name].id if session._fields[name].relational else session[name]
            savepoint.rollback()
        return made

    def test_a_scheduler_who_does_not_attend_books_moves_and_cancels_for_a_provider(self):
        session = self._as("sam", self.env["telehealth.session"]).create(
            {
                "provider_id": self.dana.id,
                "client_ids": [(4, self.ana.partner_id.id)],
                "label": "Booked by Sam",
                "start": soon(days=2),
                "stop": soon(days=2, hours=1),
            }
        )
        self.assertEqual(session.event_id.partner_ids, (self.ana | self.dana).partner_id)
        self.assertEqual((session.provider_id, session.company_id), (self.dana, self.sunrise))
        session.write({"start": soon(days=3), "stop": soon(days=3, hours=1)})
        self.assertEqual(session.event_id.start, soon(days=3))
        session.action_cancel()
        self.assertEqual(session.state, "cancelled")
        event = self.book(self.dana, [self.ana], by=self.sam)
        self.assertEqual(self.session_of(event).provider_id, self.dana)
        event.write({"start": soon(days=4), "stop": soon(days=4, hours=1)})
        self.assertEqual(self.session_of(event).start, soon(days=4))

    def test_an_employee_who_attends_without_a_role_sees_the_neutral_event_and_no_session(self):
        self.book(self.dana, [self.ana, self.eve], ANAS_TITLE)
        event = self._as("eve", self.env["calendar.event"]).search([("telehealth", "=", True)])
        self.assertEqual((event.name, event.display_name), (NEUTRAL, NEUTRAL))
        self.assertFalse(event.telehealth_session_id)
        self.assertFalse(event.telehealth_label)
        self.assertFalse(event.telehealth_sentence)
        with self.assertRaises(AccessError):
            event.telehealth_session_ids.read(["label"])
        for values in ({"start": soon(days=9), "stop": soon(days=10)}, {"name": "Mine"}, {"telehealth": False}):
            self.assertFalse(
                self.attempt(lambda values=values: event.write(values)), "a guest does not change the session"
            )
        self.assertFalse(self.attempt(event.unlink))

    def test_another_practice_is_seen_only_where_a_user_belongs_to_it_and_chose_it(self):
        self.sam.company_ids |= self.harbour
        sessions = self.env["telehealth.session"].with_user(self.sam)
        ids = [session.id for session in self.sessions.values()]
        seen = {
            companies: sessions.with_context(allowed_company_ids=list(companies)).search([("id", "in", ids)])
            for companies in [(self.sunrise.id,), (self.harbour.id,), (self.sunrise.id, self.harbour.id)]
        }
        self.assertEqual(seen[self.sunrise.id,], self.sessions["danas"] | self.sessions["omars"])
        self.assertEqual(seen[self.harbour.id,], self.sessions["ottos"])
        self.assertEqual(len(seen[self.sunrise.id, self.harbour.id]), 3)
        events = self.env["calendar.event"].with_user(self.sam).with_context(allowed_company_ids=self.sunrise.ids)
        self.assertNotIn(self.events["ottos"].id, events.search([("telehealth", "=", True)]).ids)
