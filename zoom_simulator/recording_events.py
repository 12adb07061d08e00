"""What webhooks say about cloud recordings: payloads after Zoom's OpenAPI document of webhooks."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from .clock import to_zoom_time
from .events import tell
from .state import CloudRecording, Meeting, World

# A recording's files: type, extension, what it is, bytes. The transcript is ready later, and told of by itself.
_FILES = (
    ("MP4", "MP4", "shared_screen_with_speaker_view", 282_825),
    ("M4A", "M4A", "audio_only", 246_560),
)
_TRANSCRIPT = ("TRANSCRIPT", "VTT", "audio_transcript", 142)


def tell_cut(world: World, event: str, meeting: Meeting, recording: CloudRecording, now: float) -> None:
    """recording.started, paused, resumed, stopped"""
    end = recording.stopped_at
    told = {
        **_meeting(meeting, recording, now),
        "recording_file": {
            "recording_start": to_zoom_time(recording.started_at),
            "recording_end": "" if end is None else to_zoom_time(end),
        },
    }
    tell(world, event, meeting.host_id, {"account_id": _account(world, meeting), "object": told}, now)


def tell_ready(
    world: World, event: str, root_url: str, meeting: Meeting, recording: CloudRecording, now: float
) -> None:
    """recording.completed and transcript_completed, with a token that would be good for the download for a day."""
    files = [_TRANSCRIPT] if event.endswith("transcript_completed") else list(_FILES)
    told = {
        **_with_files(world, root_url, meeting, recording, files, now),
        "password": meeting.password,
        "host_email": world.users[meeting.host_id].email,
    }
    payload = {"account_id": _account(world, meeting), "object": told}
    tell(world, event, meeting.host_id, payload, now, beside={"download_token": secrets.token_urlsafe(40)})


def tell_files(
    world: World, event: str, root_url: str, meeting: Meeting, recording: CloudRecording, now: float
) -> None:
    """recording.trashed, deleted, recovered"""
    host = world.users[meeting.host_id]
    told = _with_files(world, root_url, meeting, recording, list(_FILES), now)
    payload = {"account_id": host.account_id, "operator": host.email, "operator_id": host.id, "object": told}
    tell(world, event, meeting.host_id, payload, now)


def _meeting(meeting: Meeting, recording: CloudRecording, now: float) -> dict[str, Any]:
    """The time it was held that the recording is of: the meeting's id is a number here."""
    return {
        "id": meeting.id,
        "uuid": recording.uuid,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "start_time": to_zoom_time(recording.held_at),
        "timezone": meeting.timezone,
        "duration": round(((recording.stopped_at or now) - recording.held_at) / 60),
    }


def _with_files(
    world: World,
    root_url: str,
    meeting: Meeting,
    recording: CloudRecording,
    files: list[tuple[str, str, str, int]],
    now: float,
) -> dict[str, Any]:
    told = [_file(root_url, recording, now, *file) for file in files]
    return {
        **_meeting(meeting, recording, now),
        "account_id": _account(world, meeting),
        "share_url": f"{root_url}/rec/share/{recording.key}",
        "total_size": sum(file["file_size"] for file in told),
        "recording_count": len(told),
        "recording_files": told,
    }


def _file(
    root_url: str, recording: CloudRecording, now: float, file_type: str, extension: str, kind: str, size: int
) -> dict[str, Any]:
    file_id = str(uuid.uuid5(uuid.UUID(recording.key), kind))  # the same each time it is told of
    end = now if recording.stopped_at is None else recording.stopped_at
    return {
        "id": file_id,
        "meeting_id": recording.uuid,
        "recording_start": to_zoom_time(recording.started_at),
        "recording_end": to_zoom_time(end),
        "file_type": file_type,
        "file_extension": extension,
        "file_size": size,
        "play_url": f"{root_url}/rec/play/{file_id}",
        "download_url": f"{root_url}/rec/download/{file_id}",
        "status": "completed",
        "recording_type": kind,
    }


def _account(world: World, meeting: Meeting) -> str:
    return world.users[meeting.host_id].account_id
