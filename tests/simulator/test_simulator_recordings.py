"""What apps are told about a meeting that is recorded to Zoom's cloud."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.running_simulator import PRACTICE_APP
from tests.simulator.test_simulator_events import JOINED, LEFT
from tests.simulator.test_simulator_pages import Guest
from tests.simulator.webhook_receiver import Hooks, eventually

SCOPE = "cloud_recording:read:recording"


@pytest.fixture
def recorded(hooks: Hooks) -> Hooks:
    """The practice app may read recordings, beside what it may anyway, and wants to know of nothing else."""
    hooks.simulator.control(
        "POST", "/apps", client_id=PRACTICE_APP[0], scopes=[*hooks.app()["scopes"], SCOPE], events=RECORDING_EVENTS
    )
    return hooks


RECORDING_EVENTS = [
    f"recording.{name}"
    for name in (
        *("started", "paused", "resumed", "stopped", "completed", "transcript_completed"),
        *("trashed", "recovered", "deleted"),
    )
]


def _told(hooks: Hooks, *names: str) -> None:
    """Exactly these events about recordings were raised, in this order, since the last look."""
    expected = [f"recording.{name}" for name in names]
    eventually(lambda: len(hooks.deliveries()) >= len(expected))
    eventually(lambda: all(one["state"] == "delivered" for one in hooks.deliveries()))
    assert [one["event"] for one in hooks.deliveries()] == expected
    hooks.simulator.control("DELETE", "/deliveries")


def _object(hooks: Hooks, event: str) -> dict[str, Any]:
    return hooks.receiver.wait_for_event(event).about


def _recording(hooks: Hooks) -> dict[str, Any]:
    """The only recording, as the state shows it."""
    ((recording,),) = (meeting["recordings"] for meeting in hooks.simulator.control("GET", "/state")["meetings"])
    return dict(recording)


def test_a_recording_is_told_step_by_step_until_its_transcript_is_ready(recorded: Hooks) -> None:
    meeting = recorded.simulator.connect().create(topic="Telehealth session")
    host = Guest(meeting["start_url"])
    for button, event in (("begin", "started"), ("pause", "paused"), ("resume", "resumed")):
        host.press(f"record/{button}")
        _told(recorded, event)
    assert "Stop recording" in host.text()
    host.press("end")
    _told(recorded, "stopped")
    assert _object(recorded, "recording.stopped")["recording_file"]["recording_end"] > ""
    recorded.simulator.move_clock(61)
    _told(recorded, "completed")
    recorded.simulator.move_clock(121)
    _told(recorded, "transcript_completed")
    completed, transcript = (
        recorded.receiver.wait_for_event(f"recording.{name}") for name in ("completed", "transcript_completed")
    )
    assert completed.body["download_token"]
    assert completed.about["uuid"] == transcript.about["uuid"] == meeting["uuid"]
    assert [file["file_type"] for file in completed.about["recording_files"]] == ["MP4", "M4A"]
    assert [file["file_type"] for file in transcript.about["recording_files"]] == ["TRANSCRIPT"]


def test_what_was_recorded_is_thrown_away_and_taken_back_with_the_same_files(recorded: Hooks) -> None:
    meeting_id = recorded.simulator.connect().create(settings={"auto_recording": "cloud"})["id"]
    recorded.simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    recorded.simulator.control("DELETE", "/people", meeting_id=meeting_id)
    recorded.simulator.move_clock(121)
    _told(recorded, "started", "stopped", "completed", "transcript_completed")
    for action, event in (("trash", "trashed"), ("recover", "recovered"), ("delete", "deleted")):
        recorded.simulator.control("POST", "/recordings", meeting_id=meeting_id, action=action)
        _told(recorded, event)
    ids = [
        [file["id"] for file in _object(recorded, f"recording.{name}")["recording_files"]]
        for name in ("completed", "trashed", "recovered", "deleted")
    ]
    assert ids == [ids[0]] * 4


def test_what_does_not_fit_is_refused_and_the_page_takes_it_calmly(recorded: Hooks) -> None:
    meeting = recorded.simulator.connect().create()
    for action, word in (("begin", "while it is held"), ("trash", "no recording to trash"), ("eat", "action must be")):
        wish = {"meeting_id": meeting["id"], "action": action}
        assert word in recorded.simulator.control("POST", "/recordings", **wish, expect=400)["error"]
    host = Guest(meeting["start_url"])
    for _press in range(2):
        assert host.press("record/begin").status_code == 200
    _told(recorded, "started")
    guest = Guest(meeting["join_url"], "Ann")
    assert guest.press("record/stop").status_code == 403
    assert host.press("record/eat").status_code == 404


def test_an_app_without_the_scope_is_told_nothing_of_recordings(hooks: Hooks) -> None:
    meeting_id = hooks.simulator.connect().create(settings={"auto_recording": "cloud"})["id"]
    hooks.simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    hooks.simulator.control("DELETE", "/people", meeting_id=meeting_id)
    hooks.simulator.move_clock(121)
    eventually(lambda: _recording(hooks)["transcript_at"] is None)
    hooks.simulator.control("POST", "/recordings", meeting_id=meeting_id, action="trash")
    told = [one["event"] for one in hooks.deliveries()]
    assert told == ["meeting.created", "meeting.started", JOINED, LEFT, "meeting.ended"]
