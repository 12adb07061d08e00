"""REST of meetings and users (zoom.md, section 3)."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.simulator.running_simulator import BEA, DANA, NORA, OMAR, PRACTICE_APP, SECONDS, RunningSimulator

TELEHEALTH_BODY: dict[str, Any] = {
    "topic": "Telehealth visit",
    "type": 2,
    "start_time": "2035-12-01T15:00:00Z",
    "duration": 30,
    "timezone": "America/New_York",
    "password": "a8B3dd92",
    "default_password": False,
    "pre_schedule": False,
    "settings": {
        "host_video": True,
        "participant_video": True,
        "join_before_host": False,
        "jbh_time": 0,
        "mute_upon_entry": False,
        "waiting_room": True,
        "waiting_room_options": {"mode": "custom", "who_goes_to_waiting_room": "everyone"},
        "auto_recording": "none",
        "meeting_authentication": False,
        "audio": "both",
        "approval_type": 2,
        "encryption_type": "enhanced_encryption",
        "private_meeting": True,
        "continuous_meeting_chat": {"enable": False},
        "use_pmi": False,
        "email_notification": False,
        "auto_start_meeting_summary": False,
        "auto_start_ai_companion_questions": False,
    },
}


def _moment(zoom_time: str) -> float:
    return datetime.strptime(zoom_time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


def _gone(meeting_id: object) -> dict[str, object]:
    return {"code": 3001, "message": f"Meeting does not exist: {meeting_id}."}


def test_a_telehealth_meeting_is_created_as_asked_and_read_back_the_same(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    answer = dana.call("POST", "/users/me/meetings", json=TELEHEALTH_BODY)
    created = answer.json()
    assert answer.status_code == 201
    assert "x-zm-trackingid" in answer.headers
    for name in ("topic", "type", "start_time", "duration", "timezone", "password"):
        assert created[name] == TELEHEALTH_BODY[name]
    assert {name: created["settings"][name] for name in TELEHEALTH_BODY["settings"]} == TELEHEALTH_BODY["settings"]
    assert (created["host_email"], created["status"]) == (DANA, "waiting")
    read = dana.call("GET", f"/meetings/{created['id']}").json()
    assert {**read, "start_url": ""} == {**created, "start_url": ""}


def test_nothing_is_required_and_defaults_are_zooms(simulator: RunningSimulator) -> None:
    created = simulator.connect().create()
    assert (created["type"], created["duration"], created["agenda"]) == (2, 60, "")
    assert abs(_moment(created["start_time"]) - time.time()) < 5
    assert created["password"] and "?pwd=" in created["join_url"]
    assert created["settings"]["waiting_room"] is False and created["settings"]["audio"] == "both"


def test_ids_exceed_32_bits_and_uuids_hold_slashes_and_double_slashes(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = [dana.create() for _ in range(10)]
    assert all(meeting["id"] > 2**31 for meeting in made)
    assert {len(str(meeting["id"])) for meeting in made} == {10, 11}
    assert any(meeting["uuid"].startswith("/") for meeting in made)
    assert any("//" in meeting["uuid"] for meeting in made)


def test_a_uuid_with_slashes_must_be_encoded_twice(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    for meeting in [dana.create() for _ in range(4)]:
        uuid = meeting["uuid"]
        once = quote(uuid, safe="")
        needs_twice = uuid.startswith("/") or "//" in uuid
        singly = requests.get(f"{dana.root_url}/v2/meetings/{once}", headers=dana.headers, timeout=SECONDS)
        doubly = dana.call("GET", f"/meetings/{quote(once, safe='')}")
        assert singly.status_code == (404 if needs_twice else 200)
        assert (doubly.status_code, doubly.json()["id"]) == (200, meeting["id"])
    simulator.control("DELETE", "/calls")  # Zoom's document allows numbers only, so these calls are not held against it


def test_a_patch_changes_what_it_names_and_answers_nothing(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = dana.create(**TELEHEALTH_BODY)
    change = {"start_time": "2035-12-02T16:00:00Z", "duration": 50, "settings": {"mute_upon_entry": True}}
    answer = dana.call("PATCH", f"/meetings/{made['id']}", json=change)
    assert (answer.status_code, answer.content) == (204, b"")
    read = dana.call("GET", f"/meetings/{made['id']}").json()
    assert (read["start_time"], read["duration"], read["topic"]) == ("2035-12-02T16:00:00Z", 50, "Telehealth visit")
    assert read["settings"] == {**made["settings"], "mute_upon_entry": True}
    for name in ("id", "uuid", "password", "join_url"):
        assert read[name] == made[name]


def test_a_new_passcode_changes_the_join_link(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = dana.create(**TELEHEALTH_BODY)
    dana.call("PATCH", f"/meetings/{made['id']}", json={"password": "other-1"})
    assert dana.call("GET", f"/meetings/{made['id']}").json()["join_url"] != made["join_url"]


def test_a_past_start_becomes_now_when_created_and_is_ignored_when_changed(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = dana.create(start_time="2020-01-01T10:00:00Z")
    assert abs(_moment(made["start_time"]) - time.time()) < 5
    later = dana.create(**TELEHEALTH_BODY)
    change = {"start_time": "2020-01-01T10:00:00Z", "duration": 20}
    assert dana.call("PATCH", f"/meetings/{later['id']}", json=change).status_code == 204
    read = dana.call("GET", f"/meetings/{later['id']}").json()
    assert (read["start_time"], read["duration"]) == ("2035-12-01T15:00:00Z", 20)


def test_a_local_start_is_read_in_its_time_zone(simulator: RunningSimulator) -> None:
    body = {"start_time": "2035-07-01T09:00:00", "timezone": "America/New_York"}
    assert simulator.connect().create(**body)["start_time"] == "2035-07-01T13:00:00Z"
    simulator.control("DELETE", "/calls")  # Zoom's document demands the Z, Zoom itself does not


def test_a_deleted_meeting_is_gone_for_every_call(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting_id = dana.create()["id"]
    answer = dana.call("DELETE", f"/meetings/{meeting_id}", params={"schedule_for_reminder": "false"})
    assert (answer.status_code, answer.content) == (204, b"")
    for method, body in (("GET", None), ("PATCH", {"topic": "x"}), ("DELETE", None)):
        again = dana.call(method, f"/meetings/{meeting_id}", json=body)
        assert (again.status_code, again.json()) == (404, _gone(meeting_id))
    counts = simulator.control("GET", "/state")["counts"]
    assert (counts["meetings_live"], counts["meetings_deleted"]) == (0, 1)


def test_another_users_meeting_does_not_exist(simulator: RunningSimulator) -> None:
    meeting_id = simulator.connect(DANA).create()["id"]
    omar = simulator.connect(OMAR)
    assert omar.call("GET", f"/meetings/{meeting_id}").json() == _gone(meeting_id)
    assert omar.call("DELETE", f"/meetings/{meeting_id}").status_code == 404
    assert omar.listed() == []


def test_another_user_needs_a_scope_that_a_user_level_app_cannot_have(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    refused = dana.call("GET", f"/users/{OMAR}")
    assert refused.status_code == 400 and "scopes:[user:read:user:admin]" in refused.json()["message"]
    assert dana.call("GET", f"/users/{DANA}").status_code == 200
    unknown = dana.call("GET", "/users/nobody@else.example")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 1001)


def test_a_user_without_hosting_rights_cannot_create(simulator: RunningSimulator) -> None:
    answer = simulator.connect(NORA).call("POST", "/users/me/meetings", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, 3161)
    assert simulator.meetings() == []


def test_a_basic_user_may_set_any_duration(simulator: RunningSimulator) -> None:
    bea = simulator.connect(BEA)
    assert bea.call("GET", "/users/me").json()["type"] == 1
    assert bea.create(duration=90)["duration"] == 90
    assert "40 min" in requests.get(simulator.root_url, timeout=SECONDS).text


def test_the_caller_is_described_as_zoom_does(simulator: RunningSimulator) -> None:
    user = simulator.connect().call("GET", "/users/me").json()
    assert (user["email"], user["type"], user["display_name"]) == (DANA, 2, "Dana Reyes")
    assert isinstance(user["pmi"], int) and isinstance(user["plan_united_type"], str)


def test_a_waiting_room_switches_joining_before_the_host_off(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = dana.create(settings={"join_before_host": True, "waiting_room": True})
    assert made["settings"]["join_before_host"] is False
    dana.call("PATCH", f"/meetings/{made['id']}", json={"settings": {"waiting_room": False}})
    assert dana.call("GET", f"/meetings/{made['id']}").json()["settings"]["join_before_host"] is True


@pytest.mark.parametrize(
    ("method", "path", "scope", "body"),
    [
        ("POST", "/users/me/meetings", "meeting:write:meeting", {}),
        ("GET", "/users/me/meetings", "meeting:read:list_meetings", None),
        ("GET", "/meetings/ID", "meeting:read:meeting", None),
        ("PATCH", "/meetings/ID", "meeting:update:meeting", {"topic": "x"}),
        ("DELETE", "/meetings/ID", "meeting:delete:meeting", None),
        ("POST", "/meetings/ID/invite_links", "meeting:write:invite_links", {"attendees": [{"name": "Ann"}]}),
        ("GET", "/users/me", "user:read:user", None),
    ],
)
def test_each_call_needs_its_scope_and_the_refusal_names_it(
    simulator: RunningSimulator, method: str, path: str, scope: str, body: Any
) -> None:
    all_scopes = simulator.control("POST", "/apps", client_id=PRACTICE_APP[0])["scopes"]
    meeting_id = simulator.connect().create()["id"]
    path = path.replace("ID", str(meeting_id))
    remaining = [name for name in all_scopes if name != scope]
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=remaining)
    refused = simulator.connect().call(method, path, json=body)
    message = f"Invalid access token, does not contain scopes:[{scope}, {scope}:admin]."
    assert (refused.status_code, refused.json()) == (400, {"code": 4711, "message": message})
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=[scope])
    assert simulator.connect().call(method, path, json=body).status_code < 300


def test_personal_links_carry_the_name_and_expire(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = dana.create(**TELEHEALTH_BODY)
    body = {"attendees": [{"name": "Ann Example"}, {"name": "Ben Example"}], "ttl": 600}
    answer = dana.call("POST", f"/meetings/{made['id']}/invite_links", json=body)
    assert answer.status_code == 201
    links = {link["name"]: link["join_url"] for link in answer.json()["attendees"]}
    assert "Ann Example" in requests.get(links["Ann Example"], timeout=SECONDS).text
    assert "Ben Example" in requests.get(links["Ben Example"], timeout=SECONDS).text
    simulator.move_clock(601)
    assert requests.get(links["Ann Example"], timeout=SECONDS).status_code == 403


def test_errors_are_xml_for_a_caller_that_does_not_ask_for_json(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    headers = {"Authorization": dana.headers["Authorization"]}
    answer = requests.get(f"{dana.root_url}/v2/meetings/80000000001", headers=headers, timeout=SECONDS)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (404, "application/xml")
    assert "<code>3001</code>" in answer.text
    simulator.control("DELETE", "/calls")


def test_an_unknown_endpoint_is_refused_in_zooms_way(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    answer = dana.call("GET", "/no/such/thing")
    assert (answer.status_code, answer.json()["code"]) == (404, 2300)
    assert dana.call("PUT", "/users/me").status_code == 405
    simulator.control("DELETE", "/calls")


def test_numbers_to_call_are_given_where_the_account_has_some(simulator: RunningSimulator) -> None:
    dana, bea = simulator.connect(), simulator.connect(BEA)
    numbers = dana.create()["settings"]["global_dial_in_numbers"]
    assert {number["type"] for number in numbers} == {"toll"}
    assert "global_dial_in_numbers" not in dana.create(settings={"audio": "voip"})["settings"]
    assert "global_dial_in_numbers" not in bea.create()["settings"]
