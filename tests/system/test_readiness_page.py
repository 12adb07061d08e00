"""“Is my practice set up right?” in a browser: red and green, attesting, the end-to-end test, and the files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.practice import DANA, Practice
from tests.system.zoom_pages import allow
from tests.system.zoom_side import ZoomSide

PRACTICE_APP = "SimulatedPracticeApp01"


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice where nobody is connected."""
    stack.reset()
    return Practice(stack)


@pytest.fixture
def mia(practice: Practice, page_for: Callable[..., Page]) -> BackOffice:
    """The manager, on the practice's page."""
    office = BackOffice(page_for("mia"))
    office.open_app("/odoo/telehealth")
    office.click(office.page.get_by_role("button", name="Configuration"))
    office.click(office.page.get_by_role("menuitem", name="Is my practice set up right?"))
    office.page.get_by_role("heading", name="Is my practice set up right?").wait_for()
    return office


def line(office: BackOffice, title: str) -> Locator:
    """The row of one matter."""
    return office.page.locator(".o_field_widget[name=line_ids] .o_data_row").filter(
        has=office.page.locator("td[name=title]").get_by_text(title, exact=True)
    )


def expect_level(office: BackOffice, title: str, level: str) -> None:
    expect(line(office, title).locator("td[name=level]")).to_have_text(level)


def connect_dana(practice: Practice, page_for: Callable[..., Page]) -> None:
    office = BackOffice(page_for("dana"))
    office.open_app(f"/odoo/my-preferences/{practice.user('dana')}")
    office.click(office.page.get_by_role("tab", name="Telehealth"))
    consent = office.connect_zoom()
    allow(consent, DANA)
    consent.get_by_role("heading", name="Zoom is connected").wait_for()


def test_red_lines_say_what_mends_them_and_attesting_turns_one_green(mia: BackOffice) -> None:
    expect_level(mia, "Business Associate Agreement (BAA)", "Must be mended")
    expect(line(mia, "Business Associate Agreement (BAA)")).to_contain_text("Send Zoom the mail behind")
    expect_level(mia, "HIPAA settings of the Zoom account", "Look at it")
    mia.click(line(mia, "HIPAA settings of the Zoom account").get_by_role("button", name="Attest"))
    dialog = mia.page.get_by_role("dialog")
    expect(dialog).to_contain_text("what the practice's HIPAA policies ask for")
    mia.click(dialog.get_by_role("button", name="I attest this"))
    expect_level(mia, "HIPAA settings of the Zoom account", "Right")
    mia.click(line(mia, "Business Associate Agreement (BAA)").get_by_role("button", name="Text to send"))
    expect(mia.page.get_by_role("dialog")).to_contain_text("healthcare@zoom.us")


def test_the_end_to_end_test_shows_each_step_by_itself(
    practice: Practice, mia: BackOffice, page_for: Callable[..., Page]
) -> None:
    zoom = ZoomSide(practice.stack)
    connect_dana(practice, page_for)
    practice.settle()
    held = len(zoom.live())
    endpoint = f"{practice.stack.odoo_url}/zoom_telehealth/webhook/{PRACTICE_APP}"
    told = practice.stack.simulator("POST", "/control/apps", {"client_id": PRACTICE_APP, "endpoint_url": endpoint})
    assert told["subscription_state"] == "active"
    mia.click(mia.page.get_by_role("button", name="End-to-end test"))
    mia.confirm()
    steps = mia.page.locator(".o_field_widget[name=steps_html] li")
    expect(steps.locator(".fa-check-circle")).to_have_count(5)
    expect(mia.page.locator(".o_statusbar_status")).to_contain_text("Passed")
    assert len(zoom.live()) == held


def test_looking_again_shows_what_was_changed_in_zoom(practice: Practice, page_for: Callable[..., Page]) -> None:
    practice.stack.simulator(
        "POST", "/control/user_settings", {"email": DANA, "settings": {"in_meeting": {"waiting_room": False}}}
    )
    dana = BackOffice(page_for("dana"))
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.get_by_role("button", name="Configuration"))
    dana.click(dana.page.get_by_role("menuitem", name="Is my Zoom set up right?"))
    dana.click(dana.page.get_by_role("button", name="Look again"))
    expect_level(dana, "Waiting room by default", "Look at it")
    expect_level(dana, "Zoom licence", "Right")


@pytest.mark.parametrize(("button", "begins"), [("PDF for an audit", b"%PDF-"), ("Diagnostics", b'{\n "written_at"')])
def test_files_are_downloaded_from_the_page(mia: BackOffice, button: str, begins: bytes) -> None:
    with mia.page.expect_download() as download:
        mia.click(mia.page.get_by_role("button", name=button))
    content: Any = download.value.path().read_bytes()
    assert content.startswith(begins)
