"""Odoo's import (`load`) of sessions and of calendar events: booked in one batch, bad rows told by their number."""

from odoo.fields import Datetime
from odoo.tests.common import tagged

from .common import ANA, NEUTRAL, TelehealthCase, soon
from .test_query_counts import QueryCounting

SESSION_COLUMNS = ["label", "start", "stop", "client_ids/.id", "service_id"]
EVENT_COLUMNS = ["name", "start", "stop", "partner_ids/.id", "telehealth"]


@tagged("post_install", "-at_install")
class TestImporting(QueryCounting, TelehealthCase):
    def setUp(self):
        super().setUp()
        # Imported times are the user's.
        self.sessions = self.as_user("telehealth.session", self.dana).with_context(tz="UTC")
        self.events = self.as_user("calendar.event", self.dana).with_context(tz="UTC")

    def times(self, day, minutes=50):
        start = soon(days=day)
        return [Datetime.to_string(start), Datetime.to_string(soon(days=day, minutes=minutes))]

    def session_rows(self, number):
        client = str(self.ana.partner_id.id)
        return [[f"Title {day}", *self.times(day), client, self.service.name] for day in range(1, number + 1)]

    def event_rows(self, number, telehealth="1"):
        people = f"{self.dana.partner_id.id},{self.ana.partner_id.id}"
        return [[f"Title {day}", *self.times(day), people, telehealth] for day in range(1, number + 1)]

    def loaded(self, records, columns, rows):
        result = records.load(columns, rows)
        self.assertFalse(result["messages"], result["messages"])
        return records.browse(result["ids"])

    def test_sessions_are_booked_as_their_rows_say(self):
        for session, day in zip(self.loaded(self.sessions, SESSION_COLUMNS, self.session_rows(3)), range(1, 4)):
            self.assertEqual(
                (session.label, session.service_id, session.provider_id), (f"Title {day}", self.service, self.dana)
            )
            self.assertEqual((session.start, session.minutes, session.state), (soon(days=day), 50, "scheduled"))
            self.assertEqual(session.client_ids, self.ana.partner_id)
            self.assertEqual(session.event_id.name, NEUTRAL)
            self.assertTrue(session.event_id.videocall_location.endswith(session.sudo().token))

    def test_calendar_events_are_sessions_where_their_rows_say_so(self):
        rows = self.event_rows(2) + self.event_rows(1, telehealth="0")
        one, two, plain = self.loaded(self.events, EVENT_COLUMNS, rows)
        self.assertEqual([self.session_of(event).label for event in (one, two)], ["Title 1", "Title 2"])
        self.assertEqual(self.session_of(one).client_ids, self.ana.partner_id)
        self.assertEqual((plain.name, self.session_of(plain).ids), ("Title 1", []))

    def test_a_row_without_an_end_is_as_long_as_its_service(self):
        start = self.times(1)[0]
        rows = [[start, self.service.name], [start, ""]]
        lengths = [session.minutes for session in self.loaded(self.sessions, ["start", "service_id"], rows)]
        self.assertEqual(lengths, [40, 50])

    def test_a_clients_name_finds_the_client(self):
        [session] = self.loaded(self.sessions, ["start", "stop", "client_ids"], [[*self.times(1), ANA]])
        self.assertEqual(session.client_ids, self.ana.partner_id)

    def test_a_scheduler_imports_for_providers(self):
        sessions = self.as_user("telehealth.session", self.sam)
        rows = [[*self.times(1), self.dana.name], [*self.times(2), self.omar.name]]
        self.assertEqual(
            self.loaded(sessions, ["start", "stop", "provider_id"], rows).provider_id, self.dana | self.omar
        )

    def test_bad_rows_are_told_by_their_number_and_nothing_is_booked(self):
        good = [*self.times(1), self.dana.name, self.service.name, "zoom"]
        columns = ["start", "stop", "provider_id", "service_id", "place"]
        before = self.sessions.search_count([])
        for name, change, words in (
            ("end before start", {1: self.times(0)[0]}, "ending date"),
            ("no time", {0: "tomorrow"}, "does not seem to be a valid"),
            ("another provider", {2: self.omar.name}, "A scheduler books for others"),
            ("unknown service", {3: "No such service"}, "No matching record found"),
            ("unknown place", {4: "the moon"}, "not found in selection"),
        ):
            bad = [change.get(column, value) for column, value in enumerate(good)]
            result = self.sessions.load(columns, [good, bad])
            with self.subTest(name):
                self.assertFalse(result["ids"])
                # Odoo shows what stopped the whole first, and then each row's own trouble.
                message = result["messages"][-1]
                self.assertEqual(message["rows"], {"from": 1, "to": 1})
                self.assertIn(words.lower(), message["message"].lower())
                self.assertEqual(self.sessions.search_count([]), before)

    def test_who_may_not_book_is_told(self):
        for user in (self.eve, self.ada):
            result = self.as_user("calendar.event", user).load(EVENT_COLUMNS, self.event_rows(1))
            with self.subTest(user=user.login):
                self.assertFalse(result["ids"])
                self.assertIn("booked by providers and schedulers", result["messages"][0]["message"])

    def test_importing_costs_no_query_for_each_beside_cores_own(self):
        plain = self.for_one_more(lambda number: self.loaded(self.events, EVENT_COLUMNS, self.event_rows(number, "0")))
        ours = self.for_one_more(lambda number: self.loaded(self.events, EVENT_COLUMNS, self.event_rows(number)))
        self.assertLessEqual(ours, plain + 0.2)
        columns, without = SESSION_COLUMNS[:-1], [row[:-1] for row in self.session_rows(100)]
        ours = self.for_one_more(lambda number: self.loaded(self.sessions, columns, without[:number]))
        self.assertLessEqual(ours, plain + 0.2)
