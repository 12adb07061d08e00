"""REST: create, get, change, delete meetings, and personal join links."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from aiohttp import web

from .body_check import check_body
from .errors import invalid_parameter, meeting_missing
from .meeting_answers import meeting_answer, personal_join_url
from .meeting_events import changeable, tell_created, tell_deleted, tell_updated
from .meeting_fields import CHANGE_BODY, CREATE_BODY, INVITE_LINKS_BODY
from .meetings import change_meeting, create_meeting, delete_meeting
from .presence import end
from .rest_access import authenticate, own_user
from .simulator import Simulator, simulator_of
from .state import Meeting, World

DROPPED_SETTINGS: web.RequestKey[list[str]] = web.RequestKey("dropped_settings", list)
DEFAULT_INVITE_SECONDS = 7200
NEVER = float("inf")  # what a life of 0 means, by Zoom's OpenAPI document


async def create(request: web.Request) -> web.Response:
    """POST /users/{me}/meetings → 201. Scope `meeting:write:meeting`."""
    simulator = simulator_of(request)
    host = own_user(request, "meeting:write:meeting")
    body = await json_body(request)
    check_body(body, CREATE_BODY)
    now = simulator.now()
    meeting = create_meeting(simulator.world, host, body, now, dropped=_dropped(request))
    tell_created(simulator.world, simulator.root_url, meeting, now)
    simulator.save()
    return web.json_response(meeting_answer(simulator.world, simulator.root_url, meeting, now), status=201)


async def get(request: web.Request) -> web.Response:
    """GET /meetings/{id or uuid} → 200, with a fresh start link. Scope `meeting:read:meeting`."""
    simulator = simulator_of(request)
    meeting = _own_meeting(request, "meeting:read:meeting", also_by_uuid=True)
    return web.json_response(meeting_answer(simulator.world, simulator.root_url, meeting, simulator.now()))


async def change(request: web.Request) -> web.Response:
    """PATCH /meetings/{id} → 204 without a body. Scope `meeting:update:meeting`."""
    simulator = simulator_of(request)
    meeting = _own_meeting(request, "meeting:update:meeting")
    body = await json_body(request)
    check_body(body, CHANGE_BODY)
    host, now = simulator.world.users[meeting.host_id], simulator.now()
    before = changeable(simulator.world, simulator.root_url, meeting)
    change_meeting(host, meeting, body, now, dropped=_dropped(request))
    tell_updated(simulator.world, simulator.root_url, meeting, before, now)
    simulator.save()
    return web.Response(status=204)


async def delete(request: web.Request) -> web.Response:
    """DELETE /meetings/{id} → 204. Scope `meeting:delete:meeting`."""
    simulator = simulator_of(request)
    meeting = _own_meeting(request, "meeting:delete:meeting")
    now = simulator.now()
    end(simulator.world, meeting, now)
    delete_meeting(meeting, now, "open_api")
    tell_deleted(simulator.world, "meeting.deleted", meeting, now)
    simulator.save()
    return web.Response(status=204)


async def create_invite_links(request: web.Request) -> web.Response:
    """POST /meetings/{id}/invite_links → 201. Scope `meeting:write:invite_links`."""
    simulator = simulator_of(request)
    meeting = _own_meeting(request, "meeting:write:invite_links")
    body = await json_body(request)
    check_body(body, INVITE_LINKS_BODY)
    expires_at = simulator.now() + (body.get("ttl", DEFAULT_INVITE_SECONDS) or NEVER)
    links = [
        {
            "name": attendee["name"],
            "join_url": personal_join_url(simulator.world, simulator.root_url, meeting, attendee, expires_at),
        }
        for attendee in body["attendees"]
    ]
    return web.json_response({"attendees": links}, status=201)


async def json_body(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object. Raises Zoom's 400/300 for anything else, also for none or another content type."""
    try:
        body = await request.json() if request.content_type == "application/json" else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid_parameter("Request Body should be a valid JSON object.")
    return body


def _own_meeting(request: web.Request, scope: str, also_by_uuid: bool = False) -> Meeting:
    caller = authenticate(request)
    caller.require(scope)
    simulator = simulator_of(request)
    wanted = request.rel_url.raw_path.split("/")[3]
    meeting = _by_number(simulator.world, wanted) or (_by_uuid(simulator, wanted) if also_by_uuid else None)
    if meeting is None or meeting.is_deleted or meeting.host_id != caller.user.id:
        raise meeting_missing(unquote(wanted))
    return meeting


def _by_number(world: World, wanted: str) -> Meeting | None:
    return world.meetings.get(int(wanted)) if wanted.isascii() and wanted.isdigit() else None


def _by_uuid(simulator: Simulator, wanted: str) -> Meeting | None:
    uuid = uuid_from_path(wanted)
    return next((meeting for meeting in simulator.world.meetings.values() if meeting.uuid == uuid), None)


def uuid_from_path(part: str) -> str:
    """The uuid that a path segment names: encoded once, or twice when it starts with `/` or contains `//`.

    Such a uuid encoded once is not found at Zoom; it comes back as an empty string.
    """
    once = unquote(part)
    if once.startswith("/") or "//" in once:
        return ""
    return unquote(once)


def _dropped(request: web.Request) -> tuple[str, ...]:
    return tuple(request.get(DROPPED_SETTINGS, []))
