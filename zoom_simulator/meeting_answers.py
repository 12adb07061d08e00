"""Meetings as Zoom's REST API shows them."""

from __future__ import annotations

import re
from typing import Any

from .clock import to_zoom_time
from .meetings import effective_settings
from .signing import encrypted_passcode, sign
from .state import Meeting, World, ZoomUser

START_LINK_SECONDS = 2 * 3600
# What an account with audio conferencing gives; numbers that nobody has.
DIAL_IN_NUMBERS = (
    {"city": "New York", "country": "US", "country_name": "US", "number": "+1 6465550100", "type": "toll"},
    {"city": "", "country": "BE", "country_name": "Belgium", "number": "+32 25550100", "type": "toll"},
)


def meeting_answer(world: World, root_url: str, meeting: Meeting, now: float) -> dict[str, Any]:
    """A meeting in full, with a start link that is good for two hours from now."""
    host = world.users[meeting.host_id]
    answer: dict[str, Any] = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": host.id,
        "host_email": host.email,
        "topic": meeting.topic,
        "type": meeting.type,
        "status": meeting.status,
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "agenda": meeting.agenda,
        "created_at": to_zoom_time(meeting.created_at),
        "start_url": start_url(world, root_url, meeting, host, now),
        "join_url": join_url(world, root_url, meeting),
        "settings": {**effective_settings(meeting), **_dial_in(meeting, host)},
        "creation_source": meeting.creation_source,
        "pre_schedule": meeting.pre_schedule,
    }
    if meeting.start is not None:
        answer["start_time"] = to_zoom_time(meeting.start)
    if meeting.password:
        answer.update(_passcode_fields(world, meeting))
    for name in ("tracking_fields", "template_id"):
        if getattr(meeting, name):
            answer[name] = getattr(meeting, name)
    return answer


def listed_meeting(world: World, root_url: str, meeting: Meeting) -> dict[str, Any]:
    """A meeting as the list shows it: no settings, no passcode of its own, no start link."""
    answer: dict[str, Any] = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "created_at": to_zoom_time(meeting.created_at),
        "join_url": join_url(world, root_url, meeting),
    }
    if meeting.start is not None:
        answer["start_time"] = to_zoom_time(meeting.start)
    if meeting.agenda:
        answer["agenda"] = meeting.agenda
    return answer


def start_url(world: World, root_url: str, meeting: Meeting, host: ZoomUser, now: float) -> str:
    """The host's link; whoever holds it is host, for two hours."""
    content = {"meeting": meeting.id, "user": host.id, "iat": now}
    zak = sign(world.signing_key, "zak", content, now + START_LINK_SECONDS)
    return f"{root_url}/s/{meeting.id}?zak={zak}"


def join_url(world: World, root_url: str, meeting: Meeting) -> str:
    """The participants' link, with the passcode in it when there is one."""
    url = f"{root_url}/j/{meeting.id}"
    if not meeting.password:
        return url
    return f"{url}?pwd={encrypted_passcode(world.signing_key, meeting.id, meeting.password)}"


def personal_join_url(
    world: World, root_url: str, meeting: Meeting, attendee: dict[str, Any], expires_at: float
) -> str:
    """A join link that says who comes, good until `expires_at` (seconds since 1970)."""
    content = {
        "meeting": meeting.id,
        "name": attendee["name"],
        "disable_video": attendee.get("disable_video", False),
        "disable_audio": attendee.get("disable_audio", False),
    }
    link = join_url(world, root_url, meeting)
    separator = "&" if "?" in link else "?"
    return f"{link}{separator}tk={sign(world.signing_key, 'invite', content, expires_at)}"


def _dial_in(meeting: Meeting, host: ZoomUser) -> dict[str, Any]:
    """The numbers, where the host's account has some and the meeting is not by computer alone."""
    by_phone = host.has_dial_in and effective_settings(meeting)["audio"] in ("both", "telephony")
    return {"global_dial_in_numbers": [dict(number) for number in DIAL_IN_NUMBERS]} if by_phone else {}


def _passcode_fields(world: World, meeting: Meeting) -> dict[str, str]:
    digits = re.sub(r"\D", "", encrypted_passcode(world.signing_key, meeting.id, meeting.password) + "482913")[:6]
    return {
        "password": meeting.password,
        "encrypted_password": encrypted_passcode(world.signing_key, meeting.id, meeting.password),
        "pstn_password": digits,
        "h323_password": digits,
    }
