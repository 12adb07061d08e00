"""Sessions change hands in the browser, in bulk or one for cover, and Zoom follows (R7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.practice import DANA, OMAR, Booked, Practice, connected_practice
from tests.system.zoom_side import ZoomSide


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice where both providers are connected."""
    stack.reset()
    return connected_practice(stack, "dana", "omar")


def host(practice: Practice, session: Booked) -> str:
    """Return whose Zoom account holds a session's meeting."""
    practice.settle()
    [[zoom_id]] = practice.stack.sql(
        "SELECT zoom_id FROM zoom_meeting WHERE session_id = %s AND state = 'live'", (session.id,)
    )
    return str(ZoomSide(practice.stack).meeting(zoom_id)["host_email"])


def test_sessions_are_handed_over_by_a_scheduler_and_their_meetings_move(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    zoom = ZoomSide(practice.stack)
    booked = practice.book_many([practice.moment(days=20 + day) for day in range(4)])
    practice.settle()
    dana_before, omar_before = len(zoom.live(DANA)), len(zoom.live(OMAR))

    sam = BackOffice(page_for("sam"))
    sam.open_app("/odoo/telehealth")
    sam.click(sam.page.get_by_role("button", name="Configuration"))
    sam.click(sam.page.get_by_role("menuitem", name="Hand Over"))
    dialog = sam.page.get_by_role("dialog")
    warnings = dialog.locator(".alert:visible")
    expect(dialog.get_by_text("Clients keep their links")).to_be_visible()
    expect(warnings).to_have_count(0)
    sam.choose("from_id", "Dana")
    sam.choose("to_id", "Omar")
    expect(dialog.get_by_text("sessions, from")).to_be_visible()
    expect(warnings).to_have_count(0)
    sam.click(dialog.get_by_role("button", name="Hand over"))
    expect(sam.page.get_by_text("Handed over to Omar Haddad")).to_be_visible()
    practice.settle()

    ids = tuple(one.id for one in booked)
    rows = practice.stack.sql("SELECT DISTINCT provider_id FROM telehealth_session WHERE id IN %s", (ids,))
    assert rows == [(practice.user("omar"),)]
    assert [practice.session(one.id) for one in booked] == booked  # tokens and events stay
    assert zoom.live(DANA) == []
    assert len(zoom.live(OMAR)) == dana_before + omar_before


def test_a_colleague_covers_an_offered_session_whose_client_they_see_only_then_and_the_desk_gives_it_back(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    [settings] = practice.stack.rpc("mia", "telehealth.settings", "create", [[{"telehealth_cover_allowed": True}]])
    practice.stack.rpc("mia", "telehealth.settings", "action_save", [[settings]])
    session = practice.book(practice.moment(days=26), clients=("brooke",))
    assert host(practice, session) == DANA
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    dana.click(dana.page.get_by_role("button", name="Offer for cover"))
    expect(dana.page.get_by_role("button", name="Take the offer back")).to_be_visible()

    omar = BackOffice(page_for("omar"))
    omar.open_app("/odoo/telehealth")
    omar.click(omar.page.get_by_role("menuitem", name="Sessions to Cover"))
    offers = omar.page.get_by_role("dialog")
    expect(offers.locator(".o_data_row")).to_contain_text("Dana Reyes")
    expect(offers).not_to_contain_text("Brooke")
    omar.click(offers.get_by_role("button", name="Take over"))
    expect(omar.page.locator(".o_field_widget[name=client_ids]")).to_contain_text("Brooke Tanaka")
    expect(omar.page.locator(".o_field_widget[name=covered_for_id]")).to_contain_text("Dana Reyes")
    assert host(practice, session) == OMAR

    sam = BackOffice(page_for("sam"))
    sam.open_session(session.id)
    sam.choose("provider_id", "Dana")
    sam.save()
    assert host(practice, session) == DANA
    assert practice.session(session.id) == session  # link and event stay
