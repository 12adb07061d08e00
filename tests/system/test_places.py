"""Sessions that are not on Zoom, from both sides: by a provider's own link, and by what a practice offers instead."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.system.back_office import BackOffice
from tests.system.patience import PUSHED_MS
from tests.system.practice import Practice
from tests.system.zoom_side import MEETINGS, ZoomSide

PHONE = {"width": 390, "height": 800}
# Nobody listens there: the browser's requests are answered by the test.
LINK = "https://localhost:9443/room/dana?pwd=manual-secret"


def answer_for_the_video_service(page: Page) -> None:
    def serve(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<title>Room</title><h1>The other video service</h1>")

    page.context.route("https://localhost:9443/**", serve)


def opened_by(page: Page, button: str) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=button).first.click()
    return opened.value


def choose_place(office: BackOffice, place: str) -> None:
    office.click(office.page.locator(".o_field_widget[name=place] input"))
    office.click(office.page.locator(".o_select_menu_item").filter(has_text=place))


def test_a_session_by_the_providers_own_link(practice: Practice, page_for: Callable[..., Page]) -> None:
    session = practice.book(practice.moment(days=0, minutes=8))
    practice.reconcile()
    assert len(ZoomSide(practice.stack).live()) >= 1
    dana, alex = BackOffice(page_for("dana")), page_for("alex", path=f"/telehealth/join/{session.token}")
    for page in (dana.page, alex):
        answer_for_the_video_service(page)
    alex.set_viewport_size(PHONE)
    expect(alex.get_by_text("Zoom opens in a new tab")).to_be_visible()

    dana.open_session(session.id)
    choose_place(dana, "Own video link")
    dana.set_text("manual_link", "http://localhost:9443/room")
    dana.click(dana.page.locator(".o_form_button_save"))
    expect(dana.page.get_by_role("alert").filter(has_text="begins with https://")).to_be_visible()
    dana.page.get_by_role("button", name="Close").first.click()
    dana.set_text("manual_link", LINK)
    dana.save()
    practice.reconcile()
    references = [
        row[0]
        for row in practice.stack.sql(
            "SELECT zoom_id FROM zoom_meeting WHERE session_id = %s AND state <> 'gone'", (session.id,)
        )
    ]
    assert references == [], "its Zoom meeting went"

    expect(alex.get_by_text("The video service of Dana Reyes opens in a new tab")).to_be_visible(timeout=40_000)
    assert "localhost:9443" not in alex.content()
    expect(opened_by(alex, "Join session").get_by_role("heading")).to_have_text("The other video service")
    with dana.page.context.expect_page() as opened:
        dana.click(dana.page.locator(".o_statusbar_buttons").get_by_role("button", name="Start"))
    expect(opened.value.get_by_role("heading")).to_have_text("The other video service")
    expect(dana.page.get_by_role("radio", name="Live", checked=True)).to_be_visible(timeout=PUSHED_MS)
    dana.click(dana.page.locator(".o_statusbar_buttons").get_by_role("button", name="Finish"))
    expect(dana.page.get_by_role("radio", name="Ended", checked=True)).to_be_visible()


def test_what_a_practice_offers_where_zoom_does_not_work(practice: Practice, page_for: Callable[..., Page]) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    practice.set_up(telehealth_fallback="discuss")
    zoom.fault("status", MEETINGS, "POST", status=503, times=None)
    session = practice.book(practice.moment(days=0, minutes=8))
    practice.reconcile()

    alex = page_for("alex", path=f"/telehealth/join/{session.token}")
    alex.set_viewport_size(PHONE)
    expect(alex.get_by_text("Zoom is not available just now.")).to_be_visible()
    expect(alex.get_by_role("button", name="Join without Zoom")).to_have_count(0)

    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    with dana.page.context.expect_page() as opened:
        dana.click(dana.page.locator(".o_statusbar_buttons").get_by_role("button", name="Start"))
    start = opened.value
    expect(start.get_by_role("heading", name="Zoom is not available just now")).to_be_visible()
    start.get_by_role("button", name="Start without Zoom").click()
    start.wait_for_url("**/discuss/channel/*")
    expect(start.get_by_role("button", name="Join call")).to_be_visible()

    expect(alex.get_by_text("This session is held without Zoom,")).to_be_visible(timeout=PUSHED_MS)
    room = opened_by(alex, "Join without Zoom")
    room.wait_for_url("**/discuss/channel/*")
    expect(room.get_by_role("button", name="Join call")).to_be_visible()
    [[channel]] = stack.sql("SELECT room_id FROM telehealth_session WHERE id = %s", (session.id,))
    people = stack.sql("SELECT partner_id FROM discuss_channel_member WHERE channel_id = %s", (channel,))
    assert {row[0] for row in people} == {practice.partner("alex"), practice.partner("dana")}

    expect(dana.page.get_by_role("status").filter(has_text="Zoom did not work")).to_be_visible(timeout=PUSHED_MS)
    dana.click(dana.page.locator(".o_statusbar_buttons").get_by_role("button", name="Finish"))
    expect(dana.page.get_by_role("radio", name="Ended", checked=True)).to_be_visible()
    assert stack.sql("SELECT id FROM discuss_channel WHERE id = %s", (channel,)) == []
