"""Bodies that Zoom refuses, and unknown fields, which this simulator refuses where Zoom would ignore them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.running_simulator import OMAR, SECONDS, RunningSimulator


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topicc": "x"}, "topicc"),
        ({"settings": {"waiting_rom": True}}, "settings.waiting_rom"),
        ({"settings": {"waiting_room": "yes"}}, "settings.waiting_room"),
        ({"settings": {"waiting_room_options": {}}}, "settings.waiting_room_options.mode"),
        ({"settings": {"waiting_room_options": {"mode": "x"}}}, "settings.waiting_room_options.mode"),
        ({"settings": {"auto_recording": "tape"}}, "settings.auto_recording"),
        ({"settings": {"jbh_time": 7}}, "settings.jbh_time"),
        ({"settings": {"approval_type": True}}, "settings.approval_type"),
        ({"settings": {"meeting_invitees": [{"mail": "a@b.example"}]}}, "settings.meeting_invitees[0].mail"),
        ({"settings": []}, "settings"),
        ({"topic": "x" * 201}, "topic"),
        ({"topic": None}, "topic"),
        ({"agenda": "x" * 2001}, "agenda"),
        ({"duration": 0}, "duration"),
        ({"duration": 1441}, "duration"),
        ({"duration": "30"}, "duration"),
        ({"duration": True}, "duration"),
        ({"type": 7}, "type"),
        ({"password": "12345678901"}, "password"),
        ({"password": "blank here"}, "password"),
        ({"password": 123456}, "password"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"start_time": "tomorrow"}, "start_time"),
        ({"start_time": "2035-13-01T10:00:00Z"}, "start_time"),
        ({"start_time": "2035-12-01T10:00:00+02:00"}, "start_time"),
        ({"tracking_fields": [{"name": "x", "field": "y"}]}, "tracking_fields[0].name"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_wrong_field_is_refused_by_name_and_nothing_is_changed(
    simulator: RunningSimulator, method: str, body: dict[str, Any], field: str
) -> None:
    dana = simulator.connect()
    kept = dana.create(topic="Kept", start_time="2035-12-01T15:00:00Z")
    before = simulator.meetings()
    path = "/users/me/meetings" if method == "POST" else f"/meetings/{kept['id']}"
    answer = dana.call(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 300)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert simulator.meetings() == before


def test_every_wrong_field_is_named_at_once(simulator: RunningSimulator) -> None:
    answer = simulator.connect().call("POST", "/users/me/meetings", json={"topicc": "x", "duration": 0})
    assert {error["field"] for error in answer.json()["errors"]} == {"topicc", "duration"}


def test_some_fields_belong_to_create_and_some_to_change(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    path = f"/meetings/{dana.create()['id']}"
    assert dana.call("PATCH", path, json={"default_password": True}).status_code == 400
    assert dana.call("PATCH", path, json={"settings": {"show_join_info": True}}).status_code == 400
    assert dana.call("POST", "/users/me/meetings", json={"settings": {"enforce_login": True}}).status_code == 400


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"{}", "text/plain"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    simulator: RunningSimulator, content: bytes, content_type: str
) -> None:
    dana = simulator.connect()
    headers = {**dana.headers, "Content-Type": content_type}
    url = f"{dana.root_url}/v2/users/me/meetings"
    answer = requests.post(url, data=content, headers=headers, timeout=SECONDS)
    expected = {"code": 300, "message": "Request Body should be a valid JSON object."}
    assert (answer.status_code, answer.json()) == (400, expected)


@pytest.mark.parametrize("body", [{"type": 8}, {"recurrence": {"type": 1}}])
def test_recurring_meetings_are_refused_and_not_half_done(simulator: RunningSimulator, body: dict[str, Any]) -> None:
    answer = simulator.connect().call("POST", "/users/me/meetings", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 300)


def test_a_meeting_cannot_be_scheduled_for_somebody_else(simulator: RunningSimulator) -> None:
    answer = simulator.connect().call("POST", "/users/me/meetings", json={"schedule_for": OMAR})
    assert (answer.status_code, answer.json()["code"]) == (400, 3000)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"attendees": []},
        {"attendees": [{}]},
        {"attendees": [{"name": "x" * 65}]},
        {"attendees": [{"name": "Ann"}], "ttl": 7776001},
        {"attendees": [{"name": "Ann", "email": "ann@example.com"}]},
    ],
)
def test_personal_links_are_refused_for_a_wrong_body(simulator: RunningSimulator, body: dict[str, Any]) -> None:
    dana = simulator.connect()
    answer = dana.call("POST", f"/meetings/{dana.create()['id']}/invite_links", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 300)


def test_a_passcode_is_made_unless_the_caller_says_otherwise(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    assert len(dana.create()["password"]) == 6
    assert "password" not in dana.create(default_password=False)
    assert "?pwd=" not in dana.create(default_password=False)["join_url"]
    assert dana.create(password="Own-pass1")["password"] == "Own-pass1"
