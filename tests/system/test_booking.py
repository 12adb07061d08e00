"""A session is booked in each of the ways that Odoo offers, and Zoom has its meeting with nobody doing more."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.system.back_office import BackOffice
from tests.system.patience import eventually
from tests.system.practice import DANA, Booked, Practice
from tests.system.zoom_side import ZoomSide

READY_GOAL_SECONDS = 10.0
TOPIC = re.compile(r"Telehealth session \W*\(?([A-Z2-9]{4}-){2}[A-Z2-9]{4}\)?")


def newest(practice: Practice) -> Booked:
    [[session_id]] = practice.stack.sql("SELECT max(id) FROM telehealth_session")
    return practice.session(session_id)


def free_week(dana: BackOffice) -> list[str]:
    """Turn to the week after the next one, where no other test books something, and return its days."""
    dana.next_week()
    return dana.next_week()


def assert_at_zoom(practice: Practice, session: Booked, minutes: int) -> None:
    """Zoom has the session's meeting: its time, a topic that says nothing, a closed door."""
    [[zoom_id, start]] = practice.stack.sql(
        "SELECT m.zoom_id, s.start FROM zoom_meeting m JOIN telehealth_session s ON s.id = m.session_id"
        " WHERE s.id = %s AND m.state = 'live'",
        (session.id,),
    )
    meeting = ZoomSide(practice.stack).meeting(zoom_id)
    assert meeting["start_time"] == f"{start:%Y-%m-%dT%H:%M:%SZ}"
    assert meeting["duration"] == minutes
    assert meeting["host_email"] == DANA
    assert TOPIC.fullmatch(meeting["topic"]), meeting["topic"]
    assert meeting["settings"]["waiting_room"] is True
    assert meeting["settings"]["join_before_host"] is False
    assert meeting["password"]


def test_booked_from_the_telehealth_menu(
    practice: Practice, dana: BackOffice, record_testsuite_property: Callable[[str, object], None]
) -> None:
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.get_by_role("button", name="New session"))
    dana.choose("client_ids", "Devi")
    dana.choose("service_id", "Couple")
    day = practice.moment(days=3).date()
    dana.set_times(day, 16, 30, minutes=80)
    began = time.monotonic()
    dana.save()
    dana.expect_ready()
    seconds = time.monotonic() - began

    record_testsuite_property("seconds from Save to ready on the form, by itself", round(seconds, 2))
    assert seconds < READY_GOAL_SECONDS
    assert_at_zoom(practice, newest(practice), minutes=80)
    expect(dana.page.get_by_text(f"{practice.stack.odoo_url}/telehealth/join/")).to_be_visible()
    assert practice.stack.simulator_url not in dana.page.content()


def test_an_event_of_the_calendar_becomes_a_session_by_its_switch(practice: Practice, dana: BackOffice) -> None:
    start = practice.moment(days=4)
    values = {
        "name": "Plum jam",
        "start": f"{start:%Y-%m-%d %H:%M:%S}",
        "stop": f"{start + timedelta(minutes=45):%Y-%m-%d %H:%M:%S}",
        "partner_ids": [[6, 0, [practice.partner("dana"), practice.partner("brooke")]]],
    }
    [event] = practice.stack.rpc("dana", "calendar.event", "create", [[values]])
    dana.open_app(f"/odoo/calendar.event/{event}")
    dana.click(dana.page.get_by_label("Telehealth", exact=True))
    dana.save()
    dana.expect_ready()

    assert_at_zoom(practice, newest(practice), minutes=45)
    assert practice.stack.sql("SELECT name FROM calendar_event WHERE id = %s", (event,)) == [("Telehealth session",)]
    # Dana reads what she typed; the name that others and the calendar's copies get says nothing.
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.get_by_role("button", name="List View"))
    expect(dana.page.get_by_role("cell", name="Plum jam")).to_be_visible()


def test_a_new_session_that_is_left_untouched_is_not_booked(practice: Practice, dana: BackOffice) -> None:
    count = "SELECT count(*) FROM telehealth_session"
    before = practice.stack.sql(count)
    for touched in (False, True):
        dana.open_app("/odoo/telehealth")
        dana.click(dana.page.get_by_role("button", name="New session"))
        dana.page.locator(".o_form_view .o_form_button_save").wait_for()
        if touched:
            dana.choose("client_ids", "Alex")
            # The tag stands there once Odoo knows of it; who closes the tab before that has chosen nobody.
            expect(dana.page.locator(".o_field_widget[name=client_ids] .o_tag")).to_contain_text("Alex")
        dana.open_app("/odoo/calendar")  # by its address, as by closing the tab
        # What was touched is saved by a message that the browser sends while it leaves.
        expected = [(before[0][0] + touched,)]
        eventually(lambda expected=expected: practice.stack.sql(count) == expected, "a session is booked if touched")


def test_booked_by_dragging_over_a_time_in_the_calendar(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/calendar")
    day = free_week(dana)[4]
    dana.drag_over(day, "17:00:00", "18:00:00")
    dana.click(dana.page.get_by_role("dialog").get_by_label("Telehealth"))
    dana.set_text("telehealth_label", "Kite practice")
    dana.click(dana.page.get_by_role("dialog").get_by_role("button", name="Save"))
    expect(dana.event("Kite practice")).to_be_visible()
    practice.settle()

    session = newest(practice)
    assert_at_zoom(practice, session, minutes=60)
    [[start]] = practice.stack.sql("SELECT start FROM telehealth_session WHERE id = %s", (session.id,))
    assert f"{start:%Y-%m-%d}" == day


def test_more_options_of_the_quick_form_keep_the_switch(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/calendar")
    dana.drag_over(free_week(dana)[5], "15:00:00", "16:00:00")
    dana.click(dana.page.get_by_role("dialog").get_by_label("Telehealth"))
    dana.set_text("telehealth_label", "Kite theory")
    dana.click(dana.page.get_by_role("dialog").get_by_role("button", name="More Options"))
    dana.page.locator(".o_form_view .o_form_button_save").wait_for()
    try:
        expect(dana.page.get_by_label("Telehealth", exact=True)).to_be_checked()
        expect(dana.page.locator(".o_field_widget[name=telehealth_label] input")).to_have_value("Kite theory")
    finally:
        dana.page.locator(".o_form_button_cancel").click()


def test_dragging_over_a_time_of_the_sessions_calendar_books_a_session(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/telehealth")
    day = free_week(dana)[2]
    dana.drag_over(day, "16:00:00", "17:00:00")
    dialog = dana.page.get_by_role("dialog")
    dana.choose("client_ids", "Chen")
    dana.click(dialog.get_by_role("button", name="Save"))
    dialog.wait_for(state="hidden")
    practice.settle()
    session = newest(practice)
    [[start]] = practice.stack.sql("SELECT start FROM telehealth_session WHERE id = %s", (session.id,))
    assert start == datetime.fromisoformat(f"{day} 16:00:00")
    assert_at_zoom(practice, session, minutes=60)


def test_a_scheduler_books_for_a_provider(practice: Practice, page_for: Callable[..., Page]) -> None:
    sam = BackOffice(page_for("sam"))
    sam.open_app("/odoo/telehealth")
    sam.click(sam.page.get_by_role("button", name="New session"))
    sam.choose("client_ids", "Brooke")
    sam.choose("provider_id", "Dana")
    sam.set_times(practice.moment(days=6).date(), 9, 0)
    sam.save()
    sam.expect_ready()
    assert_at_zoom(practice, newest(practice), minutes=50)
    assert sam.page.get_by_role("button", name="Start").count() == 0


def test_the_client_gets_an_invitation_with_the_link_that_never_changes(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.get_by_role("button", name="New session"))
    dana.choose("client_ids", "Brooke")
    dana.set_times(practice.moment(days=7).date(), 11, 0)
    known = len(practice.stack.mails())
    dana.save()
    dana.expect_ready()
    session = newest(practice)
    fresh = [mail for mail in practice.stack.mails()[known:] if "brooke@example.com" in str(mail["To"])]
    assert fresh
    body = fresh[-1].get_body(("html", "plain"))
    assert body is not None
    assert f"/telehealth/join/{session.token}" in body.get_content()
    assert "Odoo Discuss" not in body.get_content()
