"""The end-to-end test of one connection: a meeting is made, read back, changed and deleted at Zoom. No ORM.

Each step is one call; what to do next is the caller's decision, which commits what it knows before each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .client import ZoomClient
from .errors import MeetingGone, ZoomError
from .payloads import MeetingSeen, MeetingWish

CREATE, READ, CHANGE, HEAR, DELETE = "create", "read", "change", "hear", "delete"
STEPS = (CREATE, READ, CHANGE, HEAR, DELETE)
LONGER_BY_MINUTES = 5


@dataclass(frozen=True)
class StepResult:
    """What came of a step.

    :ivar good: whether Zoom did what was asked
    :ivar meeting_id: of the test's meeting, once it is known
    :ivar differs: names of what Zoom keeps otherwise than it was told
    :ivar error: Zoom's answer, where it was no
    """

    good: bool
    meeting_id: str = ""
    differs: tuple[str, ...] = ()
    error: ZoomError | None = None


def changed(wish: MeetingWish) -> MeetingWish:
    """The wish that the change step asks for: the same meeting, some minutes longer."""
    return replace(wish, duration_minutes=wish.duration_minutes + LONGER_BY_MINUTES)


def take(step: str, client: ZoomClient, wish: MeetingWish, reference: str, meeting_id: str = "") -> StepResult:
    """Do one step at Zoom. Done again where Zoom refused the token in the midst of it, it does no harm.

    :param step: one of :data:`STEPS`, but for :data:`HEAR`, which asks nobody
    :param meeting_id: what the create step gave; without it the delete step looks for the reference
    :raises ZoomError: Zoom's answer was no, or none
    """
    return _STEPS[step](client, wish, reference, meeting_id)


def _create(client: ZoomClient, wish: MeetingWish, _reference: str, _meeting_id: str) -> StepResult:
    return StepResult(True, client.create_meeting(wish).id)


def _read(client: ZoomClient, wish: MeetingWish, _reference: str, meeting_id: str) -> StepResult:
    return _held_against(client.meeting(meeting_id), wish, meeting_id)


def _change(client: ZoomClient, wish: MeetingWish, _reference: str, meeting_id: str) -> StepResult:
    client.update_meeting(meeting_id, changed(wish))
    seen = client.meeting(meeting_id)
    good = seen.duration_minutes == changed(wish).duration_minutes
    return replace(_held_against(seen, changed(wish), meeting_id), good=good)


def _delete(client: ZoomClient, _wish: MeetingWish, reference: str, meeting_id: str) -> StepResult:
    """Delete it, and whatever a create of unknown outcome may have left under the same reference."""
    left = [meeting_id] if meeting_id else [seen.id for seen in client.find_by_reference(reference)]
    for one in left:
        try:
            client.delete_meeting(one)
        except MeetingGone:
            continue
    return StepResult(True, meeting_id)


def _held_against(seen: MeetingSeen, wish: MeetingWish, meeting_id: str) -> StepResult:
    """Good where the meeting is ours: what an account's locked settings change is told, and is no failure."""
    return StepResult(seen.topic == wish.topic, meeting_id, seen.differs_from(wish))


_STEPS = {CREATE: _create, READ: _read, CHANGE: _change, DELETE: _delete}
