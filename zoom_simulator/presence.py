"""Who is at a meeting: arriving, waiting, being admitted, leaving, and the end. Knows no HTTP; the caller saves."""

from __future__ import annotations

import secrets

from .meetings import effective_settings, new_uuid
from .state import Instance, Meeting, Person, World, ZoomUser

HOST, PARTICIPANT = "host", "participant"
INSIDE, WAITING_ROOM, WAITING_FOR_HOST = "in", "waiting_room", "waiting_for_host"
LEFT, REMOVED, ENDED = "left", "removed", "ended"


def host_arrives(world: World, meeting: Meeting, user: ZoomUser, now: float) -> Person:
    """The host is in; the meeting is live from here on. A host who is in already stays the same person."""
    person = next((one for one in inside(meeting) if one.role == HOST), None)
    if person is None:
        person = _arrive(meeting, user.name, HOST, now)
        _enter(person, now)
    _begin(world, meeting, now)
    for waiting in [one for one in meeting.people if one.place == WAITING_FOR_HOST]:
        _let_in_or_wait(meeting, waiting, now)
    return person


def participant_arrives(world: World, meeting: Meeting, name: str, now: float) -> Person:
    """A participant comes: in, to the waiting room, or to wait for the host, as the meeting's settings say."""
    person = _arrive(meeting, name, PARTICIPANT, now)
    if meeting.status == "started":
        _let_in_or_wait(meeting, person, now)
    elif _may_join_before_host(meeting, now):
        _begin(world, meeting, now)
        _enter(person, now)
    else:
        person.place = WAITING_FOR_HOST
    return person


def admit(person: Person, now: float) -> None:
    """The host lets somebody in from the waiting room; no effect for anybody else."""
    if person.place == WAITING_ROOM:
        _enter(person, now)


def leave(meeting: Meeting, person: Person, now: float, place: str = LEFT) -> None:
    """Somebody goes (`place` left) or is put out (removed). The last one to go ends the meeting."""
    if person.left_at is not None:
        return
    person.place, person.left_at = place, now
    if meeting.status == "started" and not inside(meeting):
        end(meeting, now)


def end(meeting: Meeting, now: float) -> None:
    """The meeting is over for everybody; it can be started again, as another instance."""
    for person in meeting.people:
        if person.left_at is None:
            person.place, person.left_at = ENDED, now
    if meeting.status == "started":
        meeting.instances[-1].ended_at = now
    meeting.status = "waiting"


def inside(meeting: Meeting) -> list[Person]:
    """Who is in, in the order in which they came."""
    return [person for person in meeting.people if person.place == INSIDE]


def waiting(meeting: Meeting) -> list[Person]:
    """Who waits, for the host or for being admitted."""
    return [person for person in meeting.people if person.place in (WAITING_ROOM, WAITING_FOR_HOST)]


def person_by_key(world: World, key: str) -> tuple[Meeting, Person] | None:
    """The person whose page has this key, and the meeting."""
    for meeting in world.meetings.values():
        for person in meeting.people:
            if person.key == key:
                return meeting, person
    return None


def _begin(world: World, meeting: Meeting, now: float) -> None:
    if meeting.status == "started":
        return
    if meeting.instances:  # every time a meeting is held again has a uuid of its own (zoom.md, section 3.2)
        meeting.uuid = new_uuid(world)
    meeting.instances.append(Instance(meeting.uuid, now))
    meeting.status = "started"


def _arrive(meeting: Meeting, name: str, role: str, now: float) -> Person:
    person = Person(key=secrets.token_urlsafe(12), name=name, role=role, place=WAITING_FOR_HOST, arrived_at=now)
    meeting.people.append(person)
    return person


def _enter(person: Person, now: float) -> None:
    person.place, person.joined_at = INSIDE, now


def _let_in_or_wait(meeting: Meeting, person: Person, now: float) -> None:
    if effective_settings(meeting)["waiting_room"]:
        person.place = WAITING_ROOM
    else:
        _enter(person, now)


def _may_join_before_host(meeting: Meeting, now: float) -> bool:
    settings = effective_settings(meeting)
    if not settings["join_before_host"]:
        return False
    minutes: int = settings["jbh_time"]
    return minutes == 0 or meeting.start is None or now >= meeting.start - minutes * 60
