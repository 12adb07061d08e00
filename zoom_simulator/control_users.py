"""The control API's users: what a Zoom user or an administrator does at Zoom."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .control_requests import BadRequest, answered, app_of, refuse_unknown, text_of, user_of
from .seed import new_user
from .simulator import Simulator
from .user_events import ACTIONS, change_user, deauthorize

ADD = "add"


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.post("/control/users", answered(_change_user)),
        web.post("/control/deauthorize", answered(_deauthorize)),
    ]


async def _change_user(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """An administrator adds, deactivates, activates, deletes or unlinks a user."""
    if data.get("action") == ADD:
        return _add_user(simulator, data)
    user, action = user_of(simulator, data), data.get("action")
    if action not in ACTIONS:
        raise BadRequest(f"action must be one of {', '.join((ADD, *ACTIONS))}.")
    change_user(simulator.world, user, action, simulator.now())
    return {"email": user.email, "status": user.status}


def _add_user(simulator: Simulator, data: dict[str, Any]) -> dict[str, Any]:
    refuse_unknown(data, {"email", "action", "first_name", "last_name", "account_id"})
    email = text_of(data, "email")
    if simulator.world.user_by_email(email) is not None:
        raise BadRequest("There is a Zoom user with this e-mail address.")
    user = new_user(email, text_of(data, "first_name"), text_of(data, "last_name"))
    user.account_id = data.get("account_id", user.account_id)
    simulator.world.users[user.id] = user
    return {"email": user.email, "status": user.status}


async def _deauthorize(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """A user removes an app in Zoom."""
    user, app = user_of(simulator, data), app_of(simulator, data)
    tokens = simulator.world.token_set(user.id, app.client_id)
    if tokens is None:
        raise BadRequest("This user has not allowed this app.")
    deauthorize(simulator.world, tokens, simulator.now())
    return {"deauthorized": app.client_id}
