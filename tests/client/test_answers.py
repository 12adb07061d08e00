"""What Zoom's REST API answers, and the error that each answer becomes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.fixed_values import NOW
from tests.client.hostile_server import (
    HostileServer,
    Reply,
    garbage,
    hang_up,
    html_page,
    json_reply,
    reply,
    reset,
    silence,
    trickle,
)
from zoom.answers import Answer, error_in
from zoom.client import ZoomClient
from zoom.errors import (
    MalformedAnswer,
    MeetingGone,
    NotAllowedToHost,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerTrouble,
    TokenRefused,
    Unreachable,
    UserUnknown,
    ZoomError,
)
from zoom.payloads import MeetingWish

Serve = Callable[..., HostileServer]
ClientOf = Callable[[HostileServer], ZoomClient]

WISH = MeetingWish("Telehealth session", datetime(2026, 12, 1, 15), 50, "America/New_York", "aB3-dEf9hK")
SECONDS_TO_MIDNIGHT = 90 * 60.0
SCOPES_TEXT = "Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin]."
DAILY_HOST_TEXT = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this"
    " particular user. You may resume these requests at GMT 00:00:00."
)
PER_SECOND_TEXT = "You have reached the maximum per-second rate limit for this API. Try again later."
XML_TOKEN = "<?xml version='1.0'?><Response><code>124</code><message>Invalid access token.</message></Response>"


def said(code: int, message: str = "Some text of Zoom's") -> dict[str, Any]:
    return {"code": code, "message": message}


# What Zoom answers to a create (R3, R9, R10, R14): the error, and what must be known about it.
TABLE: list[tuple[str, Reply, type[ZoomError], dict[str, Any]]] = [
    ("expired token", json_reply(401, said(124, "Access token is expired.")), TokenRefused, {"code": 124}),
    ("revoked token", json_reply(401, said(4741, "token has been revoked")), TokenRefused, {"code": 4741}),
    ("token refused with status 400", json_reply(400, said(124)), TokenRefused, {"http_status": 400}),
    ("401 without a body", reply(401), TokenRefused, {"code": None}),
    ("401 in XML", reply(401, XML_TOKEN, Content_Type="text/xml"), TokenRefused, {"code": 124}),
    ("401 from a proxy", html_page(401), TokenRefused, {"code": None}),
    ("scope, code 4711", json_reply(400, said(4711, SCOPES_TEXT)), ScopeMissing, {"code": 4711}),
    ("scope, code 104", json_reply(400, said(104, SCOPES_TEXT)), ScopeMissing, {"code": 104}),
    ("scope, code 4700 and 401", json_reply(401, said(4700, SCOPES_TEXT)), ScopeMissing, {"http_status": 401}),
    ("code 4711 without the text", json_reply(400, said(4711)), TokenRefused, {"code": 4711}),
    ("meeting gone", json_reply(404, said(3001, "Meeting does not exist: 85746065431.")), MeetingGone, {"code": 3001}),
    ("3001 with another status", json_reply(400, said(3001)), Refused, {"code": 3001}),
    ("404 without a code", json_reply(404, {"message": "not found"}), MalformedAnswer, {"code": None}),
    ("404 from a proxy", html_page(404), MalformedAnswer, {"http_status": 404}),
    ("404 with another code", json_reply(404, said(2300)), Refused, {"code": 2300}),
    ("user unknown", json_reply(404, said(1001)), UserUnknown, {"code": 1001}),
    ("user not on this account", json_reply(400, said(1010)), UserUnknown, {"code": 1010}),
    ("not allowed to host", json_reply(400, said(3161)), NotAllowedToHost, {"code": 3161}),
    ("scheduling not possible", json_reply(400, said(3000)), NotAllowedToHost, {"code": 3000}),
    ("bad field", json_reply(400, {**said(300), "errors": [{"field": "duration", "message": "x"}]}), Refused, {}),
    ("paid feature", json_reply(400, said(200)), Refused, {"code": 200}),
    ("403 of Zoom's", json_reply(403, said(200)), Refused, {"http_status": 403}),
    ("403 from a firewall", html_page(403), MalformedAnswer, {"code": None}),
    ("rate", json_reply(429, said(429, PER_SECOND_TEXT)), RateLimited, {"retry_after": None, "daily": False}),
    ("rate, seconds", json_reply(429, said(429, ""), Retry_After="7"), RateLimited, {"retry_after": 7.0}),
    ("rate, per host a day", json_reply(429, said(429, DAILY_HOST_TEXT)), RateLimited, {"daily": True}),
    ("rate, without a body", reply(429), RateLimited, {"code": None}),
    ("rate, HTML", html_page(429), RateLimited, {"http_status": 429}),
    ("rate, by code alone", json_reply(400, said(429)), RateLimited, {"code": 429}),
    ("500 of Zoom's", json_reply(500, said(500)), ServerTrouble, {"http_status": 500}),
    ("502 page", html_page(502), ServerTrouble, {"http_status": 502}),
    ("503 with a wait", reply(503, Retry_After="30"), ServerTrouble, {"retry_after": 30.0}),
    ("500 that says gone", json_reply(500, said(3001)), ServerTrouble, {}),
    ("error in status 200", json_reply(200, said(200)), Refused, {"code": 200, "http_status": 200}),
    ("token error in status 200", json_reply(200, said(124)), TokenRefused, {"code": 124}),
    ("HTML in status 200", html_page(), MalformedAnswer, {"http_status": 200}),
    ("XML in status 200", reply(200, "<Response/>"), MalformedAnswer, {}),
    ("empty 201", reply(201), MalformedAnswer, {"http_status": 201}),
    ("empty object", json_reply(201, {}), MalformedAnswer, {}),
    ("a list", json_reply(201, [1]), MalformedAnswer, {}),
    ("an id that is none", json_reply(201, {"id": "abc"}), MalformedAnswer, {}),
    ("binary body", reply(201, b"\xff\xfe\x00"), MalformedAnswer, {}),
    ("body nested too deep", reply(201, b'{"a":' + b"[" * 100_000), MalformedAnswer, {}),
    ("redirect", reply(302, Location="https://elsewhere.example/"), MalformedAnswer, {"http_status": 302}),
    ("cut body", reply(201, '{"id": 857', length=5000), OutcomeUnknown, {}),
    ("body too large", json_reply(201, {"id": 1, "agenda": "x" * 9 * 1024 * 1024}), MalformedAnswer, {}),
    ("not HTTP", garbage, OutcomeUnknown, {}),
    ("reset", reset, OutcomeUnknown, {}),
    ("hung up", hang_up, OutcomeUnknown, {}),
    ("no answer in time", silence, OutcomeUnknown, {}),
    ("answer in drops", trickle, OutcomeUnknown, {}),
]


@pytest.mark.parametrize(("answer", "expected", "facts"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_answer_to_a_create_becomes_its_error_after_one_call(
    serve: Serve, client_of: ClientOf, answer: Reply, expected: type[ZoomError], facts: dict[str, Any]
) -> None:
    server = serve(answer)

    with pytest.raises(ZoomError) as caught:
        client_of(server).create_meeting(WISH)

    assert type(caught.value) is expected
    assert {name: getattr(caught.value, name) for name in facts} == facts
    assert caught.value.outcome_known is not issubclass(expected, (OutcomeUnknown, ServerTrouble))
    assert server.connections == 1


def test_an_answer_in_drops_is_given_up_when_its_time_is_over(serve: Serve, client_of: ClientOf) -> None:
    server = serve(trickle)
    started = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        client_of(server).create_meeting(WISH)

    # Each drop comes within the second for a silence; all of them take ten seconds.
    assert time.monotonic() - started < 5


def test_an_update_or_delete_without_words_is_done(serve: Serve, client_of: ClientOf) -> None:
    client = client_of(serve(reply(204, "")))

    client.update_meeting("85746065431", WISH)
    client.delete_meeting("85746065431")


@pytest.mark.parametrize(
    "answer",
    [html_page(), json_reply(200, said(3001)), reply(302), json_reply(200, ["x"]), reply(200, ""), json_reply(200, {})],
)
def test_an_update_or_delete_that_says_something_else_is_not_done(
    serve: Serve, client_of: ClientOf, answer: Reply
) -> None:
    client = client_of(serve(answer))

    with pytest.raises(ZoomError):
        client.update_meeting("85746065431", WISH)
    with pytest.raises(ZoomError):
        client.delete_meeting("85746065431")


def test_a_server_that_is_not_there_is_unreachable_and_nothing_happened(serve: Serve, client_of: ClientOf) -> None:
    server = serve(hang_up)
    server.close()
    server.close = lambda: None  # type: ignore[method-assign]

    with pytest.raises(Unreachable) as caught:
        client_of(server).create_meeting(WISH)
    assert caught.value.outcome_known
    assert caught.value.worth_retrying


def test_a_host_name_that_nobody_knows_is_unreachable(session: Any) -> None:
    with pytest.raises(Unreachable):
        ZoomClient(session, "https://zoom.invalid", "token").create_meeting(WISH)


def test_an_insecure_address_is_unreachable_and_nothing_is_sent(session: Any) -> None:
    with pytest.raises(Unreachable):
        ZoomClient(session, "http://192.0.2.1", "token").create_meeting(WISH)


def test_a_missing_scope_is_named(serve: Serve, client_of: ClientOf) -> None:
    with pytest.raises(ScopeMissing) as caught:
        client_of(serve(json_reply(400, said(4711, SCOPES_TEXT)))).create_meeting(WISH)

    assert caught.value.scopes == {"meeting:write:meeting", "meeting:write:meeting:admin"}
    assert "meeting:write:meeting" in str(caught.value)


def test_fields_are_named_and_their_values_are_not(serve: Serve, client_of: ClientOf) -> None:
    errors = [
        {"field": "settings.jbh_time", "message": "Dana's secret"},
        {"field": "topic: Dana's secret", "message": "x"},
        {"field": 7},
        "odd",
    ]
    with pytest.raises(Refused) as caught:
        client_of(serve(json_reply(400, {**said(300, "Dana's secret"), "errors": errors}))).create_meeting(WISH)

    assert caught.value.fields == ("settings.jbh_time",)
    assert "Dana" not in str(caught.value)


def test_the_tracking_id_is_kept_where_it_looks_like_one(serve: Serve, client_of: ClientOf) -> None:
    for given_id, kept in (("v=2.0;clid=us06;rid=WEB_1", "v=2.0;clid=us06;rid=WEB_1"), ("a b<script>", None)):
        with pytest.raises(MeetingGone) as caught:
            client_of(serve(json_reply(404, said(3001), x_zm_trackingid=given_id))).meeting("1")
        assert caught.value.tracking_id == kept


@pytest.mark.parametrize(
    ("headers", "text", "wait"),
    [
        ({"retry-after": "12"}, PER_SECOND_TEXT, 12.0),
        ({"retry-after": "0.5"}, PER_SECOND_TEXT, 0.5),
        ({"retry-after": "-5"}, PER_SECOND_TEXT, 0.0),
        ({"retry-after": "99999999"}, PER_SECOND_TEXT, 86400.0),
        ({"retry-after": "nan"}, PER_SECOND_TEXT, None),
        ({"retry-after": "inf"}, PER_SECOND_TEXT, None),
        ({"retry-after": "soon"}, PER_SECOND_TEXT, None),
        ({"retry-after": ""}, PER_SECOND_TEXT, None),
        ({"retry-after": "Sat, 21 Nov 2026 22:31:30 GMT"}, PER_SECOND_TEXT, 90.0),
        ({"retry-after": "2026-11-22T00:00:00Z"}, "daily", SECONDS_TO_MIDNIGHT),
        ({"retry-after": "2026-11-21T22:40:00+00:00"}, PER_SECOND_TEXT, 600.0),
        ({"retry-after": "2020-05-31T00:00:00Z"}, PER_SECOND_TEXT, 0.0),
        ({"retry-after": "soon"}, DAILY_HOST_TEXT, SECONDS_TO_MIDNIGHT),
        ({}, DAILY_HOST_TEXT, SECONDS_TO_MIDNIGHT),
        ({}, "You have reached the maximum daily rate limit for this API.", SECONDS_TO_MIDNIGHT),
        ({"x-ratelimit-type": "Daily-limit"}, "", SECONDS_TO_MIDNIGHT),
        ({"x-ratelimit-type": "Per-second-limit"}, "", None),
        ({}, PER_SECOND_TEXT, None),
    ],
)
def test_the_wait_is_read_from_every_form_in_which_zoom_tells_it(
    headers: dict[str, str], text: str, wait: float | None
) -> None:
    answer = Answer("POST", 429, headers, json.dumps(said(429, text)).encode(), NOW)

    assert error_in(answer).retry_after == wait


@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.dictionaries(st.sampled_from(["code", "message", "errors", "field"]), inner) | st.lists(inner),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    header=st.text(max_size=20),
)
def test_no_answer_whatever_it_holds_makes_reading_it_fail(status: int, body: bytes, header: str) -> None:
    headers = {"retry-after": header, "x-zm-trackingid": header, "x-ratelimit-type": header}

    error = error_in(Answer("GET", status, headers, body, NOW))

    assert isinstance(error, ZoomError)
    assert str(error)
