"""The pages in a real browser: they follow what happens without being reloaded, and fit a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dev import browser as chromium
from tests.simulator.running_simulator import OMAR, PRACTICE_APP, RunningSimulator
from tests.simulator.webhook_receiver import Hooks, Receiver

MILLISECONDS = 30_000
TELEPHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.ensure(), args=list(chromium.FLAGS))
        yield started
        started.close()


def _page(browser: Browser) -> Page:
    page = browser.new_context(viewport=TELEPHONE).new_page()
    page.set_default_timeout(MILLISECONDS)
    return page


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_session_is_held_in_two_browsers_that_follow_each_other(
    simulator: RunningSimulator, browser: Browser
) -> None:
    meeting = simulator.connect().create(topic="Telehealth session", settings={"waiting_room": True})
    client, host, front = _page(browser), _page(browser), _page(browser)
    front.goto(simulator.root_url)
    client.goto(meeting["join_url"])
    client.get_by_label("Your name").fill("Ann Example")
    client.get_by_role("button", name="Join").click()
    client.get_by_text("Waiting for the host").wait_for()
    host.goto(meeting["start_url"])
    client.get_by_text("The host will let you in soon").wait_for()
    host.get_by_role("button", name="Admit").click()
    client.get_by_text("You are in the meeting").wait_for()
    assert client.locator("#my-role").inner_text() == "Participant"
    assert host.locator("#my-role").inner_text() == "Host"
    host.locator("#inside").get_by_text("Ann Example").wait_for()
    front.get_by_text("Dana Reyes (host)").wait_for()
    assert all(_fits(page) for page in (client, host, front))
    host.get_by_role("button", name="End for all").click()
    client.get_by_text("This meeting has been ended").wait_for()
    front.get_by_text("nobody").wait_for()


def test_a_zoom_user_is_chosen_and_the_app_is_allowed(simulator: RunningSimulator, browser: Browser) -> None:
    page = _page(browser)
    page.route("http://127.0.0.1:8069/**", lambda route: route.fulfill(body="back in Odoo"))
    page.goto(f"{simulator.root_url}/oauth/authorize?{urlencode(simulator.wish())}")
    assert _fits(page)
    page.get_by_label("Omar Haddad").check()
    page.get_by_role("button", name="Allow").click()
    page.get_by_text("back in Odoo").wait_for()
    code = page.url.split("code=")[1].split("&")[0]
    assert simulator.exchange(code).status_code == 200
    assert simulator.control("GET", "/state")["tokens"][0]["email"] == OMAR


def test_deliveries_appear_on_the_page_of_apps_by_themselves(
    simulator: RunningSimulator, receiver: Receiver, browser: Browser
) -> None:
    hooks, page = Hooks(simulator, receiver), _page(browser)
    page.goto(simulator.root_url)
    page.get_by_role("link", name="Apps and webhooks").click()
    app = page.locator(f"[id={PRACTICE_APP[0]}]")
    app.get_by_label("Event notification endpoint URL").fill(receiver.url)
    app.get_by_role("button", name="Save").click()
    app.get_by_text("active", exact=True).wait_for()
    receiver.answers = [500]
    hooks.send("meeting.started", payload={"object": {"join_url": "https://zoom.example/" + 200 * "x"}})
    app.get_by_text("500", exact=True).wait_for()  # not a part of some number in the body
    app.get_by_text("meeting.started", exact=True).click()
    assert _fits(page)
    app.get_by_role("button", name="Resend").click()
    app.get_by_text("delivered").wait_for()
    assert len(receiver.received) == 2
    simulator.connect()
    app.get_by_role("button", name="Remove app").click()
    app.get_by_text("app_deauthorized", exact=True).wait_for()
    assert _fits(page)
