"""No query for each session: what a page or a save costs does not grow faster than what core's calendar costs."""

from datetime import timedelta

from odoo.tests.common import tagged

from .common import PROVIDER, TelehealthCase, soon

# For one more session: core's own queries for one more event (see odoo19.md: 1.3), our rows are made in one batch.
FEW, MANY = 10, 100
MANY_EVENTS = ("future_events", "all_events")
HOUR = timedelta(hours=1)


class QueryCounting:
    """Counts what one more session costs; mixed into test cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection_row(cls.dana, cls.app, "zoom-dana")

    def queries(self, action, number):
        """Return how many queries an action on this many fresh sessions takes."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action(number)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def for_one_more(self, action):
        """Return the queries for one more session, after a first run that warms the caches."""
        action(FEW)
        few, many = self.queries(action, FEW), self.queries(action, MANY)
        return (many - few) / (MANY - FEW)

    def values(self, number, telehealth=True):
        return [
            self.event_values(self.dana, [self.ana], f"Title {index}", start=soon(days=1 + index))
            | {"telehealth": telehealth}
            for index in range(number)
        ]


@tagged("post_install", "-at_install")
class TestQueryCounts(QueryCounting, TelehealthCase):
    def test_making_sessions_costs_no_query_for_each_beside_cores_own(self):
        events = self.as_user("calendar.event", self.dana)
        plain = self.for_one_more(lambda number: events.create(self.values(number, telehealth=False)))
        ours = self.for_one_more(lambda number: events.create(self.values(number)))
        self.assertLessEqual(ours, plain + 0.2)

    def test_a_series_and_its_edits_cost_no_query_for_each_occurrence_beside_cores_own(self):
        rule = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "event_tz": "UTC"}
        first = {}

        def make(number, telehealth):
            [values] = self.values(1, telehealth)
            event = self.as_user("calendar.event", self.dana).create({**values, **rule, "count": number})
            first[number, telehealth] = event
            self.assertEqual(len(event.recurrence_id.calendar_event_ids), number)

        def edit(values_of, which, telehealth):
            def action(number):
                events = first[number, telehealth].recurrence_id.calendar_event_ids.sorted("start")
                first[number, telehealth] = event = events[which == MANY_EVENTS[0]]
                event.write({**values_of(event), "recurrence_update": which})

            return action

        cost = {True: [], False: []}
        for telehealth in (False, True):
            cost[telehealth].append(self.for_one_more(lambda number, kind=telehealth: make(number, kind)))
            for which in reversed(MANY_EVENTS):
                later = edit(lambda event: {"start": event.start + HOUR, "stop": event.stop + HOUR}, which, telehealth)
                cost[telehealth].append(self.for_one_more(later))
        for plain, ours in zip(cost[False], cost[True]):
            with self.subTest(plain=plain):
                self.assertLessEqual(ours, max(plain, 0) + 0.2)

    def test_moving_sessions_costs_few_queries_for_each(self):
        events = self.as_user("calendar.event", self.dana)

        def move(telehealth):
            moved = {number: events.create(self.values(number, telehealth)) for number in (FEW, MANY)}
            return self.for_one_more(lambda number: moved[number].write({"location": f"Room {number}"}))

        self.assertLessEqual(move(True), move(False) + 0.2)

    def read_by(self, user, model, fields):
        self.as_user("calendar.event", self.dana).create(self.values(MANY))

        def read(number):
            records = self.as_user(model, user)
            domain = [("telehealth", "=", True)] if model == "calendar.event" else []
            records.web_search_read(domain, {name: {} for name in fields}, limit=number)

        return self.for_one_more(read)

    def test_a_list_of_sessions_costs_no_query_for_each(self):
        fields = (
            "display_name", "label", "start", "stop", "state", "service_id", "client_ids", "meeting_status",
            "meeting_sentence", "can_start", "join_url",
        )  # fmt: skip
        for user in (self.dana, self.sam, self.mia):
            with self.subTest(user=user.login):
                self.assertLessEqual(self.read_by(user, "telehealth.session", fields), 0)

    def test_a_calendar_full_of_sessions_costs_no_query_for_each(self):
        fields = (
            "display_name",
            "start",
            "stop",
            "telehealth",
            "telehealth_sentence",
            "telehealth_label",
            "telehealth_place",
        )
        for user in (self.dana, self.sam):
            with self.subTest(user=user.login):
                self.assertLessEqual(self.read_by(user, "calendar.event", fields), 0)

    def test_a_managers_list_of_providers_costs_no_query_of_ours_for_each(self):
        people = self.env["res.users"].union(
            *(self._person(f"provider{number}", f"Provider {number}", PROVIDER, self.sunrise) for number in range(12))
        )
        for number, user in enumerate(people):
            self.connection_row(user, self.app, f"zoom-{number}")
        names = ["zoom_state", "zoom_state_at", "zoom_licence", "zoom_verified_at", "zoom_reason"]
        listed = self.as_user("res.users", self.mia)

        def read(number):
            listed.browse(people[:number].ids).read(names)

        read(12)
        self.assertEqual(self.queries(read, 12), self.queries(read, 3))

    def test_a_clients_list_of_sessions_costs_no_query_for_each(self):
        self.as_user("calendar.event", self.dana).create(self.values(MANY))
        sessions = self.session_of(self.env["calendar.event"].search([("telehealth", "=", True)]))

        def read(number):
            for session in sessions[:number].with_prefetch(sessions[:number].ids):
                session._portal_row(self.ana)

        self.assertLessEqual(self.for_one_more(read), 0)

    def test_finding_what_is_due_is_one_query_whatever_is_due(self):
        self.as_user("calendar.event", self.dana).create(self.values(MANY))
        self.assertEqual(self.queries(lambda number: self.env["zoom.reconciler"]._due(number), MANY), 1)
