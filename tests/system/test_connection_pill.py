"""The pill in the calendar's header: connecting by it, what may stand in the way, and the account behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.practice import DANA, Practice
from tests.system.zoom_pages import allow
from tests.system.zoom_side import ZoomSide

PHONE = {"width": 390, "height": 800}
PRACTICE_APP = "SimulatedPracticeApp01"
BLOCKED = "window.open = () => null"  # what a browser that blocks pop-ups answers


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice where nobody is connected."""
    stack.reset()
    return Practice(stack)


@pytest.fixture
def dana(practice: Practice, page_for: Callable[..., Page]) -> BackOffice:
    """Dana, signed in, with no Zoom, in her calendar."""
    if practice.stack.sql("SELECT id FROM zoom_connection WHERE state = 'connected'"):
        practice.disconnect("dana")
        practice.reconcile()
    return in_calendar(page_for("dana"))


def in_calendar(page: Page) -> BackOffice:
    office = BackOffice(page)
    office.open_app("/odoo/calendar")
    return office


def pill(office: BackOffice) -> Locator:
    return office.page.locator(".o_telehealth_pill")


def expect_pill(office: BackOffice, text: str) -> None:
    expect(pill(office)).to_have_text(text)


def connect(office: BackOffice) -> None:
    office.click(pill(office))
    consent = office.continue_to_zoom()
    allow(consent, DANA)
    consent.get_by_role("heading", name="Zoom is connected").wait_for()
    consent.close()
    expect_pill(office, "Zoom connected")


def test_the_pill_connects_in_a_new_tab_and_turns_green_by_itself(dana: BackOffice) -> None:
    expect_pill(dana, "Zoom not connected")
    dana.click(pill(dana))
    dialog = dana.page.get_by_role("dialog")
    expect(dialog).to_contain_text("asks whether Odoo may make, move and remove meetings for you")
    expect(dialog).to_contain_text("Is another one signed in, sign out of Zoom first")
    consent = dana.continue_to_zoom()
    expect(dialog).to_contain_text("Waiting for Zoom")
    allow(consent, DANA)
    consent.get_by_role("heading", name="Zoom is connected").wait_for()
    consent.close()
    expect(dialog).to_have_count(0)
    expect_pill(dana, "Zoom connected")
    assert "btn-outline-success" in str(pill(dana).get_attribute("class"))


def test_behind_it_stand_name_address_and_licence_refresh_and_disconnect(dana: BackOffice) -> None:
    connect(dana)
    dana.click(pill(dana))
    dialog = dana.page.get_by_role("dialog")
    for fact in ("Dana Reyes", DANA, "Licensed", "Last seen to work"):
        expect(dialog).to_contain_text(fact)
    dana.click(dialog.get_by_role("button", name="Refresh now"))
    expect(dialog).to_have_count(0)
    dana.click(pill(dana))
    dana.click(dialog.get_by_role("button", name="Disconnect"))
    dana.click(
        dana.page.get_by_role("dialog")
        .filter(has_text="Records and past links stay")
        .get_by_role("button", name="Disconnect")
    )
    expect_pill(dana, "Zoom not connected")


def test_reconnecting_names_the_account_and_needs_no_administrator(practice: Practice, dana: BackOffice) -> None:
    connect(dana)
    dana.click(pill(dana))
    refresh = dana.page.get_by_role("dialog").get_by_role("button", name="Refresh now")
    refresh.wait_for()  # first, since whatever asks Zoom from now on finds out too
    ZoomSide(practice.stack).kill_refresh(DANA)
    ZoomSide(practice.stack).expire_access(DANA)
    practice.stack.move_clock(2 * 3600)
    dana.click(refresh)
    expect_pill(dana, "Reconnect Zoom")
    dana.click(pill(dana))
    dialog = dana.page.get_by_role("dialog")
    expect(dialog.get_by_role("status")).to_contain_text("removed in Zoom, or replaced there")
    expect(dialog).to_contain_text(f"Sign in to Zoom as {DANA}")
    consent = dana.continue_to_zoom()
    allow(consent, DANA)
    consent.get_by_role("heading", name="Zoom is connected").wait_for()
    consent.close()
    expect_pill(dana, "Zoom connected")


def test_a_browser_that_blocks_the_tab_is_given_the_link(dana: BackOffice) -> None:
    dana.page.evaluate(BLOCKED)
    dana.click(pill(dana))
    dana.click(dana.page.get_by_role("button", name="Continue to Zoom"))
    dialog = dana.page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Your browser did not let the tab open")
    with dana.page.context.expect_page() as opened:
        dana.click(dialog.get_by_role("link", name="Open Zoom's page here"))
    allow(opened.value, DANA)
    expect_pill(dana, "Zoom connected")


def test_an_app_that_needs_approval_has_a_text_to_forward(practice: Practice, dana: BackOffice) -> None:
    practice.stack.simulator("POST", "/control/apps", {"client_id": PRACTICE_APP, "needs_approval": True})
    dana.click(pill(dana))
    with dana.page.context.expect_page() as opened:
        dana.click(dana.page.get_by_role("button", name="Continue to Zoom"))
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("administrator has to approve")
    with dana.page.context.expect_page() as helped:
        dana.click(dana.page.get_by_role("link", name="Zoom asks for an administrator's approval"))
    approval = helped.value.locator("#approval")
    expect(approval).to_contain_text(PRACTICE_APP)
    expect(approval).to_contain_text("meeting:write:meeting")
    practice.stack.simulator("POST", "/control/apps", {"client_id": PRACTICE_APP, "needs_approval": False})


def test_it_connects_on_a_phone_too(practice: Practice, dana: BackOffice) -> None:
    dana.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    dana.page.reload()
    expect_pill(dana, "Zoom not connected")
    connect(dana)
    dana.click(pill(dana))
    expect(dana.page.get_by_role("dialog")).to_contain_text(DANA)
