"""The control API's users: what a Zoom user or an administrator does at Zoom."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .control_requests import BadRequest, answered, app_of, user_of
from .simulator import Simulator
from .user_events import ACTIONS, change_user, deauthorize


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.post("/control/users", answered(_change_user)),
        web.post("/control/deauthorize", answered(_deauthorize)),
    ]


async def _change_user(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """An administrator deactivates, activates, deletes or unlinks a user."""
    user, action = user_of(simulator, data), data.get("action")
    if action not in ACTIONS:
        raise BadRequest(f"action must be one of {', '.join(ACTIONS)}.")
    change_user(simulator.world, user, action, simulator.now())
    return {"email": user.email, "status": user.status}


async def _deauthorize(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """A user removes an app in Zoom."""
    user, app = user_of(simulator, data), app_of(simulator, data)
    tokens = simulator.world.token_set(user.id, app.client_id)
    if tokens is None:
        raise BadRequest("This user has not allowed this app.")
    deauthorize(simulator.world, tokens, simulator.now())
    return {"deauthorized": app.client_id}
