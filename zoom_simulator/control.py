"""The control API: lets a test see and change what the simulator knows (described in README.md)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .control_requests import BadRequest, answered, dumps, refuse_unknown, text_of, user_of
from .control_views import state_view
from .simulator import Simulator, simulator_of
from .state import TokenSet, ZoomApp
from .tokens import revoke

OAUTH_KEYS = ("client_secret", "name", "scopes", "redirect_uris", "needs_approval")


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/control/health", _health),
        web.get("/control/state", _state),
        web.get("/control/calls", _calls),
        web.delete("/control/calls", _clear_calls),
        web.post("/control/reset", _reset),
        web.post("/control/apps", answered(_put_app)),
        web.post("/control/tokens", answered(_touch_tokens)),
    ]


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "now": simulator_of(request).now()})


async def _state(request: web.Request) -> web.Response:
    return web.json_response(state_view(simulator_of(request)), dumps=dumps)


async def _calls(request: web.Request) -> web.Response:
    calls = [vars(call) for call in simulator_of(request).calls.all()]
    return web.json_response({"calls": calls}, dumps=dumps)


async def _clear_calls(request: web.Request) -> web.Response:
    simulator_of(request).calls.clear()
    return web.json_response({"cleared": True})


async def _reset(request: web.Request) -> web.Response:
    """Back to the seed. The clock's file is not ours to change."""
    simulator_of(request).reset()
    return web.json_response({"reset": True})


async def _put_app(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Make an app or change the given keys of one. An endpoint that is set is validated before the answer goes out."""
    client_id = text_of(data, "client_id")
    refuse_unknown(data, {"client_id", *OAUTH_KEYS, "webhook_secret", "endpoint_url", "events"})
    _check_subscription(data)
    app = simulator.world.apps.get(client_id)
    if app is None:
        app = ZoomApp(client_id, text_of(data, "client_secret"), data.get("name", client_id), [], [])
        simulator.world.apps[client_id] = app
    for name in (*OAUTH_KEYS, "webhook_secret", "events"):
        if name in data:
            setattr(app, name, data[name])
    verdict = None
    if "endpoint_url" in data:
        app.set_endpoint(data["endpoint_url"])
        verdict = await simulator.validation.validate(app) if app.endpoint_url else None
    shown = ("client_id", "scopes", "redirect_uris", "endpoint_url", "events", "webhook_secret", "subscription_state")
    return {**{name: getattr(app, name) for name in shown}, "validation": verdict}


def _check_subscription(data: dict[str, Any]) -> None:
    for name in ("webhook_secret", "endpoint_url"):
        if name in data and not isinstance(data[name], str):
            raise BadRequest(f"{name} must be text.")
    events = data.get("events", [])
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise BadRequest("events must be a list of names.")


async def _touch_tokens(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Expire, kill or revoke the tokens of a user (of all users without `email`), for one app or all."""
    action = data.get("action")
    if action not in _TOKEN_ACTIONS:
        raise BadRequest(f"action must be one of {', '.join(_TOKEN_ACTIONS)}.")
    user = user_of(simulator, data) if "email" in data else None
    chosen = [
        tokens
        for tokens in simulator.world.token_sets
        if (user is None or tokens.user_id == user.id) and data.get("client_id") in (None, tokens.client_id)
    ]
    for tokens in chosen:
        _TOKEN_ACTIONS[action](simulator, tokens)
    return {"changed": len(chosen)}


def _expire_access(simulator: Simulator, tokens: TokenSet) -> None:
    tokens.access_expires_at = simulator.now() - 1


def _kill_refresh(simulator: Simulator, tokens: TokenSet) -> None:
    tokens.refresh_token = ""


def _revoke(simulator: Simulator, tokens: TokenSet) -> None:
    revoke(simulator.world, tokens)


_TOKEN_ACTIONS = {"expire_access": _expire_access, "kill_refresh": _kill_refresh, "revoke": _revoke}
