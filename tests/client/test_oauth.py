"""OAuth: what is asked, what is granted, and what each refusal means."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
from zoom.errors import (
    ClientRefused,
    GrantRefused,
    MalformedAnswer,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ServerTrouble,
    Unreachable,
    ZoomError,
)
from zoom.oauth import AppCredentials, TokenSet, authorize_url, exchange_code, new_pkce, refresh, revoke

Serve = Callable[..., HostileServer]

APP = AppCredentials("client-1", "client-secret")
GRANTED: dict[str, Any] = {
    "access_token": "new-access",
    "token_type": "bearer",
    "refresh_token": "new-refresh",
    "expires_in": 3599,
    "scope": "meeting:read:meeting user:read:user",
    "api_url": "https://api.zoom.us",
}


def addresses_of(server: HostileServer) -> ZoomAddresses:
    return ZoomAddresses(server.url, server.url)


def refreshed(session: requests.Session, server: HostileServer) -> TokenSet:
    return refresh(session, addresses_of(server), APP, "old-refresh", NOW, timeout=QUICK)


def test_the_provider_is_sent_to_zoom_with_state_and_challenge_and_without_scopes() -> None:
    url = urlsplit(authorize_url(ZoomAddresses(), "client-1", "https://odoo.example/cb?x=1&y", "st&te", "ch"))

    assert (url.scheme, url.netloc, url.path) == ("https", "zoom.us", "/oauth/authorize")
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["client-1"],
        "redirect_uri": ["https://odoo.example/cb?x=1&y"],
        "state": ["st&te"],
        "code_challenge": ["ch"],
        "code_challenge_method": ["S256"],
    }


def test_a_challenge_is_the_hash_of_its_verifier() -> None:
    pkce = new_pkce()

    digest = hashlib.sha256(pkce.verifier.encode()).digest()
    assert base64.urlsafe_b64decode(pkce.challenge + "=") == digest
    assert 43 <= len(pkce.verifier) <= 128
    assert new_pkce().verifier != pkce.verifier


def test_a_code_is_exchanged_with_its_verifier_and_the_apps_credentials(
    session: requests.Session, serve: Serve
) -> None:
    server = serve(json_reply(200, GRANTED))

    tokens = exchange_code(session, addresses_of(server), APP, "the-code", "https://odoo.example/cb", "verifier", NOW)

    request = server.requests[0]
    assert (request.method, request.target) == ("POST", "/oauth/token")
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"client-1:client-secret").decode()
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "https://odoo.example/cb",
        "code_verifier": "verifier",
    }
    assert (tokens.access_token, tokens.refresh_token) == ("new-access", "new-refresh")
    assert tokens.expires_at == NOW + timedelta(seconds=3599)
    assert tokens.scopes == {"meeting:read:meeting", "user:read:user"}
    assert (tokens.api_url, tokens.api_url_refused) == ("https://api.zoom.us", False)


def test_a_refresh_hands_back_the_rotated_token(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(200, GRANTED))

    tokens = refreshed(session, server)

    assert server.requests[0].form == {"grant_type": "refresh_token", "refresh_token": "old-refresh"}
    assert tokens.refresh_token == "new-refresh"


def test_an_answer_without_a_refresh_token_leaves_the_old_one_good(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(200, {"access_token": "new-access"}))

    assert refreshed(session, server).refresh_token == "old-refresh"


@pytest.mark.parametrize(
    ("offered", "used", "refused"),
    [
        ("https://api-eu.zoom.us", "https://api-eu.zoom.us", False),
        ("https://evil.example", None, True),
        ("http://api.zoom.us", None, True),
        ("", None, False),
        (None, None, False),
        (7, None, False),
    ],
)
def test_an_api_address_is_taken_only_if_it_is_zooms_own(
    session: requests.Session, serve: Serve, offered: object, used: str | None, refused: bool
) -> None:
    server = serve(json_reply(200, {**GRANTED, "api_url": offered}))

    tokens = refreshed(session, server)

    assert (tokens.api_url, tokens.api_url_refused) == (used or server.url, refused)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        ("3599", 3599),
        (None, 3600),
        (0, 3600),
        (-5, 3600),
        ("soon", 3600),
        (True, 3600),
        (10**15, 31622400),
    ],
)
def test_an_odd_life_of_a_token_does_not_throw_the_rotated_token_away(
    session: requests.Session, serve: Serve, expires_in: object, seconds: int
) -> None:
    server = serve(json_reply(200, {**GRANTED, "expires_in": expires_in}))

    assert refreshed(session, server).expires_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("scope", [None, "", 7, ["meeting:read:meeting"]])
def test_an_answer_without_readable_scopes_grants_none(session: requests.Session, serve: Serve, scope: object) -> None:
    assert refreshed(session, serve(json_reply(200, {**GRANTED, "scope": scope}))).scopes == frozenset()


def refusal(status: int, error: str, reason: str = "Invalid Token!") -> Reply:
    return json_reply(status, {"reason": reason, "error": error})


# R3: what the token endpoint answers to a refresh. Only GrantRefused may disconnect.
TABLE: list[tuple[str, Reply, type[ZoomError]]] = [
    ("invalid_grant", refusal(400, "invalid_grant"), GrantRefused),
    ("invalid_grant with 401", json_reply(401, {"reason": "x", "error": "invalid_grant"}), GrantRefused),
    (
        "reason, invalid_request",
        refusal(400, "invalid_request"),
        GrantRefused,
    ),
    ("reason alone", json_reply(401, {"reason": "Invalid Token!"}), GrantRefused),
    (
        "invalid_client",
        refusal(400, "invalid_client", "Invalid client_id or client_secret"),
        ClientRefused,
    ),
    ("invalid_client with 401", json_reply(401, {"error": "invalid_client"}), ClientRefused),
    (
        "invalid_client about a token",
        refusal(401, "invalid_client"),
        ClientRefused,
    ),
    ("app disabled", json_reply(400, {"code": 4717, "reason": "disabled", "error": "invalid_request"}), ClientRefused),
    ("another request refused", json_reply(400, {"reason": "Bad Request", "error": "invalid_request"}), Refused),
    ("scope refused", json_reply(400, {"reason": "Invalid scopes", "error": "invalid_scope"}), Refused),
    ("redirect mismatch", json_reply(400, {"code": 4709, "reason": "Redirect URI mismatch."}), Refused),
    ("the API's 401", json_reply(401, {"code": 124, "message": "Invalid access token."}), Refused),
    ("the API's revoked", json_reply(401, {"code": 4741, "message": "token has been revoked"}), Refused),
    ("401 without a body", reply(401), MalformedAnswer),
    ("400 HTML that says so", reply(400, "<html>invalid_grant Invalid Token!</html>"), MalformedAnswer),
    ("400 XML that says so", reply(400, "<error>invalid_grant</error>"), MalformedAnswer),
    ("403 page", html_page(403), MalformedAnswer),
    ("429", refusal(429, "invalid_grant"), RateLimited),
    ("429 without a body", reply(429), RateLimited),
    ("500", reply(500), ServerTrouble),
    ("503 that says so", refusal(503, "invalid_grant"), ServerTrouble),
    ("502 page", html_page(502), ServerTrouble),
    ("200 that says so", refusal(200, "invalid_grant"), MalformedAnswer),
    ("200 HTML", html_page(), MalformedAnswer),
    ("200 empty", reply(200), MalformedAnswer),
    ("200 list", json_reply(200, ["invalid_grant"]), MalformedAnswer),
    ("200 without an access token", json_reply(200, {**GRANTED, "access_token": None}), MalformedAnswer),
    ("200 with a token for no header", json_reply(200, {**GRANTED, "access_token": "a\nb"}), MalformedAnswer),
    ("302 that says so", refusal(302, "invalid_grant"), MalformedAnswer),
    ("302", reply(302, Location="https://elsewhere.example"), MalformedAnswer),
    ("cut", reply(200, '{"access_token"', length=500), OutcomeUnknown),
    ("reset", reset, OutcomeUnknown),
    ("hung up", hang_up, OutcomeUnknown),
    ("not HTTP", garbage, OutcomeUnknown),
    ("no answer in time", silence, OutcomeUnknown),
]


@pytest.mark.parametrize(("answer", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_answer_to_a_refresh_becomes_its_error_after_one_call(
    session: requests.Session, serve: Serve, answer: Reply, expected: type[ZoomError]
) -> None:
    server = serve(answer)

    with pytest.raises(ZoomError) as caught:
        refreshed(session, server)

    assert type(caught.value) is expected
    assert server.connections == 1


def test_a_used_code_is_a_refused_grant(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(400, {"reason": "Invalid authorization code x", "error": "invalid_grant"}))

    with pytest.raises(GrantRefused):
        exchange_code(session, addresses_of(server), APP, "code", "https://odoo.example/cb", "verifier", NOW)


def test_a_code_exchange_without_a_refresh_token_is_malformed(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(200, {**GRANTED, "refresh_token": ""}))

    with pytest.raises(MalformedAnswer):
        exchange_code(session, addresses_of(server), APP, "code", "https://odoo.example/cb", "verifier", NOW)


def test_a_refusal_names_the_word_of_oauth_and_not_the_reason(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(400, {"reason": "Dana's secret", "error": "invalid_scope"}))

    with pytest.raises(Refused, match="invalid_scope") as caught:
        refreshed(session, server)
    assert "Dana" not in str(caught.value)


def test_a_daily_limit_waits_until_midnight_utc(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(429, {"reason": "You have reached the daily limit"}))

    with pytest.raises(RateLimited) as caught:
        refreshed(session, server)
    assert caught.value.retry_after == (datetime(2026, 11, 22) - NOW).total_seconds()


def test_without_a_server_nothing_was_refreshed(session: requests.Session, serve: Serve) -> None:
    with pytest.raises(Unreachable):
        refresh(session, ZoomAddresses("https://zoom.invalid"), APP, "old-refresh", NOW, timeout=QUICK)


def test_a_token_is_revoked(session: requests.Session, serve: Serve) -> None:
    server = serve(json_reply(200, {"status": "success"}))

    revoke(session, addresses_of(server), APP, "the-access-token")

    assert (server.requests[0].method, server.requests[0].target) == ("POST", "/oauth/revoke")
    assert server.requests[0].form == {"token": "the-access-token"}
    assert server.requests[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(400, "invalid_request"), GrantRefused),
        (json_reply(401, {"error": "invalid_client"}), ClientRefused),
        (reply(500), ServerTrouble),
        (html_page(), MalformedAnswer),
        (refusal(200, "invalid_request"), MalformedAnswer),
        (hang_up, OutcomeUnknown),
    ],
)
def test_a_revocation_that_did_not_work_says_so(
    session: requests.Session, serve: Serve, answer: Reply, expected: type[ZoomError]
) -> None:
    with pytest.raises(expected):
        revoke(session, addresses_of(serve(answer)), APP, "token", timeout=QUICK)
