"""The first session, held from both sides: the provider starts, the client waits and is let in, it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from tests.system.back_office import BackOffice
from tests.system.patience import eventually
from tests.system.practice import Booked, Practice
from tests.system.zoom_pages import admit, come_in, expect_place, people_inside
from tests.system.zoom_side import ZoomSide

PHONE = {"width": 390, "height": 800}
CLIENT = "Alex Morgan"
HOST = "Dana Reyes"
INITIALS = "A. M."
CLICK_SECONDS, BUSY_SECONDS = 5, 1.5  # what Zoom may take of a click; the rest of it on a busy machine
LONG_OPEN_SECONDS = 1
AFTER_THE_READ_SECONDS = 400  # the addon asks every five minutes whether a live meeting still runs


@pytest.fixture
def session(practice: Practice) -> Booked:
    """A session of Dana's and Alex's that begins in a few minutes and has its meeting."""
    booked = practice.book(practice.moment(days=0, minutes=8))
    practice.settle()
    return booked


@pytest.fixture
def own_links(practice: Practice) -> Iterator[None]:
    """The practice has personal join links on."""
    practice.set_up(telehealth_join_links=True)
    yield
    ZoomSide(practice.stack).mend()
    practice.set_up(telehealth_join_links=False)


def zoom_id(practice: Practice, session: Booked) -> str:
    [[found]] = practice.stack.sql(
        "SELECT zoom_id FROM zoom_meeting WHERE session_id = %s AND state = 'live'", (session.id,)
    )
    return str(found)


def start(office: BackOffice, button: str = "Start") -> Page:
    with office.page.context.expect_page() as opened:
        office.click(office.page.locator(".o_statusbar_buttons").get_by_role("button", name=button))
    return opened.value


def join(page: Page) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Join session").click()
    return opened.value


@pytest.mark.parametrize("phone", [False, True], ids=["at a desktop", "on a phone"])
def test_provider_and_client_meet(
    practice: Practice, session: Booked, page_for: Callable[..., Page], phone: bool
) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    meeting = zoom_id(practice, session)

    client = page_for("alex", path=f"/telehealth/join/{session.token}")
    if phone:
        client.set_viewport_size(PHONE)
    assert client.url == f"{stack.odoo_url}/my/sessions/{session.token}"
    at_zoom = join(client)
    come_in(at_zoom, CLIENT)
    expect_place(at_zoom, "Waiting for the host to start this meeting.")
    assert client.url == f"{stack.odoo_url}/my/sessions/{session.token}"  # Odoo stays where it was

    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    address = dana.page.url
    host = start(dana)
    expect_place(host, "You are in the meeting.")
    expect(host.locator("#my-role")).to_have_text("Host")
    assert dana.page.url == address
    expect_place(at_zoom, "The host will let you in soon.")

    admit(host, CLIENT)
    expect_place(at_zoom, "You are in the meeting.")
    expect(host.locator("#inside li")).to_have_count(2)
    assert sorted(people_inside(host)) == sorted(people_inside(at_zoom)) == [CLIENT, HOST]
    assert zoom.places(meeting) == {CLIENT: "in", HOST: "in"}
    assert zoom.meeting(meeting)["status"] == "started"
    expect(dana.page.get_by_role("radio", name="Live", checked=True)).to_be_visible()
    expect(dana.page.get_by_role("status").filter(has_text="The session is running on Zoom.")).to_be_visible()
    again = start(dana, "Back to the meeting")
    expect_place(again, "You are in the meeting.")
    assert zoom.places(meeting) == {CLIENT: "in", HOST: "in"}

    host.get_by_role("button", name="End for all").click()
    expect_place(at_zoom, "This meeting has been ended.")


@pytest.mark.usefixtures("own_links")
def test_a_client_waits_under_their_initials_by_a_link_of_their_own(
    practice: Practice, session: Booked, page_for: Callable[..., Page]
) -> None:
    """R24."""
    client = page_for("alex", path=f"/my/sessions/{session.token}")
    at_zoom = join(client)
    expect(at_zoom.get_by_text(f"You join as {INITIALS}.")).to_be_visible()
    assert "tk=" not in client.content()
    at_zoom.get_by_role("button", name="Join").click()
    expect_place(at_zoom, "Waiting for the host to start this meeting.")

    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    host = start(dana)
    expect(host.locator("#waiting li .grow")).to_have_text([INITIALS])
    admit(host, INITIALS)
    expect_place(at_zoom, "You are in the meeting.")
    assert ZoomSide(practice.stack).places(zoom_id(practice, session)) == {INITIALS: "in", HOST: "in"}


@pytest.mark.usefixtures("own_links")
def test_a_slow_zoom_costs_a_client_five_seconds_and_holds_no_transaction(practice: Practice, session: Booked) -> None:
    stack, zoom, alex = practice.stack, ZoomSide(practice.stack), practice.sign_in("alex")
    assert "&tk=" in practice.press_join(alex, session)
    zoom.fault("hang", "/v2/meetings/*/invite_links", times=None)
    for token_is_old in (False, True):
        if token_is_old:  # its renewal takes of the same five seconds
            stack.sql("UPDATE zoom_connection_token SET expires_at = refreshed_at RETURNING id")
            zoom.fault("delay", "/oauth/token", seconds=3)
        join = practice.open_page(alex, session)
        # A scheduled action that runs has a transaction open, too.
        with practice.nothing_by_itself(), ThreadPoolExecutor(1) as pool:
            began = time.monotonic()
            pressed = pool.submit(join)
            eventually(zoom.waiting, "Zoom is being asked", seconds=10)
            time.sleep(LONG_OPEN_SECONDS + 0.5)
            open_for_long = stack.sql(
                "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND xact_start < clock_timestamp() - make_interval(secs => %s)",
                (LONG_OPEN_SECONDS,),
            )
            link = pressed.result()
            took = time.monotonic() - began
        assert took < CLICK_SECONDS + BUSY_SECONDS
        assert open_for_long == []
        assert "?pwd=" in link and "&tk=" not in link
    assert stack.sql("SELECT DISTINCT state FROM zoom_connection") == [("connected",)]
    zoom.mend()
    assert "&tk=" in practice.press_join(alex, session)


def test_a_client_who_lost_the_connection_comes_back_into_the_same_meeting(
    practice: Practice, session: Booked, page_for: Callable[..., Page]
) -> None:
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    host = start(dana)
    client = page_for("alex", path=f"/my/sessions/{session.token}")
    first = join(client)
    come_in(first, CLIENT)
    admit(host, CLIENT)
    expect_place(first, "You are in the meeting.")
    first.get_by_role("button", name="Leave").click()
    second = join(client)
    come_in(second, CLIENT)
    admit(host, CLIENT)
    expect_place(second, "You are in the meeting.")


def test_a_session_started_from_the_calendar_and_over_is_ended_by_itself(
    practice: Practice, session: Booked, page_for: Callable[..., Page]
) -> None:
    stack = practice.stack
    dana = BackOffice(page_for("dana"))
    dana.open_app(f"/odoo/calendar.event/{session.event_id}")
    host = start(dana)
    expect_place(host, "You are in the meeting.")
    stack.move_clock(10 * 60)  # what is over before the planned start was a look-in
    host.get_by_role("button", name="End for all").click()
    expect_place(host, "This meeting has been ended.")
    stack.move_clock(90 * 60)
    practice.reconcile()
    stack.move_clock(AFTER_THE_READ_SECONDS)
    practice.reconcile()
    assert stack.sql("SELECT state FROM telehealth_session WHERE id = %s", (session.id,)) == [("ended",)]


def test_every_start_fetches_a_link_of_its_own(
    practice: Practice, session: Booked, page_for: Callable[..., Page]
) -> None:
    zoom = ZoomSide(practice.stack)
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    zoom.forget_calls()
    links = set()
    for button in ("Start", "Back to the meeting"):
        asked: list[str] = []
        dana.page.context.on("request", lambda request, seen=asked: seen.append(request.url))
        host = start(dana, button)
        expect_place(host, "You are in the meeting.")
        links |= {url for url in asked if "zak=" in url}
        host.close()
        time.sleep(1.1)  # the simulator's keys differ from second to second
    assert len(links) == 2
    assert len(zoom.calls("GET", f"/meetings/{zoom_id(practice, session)}")) >= 2


def test_start_says_what_is_wrong_and_offers_the_way_out(
    practice: Practice, session: Booked, page_for: Callable[..., Page]
) -> None:
    zoom = ZoomSide(practice.stack)
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    zoom.fault("reset", "/v2/meetings/*", "GET", times=None)
    page = start(dana)
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoom did not answer")
    expect(page.get_by_role("complementary", name="Help")).to_be_visible()
    zoom.mend()
    page.get_by_role("link", name="Try again").click()
    expect_place(page, "You are in the meeting.")


def test_a_meeting_removed_at_zoom_is_made_again_when_the_provider_starts(
    practice: Practice, session: Booked, page_for: Callable[..., Page]
) -> None:
    practice.stack.simulator("DELETE", f"/control/meetings/{zoom_id(practice, session)}")
    dana = BackOffice(page_for("dana"))
    dana.open_session(session.id)
    page = start(dana)
    expect_place(page, "You are in the meeting.")  # by itself, when it is there again
