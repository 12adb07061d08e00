"""The REST client: what it sends, what it repeats, what it hands back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.client.hostile_server import HostileServer, Reply, hang_up, html_page, json_reply, reply, reset, silence
from zoom.client import MOST_PAGES, ZoomClient
from zoom.errors import (
    MalformedAnswer,
    MeetingGone,
    OutcomeUnknown,
    RateLimited,
    ServerTrouble,
    TokenRefused,
    Unreachable,
    ZoomError,
)
from zoom.payloads import MeetingWish
from zoom.transport import CLICK, Timeouts

Serve = Callable[..., HostileServer]
ClientOf = Callable[[HostileServer], ZoomClient]

REFERENCE = "ABCD-EFGH-JKLM"
TOPIC = f"Telehealth session · {REFERENCE}"
WISH = MeetingWish(TOPIC, datetime(2026, 12, 1, 15), 50, "America/New_York", "aB3-dEf9hK")
MEETING: dict[str, Any] = {
    "id": 85746065431,
    "uuid": "/ajXp112QmuoKj4854875==",
    "topic": TOPIC,
    "type": 2,
    "status": "waiting",
    "start_time": "2026-12-01T15:00:00Z",
    "duration": 50,
    "timezone": "America/New_York",
    "join_url": "https://us02web.zoom.us/j/85746065431?pwd=secret",
    "start_url": "https://us02web.zoom.us/s/85746065431?zak=very-secret",
    "password": "aB3-dEf9hK",
}


def listed(number: int, topic: str = TOPIC) -> dict[str, Any]:
    return {"id": number, "uuid": f"u{number}", "topic": topic, "type": 2, "start_time": "2026-12-01T15:00:00Z"}


def page(*meetings: dict[str, Any], token: str = "") -> Reply:
    return json_reply(200, {"page_size": 300, "next_page_token": token, "meetings": list(meetings)})


def test_a_meeting_is_created_for_the_connected_user_and_read_back(serve: Serve, client_of: ClientOf) -> None:
    server = serve(json_reply(201, MEETING))

    seen = client_of(server).create_meeting(WISH)

    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/v2/users/me/meetings")
    assert request.headers["authorization"] == "Bearer an-access-token"
    assert request.headers["content-type"] == "application/json"
    assert request.json == WISH.create_body()
    assert (seen.id, seen.reference, seen.start) == ("85746065431", REFERENCE, datetime(2026, 12, 1, 15))


def test_a_meeting_is_updated_in_place(serve: Serve, client_of: ClientOf) -> None:
    server = serve(reply(204))

    client_of(server).update_meeting("85746065431", WISH)

    assert (server.requests[0].method, server.requests[0].target) == ("PATCH", "/v2/meetings/85746065431")
    assert server.requests[0].json == WISH.update_body()


def test_a_meeting_is_deleted_without_a_mail_from_zoom(serve: Serve, client_of: ClientOf) -> None:
    server = serve(reply(204))

    client_of(server).delete_meeting("85746065431")

    assert (server.requests[0].method, server.requests[0].path) == ("DELETE", "/v2/meetings/85746065431")
    assert server.requests[0].query == {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}


def test_the_start_link_alone_is_handed_out_and_is_in_no_meeting(serve: Serve, client_of: ClientOf) -> None:
    client = client_of(serve(json_reply(200, MEETING)))

    assert client.start_link("85746065431") == MEETING["start_url"]
    assert "zak" not in str(vars(client.meeting("85746065431")))


@pytest.mark.parametrize("link", [None, "", 7, "javascript:alert(1)", "http://us02web.zoom.us/s/1", "/s/1"])
def test_a_start_link_that_no_browser_should_follow_is_none(serve: Serve, client_of: ClientOf, link: object) -> None:
    with pytest.raises(MalformedAnswer):
        client_of(serve(json_reply(200, {**MEETING, "start_url": link}))).start_link("85746065431")


def test_the_connected_user_is_read(serve: Serve, client_of: ClientOf) -> None:
    body = {"id": "u-1", "account_id": "a-1", "email": "dana@x.example", "first_name": "Dana", "type": 2}
    server = serve(json_reply(200, body))

    me = client_of(server).me()

    assert server.requests[0].target == "/v2/users/me"
    assert (me.id, me.account_id, me.email, me.display_name, me.type) == ("u-1", "a-1", "dana@x.example", "Dana", 2)


def test_all_pages_of_a_list_are_read(serve: Serve, client_of: ClientOf) -> None:
    server = serve(page(listed(1), listed(2), token="p2"), page(listed(3), token="p3"), page(listed(4)))

    assert [seen.id for seen in client_of(server).upcoming_meetings()] == ["1", "2", "3", "4"]
    assert [request.query.get("next_page_token") for request in server.requests] == [None, "p2", "p3"]
    assert {request.query["type"] for request in server.requests} == {"upcoming"}
    assert {request.query["page_size"] for request in server.requests} == {"300"}


def test_a_list_that_goes_round_in_a_circle_is_an_error_and_not_an_end(serve: Serve, client_of: ClientOf) -> None:
    server = serve(page(listed(1), token="p2"))

    with pytest.raises(MalformedAnswer):
        list(client_of(server).upcoming_meetings())
    assert len(server.requests) == 2


def test_a_list_without_end_is_given_up(session: requests.Session, serve: Serve) -> None:
    server = serve(*(page(token=f"p{number}") for number in range(MOST_PAGES + 5)))

    with pytest.raises(MalformedAnswer):
        list(ZoomClient(session, server.url, "token").upcoming_meetings())
    assert len(server.requests) == MOST_PAGES


def test_a_list_without_meetings_in_it_is_no_empty_list(serve: Serve, client_of: ClientOf) -> None:
    with pytest.raises(MalformedAnswer):
        client_of(serve(json_reply(200, {"page_size": 300}))).find_by_reference(REFERENCE)


def test_meetings_are_found_by_our_reference_among_past_ones_too(serve: Serve, client_of: ClientOf) -> None:
    others = [listed(4, "Staff meeting"), listed(5, "Telehealth session · ABCD-EFGH-JKLN"), listed(6, "")]
    server = serve(page(listed(9), *others, token="p2"), page(listed(7), listed(9)))

    assert [seen.id for seen in client_of(server).find_by_reference(REFERENCE)] == ["7", "9"]
    assert server.requests[0].query["type"] == "scheduled"


def test_a_personal_link_is_asked_for_with_its_name_and_life(serve: Serve, client_of: ClientOf) -> None:
    link = "https://us02web.zoom.us/w/85746065431?tk=personal"
    server = serve(json_reply(201, {"attendees": [{"name": "Ana", "join_url": link}]}))

    assert client_of(server).invite_link("85746065431", "A" * 70, 600) == link
    assert server.requests[0].target == "/v2/meetings/85746065431/invite_links"
    assert server.requests[0].json == {"attendees": [{"name": "A" * 64}], "ttl": 600}


@pytest.mark.parametrize("body", [{}, {"attendees": []}, {"attendees": ["x"]}, {"attendees": [{"name": "Ana"}]}])
def test_an_answer_without_a_personal_link_is_malformed(serve: Serve, client_of: ClientOf, body: object) -> None:
    with pytest.raises(MalformedAnswer):
        client_of(serve(json_reply(201, body))).invite_link("1", "Ana", 600)


@pytest.mark.parametrize("seconds", [-1, 0, 7_776_001])  # to Zoom, 0 is for ever
def test_a_personal_link_ends_and_no_later_than_zoom_allows(serve: Serve, client_of: ClientOf, seconds: int) -> None:
    server = serve(hang_up)

    with pytest.raises(ValueError, match="7,776,000"):
        client_of(server).invite_link("1", "Ana", seconds)
    assert server.connections == 0


@pytest.mark.parametrize("meeting_id", ["", "../users/me", "1/2", "1?x=1", "१२", "1\n", "9" * 21])
def test_what_is_no_meeting_id_never_reaches_a_path(serve: Serve, client_of: ClientOf, meeting_id: str) -> None:
    server = serve(json_reply(200, MEETING))

    for ask in (ZoomClient.meeting, ZoomClient.start_link, ZoomClient.delete_meeting):
        with pytest.raises(ValueError, match="digits"):
            ask(client_of(server), meeting_id)
    assert server.connections == 0


@pytest.mark.parametrize("trouble", [hang_up, reset, reply(500), reply(502, "<html>"), html_page()])
def test_reading_is_repeated_once_after_trouble(serve: Serve, client_of: ClientOf, trouble: Reply) -> None:
    server = serve(trouble, json_reply(200, MEETING))

    assert client_of(server).meeting("85746065431").id == "85746065431"
    assert server.connections == 2


def test_reading_is_not_repeated_twice(serve: Serve, client_of: ClientOf) -> None:
    server = serve(reply(500))

    with pytest.raises(ServerTrouble):
        client_of(server).meeting("1")
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_reply(404, {"code": 3001, "message": "x"}), MeetingGone),
        (json_reply(401, {"code": 124, "message": "x"}), TokenRefused),
        (json_reply(429, {"code": 429, "message": "x"}), RateLimited),
        (reply(503, Retry_After="20"), ServerTrouble),
    ],
)
def test_reading_is_not_repeated_where_zoom_said_no_or_later(
    serve: Serve, client_of: ClientOf, answer: Reply, error: type[ZoomError]
) -> None:
    server = serve(answer)

    with pytest.raises(error):
        client_of(server).meeting("1")
    assert server.connections == 1


@pytest.mark.parametrize("trouble", [hang_up, reply(500), silence])
def test_what_changes_something_is_never_repeated(serve: Serve, client_of: ClientOf, trouble: Reply) -> None:
    server = serve(trouble)
    client = client_of(server)

    changes: list[Callable[[], object]] = [
        lambda: client.create_meeting(WISH),
        lambda: client.update_meeting("1", WISH),
        lambda: client.delete_meeting("1"),
        lambda: client.invite_link("1", "Ana", 60),
    ]
    for change in changes:
        with pytest.raises((OutcomeUnknown, ServerTrouble)):
            change()
    assert server.connections == len(changes)


def test_a_repeated_reading_keeps_within_the_time_of_one_call(session: requests.Session, serve: Serve) -> None:
    server = serve(silence)
    client = ZoomClient(session, server.url, "token", timeout=Timeouts(connect=1.0, read=1.5, total=2.3))
    started = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        client.meeting("1")

    # One silence of a second and a half, and of the second one what is left: not two.
    assert 1.5 < time.monotonic() - started < 3.0
    assert server.connections == 2


def test_calls_that_share_their_time_are_over_when_it_is(session: requests.Session, serve: Serve) -> None:
    server = serve(silence)
    timeout = Timeouts(connect=1.0, read=1.0, total=1.5).altogether(1.5)
    client = ZoomClient(session, server.url, "token", timeout=timeout)
    started = time.monotonic()

    for error in (OutcomeUnknown, OutcomeUnknown, Unreachable):
        with pytest.raises(error):
            client.invite_link("1", "A. Q.", 60)

    # What is begun when the time is over is not even sent.
    assert 1.4 < time.monotonic() - started < 2.2
    assert server.connections == 2


def test_a_click_waits_five_seconds_at_most() -> None:
    assert CLICK.total <= 5
    assert max(CLICK.connect, CLICK.read) < CLICK.total


@pytest.mark.parametrize("token", ["", "with\nline break", "with space", "schlüssel", "\x00"])
def test_a_token_that_cannot_stand_in_a_header_is_refused_before_anything_is_sent(
    session: requests.Session, serve: Serve, token: str
) -> None:
    server = serve(json_reply(200, MEETING))

    with pytest.raises(TokenRefused):
        ZoomClient(session, server.url, token).meeting("1")
    assert server.connections == 0
