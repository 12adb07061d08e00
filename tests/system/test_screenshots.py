"""Writes the pictures of the main pages into docs/images/, when UPDATE_SCREENSHOTS=1 asks for it; no test otherwise.

UPDATE_SCREENSHOTS=1 python3 -m dev test tests/system/test_screenshots.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.practice import Practice
from tests.system.zoom_pages import admit, allow, come_in, expect_place

__test__ = os.environ.get("UPDATE_SCREENSHOTS") == "1"  # pytest passes over the file where this is false
SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 800}
SETTLED_MS = 600  # Odoo's dialogs and buttons move into place


class Album:
    """Where pictures go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, page: Page, name: str) -> None:
        """Keep what the page shows as `name`.png."""
        page.mouse.move(0, 0)  # nothing is pointed at
        page.wait_for_timeout(SETTLED_MS)
        self.folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled")


def sized(page: Page, size: dict[str, int] | None = None) -> Page:
    page.set_viewport_size(size or SIZE)  # type: ignore[arg-type]
    return page


def test_the_way_through_the_main_pages(
    fresh_stack: TrialStack, page_for: Callable[..., Page], repository: Path
) -> None:
    album, practice = Album(repository / "docs" / "images"), Practice(fresh_stack)
    session = practice.demo_session("soon")
    dana = BackOffice(sized(page_for("dana")))
    dana.open_app("/odoo/telehealth")
    dana.open_preferences()
    consent = sized(dana.connect_zoom())
    album.take(consent, "zoom_consent")
    allow(consent)
    consent.get_by_role("heading", name="Zoom is connected").wait_for()
    album.take(consent, "connected")
    consent.close()
    dana.open_app("/odoo/telehealth")
    dana.open_preferences()
    expect(dana.page.locator(".o_field_widget[name=zoom_state]")).to_have_text("Connected")
    album.take(dana.page, "my_preferences")

    practice.settle()
    dana.open_app("/odoo/telehealth")
    days = dana.next_week()
    for position, (hour, client) in enumerate([(9, "alex"), (11, "brooke"), (14, "devi"), (16, "chen")]):
        practice.book(datetime.fromisoformat(f"{days[1 + position]} {hour:02d}:00:00"), clients=(client,))
    practice.settle()
    dana.page.reload()
    dana.next_week()
    dana.page.locator(".fc-event").first.wait_for()
    album.take(dana.page, "sessions_calendar")
    dana.click(dana.page.get_by_role("button", name="List View"))
    dana.page.locator(".o_data_row").first.wait_for()
    album.take(dana.page, "sessions_list")
    dana.open_session(session.id)
    dana.expect_ready()
    album.take(dana.page, "session_form")

    client = sized(page_for("alex", path=f"/my/sessions/{session.token}"))
    expect(client.get_by_role("button", name="Join session")).to_be_visible()
    album.take(client, "portal_session")
    phone = sized(page_for("alex", path=f"/my/sessions/{session.token}"), PHONE)
    expect(phone.get_by_role("button", name="Join session")).to_be_visible()
    album.take(phone, "portal_session_phone")
    client.goto(f"{fresh_stack.odoo_url}/my/sessions")
    album.take(client, "portal_sessions")

    with dana.page.context.expect_page() as opened:
        dana.click(dana.page.locator(".o_statusbar_buttons").get_by_role("button", name="Start"))
    host = sized(opened.value)
    with phone.context.expect_page() as entered:
        phone.get_by_role("button", name="Join session").click()
    inside = sized(entered.value, PHONE)
    come_in(inside, "Alex Morgan")
    admit(host, "Alex Morgan")
    expect_place(inside, "You are in the meeting.")
    expect(host.locator("#inside li")).to_have_count(2)
    album.take(host, "both_in_one_meeting")
    album.take(inside, "both_in_one_meeting_phone")
    expect(dana.page.get_by_role("radio", name="Live", checked=True)).to_be_visible()
    album.take(dana.page, "session_live")
    overview = sized(page_for("alex"))
    overview.goto(fresh_stack.simulator_url)
    expect(overview.locator("#meetings")).to_be_visible()
    album.take(overview, "simulator")

    mia = BackOffice(sized(page_for("mia")))
    mia.open_app("/odoo/telehealth")
    mia.click(mia.page.get_by_role("button", name="Configuration"))
    mia.click(mia.page.get_by_role("menuitem", name="Settings"))
    mia.page.get_by_role("dialog").wait_for()
    album.take(mia.page, "settings")
    mia.page.keyboard.press("Escape")
    mia.open_app(f"/odoo/res.partner/{practice.partner('alex')}")
    mia.click(mia.page.get_by_role("tab", name="Telehealth"))
    album.take(mia.page, "client_contact")
