"""A provider connects Zoom from My Preferences, and disconnects, in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import Page, expect

from dev.trial_stack import TrialStack
from tests.system.back_office import BackOffice
from tests.system.patience import eventually
from tests.system.practice import DANA, OMAR, Practice
from tests.system.zoom_pages import allow
from tests.system.zoom_side import TOKEN, ZoomSide

CLICKS_GOAL = 3
# A wake in a running action's last moment is found by Odoo's polling, once a minute.
SECOND_WAKE = 75.0
CONNECTED = "Zoom is connected"


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice where nobody is connected."""
    stack.reset()
    return Practice(stack)


@pytest.fixture
def dana(practice: Practice, page_for: Callable[..., Page]) -> BackOffice:
    """Dana, signed in, with no Zoom."""
    ZoomSide(practice.stack).mend()
    if working(practice):
        practice.disconnect("dana")
        practice.reconcile()
    return BackOffice(page_for("dana"))


def working(practice: Practice) -> list:
    return practice.stack.sql("SELECT id FROM zoom_connection WHERE state = 'connected'")


def expect_zoom_state(office: BackOffice, text: str) -> None:
    expect(office.page.locator(".o_field_widget[name=zoom_state]")).to_have_text(text)


def test_connecting_takes_three_clicks_at_most_and_makes_the_coming_meetings(
    practice: Practice, dana: BackOffice, record_testsuite_property: Callable[[str, object], None]
) -> None:
    zoom = ZoomSide(practice.stack)
    dana.open_app(f"/odoo/my-preferences/{practice.user('dana')}")
    dana.click(dana.page.get_by_role("tab", name="Telehealth"))
    began = time.monotonic()
    consent = dana.connect_zoom()
    allow(consent, DANA)
    consent.get_by_role("heading", name=CONNECTED).wait_for()
    seconds = time.monotonic() - began

    record_testsuite_property("clicks in Odoo from My Preferences to connected", dana.clicks)
    record_testsuite_property("seconds from Connect to connected", round(seconds, 2))
    assert dana.clicks <= CLICKS_GOAL
    assert consent.url == f"{practice.stack.odoo_url}/zoom_telehealth/oauth/done"  # neither code nor state
    assert consent.get_by_text(DANA).is_visible()
    # The demo's coming sessions get their meetings, with nobody asking.
    for name in ("soon", "couple", "week"):
        session = practice.demo_session(name)
        dana.open_session(session.id)
        dana.expect_ready()
    assert len(zoom.live(DANA)) >= 3


def test_the_way_through_the_users_menu_leads_there_too(dana: BackOffice) -> None:
    dana.open_preferences()
    expect_zoom_state(dana, "Not connected")
    consent = dana.connect_zoom()
    allow(consent)
    consent.get_by_role("heading", name=CONNECTED).wait_for()
    consent.close()
    dana.page.reload()
    dana.open_preferences()
    expect_zoom_state(dana, "Connected")
    expect(dana.page.locator(".o_field_widget[name=zoom_user]")).to_have_text(DANA)


def test_the_preferences_left_open_say_connected_by_themselves(dana: BackOffice) -> None:
    dana.open_preferences()
    consent = dana.connect_zoom()
    allow(consent)
    consent.get_by_role("heading", name=CONNECTED).wait_for()
    consent.close()
    dana.page.bring_to_front()
    expect_zoom_state(dana, "Connected")


def test_meetings_made_by_hand_are_listed_at_a_press_and_a_trouble_can_be_tried_again(
    practice: Practice, dana: BackOffice
) -> None:
    practice.connect("dana")
    zoom = ZoomSide(practice.stack)
    start = f"{practice.moment(days=3):%Y-%m-%dT%H:%M:%SZ}"
    by_hand = {"email": DANA, "topic": "Made by hand", "type": 2, "start_time": start, "duration": 45}
    practice.stack.simulator("POST", "/control/meetings", by_hand)
    zoom.fault("status", path="/v2/users/**", status=503, times=None)
    dana.open_preferences()
    dana.page.get_by_role("button", name="Find meetings made in Zoom").click()
    expect(dana.page.get_by_role("heading", name="Your meetings at Zoom could not be listed")).to_be_visible()
    zoom.mend()
    dana.page.get_by_role("button", name="Look again").click()
    expect(dana.page.locator(".o_list_view .o_data_row")).to_contain_text("Made by hand")


def test_denying_ends_on_a_page_that_says_so_and_changes_nothing(practice: Practice, dana: BackOffice) -> None:
    dana.open_preferences()
    consent = dana.connect_zoom()
    consent.get_by_role("button", name="Deny").click()
    expect(consent.get_by_role("alert")).to_contain_text("You chose “Deny” at Zoom, so nothing was changed.")
    expect(consent.get_by_role("complementary", name="Help")).to_contain_text("+32 2 555 01 23")
    assert not working(practice)

    consent.get_by_role("link", name="Back to My Preferences").click()
    expect(consent.get_by_role("tab", name="Telehealth")).to_be_visible()


@pytest.mark.parametrize(
    ("fault", "heading"),
    [
        ({"kind": "html"}, "Zoom's answer could not be read"),
        ({"kind": "reset"}, "Zoom did not answer"),
        ({"kind": "status", "status": 503}, "Zoom has trouble of its own"),
        ({"kind": "status", "status": 400, "body": {"reason": "no", "error": "invalid_client"}}, "Zoom does not know"),
        ({"kind": "status", "status": 400, "body": {"reason": "no", "error": "invalid_grant"}}, "had expired"),
    ],
    ids=["a web page", "nothing", "503", "a wrong secret", "an expired code"],
)
def test_each_trouble_at_zoom_has_its_page_and_connecting_again_works(
    practice: Practice, page_for: Callable[..., Page], fault: dict, heading: str
) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    before = stack.sql("SELECT count(*) FROM zoom_connection WHERE state = 'connected'")
    page = page_for("omar")
    zoom.fault(path=TOKEN, **fault)
    page.goto("/zoom_telehealth/oauth/connect")
    allow(page, "omar.haddad@sunrise-practice.example")
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    expect(page.get_by_role("complementary", name="Help")).to_be_visible()
    assert stack.sql("SELECT count(*) FROM zoom_connection WHERE state = 'connected'") == before

    zoom.mend()
    page.goto("/zoom_telehealth/oauth/connect")
    allow(page, "omar.haddad@sunrise-practice.example")
    expect(page.get_by_role("heading", level=1)).to_contain_text(CONNECTED)
    practice.disconnect("omar")


def test_disconnecting_asks_first_forgets_the_tokens_and_tells_zoom(practice: Practice, dana: BackOffice) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    practice.connect("dana")
    practice.settle()
    zoom.forget_calls()
    dana.open_preferences()
    dana.click(dana.page.get_by_role("button", name="Disconnect"))
    dialog = dana.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Odoo forgets their tokens and asks Zoom to revoke them")
    expect(dialog).to_contain_text("coming meetings stand at Zoom")
    dialog.get_by_role("button", name="Disconnect").click()

    eventually(lambda: not working(practice), "the connection is ended")
    practice.reconcile()
    tokens = "SELECT count(*) FROM zoom_connection_token"
    eventually(lambda: stack.sql(tokens) == [(0,)], "the tokens are erased", SECOND_WAKE)
    eventually(lambda: zoom.calls("POST", "/oauth/revoke"), "Zoom is told")
    assert [call["answer"]["status"] for call in zoom.calls("POST", "/oauth/revoke")] == [200]
    assert len(zoom.live(DANA)) >= 3  # what stands at Zoom stays
    dana.open_session(practice.book().id)
    expect(dana.page.get_by_role("status")).to_contain_text("No video at present: Dana Reyes disconnected Zoom")


def test_an_answer_that_comes_twice_at_once_is_exchanged_once(practice: Practice) -> None:
    zoom = ZoomSide(practice.stack)
    zoom.mend()
    omar = practice.sign_in("omar")
    back = practice.allow_at_zoom(omar, OMAR)
    kept = dict(omar.cookies)  # as the browser has them until one answer is there
    zoom.forget_calls()
    zoom.fault(kind="delay", path=TOKEN, seconds=1.0)

    def follow() -> str:
        return requests.get(back, cookies=kept, allow_redirects=False, timeout=30).cookies["zoom_telehealth_outcome"]

    with ThreadPoolExecutor() as browser:
        outcomes = [answer.result() for answer in [browser.submit(follow) for _attempt in range(2)]]

    assert outcomes == ["connected", "connected"]
    assert [call["answer"]["status"] for call in zoom.calls("POST", TOKEN)] == [200]
    practice.disconnect("omar")
