"""What every control request has in common: JSON in, a saved change, JSON out, a sentence for what makes no sense."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .errors import ZoomError
from .faults import BadFault
from .simulator import Simulator, simulator_of
from .state import Meeting, ZoomApp, ZoomUser

Act = Callable[[Simulator, web.Request, dict[str, Any]], Awaitable[dict[str, Any]]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class BadRequest(Exception):
    """A control request that cannot be followed; the text says why."""


def answered(act: Act, status: int = 200) -> Handler:
    """A handler around `act`: reads JSON, saves, answers; a refusal is a 400 with a sentence."""

    async def handle(request: web.Request) -> web.Response:
        simulator = simulator_of(request)
        try:
            data = await request.json() if request.body_exists else {}
            if not isinstance(data, dict):
                raise BadRequest("A JSON object is expected.")
            answer = await act(simulator, request, data)
        except ZoomError as refused:
            fields = "; ".join(f"{error.field}: {error.message}" for error in refused.errors)
            return web.json_response({"error": f"{refused.message} {fields}".strip()}, status=400)
        except (BadRequest, BadFault, ValueError) as refused:
            return web.json_response({"error": str(refused)}, status=400)
        simulator.save()
        return web.json_response(answer, status=status, dumps=dumps)

    return handle


def refuse_unknown(data: dict[str, Any], known: set[str]) -> None:
    """Raise BadRequest when there are other keys than these."""
    if set(data) - known:
        raise BadRequest(f"Known keys: {', '.join(sorted(known))}.")


def text_of(data: dict[str, Any], name: str) -> str:
    """The text under this key. Raises BadRequest when there is none."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} is missing.")
    return value


def user_of(simulator: Simulator, data: dict[str, Any]) -> ZoomUser:
    """The Zoom user named by `email`."""
    user = simulator.world.user_by_email(text_of(data, "email"))
    if user is None:
        raise BadRequest("No Zoom user has this e-mail address.")
    return user


def app_of(simulator: Simulator, data: dict[str, Any]) -> ZoomApp:
    """The app named by `client_id`."""
    app = simulator.world.apps.get(text_of(data, "client_id"))
    if app is None:
        raise BadRequest("No app has this client ID.")
    return app


def meeting_of(simulator: Simulator, wanted: Any, deleted: bool = False) -> Meeting:
    """The meeting with this id (number or text), among those that are there or those that were `deleted`."""
    text = str(wanted)
    meeting = simulator.world.meetings.get(int(text)) if text.isascii() and text.isdigit() else None
    if meeting is None or meeting.is_deleted != deleted:
        raise BadRequest(f"No {'deleted ' if deleted else ''}meeting has this id.")
    return meeting


def dumps(data: Any) -> str:
    """JSON of plain records too."""
    return json.dumps(data, default=vars)
