"""Nothing secret leaves by an error, its traceback, a log line or a repr, whatever Zoom answers."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import requests

from tests.client.fixed_values import NOW, QUICK
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
)
from zoom.addresses import ZoomAddresses
from zoom.client import ZoomClient
from zoom.errors import (
    ClientRefused,
    GrantRefused,
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
    unforeseen,
)
from zoom.oauth import AppCredentials, Pkce, TokenSet, exchange_code, refresh, revoke
from zoom.payloads import MeetingSeen, MeetingWish
from zoom.transport import new_session

Serve = Callable[..., HostileServer]

SECRETS = {
    "access token": "ACCESS-planted-1",
    "refresh token": "REFRESH-planted-2",
    "client secret": "CLIENTSECRET-planted-3",
    "code": "CODE-planted-4",
    "verifier": "VERIFIER-planted-5",
    "passcode": "Pass-pl6",
    "client's name": "Ana Planted-7",
    "Zoom's text": "TEXT-planted-8",
    "link": "https://zoom.us/s/1?zak=LINK-planted-9",
    "meeting id": "85746065431",
}
APP = AppCredentials("client-1", SECRETS["client secret"])
BASIC = base64.b64encode(f"client-1:{SECRETS['client secret']}".encode()).decode()
PLANTED = [*SECRETS.values(), BASIC, "LINK-planted-9", "planted"]
WISH = MeetingWish("Neutral", datetime(2026, 12, 1, 15), 50, "UTC", SECRETS["passcode"])
# Zoom may echo all that it was sent.
ECHO = " ".join(SECRETS.values())


def echoing(status: int, code: int | None = None, **more: object) -> Reply:
    errors = [{"field": ECHO, "message": ECHO}, {"field": "topic", "message": ECHO}]
    body = {"message": ECHO, "reason": ECHO, "errors": errors, **more}
    return json_reply(status, body if code is None else {**body, "code": code}, x_zm_trackingid=ECHO)


def calls_to(session: requests.Session, server: HostileServer) -> Iterator[Callable[[], object]]:
    """Every call that there is, with a secret in each place where one belongs."""
    client = ZoomClient(session, server.url, SECRETS["access token"], timeout=QUICK)
    addresses = ZoomAddresses(server.url, server.url)
    meeting_id = SECRETS["meeting id"]
    yield client.me
    yield lambda: client.create_meeting(WISH)
    yield lambda: client.meeting(meeting_id)
    yield lambda: client.last_held(meeting_id)
    yield lambda: client.start_link(meeting_id)
    yield lambda: client.update_meeting(meeting_id, WISH)
    yield lambda: client.delete_meeting(meeting_id)
    yield lambda: list(client.upcoming_meetings())
    yield lambda: client.invite_link(meeting_id, SECRETS["client's name"], 60)
    yield lambda: refresh(session, addresses, APP, SECRETS["refresh token"], NOW, timeout=QUICK)
    yield lambda: exchange_code(
        session, addresses, APP, SECRETS["code"], "https://o.example/cb", SECRETS["verifier"], NOW, timeout=QUICK
    )
    yield lambda: revoke(session, addresses, APP, SECRETS["access token"], timeout=QUICK)


ANSWERS: dict[str, Reply] = {
    "token refused": echoing(401, 124),
    "scope missing": echoing(400, 4711, message=f"{ECHO} does not contain scopes:[{ECHO}]"),
    "gone": echoing(404, 3001),
    "user unknown": echoing(404, 1001),
    "not allowed": echoing(400, 3161),
    "refused": echoing(400, 300),
    "refused in 200": echoing(200, 300),
    "rate": echoing(429, 429),
    "server": echoing(500),
    "grant": echoing(400, error="invalid_grant"),
    "client": echoing(401, error="invalid_client"),
    "odd word": echoing(400, error=ECHO),
    "odd token": json_reply(200, {"access_token": ECHO + "\n", "refresh_token": ECHO, "start_url": ECHO}),
    "html": reply(200, f"<html>{ECHO}</html>"),
    "xml": reply(400, f"<Response><code>300</code><message>{ECHO}</message></Response>"),
    "redirect": reply(302, Location=f"https://elsewhere.example/?{ECHO}"),
    "bad gateway": html_page(502),
    "cut": reply(200, json.dumps({"message": ECHO}), length=5000),
    "garbage": garbage,
    "reset": reset,
    "hung up": hang_up,
}


def all_that_is_shown(error: BaseException) -> str:
    """The whole traceback with every error chained to it, and every attribute."""
    shown = traceback.format_exception(type(error), error, error.__traceback__)
    return "\n".join([*shown, str(error), repr(error), repr(error.args), repr(vars(error))])


def secrets_in(text: str) -> list[str]:
    return [secret for secret in PLANTED if secret in text]


@pytest.mark.parametrize("name", ANSWERS)
def test_no_error_shows_a_secret_and_no_log_line_does(
    session: requests.Session, serve: Serve, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    server = serve(ANSWERS[name])
    caplog.set_level(logging.DEBUG)
    raised: list[ZoomError] = []

    for call in calls_to(session, server):
        try:
            call()
        except ZoomError as error:
            raised.append(error)

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("zoom")]
    assert raised
    for seen in raised:
        assert secrets_in(all_that_is_shown(seen)) == []
        assert (seen.__cause__, seen.__context__) == (None, None)
    assert len(ours) >= len(raised)
    assert secrets_in("\n".join(ours)) == []
    assert server.url not in "\n".join(ours)
    # The HTTP library's own lines name paths (a meeting's id among them), but no secret.
    assert [secret for secret in secrets_in(caplog.text) if secret != SECRETS["meeting id"]] == []


@pytest.mark.parametrize("url", ["https://zoom.invalid", "http://192.0.2.1", "https://127.0.0.1:1"])
def test_no_error_shows_a_secret_where_there_is_no_zoom(
    session: requests.Session, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    caplog.set_level(logging.DEBUG)
    nobody = HostileServer([silence])
    nobody.close()
    nobody.url = url

    for call in calls_to(session, nobody):
        with pytest.raises(Unreachable) as caught:
            call()
        assert secrets_in(all_that_is_shown(caught.value)) == []
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        assert url.split("//")[1] not in str(caught.value)


def test_a_log_line_tells_method_path_template_status_tracking_id_and_time(
    session: requests.Session, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(json_reply(404, {"code": 3001, "message": "x"}, x_zm_trackingid="WEB_1"))
    caplog.set_level(logging.INFO)

    with pytest.raises(MeetingGone):
        ZoomClient(session, server.url, "token").meeting("85746065431")

    line = next(record.getMessage() for record in caplog.records if record.name.startswith("zoom"))
    assert "GET /v2/meetings/{id}" in line
    assert "404" in line
    assert "WEB_1" in line
    assert " ms" in line


def test_no_value_object_shows_its_secrets() -> None:
    tokens = TokenSet(SECRETS["access token"], SECRETS["refresh token"], NOW, frozenset(), "https://api.zoom.us")
    seen = MeetingSeen.from_answer({"id": 1, "join_url": SECRETS["link"], "password": SECRETS["passcode"]})
    client = ZoomClient(new_session(), "https://api.zoom.us", SECRETS["access token"])
    things = [APP, tokens, seen, WISH, Pkce(SECRETS["verifier"], "challenge"), client]

    assert secrets_in(" ".join(f"{thing} {thing!r}" for thing in things)) == []


@pytest.mark.parametrize(
    "error",
    [
        Unreachable(),
        OutcomeUnknown(),
        MalformedAnswer(http_status=200),
        ServerTrouble(http_status=503, retry_after=3.0),
        RateLimited(daily=True, http_status=429),
        TokenRefused(code=124),
        ScopeMissing(["meeting:read:meeting"], code=4711),
        MeetingGone(code=3001),
        NotAllowedToHost(code=3161),
        UserUnknown(code=1001),
        Refused(fields=["topic"], word="invalid_request"),
        GrantRefused(),
        ClientRefused(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_says_a_sentence_and_the_facts_it_has(error: ZoomError) -> None:
    assert str(error).startswith(type(error).sentence)
    assert type(error).sentence != ZoomError.sentence
    assert all(str(fact) in str(error) for fact in (error.code, error.http_status) if fact is not None)


def test_an_unforeseen_error_is_told_by_its_kind_and_place_and_quotes_nothing() -> None:
    def worked_on(text: str) -> None:
        raise KeyError(text)

    try:
        worked_on("Anabel Quintero")
    except KeyError as error:
        told = unforeseen(error)
    assert told.startswith("KeyError in worked_on:")
    assert "Quintero" not in told
