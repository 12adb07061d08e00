"""Who is at a meeting: arriving, waiting, being admitted, leaving, and the end. Knows no HTTP; the caller saves."""

from __future__ import annotations

import secrets
import uuid

from .cloud_recordings import begin, end_with_the_meeting
from .meeting_events import tell_ended, tell_person, tell_started
from .meetings import effective_settings, new_uuid
from .state import Instance, Meeting, Person, World, ZoomUser

HOST, PARTICIPANT = "host", "participant"
INSIDE, WAITING_ROOM, WAITING_FOR_HOST = "in", "waiting_room", "waiting_for_host"
LEFT, REMOVED, ENDED = "left", "removed", "ended"
SECONDS_BEFORE_A_WAIT_IS_TOLD = 30  # Zoom's OpenAPI document of webhooks, meeting.participant_jbh_waiting
FIRST_NUMBER, NEXT_NUMBER = 16778240, 1024  # as Zoom numbers the people at a meeting


def host_arrives(world: World, meeting: Meeting, user: ZoomUser, now: float) -> Person:
    """The host is in; the meeting is live from here on. A host who is in already stays the same person."""
    _begin(world, meeting, now)
    person = next((one for one in inside(meeting) if one.role == HOST), None)
    if person is None:
        person = _arrive(meeting, user.name, HOST, now)
        person.zoom_user_id = user.id
        _enter(world, meeting, person, now)
    for waiting in [one for one in meeting.people if one.place == WAITING_FOR_HOST]:
        _let_in_or_wait(world, meeting, waiting, now)
    return person


def participant_arrives(world: World, meeting: Meeting, name: str, now: float, customer_key: str = "") -> Person:
    """A participant comes: in, to the waiting room, or to wait for the host, as the meeting's settings say."""
    person = _arrive(meeting, name, PARTICIPANT, now)
    person.customer_key = customer_key
    if meeting.status == "started":
        _let_in_or_wait(world, meeting, person, now)
    elif _may_join_before_host(meeting, now):
        _begin(world, meeting, now)
        tell_person(world, "meeting.participant_jbh_joined", meeting, person, now)
        _enter(world, meeting, person, now)
    else:
        person.place = WAITING_FOR_HOST
    return person


def tell_the_wait(world: World, meeting: Meeting, person: Person, now: float) -> None:
    """Somebody has waited for the host long enough for the apps to be told; no effect for anybody else."""
    if person.place == WAITING_FOR_HOST and not person.wait_was_told:
        person.wait_was_told = True
        tell_person(world, "meeting.participant_jbh_waiting", meeting, person, now)


def admit(world: World, meeting: Meeting, person: Person, now: float) -> None:
    """The host lets somebody in from the waiting room; no effect for anybody else."""
    if person.place == WAITING_ROOM:
        tell_person(world, "meeting.participant_admitted", meeting, person, now)
        _enter(world, meeting, person, now)


def put_in_waiting_room(world: World, meeting: Meeting, person: Person, now: float) -> None:
    """The host sends somebody who is in back to the waiting room; no effect for anybody else, nor for a host."""
    if person.place == INSIDE and person.role != HOST:
        person.place = WAITING_ROOM
        tell_person(world, "meeting.participant_put_in_waiting_room", meeting, person, now)


def leave(world: World, meeting: Meeting, person: Person, now: float, place: str = LEFT) -> None:
    """Somebody goes (`place` left) or is put out (removed). The last one to go ends the meeting."""
    if person.left_at is not None:
        return
    _go(world, meeting, person, place, now)
    if meeting.status == "started" and not inside(meeting):
        end(world, meeting, now)


def end(world: World, meeting: Meeting, now: float) -> None:
    """The meeting is over for everybody; it can be started again, as another instance."""
    for person in meeting.people:
        if person.left_at is None:
            _go(world, meeting, person, ENDED, now)
    if meeting.status == "started":
        meeting.instances[-1].ended_at = now
        end_with_the_meeting(world, meeting, now)
        tell_ended(world, meeting, now)
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
    tell_started(world, meeting, now)
    if effective_settings(meeting)["auto_recording"] == "cloud":
        begin(world, meeting, now)


def _arrive(meeting: Meeting, name: str, role: str, now: float) -> Person:
    person = Person(
        key=secrets.token_urlsafe(12),
        name=name,
        role=role,
        place=WAITING_FOR_HOST,
        arrived_at=now,
        number=FIRST_NUMBER + NEXT_NUMBER * len(meeting.people),
        uuid=str(uuid.uuid4()).upper(),
    )
    meeting.people.append(person)
    return person


def _enter(world: World, meeting: Meeting, person: Person, now: float) -> None:
    person.place, person.joined_at = INSIDE, now
    tell_person(world, "meeting.participant_joined", meeting, person, now)


def _go(world: World, meeting: Meeting, person: Person, place: str, now: float) -> None:
    was = person.place
    person.place, person.left_at = place, now
    if was == INSIDE:
        tell_person(world, "meeting.participant_left", meeting, person, now, _reason(person))
    elif was == WAITING_ROOM:
        tell_person(world, "meeting.participant_left_waiting_room", meeting, person, now)
    elif person.wait_was_told:
        tell_person(world, "meeting.participant_jbh_waiting_left", meeting, person, now)


def _reason(person: Person) -> str:
    """Why somebody left, in the words that Zoom's OpenAPI document of webhooks lists."""
    reasons = {LEFT: f"{person.name} left the meeting.", REMOVED: "Removed by host.", ENDED: "Host ended the meeting."}
    return reasons[person.place]


def _let_in_or_wait(world: World, meeting: Meeting, person: Person, now: float) -> None:
    if effective_settings(meeting)["waiting_room"]:
        person.place = WAITING_ROOM
        tell_person(world, "meeting.participant_joined_waiting_room", meeting, person, now)
    else:
        _enter(world, meeting, person, now)


def _may_join_before_host(meeting: Meeting, now: float) -> bool:
    settings = effective_settings(meeting)
    if not settings["join_before_host"]:
        return False
    minutes: int = settings["jbh_time"]
    return minutes == 0 or meeting.start is None or now >= meeting.start - minutes * 60
