"""The events that apps can be told of, and which apps may know about whom."""

from __future__ import annotations

from typing import Any

from .state import Happening, World

_MEETING, _PARTICIPANT = "meeting:read:meeting", "meeting:read:participant"
_RECORDING = "cloud_recording:read:recording"

# The scope that an app needs for each event that the simulator raises by itself (Zoom's OpenAPI document of webhooks).
# user.deactivated and user.disassociated need an admin's scope there, which no app of the simulator has.
SCOPES = {
    "meeting.created": _MEETING,
    "meeting.updated": _MEETING,
    "meeting.deleted": _MEETING,
    "meeting.permanently_deleted": _MEETING,
    "meeting.recovered": _MEETING,
    "meeting.started": _MEETING,
    "meeting.ended": _MEETING,
    "meeting.participant_joined": _PARTICIPANT,
    "meeting.participant_left": _PARTICIPANT,
    "meeting.participant_joined_waiting_room": _PARTICIPANT,
    "meeting.participant_left_waiting_room": _PARTICIPANT,
    "meeting.participant_admitted": _PARTICIPANT,
    "meeting.participant_put_in_waiting_room": _PARTICIPANT,
    "meeting.participant_jbh_waiting": _PARTICIPANT,
    "meeting.participant_jbh_waiting_left": _PARTICIPANT,
    "meeting.participant_jbh_joined": _PARTICIPANT,
    "recording.started": _RECORDING,
    "recording.paused": _RECORDING,
    "recording.resumed": _RECORDING,
    "recording.stopped": _RECORDING,
    "recording.completed": _RECORDING,
    "recording.transcript_completed": _RECORDING,
    "recording.trashed": _RECORDING,
    "recording.deleted": _RECORDING,
    "recording.recovered": _RECORDING,
    "user.deactivated": "user:read:user",
    "user.deleted": "user:read:user",
    "user.disassociated": "user:read:user",
}


def tell(
    world: World,
    event: str,
    user_id: str,
    payload: dict[str, Any],
    now: float,
    beside: dict[str, Any] | None = None,
) -> None:
    """Have the apps told that this user (the host, of meetings) has allowed, while their tokens live.

    `beside` stands in the body next to the payload.
    """
    world.happened.append(Happening(event, now, payload, _apps_of(world, event, user_id, now), beside or {}))


def tell_app(world: World, event: str, client_id: str, payload: dict[str, Any], now: float) -> None:
    """Have one app told what concerns it alone."""
    world.happened.append(Happening(event, now, payload, [client_id]))


def _apps_of(world: World, event: str, user_id: str, now: float) -> list[str]:
    return [
        tokens.client_id
        for tokens in world.token_sets
        if tokens.user_id == user_id
        and tokens.refresh_token
        and tokens.refresh_expires_at > now
        and SCOPES[event] in tokens.scopes
    ]
