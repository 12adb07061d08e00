"""Moved in Odoo, Zoom's meeting follows and stays the same one; cancelled in Odoo, it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import Page, expect

from tests.system.back_office import BackOffice
from tests.system.patience import eventually
from tests.system.practice import Booked, Practice
from tests.system.zoom_side import ZoomSide


def meeting_of(practice: Practice, session: Booked) -> dict:
    [[zoom_id]] = practice.stack.sql(
        "SELECT zoom_id FROM zoom_meeting WHERE session_id = %s AND zoom_id IS NOT NULL", (session.id,)
    )
    return ZoomSide(practice.stack).meeting(zoom_id)


def expect_start_at_zoom(practice: Practice, session: Booked, start: datetime) -> None:
    wanted = f"{start:%Y-%m-%dT%H:%M:%SZ}"
    eventually(lambda: meeting_of(practice, session)["start_time"] == wanted, f"Zoom's meeting starts at {wanted}")


def test_dragged_in_the_calendar_the_meeting_follows_and_stays_the_same(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/calendar")
    days = dana.next_week()
    session = practice.book(datetime.fromisoformat(f"{days[2]} 16:00:00"), label="Kite day", minutes=60)
    practice.settle()
    before = meeting_of(practice, session)
    dana.page.reload()
    dana.next_week()

    dana.drag_event(dana.event("Kite day"), days[4], "18:00:00")
    expect_start_at_zoom(practice, session, datetime.fromisoformat(f"{days[4]} 18:00:00"))

    after = meeting_of(practice, session)
    assert (after["id"], after["join_url"], after["duration"]) == (before["id"], before["join_url"], 60)
    assert practice.session(session.id) == session


def test_moved_on_its_form_the_meeting_follows(practice: Practice, dana: BackOffice) -> None:
    session = practice.book(label="Kite form")
    practice.settle()
    before = meeting_of(practice, session)
    day = practice.moment(days=5).date()
    dana.open_session(session.id)
    dana.set_times(day, 7, 15, minutes=30)
    dana.save()
    dana.expect_ready()

    expect_start_at_zoom(practice, session, datetime(day.year, day.month, day.day, 7, 15))
    after = meeting_of(practice, session)
    assert (after["id"], after["join_url"], after["duration"]) == (before["id"], before["join_url"], 30)


def test_cancelled_on_its_form_the_meeting_is_gone_and_the_record_stays(practice: Practice, dana: BackOffice) -> None:
    session = practice.book()
    practice.settle()
    dana.open_session(session.id)
    dana.click(dana.page.get_by_role("button", name="Cancel session"))
    dana.confirm()
    eventually(lambda: meeting_of(practice, session)["deleted"], "Zoom's meeting is gone")
    expect(dana.page.get_by_role("button", name="Start")).to_have_count(0)
    assert practice.stack.sql("SELECT state FROM telehealth_session WHERE id = %s", (session.id,)) == [("cancelled",)]


def test_restored_on_its_form_it_has_a_meeting_again_behind_the_same_link(
    practice: Practice, dana: BackOffice, page_for: Callable[..., Page]
) -> None:
    session = practice.book(practice.moment(days=0, minutes=10))
    practice.settle()
    former = meeting_of(practice, session)
    practice.cancel(session)
    practice.settle()
    client = page_for("alex", path=f"/telehealth/join/{session.token}")
    expect(client.get_by_text("was cancelled")).to_be_visible()

    dana.open_session(session.id)
    dana.click(dana.page.get_by_role("button", name="Restore"))
    dana.confirm()
    dana.expect_ready()
    expect(dana.page.get_by_role("button", name="Restore")).to_have_count(0)
    assert practice.session(session.id) == session
    # One that was deleted stays so; the restored session has another.
    now = practice.stack.sql("SELECT zoom_id FROM zoom_meeting WHERE session_id = %s AND state = 'live'", (session.id,))
    assert len(now) == 1 and now != [(str(former["id"]),)]
    client.reload()
    expect(client.get_by_role("button", name="Join session")).to_be_visible()


def test_deleted_in_the_calendar_the_meeting_is_gone_and_the_record_stays(practice: Practice, dana: BackOffice) -> None:
    dana.open_app("/odoo/calendar")
    days = dana.next_week()
    session = practice.book(datetime.fromisoformat(f"{days[1]} 17:00:00"), label="Kite gone", clients=())
    practice.settle()
    dana.page.reload()
    dana.next_week()
    dana.event("Kite gone").click()
    dana.click(dana.page.locator(".o_cw_popover_delete"))
    dana.page.get_by_role("dialog").locator(".modal-footer .btn-primary").click()
    eventually(lambda: meeting_of(practice, session)["deleted"], "Zoom's meeting is gone")
    [row] = practice.stack.sql("SELECT state, event_id FROM telehealth_session WHERE id = %s", (session.id,))
    assert row[0] == "cancelled"


def test_restored_from_its_calendar_event_a_session_gets_one_meeting_and_keeps_its_link(
    practice: Practice, dana: BackOffice
) -> None:
    session = practice.book(label="Kite back")
    practice.settle()
    gone = meeting_of(practice, session)
    practice.cancel(session)
    practice.settle()
    live = [one["id"] for one in ZoomSide(practice.stack).live()]
    dana.open_app(f"/odoo/calendar.event/{session.event_id}")
    dana.click(dana.page.locator(".o_cp_action_menus .fa-cog"))
    dana.click(dana.page.get_by_role("menuitem", name="Unarchive"))
    eventually(lambda: len(ZoomSide(practice.stack).live()) == len(live) + 1, "one meeting more stands at Zoom")
    practice.settle()
    [again] = [one for one in ZoomSide(practice.stack).live() if one["id"] not in live]
    assert again["id"] != gone["id"]
    assert practice.session(session.id) == session


def test_edited_together_in_the_list_each_session_is_renamed_and_zoom_is_asked_nothing(
    practice: Practice, dana: BackOffice
) -> None:
    sessions = practice.book_many([practice.moment(days=12), practice.moment(days=12, minutes=90)], label="Kite list")
    practice.settle()
    zoom = ZoomSide(practice.stack)
    zoom.forget_calls()
    for session in sessions:
        practice.stack.rpc("dana", "calendar.event", "write", [[session.event_id], {"location": "Kite room"}])
    dana.open_app("/odoo/calendar")
    dana.click(dana.page.locator(".o_switch_view.o_list"))
    rows = dana.page.locator(".o_data_row").filter(has_text="Kite room")
    expect(rows).to_have_count(2)
    for number in range(2):
        rows.nth(number).locator(".o_list_record_selector input").check()
    rows.first.locator("td[name=name]").click()
    dana.page.locator(".o_selected_row td[name=name] input").fill("Kite flown")
    dana.page.keyboard.press("Enter")
    dana.confirm()

    def labels() -> list[str]:
        found = practice.stack.rpc("dana", "telehealth.session", "read", [[one.id for one in sessions], ["label"]])
        return [row["label"] for row in found]

    eventually(lambda: labels() == ["Kite flown"] * 2, "both sessions have the new title")
    practice.settle()
    assert [call for call in zoom.calls(path="/v2/") if call["method"] != "GET"] == []
    names = practice.stack.sql("SELECT DISTINCT name FROM calendar_event WHERE location = 'Kite room'")
    assert names == [("Telehealth session",)]
