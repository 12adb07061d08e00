"""`POST /oauth/token` and `POST /oauth/revoke`."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping

from aiohttp import web

from .errors import OAuthError, invalid_client, oauth_error_answer
from .rest_access import note_caller
from .simulator import Simulator, simulator_of
from .state import TokenSet, ZoomApp
from .tokens import (
    ANNOUNCED_ACCESS_SECONDS,
    app_by_credentials,
    by_access_token,
    exchange_code,
    refresh,
    revoke,
)

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store"}


async def token(request: web.Request) -> web.Response:
    """Exchange a code, rotate a refresh token, or check an app's credentials (`client_credentials`)."""
    simulator = simulator_of(request)
    try:
        app = _calling_app(request, simulator)
        form = await _form(request)
        if form.get("grant_type") == "client_credentials":
            return web.json_response(_app_token_answer(simulator, app), headers=NO_STORE)
        tokens = _granted(simulator, app, form)
    except OAuthError as error:
        return oauth_error_answer(error)
    simulator.save()
    note_caller(request, simulator.world.users[tokens.user_id].email, app.client_id)
    return web.json_response(_token_answer(simulator, tokens), headers=NO_STORE)


async def revoke_token(request: web.Request) -> web.Response:
    """Kill the whole set that an access token belongs to."""
    simulator = simulator_of(request)
    try:
        app = _calling_app(request, simulator)
        form = await _form(request)
        tokens = by_access_token(simulator.world, form.get("token", ""))
        if tokens is None or tokens.client_id != app.client_id:
            raise OAuthError(400, "invalid_request", "Invalid Token!")
    except OAuthError as error:
        return oauth_error_answer(error)
    note_caller(request, simulator.world.users[tokens.user_id].email, app.client_id)
    revoke(simulator.world, tokens)
    simulator.save()
    return web.json_response({"status": "success"})


def _granted(simulator: Simulator, app: ZoomApp, form: Mapping[str, str]) -> TokenSet:
    world, now = simulator.world, simulator.now()
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        return exchange_code(
            world, app, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), now
        )
    if grant_type == "refresh_token":
        return refresh(world, app, form.get("refresh_token", ""), now)
    raise OAuthError(400, "unsupported_grant_type", "unsupported grant type")


def _calling_app(request: web.Request, simulator: Simulator) -> ZoomApp:
    """The app by Basic auth alone: credentials in the form work at Zoom too, here they are refused."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise invalid_client()
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_client() from None
    client_id, _, client_secret = text.partition(":")
    app = app_by_credentials(simulator.world, client_id, client_secret)
    note_caller(request, None, app.client_id)
    return app


async def _form(request: web.Request) -> dict[str, str]:
    """The form fields; empty for any other content type, which Zoom answers as a grant type that it does not see."""
    if request.content_type != FORM:
        return {}
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _token_answer(simulator: Simulator, tokens: TokenSet) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "token_type": "bearer",
        "refresh_token": tokens.refresh_token,
        "expires_in": ANNOUNCED_ACCESS_SECONDS,
        "scope": " ".join(sorted(tokens.scopes)),
        "api_url": simulator.root_url,
    }


def _app_token_answer(simulator: Simulator, app: ZoomApp) -> dict[str, object]:
    """A token of the app's own: proof of good credentials, of no use for REST here."""
    return {
        "access_token": f"sim.app.{secrets.token_urlsafe(24)}",
        "token_type": "bearer",
        "expires_in": ANNOUNCED_ACCESS_SECONDS,
        "scope": " ".join(sorted(app.scopes)),
        "api_url": simulator.root_url,
    }
