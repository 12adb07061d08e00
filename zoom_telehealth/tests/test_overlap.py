"""Two sessions of one host at one time are warned of, and refused where the practice says so (R16)."""

from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import format_time

from ..models.telehealth_session_held import NOT_HELD
from .common import TelehealthCase, soon

REFUSED = "allows no two sessions at one time"
WARNED = "holds another session at this time"


class TestOverlap(TelehealthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = soon(days=3)
        cls.first = cls.session_of(cls.book(cls.dana, [cls.ana], start=cls.start))
        cls.env.flush_all()

    def at(self, minutes, provider=None, **values):
        """Book a session of 50 minutes that begins so long after the first one; returns it."""
        start = self.start + timedelta(minutes=minutes)
        return self.session_of(self.book(provider or self.dana, [self.ben], start=start, **values))

    def warned(self, session):
        session.invalidate_recordset(["overlap_sentence"])
        return WARNED in (session.overlap_sentence or "")

    def assert_refused(self, action, sentence=REFUSED):
        with self.assertRaisesRegex(ValidationError, sentence), self.env.cr.savepoint():
            action()
            self.env.cr.flush()

    def block(self):
        self.sunrise.telehealth_overlap_blocked = True

    # === WARNING === #

    def test_overlapping_sessions_are_warned_of_and_back_to_back_ones_are_not_R16(self):
        for minutes, overlaps in ((-51, False), (-50, False), (-49, True), (0, True), (49, True), (50, False)):
            with self.subTest(minutes=minutes):
                other = self.at(minutes)
                self.assertEqual(self.warned(other), overlaps)
                self.assertEqual(self.warned(self.first), overlaps)
                other.event_id.action_archive()

    def test_who_books_no_sessions_does_not_learn_of_one_by_trying_a_time(self):
        for by, warned in ((self.dana, True), (self.sam, True), (self.eve, False), (self.erna, False)):
            event = self.as_user("calendar.event", by).new(
                {"telehealth": True, "user_id": self.dana.id, "start": self.start, "stop": self.first.stop}
            )
            with self.subTest(by=by.name):
                self.assertEqual(WARNED in (event.telehealth_overlap or ""), warned)

    def test_what_is_cancelled_or_ended_does_not_count_and_what_is_live_does(self):
        other = self.at(10)
        for state, counts in (("scheduled", True), ("live", True), ("ended", False), ("cancelled", False)):
            self.first.state = state
            with self.subTest(state=state):
                self.assertEqual(self.warned(other), counts)

    def test_a_colleagues_session_does_not_count_unless_both_use_one_zoom_user(self):
        other = self.at(0, provider=self.omar)
        self.connection_row(self.dana, self.app, "one-zoom-user")
        self.assertFalse(self.warned(other))
        shared = self.connection_row(self.omar, self.harbour_app, "one-zoom-user")
        self.assertTrue(self.warned(other))
        self.assertIn("Dana Reyes", other.overlap_sentence)
        other.place = "in_person"
        self.assertFalse(self.warned(other), "only one of the two is on Zoom")
        other.place = "zoom"
        shared.state = "disconnected"
        self.assertFalse(self.warned(other))

    def test_a_session_in_another_practice_counts_and_nothing_of_it_is_told_to_who_does_not_work_there(self):
        self.dana.company_ids |= self.harbour
        harbours = self.as_user("telehealth.session", self.dana).with_company(self.harbour)
        start = self.start + timedelta(minutes=17)
        other = harbours.create({"start": start, "stop": self.first.stop, "label": "Secret"}).sudo()
        self.assertEqual((other.company_id, self.warned(other)), (self.harbour, True))
        to_dana = self.first.with_user(self.dana).with_context(allowed_company_ids=self.sunrise.ids).overlap_sentence
        self.assertIn(format_time(self.env, start, tz="Europe/Brussels", time_format="short"), to_dana)
        to_sam = self.first.with_user(self.sam).with_context(allowed_company_ids=self.sunrise.ids).overlap_sentence
        self.assertEqual(to_sam, "Dana Reyes is not free: there is another session at this time.")

    def test_a_shared_zoom_user_names_no_colleague_of_another_practice(self):
        self.connection_row(self.dana, self.app, "one-zoom-user")
        self.connection_row(self.otto, self.harbour_app, "one-zoom-user")
        self.book(self.otto, [self.cleo], start=self.start)
        to_sam = self.first.with_user(self.sam).with_context(allowed_company_ids=self.sunrise.ids).overlap_sentence
        self.assertEqual(to_sam, "Dana Reyes is not free: there is another session at this time.")

    def test_a_refusal_tells_nothing_of_another_practice_either(self):
        self.block()
        self.dana.company_ids |= self.harbour
        harbours = self.as_user("telehealth.session", self.dana).with_company(self.harbour)
        start = self.start + timedelta(hours=5)
        harbours.create({"start": start, "stop": start + timedelta(minutes=50)})
        self.assert_refused(
            lambda: self.at(310, by=self.sam), "^Dana Reyes is not free: there is another session at this time"
        )

    def test_the_forms_warn_while_one_types(self):
        form = Form(self.as_user("telehealth.session", self.dana))
        form.start, form.stop = self.start, self.first.stop
        self.assertIn(WARNED, form.overlap_sentence)
        form.start, form.stop = self.first.stop, self.first.stop + timedelta(hours=1)
        self.assertFalse(form.overlap_sentence)
        for view in ("calendar.view_calendar_event_form", "calendar.view_calendar_event_form_quick_create"):
            with self.subTest(view=view):
                form = Form(self.as_user("calendar.event", self.dana), view=view)
                form.start, form.stop = self.start, self.first.stop
                self.assertFalse(form.telehealth_overlap, "no session yet")
                form.telehealth = True
                self.assertIn(WARNED, form.telehealth_overlap)

    def test_a_form_of_a_booked_session_does_not_warn_of_itself(self):
        form = Form(self.first.with_user(self.dana))
        form.start = self.start + timedelta(minutes=5)
        self.assertFalse(form.overlap_sentence)
        event = Form(self.first.event_id.with_user(self.dana))
        event.start = self.start + timedelta(minutes=5)
        self.assertFalse(event.telehealth_overlap)

    # === REFUSING === #

    def test_without_the_practices_word_nothing_is_refused(self):
        self.at(0)
        self.env.cr.flush()

    def test_booking_moving_handing_over_and_restoring_are_refused(self):
        self.block()
        self.assert_refused(lambda: self.at(0))
        later, omars = self.at(60), self.at(0, provider=self.omar)
        gone = self.at(100)
        gone.event_id.action_archive()
        self.env.cr.flush()
        self.assert_refused(lambda: later.event_id.write({"start": self.start, "stop": self.first.stop}))
        self.assert_refused(lambda: later.with_user(self.dana).write({"start": self.start, "stop": self.first.stop}))
        self.assert_refused(lambda: omars.with_user(self.sam).write({"provider_id": self.dana.id}))
        self.at(110)
        self.assert_refused(gone.event_id.action_unarchive)
        self.assertEqual(gone.state, "cancelled")

    def test_two_sessions_of_one_import_are_refused_and_may_change_places_in_one_call(self):
        self.block()
        starts = [self.start + timedelta(minutes=100)] * 2
        values = [self.event_values(self.dana, [self.ana], start=start) for start in starts]
        self.assert_refused(lambda: self.as_user("calendar.event", self.dana).create(values))
        second = self.at(60)
        self.env.cr.flush()
        first_times = {"start": self.first.start, "stop": self.first.stop}
        self.first.event_id.write({"start": second.start, "stop": second.stop})
        second.event_id.write(first_times)
        self.env.cr.flush()
        self.assertEqual(second.start, self.start)

    def test_what_happens_is_never_refused(self):
        other = self.at(0)
        self.block()
        for session in (self.first | other).sorted("id"):
            session.state = "live"
            session.state = "ended"
            session.state = "live"
        self.first.with_user(self.dana).label = "Renamed"
        self.env.cr.flush()

    def test_a_session_that_was_not_held_after_all_stands_beside_a_crisis_that_came_meanwhile(self):
        self.block()
        self.first.write({"state": "live", "started_at": self.start})
        crisis = self.at(10)
        crisis.unscheduled = True
        self.env.cr.flush()
        self.first._happened(NOT_HELD)
        self.env.cr.flush()
        self.assertEqual(self.first.state, "scheduled")
        self.assertTrue(self.warned(self.first))

    def test_a_session_whose_event_was_moved_while_it_seemed_live_goes_there_whoever_is_there(self):
        self.block()
        other = self.at(200)
        self.env.cr.flush()
        self.first.write({"state": "live", "started_at": self.start})
        self.first.event_id.write({"start": other.start, "stop": other.stop})
        self.env.cr.flush()
        self.first._happened(NOT_HELD)
        self.env.cr.flush()
        self.env["telehealth.session"]._refuse_overlap()
        self.assertEqual((self.first.state, self.first.start), ("scheduled", other.start))

    def test_a_whole_series_moved_by_less_than_its_length_is_not_in_its_own_way(self):
        self.block()
        series = self.book(
            self.dana, [self.ana], start=soon(days=30), recurrency=True, rrule_type="daily", interval=1,
            end_type="count", count=5, event_tz="UTC",
        )  # fmt: skip
        self.env.cr.flush()
        base = series.recurrence_id.base_event_id
        base.write(
            {
                "start": base.start + timedelta(minutes=20),
                "stop": base.stop + timedelta(minutes=20),
                "recurrence_update": "all_events",
            }
        )
        self.env.cr.flush()

    def test_two_requests_at_once_are_kept_apart_by_the_database(self):
        """What the check cannot see of a transaction that has not ended: here the check is left out."""
        self.block()
        other = self.at(0)
        self.env.cr.precommit.clear()
        self.env.flush_all()
        self.assertTrue(other.exclusive)
        self.first.exclusive = True
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self.env["telehealth.session"]._refuse_overlap()
        self.assertIn("telehealth_session_no_overlap", str(caught.exception))

    def test_taking_the_rule_back_frees_what_was_booked_under_it(self):
        self.block()
        other = self.at(60)
        self.assertTrue(other.exclusive)
        self.sunrise.telehealth_overlap_blocked = False
        self.assertFalse(other.exclusive)

    def test_a_batch_costs_one_query_more_whatever_its_size(self):
        self.block()

        def queries(number):
            sessions = self.as_user("telehealth.session", self.dana).create(
                [
                    {"start": soon(days=40 + day, hours=number), "stop": soon(days=40 + day, hours=number, minutes=5)}
                    for day in range(number)
                ]
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["telehealth.session"]._refuse_overlap()
            self.assertEqual(len(sessions), number)
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(3), queries(12))

    def test_only_managers_set_the_rule(self):
        settings = self.as_user("telehealth.settings", self.mia).create({})
        settings.telehealth_overlap_blocked = True
        settings.action_save()
        self.assertTrue(self.sunrise.telehealth_overlap_blocked)
        with self.assertRaises(AccessError):
            self.as_user("telehealth.settings", self.sam).create({})
        self.assertFalse(self.harbour.telehealth_overlap_blocked)

    def test_a_client_reads_nothing_of_it(self):
        fields = self.as_user("calendar.event", self.ana).fields_get()
        self.assertNotIn("telehealth_overlap", fields)

    def test_a_session_of_a_hidden_client_is_not_named(self):
        other = self.at(0)
        self.first.event_id.write({"partner_ids": [Command.link(self.ben.partner_id.id)]})
        self.assertNotIn(self.ana.name, other.overlap_sentence)
