"""OAuth: as strict as Zoom (zoom.md, section 1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.simulator.running_simulator import (
    CALLBACK,
    DANA,
    OMAR,
    PRACTICE_APP,
    PROVIDER_APP,
    SECONDS,
    VERIFIER,
    RunningSimulator,
    ZoomCaller,
)

INVALID_GRANT = {"reason": "Invalid Token!", "error": "invalid_grant"}
INVALID_CLIENT = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}


def _authorize_page(simulator: RunningSimulator, **changed: str) -> requests.Response:
    return requests.get(
        f"{simulator.root_url}/oauth/authorize",
        params=simulator.wish(**changed),
        allow_redirects=False,
        timeout=SECONDS,
    )


def _refresh(simulator: RunningSimulator, refresh_token: str, app: tuple[str, str] = PRACTICE_APP) -> requests.Response:
    return simulator.token(app, grant_type="refresh_token", refresh_token=refresh_token)


def test_the_authorize_page_names_the_app_its_scopes_the_users_and_that_it_is_a_simulator(
    simulator: RunningSimulator,
) -> None:
    html = _authorize_page(simulator).text
    for expected in ("Sunrise Practice Telehealth", "meeting:write:meeting", DANA, OMAR, "simulator", "Allow", "Deny"):
        assert expected in html


def test_the_authorize_page_preselects_the_user_who_allowed_last_in_this_browser(simulator: RunningSimulator) -> None:
    browser = requests.Session()
    url = f"{simulator.root_url}/oauth/authorize"
    form = {**simulator.wish(), "user": OMAR, "decision": "allow"}
    browser.post(url, data=form, allow_redirects=False, timeout=SECONDS)
    html = browser.get(url, params=simulator.wish(), timeout=SECONDS).text
    assert f'value="{OMAR}" checked' in html
    assert f'value="{DANA}" checked' not in html


def test_an_app_that_needs_the_administrators_approval_is_not_offered_before_it(simulator: RunningSimulator) -> None:
    for needs_approval in (True, False):
        simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], needs_approval=needs_approval)
        page = _authorize_page(simulator).text
        assert ("administrator has to approve" in page) is needs_approval
        assert ("Allow" in page) is not needs_approval


def test_allow_redirects_with_code_and_state(simulator: RunningSimulator) -> None:
    answer = simulator.decide(simulator.wish())
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["opaque-state"] and set(query) == {"code", "state"}


def test_deny_redirects_with_access_denied_and_state_and_no_code(simulator: RunningSimulator) -> None:
    answer = simulator.decide(simulator.wish(), decision="deny")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query == {"error": ["access_denied"], "state": ["opaque-state"]}


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "NoSuchApp"},
        {"redirect_uri": "https://elsewhere.example/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?next=1"},
        {"redirect_uri": ""},
        {"response_type": "token"},
        {"scope": "meeting:write:meeting user:delete:user"},
        {"code_challenge_method": "S512"},
    ],
)
def test_an_untrustworthy_request_gets_an_error_page_and_never_a_redirect(
    simulator: RunningSimulator, changed: dict[str, str]
) -> None:
    shown = _authorize_page(simulator, **changed)
    decided = simulator.decide({**simulator.wish(), **changed})
    for answer in (shown, decided):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "Invalid" in answer.text


def test_http_is_a_redirect_address_on_loopback_only_even_when_listed(simulator: RunningSimulator) -> None:
    listed = ["http://odoo.example/callback", "https://odoo.example/callback"]
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], redirect_uris=listed)
    refused = _authorize_page(simulator, redirect_uri=listed[0])
    assert refused.status_code == 400 and "Invalid redirect (4,700)" in refused.text
    assert _authorize_page(simulator, redirect_uri=listed[1]).status_code == 200


def test_a_code_becomes_tokens_as_zoom_writes_them(simulator: RunningSimulator) -> None:
    answer = simulator.exchange(simulator.code())
    tokens = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert "x-zm-trackingid" in answer.headers
    assert set(tokens) == {"access_token", "token_type", "refresh_token", "expires_in", "scope", "api_url"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 3599)
    assert tokens["api_url"] == simulator.root_url
    assert "meeting:write:meeting" in tokens["scope"].split(" ")


def test_a_code_works_once(simulator: RunningSimulator) -> None:
    code = simulator.code()
    assert simulator.exchange(code).status_code == 200
    again = simulator.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (301, 400)])
def test_a_code_lives_five_minutes_of_the_moved_clock(simulator: RunningSimulator, seconds: int, status: int) -> None:
    code = simulator.code()
    simulator.move_clock(seconds)
    assert simulator.exchange(code).status_code == status


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "another-verifier-of-at-least-forty-three-characters"},
        {"code_verifier": ""},
        {"redirect_uri": CALLBACK.replace("127.0.0.1", "localhost")},
        {"redirect_uri": ""},
    ],
)
def test_a_code_is_bound_to_its_verifier_and_redirect_address(
    simulator: RunningSimulator, changed: dict[str, str]
) -> None:
    assert simulator.exchange(simulator.code(), **changed).status_code == 400
    assert simulator.control("GET", "/state")["tokens"] == []


def test_a_made_up_code_is_refused(simulator: RunningSimulator) -> None:
    answer = simulator.exchange("made-up")
    assert answer.json() == {"reason": "Invalid authorization code", "error": "invalid_grant"}


def test_a_code_belongs_to_one_app(simulator: RunningSimulator) -> None:
    code = simulator.code()
    foreign = simulator.exchange(code, app=PROVIDER_APP)
    assert (foreign.status_code, foreign.json()["error"]) == (400, "invalid_grant")
    assert simulator.exchange(code).status_code == 200


def test_a_plain_challenge_is_checked_too_and_is_the_default_method(simulator: RunningSimulator) -> None:
    wish = simulator.wish(code_challenge=VERIFIER)
    del wish["code_challenge_method"]
    location = simulator.decide(wish).headers["Location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    assert simulator.exchange(code, code_verifier=VERIFIER + "x").status_code == 400
    assert simulator.exchange(simulator.code(code_challenge=VERIFIER, code_challenge_method="plain")).status_code == 200


@pytest.mark.parametrize("app", [None, ("NoSuchApp", PRACTICE_APP[1]), (PRACTICE_APP[0], "wrong")])
def test_wrong_or_missing_app_credentials_are_an_invalid_client(
    simulator: RunningSimulator, app: tuple[str, str] | None
) -> None:
    answer = simulator.token(app, grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()) == (400, INVALID_CLIENT)


def test_credentials_in_the_form_do_not_replace_basic_auth(simulator: RunningSimulator) -> None:
    form = {"client_id": PRACTICE_APP[0], "client_secret": PRACTICE_APP[1], "grant_type": "client_credentials"}
    assert simulator.token(None, **form).json() == INVALID_CLIENT


def test_a_json_body_is_not_a_form(simulator: RunningSimulator) -> None:
    body = {"grant_type": "authorization_code", "code": simulator.code(), "redirect_uri": CALLBACK}
    answer = requests.post(f"{simulator.root_url}/oauth/token", auth=PRACTICE_APP, json=body, timeout=SECONDS)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_client_credentials_prove_the_apps_credentials_and_open_nothing(simulator: RunningSimulator) -> None:
    answer = simulator.token(grant_type="client_credentials")
    assert answer.status_code == 200 and "refresh_token" not in answer.json()
    assert ZoomCaller(simulator.root_url, answer.json()).call("GET", "/users/me").status_code == 401


def test_a_refresh_rotates_both_tokens_and_kills_the_old_ones_at_once(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    renewed = _refresh(simulator, dana.tokens["refresh_token"])
    assert renewed.status_code == 200
    assert renewed.json()["refresh_token"] != dana.tokens["refresh_token"]
    again = _refresh(simulator, dana.tokens["refresh_token"])
    assert (again.status_code, again.json()) == (400, INVALID_GRANT)
    assert dana.call("GET", "/users/me").status_code == 401
    assert ZoomCaller(simulator.root_url, renewed.json()).call("GET", "/users/me").status_code == 200


def test_a_refresh_token_lives_ninety_days_and_serves_its_own_app_only(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    assert _refresh(simulator, dana.tokens["refresh_token"], PROVIDER_APP).json() == INVALID_GRANT
    simulator.move_clock(90 * 86400 + 1)
    assert _refresh(simulator, dana.tokens["refresh_token"]).json() == INVALID_GRANT
    simulator.move_clock(89 * 86400)
    assert _refresh(simulator, dana.tokens["refresh_token"]).status_code == 200


def test_an_access_token_lives_an_hour(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.move_clock(3590)
    assert dana.call("GET", "/users/me").status_code == 200
    simulator.move_clock(3601)
    answer = dana.call("GET", "/users/me")
    assert (answer.status_code, answer.json()) == (401, {"code": 124, "message": "Access token is expired."})


def test_authorizing_again_kills_the_earlier_set_of_this_user_and_app_and_no_other(
    simulator: RunningSimulator,
) -> None:
    first, other_user, other_app = simulator.connect(), simulator.connect(OMAR), simulator.connect(app=PROVIDER_APP)
    second = simulator.connect()
    answer = first.call("GET", "/users/me")
    assert (answer.status_code, answer.json()["code"]) == (401, 4741)
    assert _refresh(simulator, first.tokens["refresh_token"]).json() == INVALID_GRANT
    for caller in (second, other_user, other_app):
        assert caller.call("GET", "/users/me").status_code == 200


def test_revoke_kills_the_whole_set(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    form = {"token": dana.tokens["access_token"]}
    url = f"{simulator.root_url}/oauth/revoke"
    foreign = requests.post(url, auth=PROVIDER_APP, data=form, timeout=SECONDS)
    assert foreign.status_code == 400 and dana.call("GET", "/users/me").status_code == 200
    answer = requests.post(url, auth=PRACTICE_APP, data=form, timeout=SECONDS)
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert dana.call("GET", "/users/me").json()["code"] == 4741
    assert _refresh(simulator, dana.tokens["refresh_token"]).json() == INVALID_GRANT
    assert requests.post(url, data=form, timeout=SECONDS).json() == INVALID_CLIENT


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer made-up", "Basic abc"])
def test_a_call_without_a_known_bearer_is_refused_with_124(simulator: RunningSimulator, authorization: str) -> None:
    headers = {"Accept": "application/json", "Authorization": authorization}
    answer = requests.get(f"{simulator.root_url}/v2/users/me", headers=headers, timeout=SECONDS)
    assert (answer.status_code, answer.json()) == (401, {"code": 124, "message": "Invalid access token."})


def test_scopes_come_from_the_app_as_ticked_when_the_tokens_were_issued(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=["meeting:read:meeting"])
    assert dana.call("GET", "/users/me").status_code == 200
    renewed: dict[str, Any] = _refresh(simulator, dana.tokens["refresh_token"]).json()
    assert renewed["scope"] == "meeting:read:meeting"
    answer = ZoomCaller(simulator.root_url, renewed).call("GET", "/users/me")
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "code": 4711,
            "message": "Invalid access token, does not contain scopes:[user:read:user, user:read:user:admin].",
        },
    )


def test_no_secret_is_recorded(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    _refresh(simulator, dana.tokens["refresh_token"])
    recorded = str(simulator.calls())
    for secret in (dana.tokens["access_token"], dana.tokens["refresh_token"], VERIFIER, PRACTICE_APP[1]):
        assert secret not in recorded
