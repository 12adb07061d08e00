"""A scheduler hands a leaving provider's sessions over in the browser, and Zoom follows (R7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.practice import DANA, OMAR, Practice, connected_practice
from tests.system.zoom_side import ZoomSide


@pytest.fixture
def practice(fresh_stack: TrialStack) -> Practice:
    """A fresh practice where both providers are connected."""
    return connected_practice(fresh_stack, "dana", "omar")


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
    sam.choose("from_id", "Dana")
    sam.choose("to_id", "Omar")
    expect(dialog.get_by_text("sessions, from")).to_be_visible()
    sam.click(dialog.get_by_role("button", name="Hand over"))
    expect(sam.page.get_by_text("Handed over to Omar Haddad")).to_be_visible()
    practice.settle()

    ids = tuple(one.id for one in booked)
    rows = practice.stack.sql("SELECT DISTINCT provider_id FROM telehealth_session WHERE id IN %s", (ids,))
    assert rows == [(practice.user("omar"),)]
    assert [practice.session(one.id) for one in booked] == booked  # tokens and events stay
    assert zoom.live(DANA) == []
    assert len(zoom.live(OMAR)) == dana_before + omar_before
