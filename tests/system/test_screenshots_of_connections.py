"""Writes the pictures of connecting, disconnecting and readiness into docs/images/; see test_screenshots.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from dev.trial_stack import TrialStack
from tests.system import test_screenshots
from tests.system.back_office import BackOffice
from tests.system.practice import DANA, Practice
from tests.system.test_screenshots import PHONE, Album, sized
from tests.system.zoom_pages import allow
from tests.system.zoom_side import ZoomSide

__test__ = test_screenshots.__test__
PRACTICE_APP = "SimulatedPracticeApp01"
TALL = {"width": 1280, "height": 1500}


def open_readiness(office: BackOffice, name: str) -> None:
    office.open_app("/odoo/telehealth")
    office.click(office.page.get_by_role("button", name="Configuration"))
    office.click(office.page.get_by_role("menuitem", name=name))
    office.page.locator(".o_field_widget[name=line_ids] .o_data_row").first.wait_for()


def test_the_way_through_connecting_and_readiness(
    fresh_stack: TrialStack, page_for: Callable[..., Page], repository: Path
) -> None:
    album, practice = Album(repository / "docs" / "images"), Practice(fresh_stack)
    mia = BackOffice(sized(page_for("mia"), TALL))
    open_readiness(mia, "Is my practice set up right?")
    album.take(mia.page, "readiness_red")

    dana = BackOffice(sized(page_for("dana")))
    dana.open_app("/odoo/calendar")
    pill = dana.page.locator(".o_telehealth_pill")
    dana.click(pill)
    dialog = dana.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Continue to Zoom")
    album.take(dana.page, "connect_dialog")
    consent = dana.continue_to_zoom()
    dana.page.bring_to_front()
    album.take(dana.page, "connect_waiting")
    allow(consent, DANA)
    consent.get_by_role("heading", name="Zoom is connected").wait_for()
    consent.goto(f"{fresh_stack.odoo_url}/zoom_telehealth/oauth/trouble")
    album.take(sized(consent, TALL), "connect_trouble")
    consent.close()
    expect(pill).to_have_text("Zoom connected")
    dana.page.reload()
    album.take(dana.page, "calendar_pill")
    dana.click(pill)
    album.take(dana.page, "zoom_account")
    dana.page.keyboard.press("Escape")
    sized(dana.page, PHONE)
    dana.page.reload()
    expect(pill).to_be_visible()
    album.take(dana.page, "calendar_pill_phone")
    practice.settle()

    endpoint = f"{fresh_stack.odoo_url}/zoom_telehealth/webhook/{PRACTICE_APP}"
    fresh_stack.simulator("POST", "/control/apps", {"client_id": PRACTICE_APP, "endpoint_url": endpoint})
    open_readiness(mia, "Is my practice set up right?")
    mia.click(mia.page.get_by_role("button", name="End-to-end test"))
    mia.confirm()
    done = mia.page.locator(".o_field_widget[name=steps_html] li .fa-check-circle")
    expect(done).to_have_count(5)
    album.take(sized(mia.page), "end_to_end_test")
    mia.click(mia.page.get_by_role("button", name="Configuration"))
    mia.click(mia.page.get_by_role("menuitem", name="Providers"))
    mia.page.locator(".o_data_row").first.wait_for()
    album.take(mia.page, "providers")

    sized(dana.page, TALL)
    open_readiness(dana, "Is my Zoom set up right?")
    dana.click(dana.page.get_by_role("button", name="Look again"))
    waiting_room = dana.page.locator(".o_data_row").filter(has_text="Waiting room by default")
    expect(waiting_room).to_contain_text("Right")
    album.take(dana.page, "readiness_provider")
    sized(dana.page)
    dana.open_preferences()
    dana.click(dana.page.get_by_role("button", name="Disconnect"))
    expect(dialog).to_contain_text("Records and past links stay")
    album.take(dana.page, "disconnect")
    dana.page.keyboard.press("Escape")

    ZoomSide(fresh_stack).kill_refresh(DANA)
    ZoomSide(fresh_stack).expire_access(DANA)
    dana.page.goto(f"{fresh_stack.odoo_url}/telehealth/start/{practice.demo_session('soon').token}")
    expect(dana.page.get_by_role("link", name="Reconnect Zoom")).to_be_visible()
    album.take(dana.page, "start_reconnect")
