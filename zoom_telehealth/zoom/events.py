"""What Zoom's deliveries say, as far as we use it. Source: Zoom's webhook document of 2026 (`webhooks.json`).

Zoom writes a meeting's id as a string in some events and as a number in others, and its samples and schemas differ in
how they spell the time of a participant's event: both are taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .answers import number_in
from .payloads import instant

VALIDATION = "endpoint.url_validation"
STARTED, ENDED = "meeting.started", "meeting.ended"
RECOVERED = "meeting.recovered"
# They change a meeting, and are only hints: what is true is read from Zoom.
CHANGES = frozenset({"meeting.updated", "meeting.deleted", "meeting.permanently_deleted", RECOVERED})
DEAUTHORIZED = "app_deauthorized"
USERS = frozenset({"user.deactivated", "user.deleted", "user.disassociated"})
# Known, and nothing follows: that a meeting was made is our own doing, or somebody's private one.
IDLE = frozenset({"meeting.created"})

# What a person at a meeting did, by the event's name behind `meeting.participant_`.
PRESENCES = (
    "joined",
    "left",
    "joined_waiting_room",
    "left_waiting_room",
    "admitted",
    "put_in_waiting_room",
    "jbh_waiting",
    "jbh_waiting_left",
    "jbh_joined",
)
_PRESENCE_PREFIX = "meeting.participant_"
# The most exact first. A guest who waits for the host has nothing but what their link carried, if anything.
_PERSON_KEYS = ("participant_uuid", "user_id", "id", "customer_key")
_RECORDING_PREFIXES = ("recording.", "meeting.aic_transcript")
RECORDINGS = frozenset(
    {
        "recording.started",
        "recording.paused",
        "recording.resumed",
        "recording.stopped",
        "recording.completed",
        "recording.transcript_completed",
        "recording.trashed",
        "recording.deleted",
        "recording.recovered",
    }
)

ATTENDANCE_FEATURE, RECORDING_FEATURE = "attendance", "recordings"
KNOWN = (
    frozenset({STARTED, ENDED, DEAUTHORIZED})
    | CHANGES
    | USERS
    | IDLE
    | RECORDINGS
    | frozenset(_PRESENCE_PREFIX + name for name in PRESENCES)
)

LONGEST_ID = 128
# NUL, and halves of a character.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# Outside these a time is a mistake (seconds taken for milliseconds, say), and reckoning with it may overflow.
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)


class Malformed(Exception):
    """A delivery that cannot be understood; the text names the part of it, and quotes nothing."""


@dataclass(frozen=True)
class Presence:
    """What one person at a meeting did, when.

    :ivar kind: one of :data:`PRESENCES`
    :ivar user_id: Zoom's id of a signed-in user; empty for guests
    :ivar key: Zoom's id of this person's stay, one for each time they come; for whoever waits for the host, what
        tells them from others best; may be empty
    :ivar customer_key: what the link that was used carried, if anything; ours carry none
    """

    kind: str
    at: datetime
    user_id: str
    key: str
    customer_key: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class Event:
    """One delivery, understood. Ids are text; empty where not told.

    :ivar at: when it happened by Zoom's clock, naive UTC; None if not told
    :ivar zoom_user_id: the user whom an account's event is about
    :ivar started_at: when the meeting began, naive UTC
    """

    name: str
    at: datetime | None
    meeting_id: str = ""
    meeting_uuid: str = ""
    host_id: str = ""
    zoom_user_id: str = ""
    client_id: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    presence: Presence | None = None
    file_ids: tuple[str, ...] = ()


def read(body: str) -> dict[str, Any]:
    """The delivery as an object.

    :raises Malformed: it is not a JSON object, or is nested beyond reading
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        # Raised below: here the error would keep this one as its context, which has the body.
        content = None
    if not isinstance(content, dict):
        raise Malformed("not a JSON object")
    return content


def name_of(content: Mapping[str, Any]) -> str:
    """The event's name; empty if it has none. It is kept for counting, so it is cut to a sane length."""
    return _id(content, "event")


def feature_of(name: str) -> str | None:
    """The feature that must be switched on for an event to be kept, if it belongs to one."""
    if name.startswith(_PRESENCE_PREFIX):
        return ATTENDANCE_FEATURE
    return RECORDING_FEATURE if name.startswith(_RECORDING_PREFIXES) else None


def plain_token(content: Mapping[str, Any]) -> str:
    """The token of Zoom's address check.

    :raises Malformed: there is none
    """
    token = _object(content, "payload").get("plainToken")
    if not isinstance(token, str) or not token:
        raise Malformed("plainToken")
    return token


def happened_at(content: Mapping[str, Any]) -> datetime | None:
    """When it happened, naive UTC: `event_ts` in milliseconds; app_deauthorized has a time of its own instead."""
    milliseconds = number_in(content.get("event_ts"))
    payload = content.get("payload")
    told = _epoch(milliseconds) if milliseconds is not None else None
    return told or (_time(payload, "deauthorization_time") if isinstance(payload, dict) else None)


def understand(content: Mapping[str, Any]) -> Event:
    """Read a known event, whole or not at all.

    :raises Malformed: it is none of :data:`KNOWN`, or a part that it needs is missing or of another type
    """
    name, at = name_of(content), happened_at(content)
    if name not in KNOWN:
        raise Malformed("event")
    payload = _object(content, "payload")
    if name == DEAUTHORIZED:
        return Event(name, at, zoom_user_id=_required(payload, "user_id"), client_id=_required(payload, "client_id"))
    about = _object(payload, "object")
    if name in USERS:
        return Event(name, at, zoom_user_id=_required(about, "id"))
    return _meeting_event(name, at, about)


def _meeting_event(name: str, at: datetime | None, about: Mapping[str, Any]) -> Event:
    meeting_id = number_in(about.get("id"))
    if meeting_id is None or meeting_id <= 0:
        raise Malformed("object.id")
    event = Event(name, at, meeting_id=str(meeting_id), meeting_uuid=_id(about, "uuid"), host_id=_id(about, "host_id"))
    if name in CHANGES or name in IDLE:
        return event
    event = replace(event, meeting_uuid=_required(about, "uuid"), started_at=_time(about, "start_time"))
    if name in RECORDINGS:
        return replace(event, file_ids=_file_ids(about))
    if name == STARTED:
        return replace(event, started_at=_moment(about, at, "start_time"))
    if name == ENDED:
        return replace(event, ended_at=_moment(about, at, "end_time"))
    return replace(event, presence=_presence(name, at, about))


def _presence(name: str, at: datetime | None, about: Mapping[str, Any]) -> Presence:
    person = _object(about, "participant")
    kind = name.removeprefix(_PRESENCE_PREFIX)
    return Presence(
        kind=kind,
        # In Zoom's sample of somebody who left, `date_time` is another time than they left.
        at=_moment(person, at, "leave_time" if kind == "left" else "join_time", "date_time"),
        user_id=_id(person, "participant_user_id") or _id(person, "id"),
        key=next(filter(None, (_id(person, key) for key in _PERSON_KEYS)), ""),
        customer_key=_id(person, "customer_key"),
        name=_words(person, "user_name"),
    )


def _file_ids(about: Mapping[str, Any]) -> tuple[str, ...]:
    files = about.get("recording_files")
    ids = {_id(one, "id") for one in files if isinstance(one, dict)} if isinstance(files, list) else set()
    return tuple(sorted(ids - {""}))


def _moment(part: Mapping[str, Any], otherwise: datetime | None, *keys: str) -> datetime:
    """The first readable time under these keys, else the event's own.

    :raises Malformed: there is none at all
    """
    for key in keys:
        moment = _time(part, key)
        if moment:
            return moment
    if otherwise is None:
        raise Malformed(keys[0])
    return otherwise


def _time(part: Mapping[str, Any], key: str) -> datetime | None:
    return _plausible(instant(_id(part, key)))


def _epoch(milliseconds: int) -> datetime | None:
    try:
        return _plausible(datetime(1970, 1, 1) + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return None


def _plausible(moment: datetime | None) -> datetime | None:
    return moment if moment and EARLIEST <= moment < LATEST else None


def _object(part: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = part.get(key)
    if not isinstance(value, dict):
        raise Malformed(key)
    return value


def _required(part: Mapping[str, Any], key: str) -> str:
    value = _id(part, key)
    if not value:
        raise Malformed(key)
    return value


def _id(part: Mapping[str, Any], key: str) -> str:
    """A text that a database column takes, as Zoom wrote it; empty if it is none, or not what it should be.

    Nothing is cut out of it: it would be another's id then.
    """
    value = part.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST_ID or _UNSTORABLE.search(value):
        return ""
    return value


def _words(part: Mapping[str, Any], key: str) -> str:
    """What a person typed, without the characters that no database takes: Zoom may cut an emoji in two."""
    value = part.get(key)
    return _UNSTORABLE.sub("", value)[:LONGEST_ID] if isinstance(value, str) else ""
