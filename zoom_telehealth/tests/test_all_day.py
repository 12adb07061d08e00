"""A session has hours: an all-day event is none, wherever it comes from."""

from odoo.exceptions import ValidationError
from odoo.tests import Form

from .common import soon
from .event_case import EventCase

SENTENCE = "has a start and an end"


class TestAllDay(EventCase):
    def all_day(self, **values):
        day = soon(days=3).date()
        values = {"allday": True, "start_date": day, "stop_date": day, **values}
        return self.as_user("calendar.event", self.dana).create(
            self.event_values(self.dana, [self.ana], start=soon(days=3)) | values
        )

    def test_an_all_day_session_is_refused_with_a_sentence(self):
        with self.assertRaisesRegex(ValidationError, SENTENCE):
            self.all_day()

    def test_in_an_import_too(self):
        fields = ["name", "telehealth", "allday", "start_date", "stop_date", "start", "stop"]
        row = ["x", "1", "1", "2036-03-03", "2036-03-03", "2036-03-03 08:00:00", "2036-03-03 09:00:00"]
        result = self.as_user("calendar.event", self.dana).load(fields, [row])
        self.assertFalse(result["ids"])
        self.assertIn(SENTENCE, result["messages"][0]["message"])

    def test_switching_it_on_is_refused_on_an_all_day_event_and_all_day_on_a_session(self):
        event = self.all_day(telehealth=False)
        with self.assertRaisesRegex(ValidationError, SENTENCE), self.env.cr.savepoint():
            event.telehealth = True
        self.assertFalse(event.telehealth)
        with self.assertRaisesRegex(ValidationError, SENTENCE), self.env.cr.savepoint():
            self.event.write({"allday": True, "start_date": soon(days=3).date(), "stop_date": soon(days=3).date()})
        self.assertEqual(self.danas.state, "scheduled")

    def test_a_series_is_refused_as_a_whole(self):
        series = {"recurrency": True, "rrule_type": "daily", "interval": 1, "end_type": "count", "count": 3}
        count = self.env["telehealth.session"].search_count([])
        with self.assertRaisesRegex(ValidationError, SENTENCE), self.env.cr.savepoint():
            self.all_day(**series, event_tz="UTC")
        self.assertEqual(self.env["telehealth.session"].search_count([]), count)

    def test_a_day_clicked_in_the_months_view_is_no_session_by_default(self):
        self.sunrise.telehealth_default = True
        events = self.as_user("calendar.event", self.dana)
        self.assertTrue(events.default_get(["telehealth"])["telehealth"])
        self.assertFalse(
            events.with_context(default_allday=True).default_get(["telehealth", "allday"]).get("telehealth")
        )

    def test_the_form_says_so_before_saving(self):
        events = self.as_user("calendar.event", self.dana)
        values = {"telehealth": True, "allday": True}
        warning = events.onchange(values, ["allday"], {"telehealth": {}, "allday": {}})["warning"]
        self.assertIn(SENTENCE, warning["message"])
        with Form(events) as form:  # and says nothing where all is well
            form.telehealth = True
            form.start, form.stop = soon(days=4), soon(days=4, hours=1)
