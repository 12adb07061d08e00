"""A telehealth manager sets the practice up; a client's page in Contacts shows their sessions."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.system.back_office import BackOffice
from tests.system.practice import Practice


def open_configuration(office: BackOffice, entry: str) -> None:
    office.open_app("/odoo/telehealth")
    office.click(office.page.get_by_role("button", name="Configuration"))
    office.click(office.page.get_by_role("menuitem", name=entry))


def test_a_manager_changes_the_help_contact_without_being_an_administrator(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    mia = BackOffice(page_for("mia"))
    open_configuration(mia, "Settings")
    dialog = mia.page.get_by_role("dialog")
    mia.click(dialog.get_by_role("tab", name="Zoom account"))
    expect(dialog.get_by_text("/zoom_telehealth/oauth/callback")).to_be_visible()
    mia.click(dialog.get_by_role("tab", name="Sessions"))
    mia.set_text("telehealth_help_phone", "+32 2 555 99 88")
    mia.set_text("telehealth_minutes_before", "30")
    mia.click(dialog.get_by_role("button", name="Save"))
    dialog.wait_for(state="hidden")

    page = page_for("alex", path=f"/my/sessions/{practice.demo_session('soon').token}")
    expect(page.get_by_role("complementary", name="Help")).to_contain_text("+32 2 555 99 88")
    assert practice.stack.sql("SELECT telehealth_minutes_before FROM res_company") == [(30,)]


def test_the_apps_secret_is_never_shown_again(practice: Practice, page_for: Callable[..., Page]) -> None:
    mia = BackOffice(page_for("mia"))
    open_configuration(mia, "Zoom Apps")
    mia.page.get_by_role("cell", name="SimulatedPracticeApp01").click()
    expect(mia.page.get_by_text("A secret is stored.")).to_be_visible()
    assert "simulated-practice-secret" not in mia.page.content()
    secret = mia.page.locator("[name=client_secret_entry] input")
    expect(secret).to_have_value("")
    expect(secret).to_have_attribute("type", "password")


def test_a_provider_has_no_settings_of_the_practice(practice: Practice, page_for: Callable[..., Page]) -> None:
    dana = BackOffice(page_for("dana"))
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.get_by_role("button", name="Configuration"))
    expect(dana.page.get_by_role("menuitem", name="Zoom Apps")).to_be_visible()
    expect(dana.page.get_by_role("menuitem", name="Settings")).to_have_count(0)
    expect(dana.page.get_by_role("menuitem", name="Services")).to_have_count(0)


def test_a_clients_contact_shows_their_sessions_and_portal_access(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    dana = BackOffice(page_for("dana"))
    dana.open_app(f"/odoo/res.partner/{practice.partner('alex')}")
    dana.click(dana.page.get_by_role("tab", name="Telehealth"))
    expect(dana.page.get_by_label("Portal access")).to_be_checked()
    expect(dana.page.locator(".o_field_widget[name=tz]")).to_be_visible()
    dana.click(dana.page.locator("button[name=action_open_telehealth_sessions]"))
    rows = dana.page.locator(".o_list_view .o_data_row")
    expect(rows.first).to_contain_text("Alex Morgan")
    expect(rows).to_have_count(2)


def test_the_list_begins_with_what_comes_next_and_the_calendar_keeps_the_past(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    practice.book(practice.moment(days=-1), label="Yesterday's")
    practice.book(practice.moment(days=40), label="The last of all")
    dana = BackOffice(page_for("dana"))
    dana.open_app("/odoo/telehealth")
    facets, rows = dana.page.locator(".o_searchview_facet"), dana.page.locator(".o_data_row")
    expect(facets).to_have_text(["Not cancelled"])
    dana.turn_to(practice.moment(days=-1).date())
    expect(dana.event("Yesterday's")).to_be_visible()
    dana.click(dana.page.get_by_role("button", name="List View"))
    expect(facets).to_have_text(["Coming", "Not cancelled"])
    expect(rows.filter(has_text="The last of all")).to_be_visible()
    assert "The last of all" not in rows.first.inner_text()
    expect(rows.filter(has_text="Yesterday's")).to_have_count(0)
    dana.click(facets.first.get_by_role("button", name="Remove"))
    expect(rows.filter(has_text="Yesterday's")).to_be_visible()


def test_the_list_of_sessions_says_how_each_meeting_stands(practice: Practice, page_for: Callable[..., Page]) -> None:
    sam = BackOffice(page_for("sam"))
    sam.open_app("/odoo/telehealth")
    sam.click(sam.page.get_by_role("button", name="List View"))
    row = sam.page.locator(".o_data_row")
    expect(row.filter(has_text="Chen Wei, Devi Raman").first).to_contain_text("Ready")
    expect(row.filter(has_text="Omar Haddad").first).to_contain_text("Waiting for the provider")
