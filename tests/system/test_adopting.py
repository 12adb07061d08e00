"""A provider who has just connected takes over, after a preview, what was there before: events and Zoom meetings."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.system.back_office import BackOffice
from tests.system.practice import DANA, ODOO_FORMAT, Practice
from tests.system.zoom_side import ZoomSide

TOPIC = "Grief counselling with Devi"


def note_in_calendar(practice: Practice, title: str, client: str, days: int) -> int:
    """Make an event of Dana's as she made them before there were sessions; returns its id."""
    start = practice.moment(days=days)
    values = {
        "name": title,
        "start": start.strftime(ODOO_FORMAT),
        "stop": practice.moment(days=days, minutes=50).strftime(ODOO_FORMAT),
        "partner_ids": [[6, 0, [practice.partner("dana"), practice.partner(client)]]],
    }
    quiet = {"context": {"no_mail_to_attendees": True, "dont_notify": True}}
    return int(practice.stack.rpc("dana", "calendar.event", "create", [values], quiet))


def test_existing_events_and_meetings_made_by_hand_become_sessions_after_a_preview(
    practice: Practice, dana: BackOffice
) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    taken, left = (
        note_in_calendar(practice, title, client, days)
        for title, client, days in (("Talk with Brooke", "brooke", 20), ("Lunch with Chen", "chen", 21))
    )
    by_hand = stack.simulator(
        "POST",
        "/control/meetings",
        {"email": DANA, "topic": TOPIC, "type": 2, "start_time": f"{practice.moment(days=22):%Y-%m-%dT%H:%M:%SZ}"},
    )
    before = len(zoom.live(DANA))
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.get_by_role("button", name="Configuration"))
    dana.click(dana.page.get_by_role("menuitem", name="Take Calendar Events Over"))
    preview = dana.page.get_by_role("dialog")
    expect(preview.locator(".o_data_row")).to_have_count(2)
    lunch = preview.locator(".o_data_row").filter(has_text="Lunch with Chen")
    dana.click(lunch.get_by_role("checkbox").first)
    dana.click(preview.get_by_role("button", name="Take over"))
    expect(dana.page.locator(".o_data_row")).to_have_count(1)
    expect(dana.page.locator(".o_data_row")).to_contain_text("Talk with Brooke")

    dana.open_preferences()
    dana.click(dana.page.get_by_role("button", name="Find meetings made in Zoom"))
    found = dana.page.locator(".o_data_row")
    expect(found).to_contain_text(TOPIC)
    dana.click(found.locator(".o_data_cell[name=client_ids]"))
    dana.choose("client_ids", "Devi")
    dana.click(found.get_by_role("button", name="Take over"))
    expect(dana.page.get_by_role("dialog")).to_contain_text("invited by e-mail")
    dana.confirm()
    expect(dana.page.locator(".o_form_view .o_field_widget[name=client_ids]")).to_contain_text("Devi Raman")
    practice.settle()
    dana.expect_ready()

    marked = stack.sql("SELECT id, telehealth, name FROM calendar_event WHERE id IN %s ORDER BY id", ((taken, left),))
    assert marked == [(taken, True, "Telehealth session"), (left, False, "Lunch with Chen")]
    assert len(zoom.live(DANA)) == before + 1  # the event's; the hand-made one is kept
    assert TOPIC not in str(zoom.meeting(by_hand["id"]))
    assert zoom.meeting(by_hand["id"])["settings"]["waiting_room"]
    [invitation] = stack.mails()
    assert "devi@example.com" in invitation["To"]
