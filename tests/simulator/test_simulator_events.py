"""What apps are told about what really happens: which events, in which order, about whom."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.simulator.running_simulator import BEA, DANA, OMAR, PRACTICE_APP, PROVIDER_APP, ZoomCaller
from tests.simulator.test_simulator_pages import Guest
from tests.simulator.webhook_receiver import Hooks, eventually

JOINED, LEFT = "meeting.participant_joined", "meeting.participant_left"
ADMITTED, PUT_BACK = "meeting.participant_admitted", "meeting.participant_put_in_waiting_room"
WAITS, LEFT_WAITING = "meeting.participant_joined_waiting_room", "meeting.participant_left_waiting_room"


def _told(hooks: Hooks, *events: str) -> None:
    """Exactly these events were raised, in this order, since the last look."""
    eventually(lambda: all(one["state"] == "delivered" for one in hooks.deliveries()))
    assert [one["event"] for one in hooks.deliveries()] == list(events)
    hooks.simulator.control("DELETE", "/deliveries")


def _newest(hooks: Hooks, event: str) -> dict[str, Any]:
    """The payload of the newest event of this name."""
    payload: dict[str, Any] = hooks.receiver.wait_for_event(event).body["payload"]
    return payload


def _participant(hooks: Hooks, event: str) -> dict[str, Any]:
    told: dict[str, Any] = _newest(hooks, event)["object"]["participant"]
    return told


def _waiting_room(hooks: Hooks) -> tuple[ZoomCaller, dict[str, Any]]:
    dana = hooks.simulator.connect()
    meeting = dana.create(topic="Telehealth session", settings={"waiting_room": True})
    _told(hooks, "meeting.created")
    return dana, meeting


@pytest.mark.parametrize("by_app", [True, False])
def test_planning_is_told_whoever_does_it(hooks: Hooks, by_app: bool) -> None:
    dana = hooks.simulator.connect()
    body = {"topic": "T", "start_time": "2035-12-01T15:00:00Z", "duration": 45}
    meeting = dana.create(**body) if by_app else hooks.simulator.control("POST", "/meetings", email=DANA, **body)
    created = _newest(hooks, "meeting.created")
    told = created["object"]
    assert (told["id"], told["uuid"], told["duration"]) == (meeting["id"], meeting["uuid"], 45)
    assert (told["join_url"], told["password"]) == (meeting["join_url"], meeting["password"])
    assert (created["operator"], created["operator_id"], created["operation"]) == (DANA, told["host_id"], "single")
    _act(hooks, dana, by_app, "PATCH", meeting["id"], topic="U", duration=45)
    updated = _newest(hooks, "meeting.updated")
    assert updated["object"] == {"id": meeting["id"], "uuid": told["uuid"], "host_id": told["host_id"], "topic": "U"}
    assert updated["old_object"] == {"id": meeting["id"], "topic": "T"}
    _act(hooks, dana, by_app, "DELETE", meeting["id"])
    deleted = _newest(hooks, "meeting.deleted")["object"]
    assert (deleted["id"], deleted["start_time"]) == (meeting["id"], "2035-12-01T15:00:00Z")
    _told(hooks, "meeting.created", "meeting.updated", "meeting.deleted")


def _act(hooks: Hooks, caller: ZoomCaller, by_app: bool, method: str, meeting_id: int, **body: Any) -> None:
    if by_app:
        assert caller.call(method, f"/meetings/{meeting_id}", json=body or None).status_code == 204
    else:
        hooks.simulator.control(method, f"/meetings/{meeting_id}", **body)


def test_of_settings_only_the_changed_ones_are_told_and_no_change_is_no_event(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    meeting_id = dana.create(topic="T")["id"]
    dana.call("PATCH", f"/meetings/{meeting_id}", json={"topic": "T"})
    dana.call("PATCH", f"/meetings/{meeting_id}", json={"settings": {"waiting_room": True, "mute_upon_entry": False}})
    updated = _newest(hooks, "meeting.updated")
    assert updated["object"]["settings"] == {"waiting_room": True}
    assert updated["old_object"]["settings"] == {"waiting_room": False}
    _told(hooks, "meeting.created", "meeting.updated")


def test_a_refused_change_is_not_told(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    meeting_id = dana.create()["id"]
    assert dana.call("PATCH", f"/meetings/{meeting_id}", json={"topicc": "x"}).status_code == 400
    assert dana.call("DELETE", "/meetings/80000000001").status_code == 404
    _told(hooks, "meeting.created")


def test_a_deleted_meeting_is_recovered_as_it_was_until_it_is_deleted_for_good(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    meeting = dana.create(topic="T", start_time="2035-12-01T15:00:00Z")
    path = f"/meetings/{meeting['id']}"
    dana.call("DELETE", path)
    recovered = hooks.simulator.control("POST", f"{path}/recover")
    assert (recovered["join_url"], recovered["start_time"]) == (meeting["join_url"], "2035-12-01T15:00:00Z")
    assert dana.call("GET", path).status_code == 200
    hooks.simulator.control("POST", f"{path}/recover", expect=400)
    hooks.simulator.control("DELETE", path)
    hooks.simulator.control("DELETE", path, permanently=True)
    refused = hooks.simulator.control("POST", f"{path}/recover", expect=400)
    assert "permanently" in refused["error"]
    names = ("created", "deleted", "recovered", "deleted", "permanently_deleted")
    _told(hooks, *(f"meeting.{name}" for name in names))


def test_a_meeting_with_a_waiting_room_is_told_step_by_step(hooks: Hooks) -> None:
    _dana, meeting = _waiting_room(hooks)
    host = Guest(meeting["start_url"])
    _told(hooks, "meeting.started", JOINED)
    ann = Guest(meeting["join_url"], "Ann")
    _told(hooks, WAITS)
    host.press_admit()
    _told(hooks, ADMITTED, JOINED)
    assert "Put in waiting room" in host.text()
    host.press(f"send-back/{ann.key}")
    assert "The host will let you in soon" in ann.text()
    _told(hooks, PUT_BACK)
    host.press_admit()
    _told(hooks, ADMITTED, JOINED)
    host.press(f"remove/{ann.key}")
    _told(hooks, LEFT)
    assert _participant(hooks, LEFT)["leave_reason"] == "Removed by host."
    ben = Guest(meeting["join_url"], "Ben")
    ben.press("leave")
    _told(hooks, WAITS, LEFT_WAITING)
    host.press("end")
    _told(hooks, LEFT, "meeting.ended")
    assert _participant(hooks, LEFT)["leave_reason"] == "Host ended the meeting."


def test_only_a_host_puts_people_in_the_waiting_room_and_never_another_host(hooks: Hooks) -> None:
    _dana, meeting = _waiting_room(hooks)
    host = Guest(meeting["start_url"])
    ann = Guest(meeting["join_url"], "Ann")
    assert ann.press(f"send-back/{host.key}").status_code == 403
    host.press(f"send-back/{host.key}")
    assert "You are in the meeting" in host.text()
    _told(hooks, "meeting.started", JOINED, WAITS)


def test_started_and_ended_tell_the_instance(hooks: Hooks) -> None:
    dana, meeting = _waiting_room(hooks)
    control = hooks.simulator.control
    control("POST", "/people", meeting_id=meeting["id"], role="host")
    hooks.simulator.move_clock(600)
    control("DELETE", "/people", meeting_id=meeting["id"])
    (instance,) = hooks.simulator.meetings()[0]["instances"]
    started, ended = (_newest(hooks, f"meeting.{name}")["object"] for name in ("started", "ended"))
    assert (started["id"], started["uuid"]) == (str(meeting["id"]), instance["uuid"])
    assert "end_time" not in started and ended["start_time"] == started["start_time"]
    held = (time.strptime(ended[name], "%Y-%m-%dT%H:%M:%SZ") for name in ("start_time", "end_time"))
    began, finished = (time.mktime(moment) for moment in held)
    assert 600 <= finished - began < 610
    control("POST", "/people", meeting_id=meeting["id"], role="host")
    eventually(lambda: hooks.receiver.events.count("meeting.started") == 2)
    again = _newest(hooks, "meeting.started")["object"]
    assert again["uuid"] != instance["uuid"]
    assert again["uuid"] == dana.call("GET", f"/meetings/{meeting['id']}").json()["uuid"]


def test_the_host_is_known_by_the_zoom_user_and_a_guest_by_name_and_key(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    meeting = dana.create()
    hooks.simulator.control("POST", "/people", meeting_id=meeting["id"], role="host")
    told = _newest(hooks, JOINED)["object"]
    host = told["participant"]
    assert (host["participant_user_id"], host["id"]) == (told["host_id"], told["host_id"])
    assert (host["user_name"], host["email"]) == ("Dana Reyes", DANA)
    hooks.simulator.control("POST", "/people", meeting_id=meeting["id"], name="Ann", customer_key="k-1")
    eventually(lambda: hooks.receiver.events.count(JOINED) == 2)
    guest = _participant(hooks, JOINED)
    assert (guest["user_name"], guest["email"], guest["participant_user_id"]) == ("Ann", "", "")
    assert guest["customer_key"] == "k-1" and "customer_key" not in host
    assert guest["participant_uuid"] != host["participant_uuid"] and guest["user_id"] != host["user_id"]
    hooks.simulator.control("DELETE", "/people", meeting_id=meeting["id"], name="Ann")
    gone = _participant(hooks, LEFT)
    assert (gone["participant_uuid"], gone["user_id"]) == (guest["participant_uuid"], guest["user_id"])
    assert gone["leave_reason"] == "Ann left the meeting."


@pytest.mark.parametrize(
    ("spelling", "present"),
    [("join_time", {"join_time"}), ("date_time", {"date_time"}), ("both", {"join_time", "date_time"})],
)
def test_the_join_time_is_spelt_as_chosen(hooks: Hooks, spelling: str, present: set[str]) -> None:
    hooks.simulator.control("POST", "/webhooks", join_time_spelling=spelling)
    meeting = hooks.simulator.connect().create()
    hooks.simulator.control("POST", "/people", meeting_id=meeting["id"], role="host")
    assert {name for name in _participant(hooks, JOINED) if name.endswith("_time")} == present


def test_waiting_for_the_host_is_told_after_half_a_minute_and_going_then_too(hooks: Hooks) -> None:
    meeting = hooks.simulator.connect().create()
    stays, goes = Guest(meeting["join_url"], "Stays"), Guest(meeting["join_url"], "Goes")
    _told(hooks, "meeting.created")
    hooks.simulator.move_clock(25)
    time.sleep(0.2)
    _told(hooks)
    hooks.simulator.move_clock(32)
    eventually(lambda: len(hooks.deliveries()) == 2)
    _told(hooks, *["meeting.participant_jbh_waiting"] * 2)
    goes.press("leave")
    assert _participant(hooks, "meeting.participant_jbh_waiting_left")["user_name"] == "Goes"
    Guest(meeting["start_url"])
    assert "You are in the meeting" in stays.text()
    _told(hooks, "meeting.participant_jbh_waiting_left", "meeting.started", JOINED, JOINED)


def test_who_waits_less_than_half_a_minute_is_not_told_of(hooks: Hooks) -> None:
    meeting = hooks.simulator.connect().create()
    Guest(meeting["join_url"], "Ann").press("leave")
    hooks.simulator.move_clock(60)
    time.sleep(0.2)
    _told(hooks, "meeting.created")


def test_joining_before_the_host_starts_the_meeting_and_is_told(hooks: Hooks) -> None:
    meeting = hooks.simulator.connect().create(settings={"join_before_host": True})
    Guest(meeting["join_url"], "Ann")
    _told(hooks, "meeting.created", "meeting.started", "meeting.participant_jbh_joined", JOINED)


def test_deleting_a_live_meeting_ends_it_first(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    meeting = dana.create()
    Guest(meeting["start_url"])
    dana.call("DELETE", f"/meetings/{meeting['id']}")
    _told(hooks, "meeting.created", "meeting.started", JOINED, LEFT, "meeting.ended", "meeting.deleted")
    (held,) = hooks.simulator.control("GET", "/state")["meetings"]
    assert held["instances"][0]["ended_at"] is not None


def test_what_a_late_effect_does_is_told_when_it_lands(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    hooks.simulator.fault(kind="late_effect", method="POST", path="/v2/users/me/meetings", seconds=60)
    with pytest.raises(requests.ConnectionError):
        dana.call("POST", "/users/me/meetings", json={"topic": "Late"})
    time.sleep(0.2)
    _told(hooks)
    hooks.simulator.move_clock(61)
    hooks.receiver.wait_for_event("meeting.created")


def test_removing_the_app_ends_its_tokens_and_tells_that_app_alone(hooks: Hooks) -> None:
    simulator = hooks.simulator
    dana, other = simulator.connect(), simulator.connect(app=PROVIDER_APP)
    me = dana.call("GET", "/users/me").json()
    simulator.control("POST", "/deauthorize", email=DANA, client_id=PRACTICE_APP[0])
    received = hooks.receiver.wait_for_event("app_deauthorized")
    assert set(received.body) == {"event", "payload"}
    payload = received.body["payload"]
    assert (payload["user_id"], payload["account_id"]) == (me["id"], me["account_id"])
    assert (payload["client_id"], len(payload["signature"])) == (PRACTICE_APP[0], 64)
    assert payload["deauthorization_time"].startswith(payload["event_ts"][:10])
    assert dana.call("GET", "/users/me").json()["code"] == 4741
    refused = simulator.token(grant_type="refresh_token", refresh_token=dana.tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    assert other.call("GET", "/users/me").status_code == 200
    simulator.control("POST", "/deauthorize", expect=400, email=DANA, client_id=PRACTICE_APP[0])
    _told(hooks, "app_deauthorized")


@pytest.mark.parametrize(
    ("action", "event"),
    [("deactivate", "user.deactivated"), ("delete", "user.deleted"), ("disassociate", "user.disassociated")],
)
def test_a_user_who_is_removed_loses_all_tokens_after_the_apps_were_told(hooks: Hooks, action: str, event: str) -> None:
    simulator = hooks.simulator
    bea, omar = simulator.connect(BEA), simulator.connect(OMAR)
    me = bea.call("GET", "/users/me").json()
    simulator.control("POST", "/users", email=BEA, action=action)
    told = _newest(hooks, event)["object"]
    assert (told["id"], told["email"], told["type"]) == (me["id"], BEA, 1)
    assert bea.call("GET", "/users/me").status_code == 401
    assert omar.call("GET", "/users/me").status_code == 200
    assert simulator.decide(simulator.wish(), BEA).status_code == 400
    simulator.control("POST", "/users", email=BEA, action="activate")
    assert simulator.connect(BEA).call("GET", "/users/me").status_code == 200
    _told(hooks, event)


def test_a_past_meeting_is_the_newest_time_that_has_ended(hooks: Hooks) -> None:
    dana, control = hooks.simulator.connect(), hooks.simulator.control
    meeting_id = dana.create(topic="Held")["id"]
    path = f"/past_meetings/{meeting_id}"
    assert dana.call("GET", path).json()["code"] == 3001
    control("POST", "/people", meeting_id=meeting_id, role="host")
    assert dana.call("GET", path).status_code == 404
    hooks.simulator.move_clock(90)
    control("DELETE", "/people", meeting_id=meeting_id)
    ended = _newest(hooks, "meeting.ended")["object"]
    past = dana.call("GET", path).json()
    assert {name: past[name] for name in ("uuid", "start_time", "end_time")} == {
        name: ended[name] for name in ("uuid", "start_time", "end_time")
    }
    assert (past["duration"], past["participants_count"], past["total_minutes"]) == (2, 1, 2)
    control("POST", "/people", meeting_id=meeting_id, role="host")
    dana.call("DELETE", f"/meetings/{meeting_id}")
    assert dana.call("GET", path).json()["uuid"] != past["uuid"]
    assert hooks.simulator.connect(OMAR).call("GET", path).status_code == 404
    assert hooks.simulator.connect(BEA).call("GET", path).json()["code"] == 200
