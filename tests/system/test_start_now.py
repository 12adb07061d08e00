"""A crisis call: two presses, and the provider is in a meeting that nobody booked; the client has the link."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.system.back_office import BackOffice
from tests.system.patience import eventually
from tests.system.practice import Practice
from tests.system.zoom_pages import admit, come_in, expect_place, people_inside
from tests.system.zoom_side import ZoomSide

IN_GOAL_SECONDS = 10.0


def begin(office: BackOffice) -> Page:
    """Press the dialog's button and return the tab that opens."""
    with office.page.context.expect_page() as opened:
        office.click(office.page.get_by_role("dialog").get_by_role("button", name="Start now"))
    return opened.value


def test_two_presses_on_a_clients_page_lead_into_the_meeting(
    practice: Practice,
    page_for: Callable[..., Page],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    dana = BackOffice(page_for("dana"))
    dana.open_app(f"/odoo/res.partner/{practice.partner('alex')}")
    known = len(practice.stack.mails())
    dana.clicks, began = 0, time.monotonic()
    dana.click(dana.page.get_by_role("button", name="Start now"))
    zoom = begin(dana)
    expect_place(zoom, "You are in the meeting.")
    seconds = time.monotonic() - began

    record_testsuite_property("seconds from Start now to the meeting", round(seconds, 2))
    assert dana.clicks == 2
    assert seconds < IN_GOAL_SECONDS
    [[session_id, state]] = practice.stack.sql("SELECT id, state FROM telehealth_session WHERE unscheduled")
    assert state == "live"
    session = practice.session(session_id)

    def invited() -> bool:
        fresh = [mail for mail in practice.stack.mails()[known:] if "alex" in str(mail["To"])]
        bodies = [mail.get_body(("html", "plain")) for mail in fresh]
        return any(body and f"/telehealth/join/{session.token}" in body.get_content() for body in bodies)

    eventually(invited, "the invitation is there")
    client = page_for("alex", path=f"/telehealth/join/{session.token}")
    with client.context.expect_page() as opened:
        client.get_by_role("button", name="Join session").click()
    come_in(opened.value, "Alex Morgan")
    admit(zoom, "Alex Morgan")
    expect_place(opened.value, "You are in the meeting.")
    assert people_inside(opened.value) == ["Dana Reyes", "Alex Morgan"]


def test_from_the_calendar_the_page_waits_with_the_help_contact_and_goes_on_by_itself(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    practice.hold_back_action()
    dana = BackOffice(page_for("dana"))
    dana.open_app("/odoo/calendar")
    dana.click(dana.page.get_by_role("button", name="Start now"))
    dana.choose("client_ids", "Brooke")
    waiting = begin(dana)
    expect(waiting.get_by_role("heading", level=1)).to_have_text("The Zoom meeting is being made")
    expect(waiting.get_by_role("complementary", name="Help")).to_be_visible()
    asked: list[str] = []
    waiting.on("request", lambda request: asked.append(request.url) if request.url.endswith("/state") else None)
    waiting.wait_for_timeout(5_000)
    assert 1 <= len(asked) <= 3, asked
    practice.hold_back_action(held=False)
    practice.reconcile()
    expect_place(waiting, "You are in the meeting.")
    assert ZoomSide(practice.stack).calls("POST", "/meetings")


def test_who_is_not_connected_is_told_whom_to_turn_to_and_books_nothing(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    count = "SELECT count(*) FROM telehealth_session"
    before = practice.stack.sql(count)
    omar = BackOffice(page_for("omar"))
    omar.open_app("/odoo/telehealth")
    omar.click(omar.page.get_by_role("button", name="Start now"))
    dialog = omar.page.get_by_role("dialog")
    expect(dialog.get_by_role("alert").filter(has_text="A session cannot be started now")).to_be_visible()
    expect(dialog.get_by_text("Need help?")).to_be_visible()
    expect(dialog.get_by_role("button", name="Start now")).to_have_count(0)
    assert practice.stack.sql(count) == before
