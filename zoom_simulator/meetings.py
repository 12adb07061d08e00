"""Making, changing and deleting meetings. Knows no HTTP; the caller saves."""

from __future__ import annotations

import re
import secrets
import string
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from .errors import FieldError, ZoomError, hosting_not_allowed, invalid_parameter, validation_failed
from .meeting_fields import DEFAULT_SETTINGS
from .state import Meeting, World, ZoomUser

SMALLEST_ID = 80_000_000_000  # eleven digits, above 2**31, as Zoom's are
SMALLEST_SHORT_ID = 4_000_000_000  # every fifth id has ten
PASSCODE_LETTERS = string.ascii_letters + string.digits
INSTANT, SCHEDULED, WITHOUT_TIME, RECURRING = 1, 2, 3, 8
_START_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z?)")
_PLAIN_FIELDS = ("topic", "agenda", "type", "duration", "password", "pre_schedule", "tracking_fields", "template_id")


def create_meeting(
    world: World,
    host: ZoomUser,
    body: dict[str, Any],
    now: float,
    source: str = "open_api",
    dropped: tuple[str, ...] = (),
) -> Meeting:
    """A new meeting of `host` from a checked body; `dropped` names settings that are accepted and not kept.

    Raises ZoomError 3161 for a user who may not host, 3000 for another user's `schedule_for`, 300 for values that no
    table can check.
    """
    if not host.may_host:
        raise hosting_not_allowed()
    _refuse_what_is_not_simulated(body)
    _check_schedule_for(host, body)
    zone = _zone_name(body.get("timezone"), host.timezone)
    meeting = Meeting(
        id=_new_id(world),
        uuid=new_uuid(world),
        host_id=host.id,
        topic="Zoom Meeting",
        type=SCHEDULED,
        duration=60,
        timezone=zone,
        created_at=now,
        creation_source=source,
    )
    _apply_plain_fields(meeting, body)
    if meeting.type in (INSTANT, SCHEDULED):
        meeting.start = max(_start_moment(body, zone) or now, now)
    if "password" not in body and body.get("default_password", True) and host.requires_passcode:
        meeting.password = _new_passcode()
    _apply_settings(meeting, body, dropped)
    world.meetings[meeting.id] = meeting
    return meeting


def change_meeting(
    host: ZoomUser, meeting: Meeting, body: dict[str, Any], now: float, dropped: tuple[str, ...] = ()
) -> None:
    """Change a meeting by a checked body. A start in the past is ignored (Zoom's OpenAPI document of meetings)."""
    if not host.may_host:
        raise hosting_not_allowed()
    _refuse_what_is_not_simulated(body)
    _check_schedule_for(host, body)
    zone = _zone_name(body.get("timezone"), meeting.timezone)
    start = _start_moment(body, zone)
    meeting.timezone = zone
    _apply_plain_fields(meeting, body)
    if start is not None and start >= now:
        meeting.start = start
    _apply_settings(meeting, body, dropped)
    meeting.changes += 1


def delete_meeting(meeting: Meeting, now: float, by: str) -> None:
    """Delete a meeting, which the caller has ended. `by`: open_api or web_portal."""
    meeting.deleted_at = now
    meeting.deleted_by = by


def recover_meeting(meeting: Meeting) -> None:
    """Take a meeting out of the trash, as it was: Zoom keeps it there for a week, the simulator as long as asked."""
    meeting.deleted_at = None
    meeting.deleted_by = ""


def effective_settings(meeting: Meeting) -> dict[str, Any]:
    """The settings as Zoom shows and obeys them: with defaults; a waiting room rules out joining before the host."""
    settings = {**DEFAULT_SETTINGS, **meeting.settings}
    if settings["waiting_room"]:
        settings["join_before_host"] = False
    return settings


def new_uuid(world: World) -> str:
    """A uuid as Zoom's: 22 characters of base64 and `==`. One in four starts with `/`, one in four contains `//`."""
    world.meetings_made += 1
    letters = "".join(secrets.choice(PASSCODE_LETTERS) for _ in range(22))
    kind = world.meetings_made % 4
    if kind == 1:
        letters = "/" + letters[1:]
    elif kind == 3:
        letters = letters[:9] + "//" + letters[11:]
    return letters + "=="


def _new_id(world: World) -> int:
    while True:
        short = len(world.meetings) % 5 == 4
        smallest, width = (SMALLEST_SHORT_ID, 5_000_000_000) if short else (SMALLEST_ID, 9_000_000_000)
        meeting_id = smallest + secrets.randbelow(width)
        if meeting_id not in world.meetings:
            return meeting_id


def _new_passcode() -> str:
    return "".join(secrets.choice(PASSCODE_LETTERS) for _ in range(6))


def _apply_plain_fields(meeting: Meeting, body: dict[str, Any]) -> None:
    for name in _PLAIN_FIELDS:
        if name in body:
            setattr(meeting, name, body[name])


def _apply_settings(meeting: Meeting, body: dict[str, Any], dropped: tuple[str, ...]) -> None:
    asked = {name: value for name, value in body.get("settings", {}).items() if name not in dropped}
    meeting.settings.update(asked)


def _refuse_what_is_not_simulated(body: dict[str, Any]) -> None:
    if body.get("type") == RECURRING or "recurrence" in body:
        raise invalid_parameter("This simulator holds single meetings only: no recurrence and no type 8.")


def _check_schedule_for(host: ZoomUser, body: dict[str, Any]) -> None:
    wanted = body.get("schedule_for")
    if wanted and wanted not in (host.id, host.email):
        raise ZoomError(400, 3000, f"You cannot schedule a meeting for {wanted}")


def _zone_name(wanted: str | None, default: str) -> str:
    if not wanted:
        return default
    try:
        ZoneInfo(wanted)
    except (KeyError, ValueError, OSError):
        raise validation_failed([FieldError("timezone", "Invalid field: not a time zone.")]) from None
    return wanted


def _start_moment(body: dict[str, Any], zone: str) -> float | None:
    text = body.get("start_time")
    if not text:
        return None
    form = _START_TIME.fullmatch(text)
    try:
        moment = datetime.strptime(text.rstrip("Z"), "%Y-%m-%dT%H:%M:%S") if form else None
    except ValueError:
        moment = None
    if form is None or moment is None:
        raise validation_failed([FieldError("start_time", "Invalid field: yyyy-MM-ddTHH:mm:ssZ is expected.")])
    return moment.replace(tzinfo=timezone.utc if form[1] else ZoneInfo(zone)).timestamp()
