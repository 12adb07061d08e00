"""OAuth with Zoom: a user-managed app, authorization code with PKCE, rotating refresh tokens.

What a refresh's failure means (Zoom's guides and what others saw in production):

* `GrantRefused`: Zoom's plain word, a 4xx with JSON `invalid_grant` or the reason "Invalid Token!". The only reason to
  disconnect.
* `ClientRefused`: the app's credentials. Keep the tokens, tell the administrator.
* `OutcomeUnknown`: the rotation may have happened. Try once more with the same token; if that is refused, reconnect.
* everything else: try later. Nothing else disconnects, not even a 401 whose text is somebody else's.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from . import calls
from .addresses import ZoomAddresses
from .answers import Answer, number_in, rate_limited, server_trouble
from .errors import ClientRefused, GrantRefused, MalformedAnswer, Refused, ZoomError
from .transport import BACKGROUND, Timeouts

# Zoom's tokens last an hour (3599 and 3600 have been seen); used where an answer does not say.
TOKEN_LIFE_SECONDS = 3600

_LONGEST_LIFE_SECONDS = 366 * 86400
_CLIENT_WORDS = frozenset({"invalid_client", "unauthorized_client"})
# Invalid client (4702, 4704), id or secret missing (4706), app disabled (4717).
_CLIENT_CODES = frozenset({4702, 4704, 4706, 4717})
_WORD = re.compile(r"[a-z][a-z_]{2,39}", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}", re.ASCII)


@dataclass(frozen=True)
class AppCredentials:
    """What Zoom gave for an app.

    :ivar earlier_secret: tried where Zoom refuses the first, while a new secret is being brought in
    """

    client_id: str
    client_secret: str = field(repr=False)
    earlier_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Pkce:
    """A proof for one authorization: the challenge goes out first, the verifier with the code (RFC 7636)."""

    verifier: str = field(repr=False)
    challenge: str


@dataclass(frozen=True)
class TokenSet:
    """What Zoom granted.

    :ivar expires_at: of the access token, naive UTC
    :ivar scopes: names of the granted scopes
    :ivar api_url: the API's origin to use, already checked
    :ivar api_url_refused: Zoom's answer named another one that is not acceptable
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    api_url: str
    api_url_refused: bool = False


def new_pkce() -> Pkce:
    """A fresh proof, by the method S256."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return Pkce(verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"))


def authorize_url(addresses: ZoomAddresses, client_id: str, redirect_uri: str, state: str, challenge: str) -> str:
    """Where to send the provider's browser.

    No `scope` is asked for: Zoom then grants those ticked in the app, and a name it does not know would fail the whole.

    :param redirect_uri: exactly as in the app's allow-list at Zoom
    """
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{addresses.zoom_url}/oauth/authorize?{urlencode(query)}"


def exchange_code(
    session: requests.Session,
    addresses: ZoomAddresses,
    app: AppCredentials,
    code: str,
    redirect_uri: str,
    verifier: str,
    now: datetime,
    *,
    timeout: Timeouts = BACKGROUND,
) -> TokenSet:
    """Turn an authorization code (single use, good for 5 minutes) into tokens.

    :param redirect_uri: the same as in :func:`authorize_url`
    :param now: naive UTC
    :raises GrantRefused: the code is used or expired
    :raises Refused: among others, the redirect address or the verifier is another one than before
    :raises ClientRefused: the app's credentials
    :raises ZoomError: everything else that can go wrong
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    answer = _post(session, addresses, app, "/oauth/token", form, timeout, now)
    return _token_set(answer, addresses, now, known_refresh_token=None)


def refresh(
    session: requests.Session,
    addresses: ZoomAddresses,
    app: AppCredentials,
    refresh_token: str,
    now: datetime,
    *,
    timeout: Timeouts = BACKGROUND,
) -> TokenSet:
    """Get a new token set. Zoom rotates: the refresh token given here is dead as soon as this succeeds.

    :param now: naive UTC
    :raises GrantRefused: reconnect; see the module's first lines for all the others
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    answer = _post(session, addresses, app, "/oauth/token", form, timeout, now)
    return _token_set(answer, addresses, now, known_refresh_token=refresh_token)


def revoke(
    session: requests.Session,
    addresses: ZoomAddresses,
    app: AppCredentials,
    token: str,
    *,
    timeout: Timeouts = BACKGROUND,
) -> None:
    """Tell Zoom to forget an access token's whole grant.

    :raises ZoomError: it did not work; the tokens may be dropped here all the same
    """
    answer = _post(session, addresses, app, "/oauth/revoke", {"token": token}, timeout, calls.utc_now())
    body = answer.json()
    if not answer.is_success or (body is None and answer.body.strip()) or (body is not None and "error" in body):
        raise _error_in(answer)


def _post(
    session: requests.Session,
    addresses: ZoomAddresses,
    app: AppCredentials,
    path: str,
    form: Mapping[str, str],
    timeout: Timeouts,
    now: datetime,
) -> Answer:
    pair = f"{app.client_id}:{app.client_secret}".encode()
    headers = {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}
    call = calls.Call("POST", addresses.zoom_url + path, path, headers, form=form)
    # Never repeated here: a code is good once, and a refresh may have rotated the token.
    answer = calls.make(session, call, timeout, clock=lambda: now)
    if app.earlier_secret and _is_client_refused(answer):
        # This one exception changed nothing at Zoom: it looks at the app before it looks at the form.
        earlier = replace(app, client_secret=app.earlier_secret, earlier_secret=None)
        return _post(session, addresses, earlier, path, form, timeout, now)
    return answer


def _is_client_refused(answer: Answer) -> bool:
    return not answer.is_success and isinstance(_error_in(answer), ClientRefused)


def _token_set(answer: Answer, addresses: ZoomAddresses, now: datetime, *, known_refresh_token: str | None) -> TokenSet:
    body = answer.json()
    if not answer.is_success or body is None:
        raise _error_in(answer)
    access_token = _token(body.get("access_token"))
    # RFC 6749, section 6: an answer without a refresh token leaves the old one good.
    refresh_token = _token(body.get("refresh_token")) or known_refresh_token
    if access_token is None or refresh_token is None:
        raise MalformedAnswer(http_status=answer.status, tracking_id=answer.tracking_id)
    offered = body.get("api_url")
    offered = offered if isinstance(offered, str) and offered else None
    return TokenSet(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_at=now + _life(body.get("expires_in")),
        scopes=_scopes(body.get("scope")),
        api_url=addresses.accepted_api_url(offered),
        api_url_refused=offered is not None and not addresses.is_acceptable_api_url(offered),
    )


def _token(value: object) -> str | None:
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def _life(value: object) -> timedelta:
    # Lenient: refusing the answer would throw away the only live refresh token.
    seconds = number_in(value)
    if seconds is None or seconds <= 0:
        seconds = TOKEN_LIFE_SECONDS
    return timedelta(seconds=min(seconds, _LONGEST_LIFE_SECONDS))


def _scopes(value: object) -> frozenset[str]:
    return frozenset(re.split(r"[\s,]+", value.strip())) - {""} if isinstance(value, str) else frozenset()


def _error_in(answer: Answer) -> ZoomError:
    """The error that an answer of the token endpoint stands for."""
    body = answer.json() or {}
    code = next((number for key in ("code", "errorCode") if (number := number_in(body.get(key))) is not None), None)
    facts: dict[str, Any] = {"code": code, "http_status": answer.status, "tracking_id": answer.tracking_id}
    if answer.status == 429:
        return rate_limited(answer, _text(body, "reason") or _text(body, "message") or answer.text(), facts)
    if answer.status >= 500:
        return server_trouble(answer, facts)
    if not 400 <= answer.status < 500 or not body:
        return MalformedAnswer(**facts)
    return _refusal(_text(body, "error"), _text(body, "reason"), code, facts)


def _refusal(word: str, reason: str, code: int | None, facts: dict[str, Any]) -> ZoomError:
    # The app first: with wrong credentials nothing that is said about the token counts.
    if word in _CLIENT_WORDS or code in _CLIENT_CODES:
        return ClientRefused(**facts)
    if word == "invalid_grant" or reason.rstrip("!").lower() == "invalid token":
        return GrantRefused(**facts)
    return Refused(word=word if _WORD.fullmatch(word) else None, **facts)


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value.strip() if isinstance(value, str) else ""
