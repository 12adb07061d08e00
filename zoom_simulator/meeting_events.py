"""What webhooks say about meetings and the people at them: payloads after Zoom's OpenAPI document of webhooks."""

from __future__ import annotations

from typing import Any

from .clock import to_zoom_time
from .events import tell
from .meeting_answers import join_url
from .meetings import effective_settings
from .state import Meeting, Person, World

# Which spelling of a time each event about a person has. The rest say nothing about when.
_TIMES = {
    "meeting.participant_joined": "join_time",
    "meeting.participant_left": "leave_time",
    "meeting.participant_joined_waiting_room": "date_time",
    "meeting.participant_left_waiting_room": "date_time",
    "meeting.participant_admitted": "date_time",
    "meeting.participant_put_in_waiting_room": "date_time",
}
_NUMBER_AS_INTEGER = {"meeting.participant_jbh_waiting_left"}
_TOLD_CHANGES = ("topic", "type", "duration", "timezone", "password", "agenda", "tracking_fields")


def tell_created(world: World, root_url: str, meeting: Meeting, now: float) -> None:
    """meeting.created"""
    settings = effective_settings(meeting)
    told = {
        **_planned(meeting),
        "join_url": join_url(world, root_url, meeting),
        "settings": {
            "use_pmi": settings["use_pmi"],
            "alternative_hosts": settings["alternative_hosts"],
            "join_before_host": settings["join_before_host"],
            "jbh_time": settings["jbh_time"],
        },
    }
    if meeting.password:
        told["password"] = meeting.password
    _tell_planned(world, "meeting.created", meeting, told, now)


def tell_deleted(world: World, event: str, meeting: Meeting, now: float) -> None:
    """meeting.deleted, meeting.permanently_deleted, meeting.recovered"""
    _tell_planned(world, event, meeting, _planned(meeting), now)


def tell_updated(world: World, root_url: str, meeting: Meeting, before: dict[str, Any], now: float) -> None:
    """meeting.updated: what changed since `before` (see `changeable`), new and old; nothing when nothing did."""
    after = changeable(world, root_url, meeting)
    new, old = _changes(before, after)
    if not new:
        return
    payload = {
        **_operator(world, meeting),
        "object": {"id": meeting.id, "uuid": meeting.uuid, "host_id": meeting.host_id, **new},
        "old_object": {"id": meeting.id, **old},
        "time_stamp": round(now * 1000),
    }
    tell(world, "meeting.updated", meeting.host_id, payload, now)


def changeable(world: World, root_url: str, meeting: Meeting) -> dict[str, Any]:
    """What a change of this meeting may be told about, as it is now."""
    told = {name: getattr(meeting, name) for name in _TOLD_CHANGES}
    told["join_url"] = join_url(world, root_url, meeting)
    told["settings"] = effective_settings(meeting)
    if meeting.start is not None:
        told["start_time"] = to_zoom_time(meeting.start)
    return told


def tell_started(world: World, meeting: Meeting, now: float) -> None:
    """meeting.started"""
    payload = {"account_id": _account(world, meeting), "object": _held(meeting, now)}
    tell(world, "meeting.started", meeting.host_id, payload, now)


def tell_ended(world: World, meeting: Meeting, now: float) -> None:
    """meeting.ended"""
    told = {**_held(meeting, now), "end_time": to_zoom_time(now)}
    payload = {"account_id": _account(world, meeting), "object": told}
    tell(world, "meeting.ended", meeting.host_id, payload, now)


def tell_person(world: World, event: str, meeting: Meeting, person: Person, now: float, reason: str = "") -> None:
    """An event about somebody who comes, waits, is let in or goes; `reason` is why somebody left."""
    told = _participant(world, person) if event in _TIMES else _somebody_waiting(person)
    if event in _TIMES:
        told.update(_times(world, _TIMES[event], now))
    if reason:
        told["leave_reason"] = reason
    about = _held(meeting, now)
    if event in _NUMBER_AS_INTEGER:
        about["id"] = meeting.id
    payload = {"account_id": _account(world, meeting), "object": {**about, "participant": told}}
    tell(world, event, meeting.host_id, payload, now)


def _tell_planned(world: World, event: str, meeting: Meeting, told: dict[str, Any], now: float) -> None:
    payload = {**_operator(world, meeting), "operation": "single", "object": told}
    tell(world, event, meeting.host_id, payload, now)


def _planned(meeting: Meeting) -> dict[str, Any]:
    """A meeting in the events about planning: its id is a number."""
    told: dict[str, Any] = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "duration": meeting.duration,
        "timezone": meeting.timezone,
    }
    if meeting.start is not None:
        told["start_time"] = to_zoom_time(meeting.start)
    return told


def _held(meeting: Meeting, now: float) -> dict[str, Any]:
    """A meeting in the events about holding it: its id is text, its start the one of this instance."""
    start = meeting.instances[-1].started_at if meeting.status == "started" else meeting.start
    return {**_planned(meeting), "id": str(meeting.id), "start_time": to_zoom_time(now if start is None else start)}


def _participant(world: World, person: Person) -> dict[str, Any]:
    user = world.users.get(person.zoom_user_id)
    told = {
        "user_id": str(person.number),
        "user_name": person.name,
        "id": person.zoom_user_id,
        "participant_user_id": person.zoom_user_id,
        "participant_uuid": person.uuid,
        "email": user.email if user is not None else "",
    }
    return {**told, "customer_key": person.customer_key} if person.customer_key else told


def _somebody_waiting(person: Person) -> dict[str, Any]:
    told = {"id": person.zoom_user_id, "user_name": person.name}
    return {**told, "customer_key": person.customer_key} if person.customer_key else told


def _times(world: World, name: str, now: float) -> dict[str, str]:
    spelling = world.webhook_options.join_time_spelling
    names = {"both": ("join_time", "date_time")}.get(spelling, (spelling,)) if name == "join_time" else (name,)
    return dict.fromkeys(names, to_zoom_time(now))


def _operator(world: World, meeting: Meeting) -> dict[str, Any]:
    host = world.users[meeting.host_id]
    return {"account_id": host.account_id, "operator": host.email, "operator_id": host.id}


def _account(world: World, meeting: Meeting) -> str:
    return world.users[meeting.host_id].account_id


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, as new values and as old ones; of settings only those that do."""
    new, old = {}, {}
    for name, value in after.items():
        was = before.get(name)
        if name == "settings":
            value, was = _changes(was or {}, value)
        if value != was:
            new[name] = value
            if was is not None:
                old[name] = was
    return new, old
