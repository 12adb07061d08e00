"""How private a meeting is made: what a practice demands of all, and what a provider demands of their own.

A policy is a number, one bit for each demand. Of two policies the stricter is their union, so that a provider can
tighten what the practice says and never loosen it, and a query can compare policies without reading any record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

WAITING_ROOM = "waiting_room"
NO_CHAT = "no_chat"
NO_AI_COMPANION = "no_ai_companion"
MUTED = "muted"
CAMERA_OFF = "camera_off"

BITS = {WAITING_ROOM: 1, NO_CHAT: 2, NO_AI_COMPANION: 4, MUTED: 8, CAMERA_OFF: 16}
# What a practice demands until it says otherwise.
DEFAULTS = (WAITING_ROOM, NO_CHAT, NO_AI_COMPANION)


def policy_of(demands: Iterable[str]) -> int:
    """Return the policy that makes these demands.

    :param demands: names out of :data:`BITS`
    """
    return sum({BITS[name] for name in demands})


def demands(policy: int, name: str) -> bool:
    """Return whether a policy makes a demand."""
    return bool(policy & BITS[name])


def wished(policy: int) -> dict[str, bool]:
    """Return a policy as the fields of :class:`.payloads.MeetingWish` that it decides."""
    return {
        "waiting_room": demands(policy, WAITING_ROOM),
        "chat": not demands(policy, NO_CHAT),
        "ai_companion": not demands(policy, NO_AI_COMPANION),
        "mute_upon_entry": demands(policy, MUTED),
        "participant_video": not demands(policy, CAMERA_OFF),
    }


def shut_by(policy: int, settings: Mapping[str, Any], auto_recording: str = "none") -> str | None:
    """Return why nobody may be let in to a meeting that has these settings, or None (R17).

    A waiting room that is demanded must be told to be on: silence about it is none. A recording that must not be shuts
    the door where Zoom says that it will start by itself.

    :param policy: what is demanded
    :param settings: what Zoom told of the meeting's settings; empty where it told none, as in a list
    :param auto_recording: what was asked for
    :return: ``waiting_room``, ``recording`` or None
    """
    if not settings:
        return None
    if demands(policy, WAITING_ROOM) and settings.get("waiting_room") is not True:
        return "waiting_room"
    if auto_recording == "none" and settings.get("auto_recording", "none") != "none":
        return "recording"
    return None
