"""Recording a meeting to Zoom's cloud: begun, paused, stopped, processed, thrown away. Knows no HTTP; the caller saves.

There is no file behind it: the simulator tells of recordings and hands none out.
"""

from __future__ import annotations

import uuid

from .recording_events import tell_cut, tell_files, tell_ready
from .state import CloudRecording, Meeting, World

RUNNING, PAUSED, STOPPED, COMPLETED, TRASHED, DELETED = (
    "recording",
    "paused",
    "stopped",
    "completed",
    "trashed",
    "deleted",
)
# By the simulated clock, from the end of the meeting on; at Zoom it takes about as long as what was recorded.
PROCESSING_SECONDS = 60.0
TRANSCRIPT_SECONDS = 120.0
# What can be done to a recording by hand: from which states, to which, and what tells of it.
ACTIONS = {
    "pause": ((RUNNING,), PAUSED, "recording.paused"),
    "resume": ((PAUSED,), RUNNING, "recording.resumed"),
    "stop": ((RUNNING, PAUSED), STOPPED, "recording.stopped"),
    "trash": ((COMPLETED,), TRASHED, "recording.trashed"),
    "recover": ((TRASHED,), COMPLETED, "recording.recovered"),
    "delete": ((COMPLETED, TRASHED), DELETED, "recording.deleted"),
}


class CannotRecord(ValueError):
    """This cannot be done to a recording now; the text says why."""


def current(meeting: Meeting) -> CloudRecording | None:
    """What is being recorded of the present time it is held."""
    running = [one for one in meeting.recordings if one.state in (RUNNING, PAUSED)]
    return running[-1] if running else None


def begin(world: World, meeting: Meeting, now: float) -> CloudRecording:
    """The host presses Record. Raises CannotRecord where nobody is in, or it is being recorded already."""
    if meeting.status != "started" or current(meeting):
        raise CannotRecord("A meeting is recorded while it is held, and once at a time.")
    recording = CloudRecording(meeting.uuid, meeting.instances[-1].started_at, now, str(uuid.uuid4()))
    meeting.recordings.append(recording)
    tell_cut(world, "recording.started", meeting, recording, now)
    return recording


def change(world: World, root_url: str, meeting: Meeting, action: str, now: float) -> CloudRecording:
    """Do one of ACTIONS to the newest recording that it fits. Raises CannotRecord where there is none."""
    states, state, event = ACTIONS[action]
    fitting = [one for one in meeting.recordings if one.state in states]
    if not fitting:
        raise CannotRecord(f"There is no recording to {action}.")
    recording = fitting[-1]
    recording.state = state
    if action in ("pause", "resume", "stop"):
        recording.stopped_at = None if action == "resume" else now
        tell_cut(world, event, meeting, recording, now)
    else:
        tell_files(world, event, root_url, meeting, recording, now)
    return recording


def end_with_the_meeting(world: World, meeting: Meeting, now: float) -> None:
    """The meeting ends: what is being recorded stops, and what was recorded of it is processed from here on."""
    running = current(meeting)
    if running is not None:
        running.state, running.stopped_at = STOPPED, now
        tell_cut(world, "recording.stopped", meeting, running, now)
    for recording in meeting.recordings:
        if recording.state == STOPPED and recording.ready_at is None:
            recording.ready_at = now + PROCESSING_SECONDS
            recording.transcript_at = now + TRANSCRIPT_SECONDS
            world.to_process.append((meeting, recording))


def process(world: World, root_url: str, meeting: Meeting, recording: CloudRecording, now: float) -> None:
    """The files are ready, or later the transcript; nothing where it is too early, told already, or thrown away."""
    if recording.state == STOPPED and recording.ready_at is not None and now >= recording.ready_at:
        recording.state = COMPLETED
        tell_ready(world, "recording.completed", root_url, meeting, recording, now)
    if recording.state == COMPLETED and recording.transcript_at is not None and now >= recording.transcript_at:
        recording.transcript_at = None
        tell_ready(world, "recording.transcript_completed", root_url, meeting, recording, now)
