"""The client's page: it opens its door by itself, follows what the practice changes, and is of use to everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.system.patience import PUSHED_MS
from tests.system.practice import Booked, Practice
from tests.system.zoom_pages import come_in, expect_place

PHONE = {"width": 390, "height": 800}
SHORTLY_SECONDS = 20
SIDES = re.compile(
    r"\b(left|right)\s*:|(margin|padding|border)-(left|right)|float\s*:\s*(left|right)|text-align\s*:\s*(left|right)"
    r"|\b[mp][lr]-\d|\btext-(left|right)\b|\bfloat-(left|right)\b"
)


def page_of(session: Booked) -> str:
    return f"/my/sessions/{session.token}"


def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe out."""
    page.evaluate("document.body.dataset.mark = 'here'")


def assert_not_reloaded(page: Page) -> None:
    assert page.evaluate("document.body.dataset.mark") == "here"


def test_the_door_opens_by_itself_when_the_time_comes(practice: Practice, page_for: Callable[..., Page]) -> None:
    stack = practice.stack
    session = practice.book(practice.moment(days=0, minutes=40))
    practice.settle()
    page = page_for("alex", path=page_of(session))
    expect(page.get_by_role("status")).to_contain_text("You can come in from")
    assert page.get_by_role("button", name="Join session").count() == 0
    # Shortly before the door opens the page is opened anew, and waits by a clock of its own, which is moved as well.
    # It is moved by less than the 30 s after which the page would ask again in any case.
    [[opens_in]] = stack.sql(
        "SELECT extract(epoch FROM start - interval '15 minutes' - (now() AT TIME ZONE 'UTC'))"
        " FROM telehealth_session WHERE id = %s",
        (session.id,),
    )
    stack.move_clock(float(opens_in) - SHORTLY_SECONDS)
    stack.sql("DELETE FROM bus_bus RETURNING id")  # who comes now is not told anew what happened before
    page.clock.install()
    page.reload()
    mark(page)
    expect(page.get_by_role("status")).to_contain_text("You can come in from")
    stack.move_clock(SHORTLY_SECONDS)
    page.clock.fast_forward(1000 * (SHORTLY_SECONDS + 1))
    expect(page.get_by_role("button", name="Join session")).to_be_visible()
    assert_not_reloaded(page)


def test_the_page_follows_the_practice_by_push(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = practice.book(practice.moment(days=0, minutes=10))
    practice.settle()
    page = page_for("alex", path=page_of(session))
    mark(page)
    expect(page.get_by_role("button", name="Join session")).to_be_visible()

    practice.cancel(session)
    practice.settle()
    expect(page.get_by_role("status")).to_contain_text("This session was cancelled.", timeout=PUSHED_MS)
    practice.restore(session)
    practice.settle()
    expect(page.get_by_role("button", name="Join session")).to_be_visible(timeout=PUSHED_MS)
    practice.move(session, practice.moment(days=1))
    practice.settle()
    expect(page.get_by_role("status")).to_contain_text("You can come in from", timeout=PUSHED_MS)
    assert_not_reloaded(page)


def test_the_page_shows_the_new_time_after_a_move(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = practice.book(practice.moment(days=2))
    practice.settle()
    page = page_for("alex", path=page_of(session))
    mark(page)
    day = page.locator(".o_telehealth_session .h5").first
    before = day.inner_text()
    practice.move(session, practice.moment(days=9))
    practice.settle()
    expect(day).not_to_have_text(before, timeout=PUSHED_MS)
    assert_not_reloaded(page)


def test_a_room_still_in_preparation_turns_into_join_by_itself(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    practice.hold_back_action()
    session = practice.book(practice.moment(days=0, minutes=10))
    page = page_for("alex", path=page_of(session))
    mark(page)
    expect(page.get_by_role("status")).to_contain_text("Your video room is being prepared.")
    practice.hold_back_action(held=False)
    practice.reconcile()
    expect(page.get_by_role("button", name="Join session")).to_be_visible(timeout=PUSHED_MS)
    assert_not_reloaded(page)


def test_another_clients_sessions_do_not_exist(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = practice.book(practice.moment(days=2))
    brooke = page_for("brooke", path="/my/sessions")
    expect(brooke.get_by_role("heading", level=1)).to_have_text("Your sessions")
    links = [link.get_attribute("href") or "" for link in brooke.locator("a[href*='/my/sessions/']").all()]
    assert links
    assert not any(session.token in link for link in links)
    assert "Alex" not in brooke.locator("main").inner_text()
    origin = practice.stack.odoo_url
    for path in (page_of(session), f"/telehealth/join/{session.token}"):
        answer = brooke.request.get(origin + path)
        assert answer.status == 404
        assert "Alex" not in answer.text()
    assert brooke.request.get(f"{origin}/telehealth/start/{session.token}").status == 404


def test_the_list_and_the_portals_home_lead_to_the_page(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = practice.demo_session("soon")
    page = page_for("alex", path="/my")
    page.get_by_role("link", name=re.compile("Your sessions")).click()
    page.locator(f"a[href='{page_of(session)}']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Telehealth session")
    expect(page.locator("main")).to_contain_text("Dana Reyes")


def test_who_is_signed_out_signs_in_and_arrives_with_help_in_sight(
    practice: Practice, new_page: Callable[[], Page]
) -> None:
    session = practice.demo_session("soon")
    page = new_page()
    page.goto(f"{practice.stack.odoo_url}/telehealth/join/{session.token}")
    expect(page.get_by_role("complementary", name="Help")).to_contain_text("Call 112")
    page.get_by_label("Email").fill("alex")
    page.get_by_label("Password").fill("alex")
    page.keyboard.press("Enter")
    expect(page).to_have_url(practice.stack.odoo_url + page_of(session))


def test_the_keyboard_alone_leads_into_the_meeting(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = practice.demo_session("soon")
    page = page_for("alex", path=page_of(session))
    join = page.get_by_role("button", name="Join session")
    expect(join).to_be_visible()
    for _press in range(30):
        page.keyboard.press("Tab")
        if join.evaluate("button => button === document.activeElement"):
            break
    assert join.evaluate("button => button === document.activeElement && button.matches(':focus-visible')")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    at_zoom = opened.value
    come_in(at_zoom, "Alex Morgan")
    expect_place(at_zoom, "Waiting for the host to start this meeting.")


def test_the_page_has_names_for_those_who_hear_it(practice: Practice, page_for: Callable[..., Page]) -> None:
    page = page_for("alex", path=page_of(practice.demo_session("soon")))
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("status")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("complementary", name="Help")).to_be_visible()
    expect(page.get_by_role("link", name="+32 2 555 01 23")).to_have_attribute("href", re.compile("^tel:"))
    nameless = page.eval_on_selector_all(
        "main a, main button",
        "all => all.filter(one => !(one.innerText.trim() || one.getAttribute('aria-label') || one.title)).length",
    )
    assert nameless == 0


@pytest.mark.parametrize("path", ["/my/sessions", None, "/my"], ids=["list", "session", "home"])
def test_nothing_hangs_over_the_edge_of_a_phone(
    practice: Practice, page_for: Callable[..., Page], path: str | None
) -> None:
    page = page_for("alex")
    page.set_viewport_size(PHONE)
    page.goto(practice.stack.odoo_url + (path or page_of(practice.demo_session("soon"))))
    page.get_by_role("main").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for button in page.get_by_role("button", name="Join session").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44  # as large as a thumb


def test_the_page_says_its_language_and_reads_in_its_direction(
    practice: Practice, page_for: Callable[..., Page]
) -> None:
    """In Arabic, Odoo's own language with that direction; its words stay English, since nothing is downloaded."""
    stack, html = practice.stack, "document.documentElement"
    [[language]] = stack.sql("SELECT id FROM res_lang WHERE code = 'ar_001'")
    stack.rpc("admin", "res.lang", "write", [[language], {"active": True}])
    session = practice.book(practice.moment(days=0, minutes=10), clients=("devi",))
    practice.settle()
    page = page_for("devi", path=page_of(session))
    assert page.evaluate(f"{html}.lang") == "en-US"

    page.set_viewport_size(PHONE)
    page.goto(f"{stack.odoo_url}/ar{page_of(session)}")
    assert page.evaluate(f"{html}.lang") == "ar-001"
    assert page.evaluate("getComputedStyle(document.querySelector('.o_telehealth_session')).direction") == "rtl"
    expect(page.locator(".o_telehealth_session form button[type=submit]")).to_be_visible()
    assert page.evaluate(f"{html}.scrollWidth") <= PHONE["width"]


def test_our_styles_and_pages_name_no_side(repository: Path) -> None:
    """Left and right change places where one reads from the right."""
    sources = [
        *(repository / "zoom_telehealth/static/src").rglob("*.scss"),
        *(repository / "zoom_telehealth/static/src").rglob("*.xml"),
        *(repository / "zoom_telehealth/views").glob("*templates.xml"),
    ]
    assert sources
    for source in sources:
        assert SIDES.search(source.read_text()) is None, source.name
