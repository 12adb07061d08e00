"""Who may do what with which record: every model and role of the addon, in two practices."""

from odoo.exceptions import AccessError, UserError

from .access_case import AccessCase
from .access_rights import CHANGES, CREATORS, RIGHTS, ROLES
from .common import soon


class TestAccess(AccessCase):
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

    def test_every_model_of_the_addon_is_tried(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "zoom_telehealth" and not model._abstract
        }
        for table in (RIGHTS, CHANGES, CREATORS, self.records):
            self.assertEqual(ours - set(table), set())

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
            "zoom.connection.warning": self._warning(self.sessions["danas"]) | {"kind": "hour"},
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
