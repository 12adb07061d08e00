"""What the reconciler asks of Zoom for one meeting, as one unit of work that a thread can do without knowing any ORM.

A task is sent once. Its outcome says what was seen, or the error; what follows from that is the caller's decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import requests

from .client import ZoomClient
from .errors import MeetingGone, OutcomeUnknown, TokenRefused, ZoomError
from .pacing import Pace
from .payloads import HeldSeen, MeetingSeen, MeetingWish
from .plan_limits import LIGHT, MEDIUM
from .transport import Timeouts

CREATE = "create"
LOOK = "look"
READ = "read"
# Read it, and if it does not run, ask when it was held last.
PULL = "pull"
UPDATE = "update"
DELETE = "delete"

# The calls that each makes where nothing comes between: for these places in line are taken beforehand.
CALLS = {
    CREATE: {LIGHT: 1},
    LOOK: {MEDIUM: 1},
    READ: {LIGHT: 1},
    PULL: {LIGHT: 2},
    UPDATE: {LIGHT: 2},
    DELETE: {LIGHT: 1},
}

# Nobody waits, but others' tasks do; a task makes two calls at most.
PATIENCE = Timeouts(connect=5.0, read=15.0, total=20.0)


@dataclass(frozen=True)
class Task:
    """One thing to do at Zoom.

    :ivar kind: ``create``; ``look`` (find meetings by their reference); ``read``; ``pull``; ``update``; ``delete``
    :ivar api_url: the connection's API origin
    :ivar access_token: of the connection that hosts the meeting
    :ivar reference: our marker in the topic, needed to look
    :ivar meeting_id: Zoom's id, needed to read, pull, update and delete
    :ivar wish: needed to create and update
    """

    kind: str
    api_url: str
    access_token: str
    reference: str
    meeting_id: str | None = None
    wish: MeetingWish | None = None

    def __repr__(self) -> str:
        return f"<Task {self.kind} {self.reference}>"

    def with_token(self, access_token: str) -> Task:
        """The same task with a renewed token."""
        return replace(self, access_token=access_token)


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    :ivar seen: the meetings that Zoom showed: any number after look, none after delete, else one
    :ivar gone: Zoom said twice in plain words that it has no such meeting
    :ivar held: after a pull, the last time that the meeting was held and ended
    :ivar held_is_known: whether Zoom told about that; some connections may not ask
    :ivar error: why it did not succeed, if it did not
    """

    seen: tuple[MeetingSeen, ...] = ()
    gone: bool = False
    held: HeldSeen | None = None
    held_is_known: bool = False
    error: ZoomError | None = None


def perform(session: requests.Session, task: Task, clock: Callable[[], datetime], pace: Pace | None = None) -> Outcome:
    """Do a task. Never raises a :class:`ZoomError`: it is part of the outcome.

    :param session: from :func:`transport.new_session`, used by this thread alone
    :param clock: gives the time, naive UTC
    :param pace: makes each call wait for its turn
    """
    client = ZoomClient(session, task.api_url, task.access_token, timeout=PATIENCE, clock=clock, pace=pace)
    try:
        return _perform(client, task)
    except ZoomError as error:
        return Outcome(error=error)


def _perform(client: ZoomClient, task: Task) -> Outcome:
    if task.kind == LOOK:
        return Outcome(seen=tuple(client.find_by_reference(task.reference)))
    if task.kind == CREATE:
        if task.wish is None:
            raise ValueError("What to create is not said.")
        return Outcome(seen=(client.create_meeting(task.wish),))
    if task.meeting_id is None:
        raise ValueError("Which meeting is not said.")
    try:
        if task.kind == DELETE:
            client.delete_meeting(task.meeting_id)
            return Outcome(gone=True)
        if task.kind == READ:
            return Outcome(seen=(client.meeting(task.meeting_id),))
        if task.kind == PULL:
            return _pulled(client, client.meeting(task.meeting_id))
        if task.kind == UPDATE and task.wish is not None:
            client.update_meeting(task.meeting_id, task.wish)
            return Outcome(seen=(client.meeting(task.meeting_id),))
    except MeetingGone:
        return _confirmed_gone(client, task.meeting_id)
    raise ValueError("What to do is not said.")


def _pulled(client: ZoomClient, seen: MeetingSeen) -> Outcome:
    if seen.status == "started":
        return Outcome(seen=(seen,))
    try:
        return Outcome(seen=(seen,), held=client.last_held(seen.id), held_is_known=True)
    except MeetingGone:
        # It is there, we have just read it: this says that it was never held.
        return Outcome(seen=(seen,), held_is_known=True)
    except ZoomError as error:
        # A token may expire between the two calls: it is renewed, and both are made again.
        if error.worth_retrying or isinstance(error, TokenRefused):
            raise
        # No scope for it, or no paid account: whether it runs is known all the same.
        return Outcome(seen=(seen,))


def _confirmed_gone(client: ZoomClient, meeting_id: str) -> Outcome:
    """Ask once more: a meeting counts as gone when Zoom said so twice (design rule 7)."""
    try:
        client.meeting(meeting_id)
    except MeetingGone:
        return Outcome(gone=True)
    # Zoom contradicts itself: neither is believed, the next try tells.
    return Outcome(error=OutcomeUnknown())
