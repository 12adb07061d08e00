"""The control API: lets a test see and change what the simulator knows (described in README.md)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .body_check import check_body
from .control_views import state_view
from .errors import ZoomError
from .meeting_answers import meeting_answer
from .meeting_fields import CHANGE_BODY, CREATE_BODY
from .meetings import change_meeting, create_meeting, delete_meeting
from .presence import admit, end, host_arrives, leave, participant_arrives
from .seed import seed_world
from .simulator import Simulator, simulator_of
from .state import Meeting, Person, TokenSet, ZoomApp, ZoomUser
from .tokens import revoke

WEB_PORTAL = "web_portal"
Act = Callable[[Simulator, web.Request, dict[str, Any]], Awaitable[dict[str, Any]]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class BadRequest(Exception):
    """A control request that cannot be followed; the text says why."""


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/control/health", _health),
        web.get("/control/state", _state),
        web.get("/control/calls", _calls),
        web.delete("/control/calls", _clear_calls),
        web.post("/control/reset", _reset),
        web.post("/control/apps", _answered(_put_app)),
        web.post("/control/tokens", _answered(_touch_tokens)),
        web.post("/control/meetings", _answered(_make_meeting)),
        web.patch("/control/meetings/{meeting_id}", _answered(_change_meeting)),
        web.delete("/control/meetings/{meeting_id}", _answered(_delete_meeting)),
        web.post("/control/people", _answered(_put_person_in)),
        web.delete("/control/people", _answered(_put_people_out)),
    ]


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "now": simulator_of(request).now()})


async def _state(request: web.Request) -> web.Response:
    return web.json_response(state_view(simulator_of(request)), dumps=_dumps)


async def _calls(request: web.Request) -> web.Response:
    calls = [vars(call) for call in simulator_of(request).calls.all()]
    return web.json_response({"calls": calls}, dumps=_dumps)


async def _clear_calls(request: web.Request) -> web.Response:
    simulator_of(request).calls.clear()
    return web.json_response({"cleared": True})


async def _reset(request: web.Request) -> web.Response:
    """Back to the seed: users, apps, tokens, meetings, faults, calls. The clock's file is not ours to change."""
    simulator = simulator_of(request)
    simulator.faults.drop_landing()
    simulator.faults.clear()
    simulator.calls.clear()
    simulator.store.world = seed_world(simulator.extra_redirect_uris)
    simulator.store.save()
    return web.json_response({"reset": True})


async def _put_app(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Make an app or change the given keys of one."""
    client_id = _text(data, "client_id")
    known = {"client_id", "client_secret", "name", "scopes", "redirect_uris"}
    if set(data) - known:
        raise BadRequest(f"Known keys: {', '.join(sorted(known))}.")
    app = simulator.world.apps.get(client_id)
    if app is None:
        app = ZoomApp(client_id, _text(data, "client_secret"), data.get("name", client_id), [], [])
        simulator.world.apps[client_id] = app
    for name in ("client_secret", "name", "scopes", "redirect_uris"):
        if name in data:
            setattr(app, name, data[name])
    return {"client_id": client_id, "scopes": app.scopes, "redirect_uris": app.redirect_uris}


async def _touch_tokens(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Expire, kill or revoke the tokens of a user (of all users without `email`), for one app or all."""
    action = data.get("action")
    if action not in _TOKEN_ACTIONS:
        raise BadRequest(f"action must be one of {', '.join(_TOKEN_ACTIONS)}.")
    user = _user(simulator, data) if "email" in data else None
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


async def _make_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """A meeting as if its host had planned it on Zoom's own page."""
    host = _user(simulator, data)
    body = {name: value for name, value in data.items() if name != "email"}
    check_body(body, CREATE_BODY)
    meeting = create_meeting(simulator.world, host, body, simulator.now(), source=WEB_PORTAL)
    return meeting_answer(simulator.world, simulator.root_url, meeting, simulator.now())


async def _change_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """As if its host had changed it on Zoom's own page."""
    meeting = _meeting(simulator, request.match_info["meeting_id"])
    check_body(data, CHANGE_BODY)
    change_meeting(simulator.world.users[meeting.host_id], meeting, data, simulator.now())
    return meeting_answer(simulator.world, simulator.root_url, meeting, simulator.now())


async def _delete_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """As if its host had deleted it on Zoom's own page."""
    meeting = _meeting(simulator, request.match_info["meeting_id"])
    delete_meeting(meeting, simulator.now(), WEB_PORTAL)
    return {"deleted": meeting.id}


async def _put_person_in(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Somebody comes to a meeting; `admit` lets them past the waiting room."""
    meeting, now = _meeting(simulator, data.get("meeting_id")), simulator.now()
    if data.get("role", "participant") == "host":
        person = host_arrives(simulator.world, meeting, simulator.world.users[meeting.host_id], now)
    else:
        person = participant_arrives(simulator.world, meeting, _text(data, "name"), now)
    if data.get("admit"):
        admit(person, now)
    return {"key": person.key, "name": person.name, "role": person.role, "place": person.place}


async def _put_people_out(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """The named person leaves, or, without `name` and `key`, the meeting ends for all."""
    meeting, now = _meeting(simulator, data.get("meeting_id")), simulator.now()
    if "name" not in data and "key" not in data:
        end(meeting, now)
        return {"status": meeting.status}
    for person in _people(meeting, data):
        leave(meeting, person, now)
    return {"status": meeting.status}


def _people(meeting: Meeting, data: dict[str, Any]) -> list[Person]:
    chosen = [
        person
        for person in meeting.people
        if person.left_at is None and (person.key == data.get("key") or person.name == data.get("name"))
    ]
    if not chosen:
        raise BadRequest("Nobody at this meeting has that name or key.")
    return chosen


def _user(simulator: Simulator, data: dict[str, Any]) -> ZoomUser:
    user = simulator.world.user_by_email(_text(data, "email"))
    if user is None:
        raise BadRequest("No Zoom user has this e-mail address.")
    return user


def _meeting(simulator: Simulator, wanted: Any) -> Meeting:
    text = str(wanted)
    meeting = simulator.world.meetings.get(int(text)) if text.isascii() and text.isdigit() else None
    if meeting is None or meeting.is_deleted:
        raise BadRequest("No meeting has this id, or it was deleted.")
    return meeting


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} is missing.")
    return value


def _answered(act: Act) -> Handler:
    """A handler around `act`: reads JSON, saves, answers; a refusal is a 400 with a sentence."""

    async def handle(request: web.Request) -> web.Response:
        simulator = simulator_of(request)
        try:
            data = await request.json() if request.can_read_body else {}
            if not isinstance(data, dict):
                raise BadRequest("A JSON object is expected.")
            answer = await act(simulator, request, data)
        except ZoomError as refused:
            fields = "; ".join(f"{error.field}: {error.message}" for error in refused.errors)
            return web.json_response({"error": f"{refused.message} {fields}".strip()}, status=400)
        except (BadRequest, ValueError) as refused:
            return web.json_response({"error": str(refused)}, status=400)
        simulator.store.save()
        return web.json_response(answer)

    return handle


def _dumps(data: Any) -> str:
    return json.dumps(data, default=vars)
