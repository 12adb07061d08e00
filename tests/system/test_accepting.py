"""Accept and Decline where a provider looks, and the closed door as its client and its provider see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.system.back_office import BackOffice
from tests.system.patience import PUSHED_MS
from tests.system.practice import Booked, Practice
from tests.system.zoom_side import ZoomSide


@pytest.fixture(scope="module")
def connected(connected: Practice) -> Practice:
    """A fresh practice where Dana is connected, and confirms what others book."""
    connected.stack.sql("UPDATE res_company SET telehealth_confirmation = true RETURNING id")
    return connected


def book_for_dana(practice: Practice, start: datetime | None = None) -> Booked:
    """Have the front desk book a session for Dana, in ten minutes unless said otherwise."""
    start = start or practice.moment(days=0, minutes=10)
    return practice.book(start, login="sam", provider_id=practice.user("dana"))


def test_accepted_on_the_form_the_clients_page_turns_into_join(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    session = book_for_dana(practice)
    client = page_for("alex", path=f"/my/sessions/{session.token}")
    expect(client.get_by_role("status")).to_contain_text("This session is not confirmed yet.")
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    dana.click(dana.page.get_by_role("button", name="Accept"))
    dana.expect_ready()
    expect(client.get_by_role("button", name="Join session")).to_be_visible(timeout=PUSHED_MS)


def test_the_calendars_popover_accepts_and_declines(practice: Practice, page_for: Callable[..., Page]) -> None:
    # A day on which the demo has nothing: what another event covers cannot be pressed.
    morning = practice.moment(days=6).replace(hour=9, minute=0)
    accepted, declined = (book_for_dana(practice, morning + timedelta(hours=hours)) for hours in (0, 2))
    dana = BackOffice(page_for("dana"))
    for session, button in ((accepted, "Accept"), (declined, "Decline")):
        dana.open_app("/odoo/telehealth")
        dana.turn_to(morning.date())
        event = dana.page.locator(f".fc-event[data-event-id='{session.id}']")
        event.scroll_into_view_if_needed()
        dana.click(event)
        popover = dana.page.locator(".o_cw_popover")
        dana.click(popover.get_by_role("button", name=button))
        expect(popover).to_have_count(0)
    states = practice.stack.sql(
        "SELECT confirmation, state FROM telehealth_session WHERE id IN %s ORDER BY id", ((accepted.id, declined.id),)
    )
    assert states == [("confirmed", "scheduled"), ("awaiting", "cancelled")]


def test_the_list_has_the_buttons_too(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = book_for_dana(practice, practice.moment(days=0, minutes=360))
    dana = BackOffice(page_for("dana"))
    dana.open_app("/odoo/telehealth")
    dana.click(dana.page.locator(".o_switch_view.o_list"))
    dana.click(dana.page.locator(".o_data_row").get_by_role("button", name="Accept").first)
    expect(dana.page.locator(".o_data_row").get_by_role("button", name="Accept")).to_have_count(0)
    [[confirmation]] = practice.stack.sql("SELECT confirmation FROM telehealth_session WHERE id = %s", (session.id,))
    assert confirmation == "confirmed"


def test_a_door_that_zoom_does_not_close_lets_nobody_in_until_it_is_mended(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    zoom = ZoomSide(practice.stack)
    zoom.fault("drop_setting", path="/v2/**", times=None, settings=["waiting_room", "waiting_room_options"])
    session = practice.book(practice.moment(days=0, minutes=12))
    practice.settle()
    client = page_for("alex", path=f"/my/sessions/{session.token}")
    expect(client.get_by_role("status")).to_contain_text("The door stays closed for now.")
    assert client.get_by_role("button", name="Join session").count() == 0
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    expect(dana.page.get_by_text("Clients cannot come in")).to_be_visible()
    zoom.mend()
    dana.click(dana.page.get_by_role("button", name="Tell Zoom again"))
    dana.expect_ready()
    expect(client.get_by_role("button", name="Join session")).to_be_visible(timeout=PUSHED_MS)
