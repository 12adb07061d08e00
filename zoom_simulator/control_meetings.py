"""The control API's meetings and people: what happens at Zoom without the app."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .body_check import check_body
from .cloud_recordings import ACTIONS, begin, change
from .control_requests import BadRequest, answered, meeting_of, text_of, user_of
from .meeting_answers import meeting_answer
from .meeting_events import changeable, tell_created, tell_deleted, tell_updated
from .meeting_fields import CHANGE_BODY, CREATE_BODY
from .meetings import change_meeting, create_meeting, delete_meeting, recover_meeting
from .presence import REMOVED, admit, end, host_arrives, leave, participant_arrives, put_in_waiting_room
from .simulator import Simulator
from .state import Meeting, Person

WEB_PORTAL = "web_portal"


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.post("/control/meetings", answered(_make_meeting)),
        web.patch("/control/meetings/{meeting_id}", answered(_change_meeting)),
        web.delete("/control/meetings/{meeting_id}", answered(_delete_meeting)),
        web.post("/control/meetings/{meeting_id}/recover", answered(_recover_meeting)),
        web.post("/control/recordings", answered(_record)),
        web.post("/control/people", answered(_put_person_in)),
        web.patch("/control/people", answered(_move_people)),
        web.delete("/control/people", answered(_put_people_out)),
    ]


async def _make_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """A meeting as if its host had planned it on Zoom's own page."""
    host, now = user_of(simulator, data), simulator.now()
    body = {name: value for name, value in data.items() if name != "email"}
    check_body(body, CREATE_BODY)
    meeting = create_meeting(simulator.world, host, body, now, source=WEB_PORTAL)
    tell_created(simulator.world, simulator.root_url, meeting, now)
    return meeting_answer(simulator.world, simulator.root_url, meeting, now)


async def _change_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """As if its host had changed it on Zoom's own page."""
    meeting, now = meeting_of(simulator, request.match_info["meeting_id"]), simulator.now()
    check_body(data, CHANGE_BODY)
    before = changeable(simulator.world, simulator.root_url, meeting)
    change_meeting(simulator.world.users[meeting.host_id], meeting, data, now)
    tell_updated(simulator.world, simulator.root_url, meeting, before, now)
    return meeting_answer(simulator.world, simulator.root_url, meeting, now)


async def _delete_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """As if its host had deleted it on Zoom's own page, or, `permanently`, out of the trash there."""
    now, wanted = simulator.now(), request.match_info["meeting_id"]
    if data.get("permanently"):
        meeting = meeting_of(simulator, wanted, deleted=True)
        meeting.in_trash = False
        tell_deleted(simulator.world, "meeting.permanently_deleted", meeting, now)
        return {"deleted": meeting.id}
    meeting = meeting_of(simulator, wanted)
    end(simulator.world, meeting, now)
    delete_meeting(meeting, now, WEB_PORTAL)
    tell_deleted(simulator.world, "meeting.deleted", meeting, now)
    return {"deleted": meeting.id}


async def _recover_meeting(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """As if its host had recovered it from the trash on Zoom's own page."""
    meeting, now = meeting_of(simulator, request.match_info["meeting_id"], deleted=True), simulator.now()
    if not meeting.in_trash:
        raise BadRequest("This meeting was deleted permanently.")
    recover_meeting(meeting)
    tell_deleted(simulator.world, "meeting.recovered", meeting, now)
    return meeting_answer(simulator.world, simulator.root_url, meeting, now)


async def _record(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """The host presses Record, Pause, Resume or Stop, or later does away with what was recorded, on Zoom's own page."""
    meeting, now, action = meeting_of(simulator, data.get("meeting_id")), simulator.now(), data.get("action")
    if action == "begin":
        return vars(begin(simulator.world, meeting, now))
    if action not in ACTIONS:
        raise BadRequest(f"action must be one of begin, {', '.join(ACTIONS)}.")
    return vars(change(simulator.world, simulator.root_url, meeting, action, now))


async def _put_person_in(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Somebody comes to a meeting; `admit` lets them past the waiting room."""
    meeting, now = meeting_of(simulator, data.get("meeting_id")), simulator.now()
    if data.get("role", "participant") == "host":
        person = host_arrives(simulator.world, meeting, simulator.world.users[meeting.host_id], now)
    else:
        key = str(data.get("customer_key", ""))
        person = participant_arrives(simulator.world, meeting, text_of(data, "name"), now, key)
    if data.get("admit"):
        admit(simulator.world, meeting, person, now)
    simulator.watch(meeting, person)
    return {"key": person.key, "name": person.name, "role": person.role, "place": person.place}


async def _move_people(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """The host presses a button beside the named person: admit, put_in_waiting_room or remove."""
    meeting, now = meeting_of(simulator, data.get("meeting_id")), simulator.now()
    for person in _people(meeting, data):
        if data.get("action") == "admit":
            admit(simulator.world, meeting, person, now)
        elif data.get("action") == "put_in_waiting_room":
            put_in_waiting_room(simulator.world, meeting, person, now)
        elif data.get("action") == "remove":
            leave(simulator.world, meeting, person, now, place=REMOVED)
        else:
            raise BadRequest("action must be admit, put_in_waiting_room or remove.")
    return {"status": meeting.status}


async def _put_people_out(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """The named person leaves, or, without `name` and `key`, the meeting ends for all."""
    meeting, now = meeting_of(simulator, data.get("meeting_id")), simulator.now()
    if "name" not in data and "key" not in data:
        end(simulator.world, meeting, now)
        return {"status": meeting.status}
    for person in _people(meeting, data):
        leave(simulator.world, meeting, person, now)
    return {"status": meeting.status}


def _people(meeting: Meeting, data: dict[str, Any]) -> list[Person]:
    chosen = [
        person
        for person in meeting.people
        if person.left_at is None and (person.key == data.get("key") or person.name == data.get("name"))
    ]
    if not chosen:
        raise BadRequest("Nobody at this meeting has that name or key.")
    return chosen
