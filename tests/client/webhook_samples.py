"""What Zoom's deliveries look like: one of each event that the addon knows, with values of our own.

Zoom's own samples stand in its document, which may be absent; see `tests/contract/zoom_webhooks.py`.
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from zoom import events

MEETING_ID = 85746065431
UUID = "/ajXp112QmuoKj4854875=="
HOST_ID = "zoom-user-dana"
EVENT_MILLISECONDS = 1795300200123
EVENT_AT = datetime(2026, 11, 21, 22, 30, 0, 123000)
START, START_AT = "2026-11-21T22:00:00Z", datetime(2026, 11, 21, 22)
END, END_AT = "2026-11-21T22:50:30Z", datetime(2026, 11, 21, 22, 50, 30)
JOIN, JOIN_AT = "2026-11-21T22:01:02Z", datetime(2026, 11, 21, 22, 1, 2)
LEAVE, LEAVE_AT = "2026-11-21T22:40:41Z", datetime(2026, 11, 21, 22, 40, 41)
FILE_IDS = ("388ffb46-1541-460d-8447-4624451a1db7", "ed6c2f27-2ae7-42f4-b3d0-835b493e4fa8")

PRESENCE_EVENTS = frozenset("meeting.participant_" + kind for kind in events.PRESENCES)
# Zoom writes the id as text in these and as a number in all others.
ID_AS_TEXT = {events.STARTED, events.ENDED, *PRESENCE_EVENTS} - {"meeting.participant_jbh_waiting_left"}
WAITING_FOR_THE_HOST = {event for event in PRESENCE_EVENTS if "_jbh_" in event}


def sample(event: str) -> dict[str, Any]:
    """A body of this event as Zoom sends it, parsed; whoever asked may change it."""
    if event == events.DEAUTHORIZED:
        return copy.deepcopy(_DEAUTHORIZED)
    about = _user() if event in events.USERS else _meeting(event)
    return {"event": event, "event_ts": EVENT_MILLISECONDS, "payload": {"account_id": "account-1", "object": about}}


_DEAUTHORIZED = {
    "event": events.DEAUTHORIZED,
    "payload": {
        "account_id": "account-1",
        "user_id": HOST_ID,
        "signature": "5f1d",
        "deauthorization_time": "2026-11-21T22:30:00.123Z",
        "client_id": "app-1",
        "event_ts": "2026-11-21 22:30:01",
    },
}


def _user() -> dict[str, Any]:
    return {"id": HOST_ID, "first_name": "Dana", "last_name": "Reyes", "email": "dana@x.example", "type": 2}


def _meeting(event: str) -> dict[str, Any]:
    about: dict[str, Any] = {
        "id": str(MEETING_ID) if event in ID_AS_TEXT else MEETING_ID,
        "uuid": UUID,
        "host_id": HOST_ID,
        "topic": "Telehealth session",
        "type": 2,
        "start_time": START,
        "duration": 50,
        "timezone": "America/New_York",
    }
    if event == events.ENDED:
        about["end_time"] = END
    if event in PRESENCE_EVENTS:
        about["participant"] = _participant(event)
    if event in events.RECORDINGS:
        about["recording_files"] = [{"id": file_id, "file_type": "M4A"} for file_id in reversed(FILE_IDS)]
    return about


def _participant(event: str) -> dict[str, Any]:
    if event in WAITING_FOR_THE_HOST:
        return {"id": "zoom-user-ana", "user_name": "Ana", "customer_key": "our-key"}
    person = {
        "user_id": "16778240",
        "user_name": "Ana",
        "id": "zoom-user-ana",
        "participant_uuid": "stay-1",
        "participant_user_id": "zoom-user-ana",
        "customer_key": "our-key",
        "email": "",
    }
    if event.endswith("_left"):
        return {**person, "leave_time": LEAVE, "leave_reason": "Ana left the meeting."}
    return {**person, "join_time" if event.endswith("participant_joined") else "date_time": JOIN}
