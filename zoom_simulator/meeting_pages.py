"""The meeting in the browser: `/s/<id>` for the host, `/j/<id>` for participants, `/room/<key>` once there."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .cloud_recordings import CannotRecord, begin, change, current
from .meeting_answers import join_url
from .pages import page
from .presence import (
    HOST,
    INSIDE,
    REMOVED,
    admit,
    end,
    host_arrives,
    inside,
    leave,
    participant_arrives,
    person_by_key,
    put_in_waiting_room,
    waiting,
)
from .signing import encrypted_passcode, read_signed
from .simulator import Simulator, simulator_of
from .state import Meeting, Person

LONGEST_NAME = 64


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/s/{meeting_id}", start, allow_head=False),  # a HEAD must not start a meeting
        web.get("/j/{meeting_id}", show_join),
        web.post("/j/{meeting_id}", join),
        web.get("/room/{key}", room),
        web.get("/room/{key}/now", room_now),
        web.post("/room/{key}/leave", leave_room),
        web.post("/room/{key}/end", end_room),
        web.post("/room/{key}/record/{action:begin|pause|resume|stop}", record),
        web.post("/room/{key}/admit/{guest}", admit_guest),
        web.post("/room/{key}/remove/{guest}", remove_guest),
        web.post("/room/{key}/send-back/{guest}", send_guest_back),
    ]


async def start(request: web.Request) -> web.StreamResponse:
    """The host opens the start link: the meeting is live. A link older than two hours is refused."""
    simulator = simulator_of(request)
    meeting = _meeting(simulator, request)
    if meeting is None:
        return _no_meeting(request)
    content = read_signed(simulator.world.signing_key, "zak", request.query.get("zak", ""), simulator.now())
    if content is None or content["meeting"] != meeting.id:
        return _refused("This start link has expired or is not valid", "Open the meeting again where you planned it.")
    person = host_arrives(simulator.world, meeting, simulator.world.users[content["user"]], simulator.now())
    simulator.save()
    raise web.HTTPSeeOther(f"/room/{person.key}")


async def show_join(request: web.Request) -> web.StreamResponse:
    """A participant opens a join link: asked for a name, or greeted by the one in a personal link."""
    simulator = simulator_of(request)
    meeting = _meeting(simulator, request)
    if meeting is None:
        return _no_meeting(request)
    refusal = _refusal(simulator, request, meeting)
    if refusal is not None:
        return refusal
    return page("join.html", meeting=meeting, name=_personal_name(simulator, request, meeting))


async def join(request: web.Request) -> web.StreamResponse:
    """The participant presses Join; the link is checked again."""
    simulator = simulator_of(request)
    meeting = _meeting(simulator, request)
    if meeting is None:
        return _no_meeting(request)
    refusal = _refusal(simulator, request, meeting)
    if refusal is not None:
        return refusal
    given = (await request.post()).get("name", "")
    name = _personal_name(simulator, request, meeting) or (given.strip() if isinstance(given, str) else "")
    if not name:
        return page("join.html", status=400, meeting=meeting, name="")
    person = participant_arrives(simulator.world, meeting, name[:LONGEST_NAME], simulator.now())
    simulator.save()
    simulator.watch(meeting, person)
    raise web.HTTPSeeOther(f"/room/{person.key}")


async def room(request: web.Request) -> web.StreamResponse:
    """Where somebody is: who am I, who else is here, leave, end."""
    return page("room.html", **_room(request))


async def room_now(request: web.Request) -> web.StreamResponse:
    """The part of the room's page that changes; the page asks for it every second."""
    return page("room_now.html", **_room(request))


async def leave_room(request: web.Request) -> web.StreamResponse:
    """Leave."""
    simulator = simulator_of(request)
    meeting, person = _found(request)
    leave(simulator.world, meeting, person, simulator.now())
    return _back(request)


async def end_room(request: web.Request) -> web.StreamResponse:
    """End for everybody; the host's alone."""
    simulator = simulator_of(request)
    meeting, _host = _found_host(request)
    end(simulator.world, meeting, simulator.now())
    return _back(request)


async def record(request: web.Request) -> web.StreamResponse:
    """Record, pause, resume, stop; the host's alone. What does not fit any more has no effect."""
    simulator, action = simulator_of(request), request.match_info["action"]
    meeting, _host = _found_host(request)
    try:
        if action == "begin":
            begin(simulator.world, meeting, simulator.now())
        else:
            change(simulator.world, simulator.root_url, meeting, action, simulator.now())
    except CannotRecord:
        pass  # pressed twice, or on a page that is a second old
    return _back(request)


async def admit_guest(request: web.Request) -> web.StreamResponse:
    """Let somebody in from the waiting room; the host's alone."""
    simulator = simulator_of(request)
    meeting, _host = _found_host(request)
    admit(simulator.world, meeting, _guest(request, meeting), simulator.now())
    return _back(request)


async def remove_guest(request: web.Request) -> web.StreamResponse:
    """Put somebody out; the host's alone."""
    simulator = simulator_of(request)
    meeting, _host = _found_host(request)
    leave(simulator.world, meeting, _guest(request, meeting), simulator.now(), place=REMOVED)
    return _back(request)


async def send_guest_back(request: web.Request) -> web.StreamResponse:
    """Put somebody who is in into the waiting room; the host's alone."""
    simulator = simulator_of(request)
    meeting, _host = _found_host(request)
    put_in_waiting_room(simulator.world, meeting, _guest(request, meeting), simulator.now())
    return _back(request)


def _back(request: web.Request) -> web.StreamResponse:
    simulator_of(request).save()
    raise web.HTTPSeeOther(f"/room/{request.match_info['key']}")


def _room(request: web.Request) -> dict[str, Any]:
    simulator = simulator_of(request)
    meeting, person = _found(request)
    return {
        "meeting": meeting,
        "me": person,
        "is_host": person.role == HOST,
        "is_in": person.place == INSIDE,
        "inside": inside(meeting),
        "recording": current(meeting),
        "waiting": waiting(meeting),
        "join_link": join_url(simulator.world, simulator.root_url, meeting),
    }


def _meeting(simulator: Simulator, request: web.Request) -> Meeting | None:
    wanted = request.match_info["meeting_id"]
    meeting = simulator.world.meetings.get(int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    return None if meeting is None or meeting.is_deleted else meeting


def _found(request: web.Request) -> tuple[Meeting, Person]:
    found = person_by_key(simulator_of(request).world, request.match_info["key"])
    if found is None:
        raise web.HTTPNotFound(text="Nobody is known by this address. The simulator may have been reset.")
    return found


def _found_host(request: web.Request) -> tuple[Meeting, Person]:
    meeting, person = _found(request)
    if person.role != HOST or person.place != INSIDE:
        raise web.HTTPForbidden(text="Only a host who is in the meeting can do this.")
    return meeting, person


def _guest(request: web.Request, meeting: Meeting) -> Person:
    for person in meeting.people:
        if person.key == request.match_info["guest"]:
            return person
    raise web.HTTPNotFound(text="Nobody at this meeting is known by this address.")


def _refusal(simulator: Simulator, request: web.Request, meeting: Meeting) -> web.Response | None:
    """Why this join link does not open the meeting; None when it does."""
    if meeting.password:
        passcode = encrypted_passcode(simulator.world.signing_key, meeting.id, meeting.password)
        if request.query.get("pwd") != passcode:
            return _refused("Wrong passcode", "The link lacks the meeting's passcode or has an old one.")
    if "tk" in request.query and not _personal_name(simulator, request, meeting):
        return _refused("This personal link has expired or is not valid", "Ask the host for a new one.")
    return None


def _personal_name(simulator: Simulator, request: web.Request, meeting: Meeting) -> str:
    content = read_signed(simulator.world.signing_key, "invite", request.query.get("tk", ""), simulator.now())
    if content is None or content["meeting"] != meeting.id:
        return ""
    return str(content["name"])


def _no_meeting(request: web.Request) -> web.Response:
    number = request.match_info["meeting_id"]
    return page(
        "error.html",
        status=404,
        title="This meeting does not exist (3,001)",
        explanation=f"No meeting has the number {number}, or it was deleted.",
    )


def _refused(title: str, explanation: str) -> web.Response:
    return page("error.html", status=403, title=title, explanation=explanation)
