"""REST: `GET /v2/past_meetings/{id or uuid}`, one time that a meeting was held."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from .clock import to_zoom_time
from .errors import ZoomError, meeting_missing
from .rest_access import authenticate
from .rest_meetings import uuid_from_path
from .seed import BASIC
from .simulator import simulator_of
from .state import Instance, Meeting, World

YEAR_SECONDS = 365 * 86400


async def get_past_meeting(request: web.Request) -> web.Response:
    """The newest time that has ended, or the one with this uuid; of a deleted meeting too.

    Scope `meeting:read:past_meeting`. A Basic user gets 400/200, a meeting that was never held is 404/3001, one that
    ended more than a year ago 400/12702.
    """
    caller = authenticate(request)
    caller.require("meeting:read:past_meeting")
    if caller.user.type == BASIC:
        raise ZoomError(400, 200, f"Only available for paid account: {caller.user.account_id}.")
    wanted = request.rel_url.raw_path.split("/")[3]
    found = _held(simulator_of(request).world, caller.user.id, wanted)
    if found is None:
        raise meeting_missing(unquote(wanted))
    meeting, instance, ended_at = found
    if simulator_of(request).now() - ended_at > YEAR_SECONDS:
        raise ZoomError(400, 12702, "Cannot access a meeting a year ago.")
    return web.json_response(_past_answer(simulator_of(request).world, meeting, instance, ended_at))


def _held(world: World, host_id: str, wanted: str) -> tuple[Meeting, Instance, float] | None:
    uuid = uuid_from_path(wanted)
    for meeting in world.meetings.values():
        if meeting.host_id != host_id:
            continue
        for instance in reversed(meeting.instances):
            if instance.ended_at is not None and (wanted == str(meeting.id) or uuid == instance.uuid):
                return meeting, instance, instance.ended_at
    return None


def _past_answer(world: World, meeting: Meeting, instance: Instance, ended_at: float) -> dict[str, Any]:
    host = world.users[meeting.host_id]
    minutes = [
        math.ceil((min(person.left_at or ended_at, ended_at) - person.joined_at) / 60)
        for person in meeting.people
        if person.joined_at is not None and instance.started_at <= person.joined_at <= ended_at
    ]
    return {
        "uuid": instance.uuid,
        "id": meeting.id,
        "host_id": host.id,
        "topic": meeting.topic,
        "type": meeting.type,
        "user_name": host.name,
        "user_email": host.email,
        "start_time": to_zoom_time(instance.started_at),
        "end_time": to_zoom_time(ended_at),
        "duration": math.ceil((ended_at - instance.started_at) / 60),
        "total_minutes": sum(minutes),
        "participants_count": len(minutes),
        "dept": "",
        "source": "Zoom",
    }
