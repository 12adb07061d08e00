"""Every answer of every endpoint of the simulator, held against Zoom's documents.

The fixture `simulator` checks each recorded call when a test ends; here each kind of answer is brought about once.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.zoom_openapi import NotConforming, assert_recorded_call_conforms, require_openapi
from tests.simulator.running_simulator import BEA, NORA, PRACTICE_APP, RunningSimulator

# Zoom's documents ask for nothing but a number, so the uuid form of a meeting's id is not among these.
EXPECTED = {
    ("GET", "/users/me", 200, None),
    ("GET", "/users/me", 400, 4711),
    ("GET", "/users/me", 401, 124),
    ("GET", "/users/me", 401, 4741),
    ("GET", "/users/nobody", 404, 1001),
    ("GET", "/users/me/settings", 200, None),
    ("GET", "/users/me/settings", 400, 300),
    ("POST", "/users/me/meetings", 201, None),
    ("POST", "/users/me/meetings", 400, 300),
    ("POST", "/users/me/meetings", 400, 3000),
    ("POST", "/users/me/meetings", 400, 3161),
    ("POST", "/users/nobody/meetings", 404, 1001),
    ("GET", "/users/me/meetings", 200, None),
    ("GET", "/users/me/meetings", 400, 300),
    ("GET", "/meetings/ID", 200, None),
    ("GET", "/meetings/ID", 404, 3001),
    ("PATCH", "/meetings/ID", 204, None),
    ("PATCH", "/meetings/ID", 400, 300),
    ("PATCH", "/meetings/ID", 404, 3001),
    ("POST", "/meetings/ID/invite_links", 201, None),
    ("POST", "/meetings/ID/invite_links", 400, 300),
    ("POST", "/meetings/ID/invite_links", 404, 3001),
    ("DELETE", "/meetings/ID", 204, None),
    ("DELETE", "/meetings/ID", 404, 3001),
    ("GET", "/past_meetings/ID", 200, None),
    ("GET", "/past_meetings/ID", 400, 200),
    ("GET", "/past_meetings/ID", 404, 3001),
}


def _summary(call: dict[str, Any], meeting_id: int) -> tuple[str, str, int, int | None]:
    path = call["path"].removeprefix("/v2").replace(str(meeting_id), "ID")
    body = call["answer"]["body"]
    code = body["code"] if call["answer"]["status"] >= 400 else None
    return call["method"], path, call["answer"]["status"], code


def _bring_about_everything(simulator: RunningSimulator) -> int:
    dana, nora = simulator.connect(), simulator.connect(NORA)
    full = {
        "topic": "T",
        "agenda": "A",
        "start_time": "2035-12-01T15:00:00Z",
        "template_id": "x",
        "tracking_fields": [{"field": "a", "value": "b"}],
        "settings": {"waiting_room": True, "meeting_invitees": [{"email": "ann@example.com"}]},
    }
    meeting_id: int = dana.create(**full)["id"]
    dana.create(type=3)
    path = f"/meetings/{meeting_id}"
    dana.call("GET", "/users/me")
    dana.call("GET", "/users/nobody")
    dana.call("GET", "/users/me/settings")
    for option in ("meeting_security", "nothing"):
        dana.call("GET", "/users/me/settings", params={"option": option})
    for body in ({"topicc": "x"}, {"schedule_for": "somebody@else.example"}):
        dana.call("POST", "/users/me/meetings", json=body)
    nora.call("POST", "/users/me/meetings", json={})
    dana.call("POST", "/users/nobody/meetings", json={})
    dana.call("GET", "/users/me/meetings", params={"type": "scheduled", "page_size": 1})
    dana.call("GET", "/users/me/meetings", params={"next_page_token": "made-up"})
    simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    dana.call("GET", path)
    dana.call("GET", f"/past_meetings/{meeting_id}")
    simulator.control("DELETE", "/people", meeting_id=meeting_id)
    dana.call("GET", f"/past_meetings/{meeting_id}")
    simulator.connect(BEA).call("GET", f"/past_meetings/{meeting_id}")
    dana.call("PATCH", path, json={"topic": "U"})
    dana.call("PATCH", path, json={"topic": 1})
    dana.call("POST", f"{path}/invite_links", json={"attendees": [{"name": "Ann"}], "ttl": 600})
    dana.call("POST", f"{path}/invite_links", json={"attendees": []})
    dana.call("DELETE", path)
    for method, suffix, body in (
        ("GET", "", None),
        ("PATCH", "", {"topic": "U"}),
        ("DELETE", "", None),
        ("POST", "/invite_links", {"attendees": [{"name": "Ann"}]}),
    ):
        dana.call(method, path + suffix, json=body)
    simulator.control("POST", "/tokens", action="expire_access")
    dana.call("GET", "/users/me")
    simulator.control("POST", "/tokens", action="revoke")
    dana.call("GET", "/users/me")
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=["meeting:read:meeting"])
    simulator.connect().call("GET", "/users/me")
    return meeting_id


def test_every_answer_conforms_to_zooms_documents(simulator: RunningSimulator) -> None:
    require_openapi()
    meeting_id = _bring_about_everything(simulator)
    calls = [call for call in simulator.calls() if call["path"].startswith("/v2/")]
    assert {_summary(call, meeting_id) for call in calls} == EXPECTED
    for call in calls:
        assert_recorded_call_conforms(call)


def test_a_recorded_call_that_breaks_the_contract_is_found_out(simulator: RunningSimulator) -> None:
    require_openapi()
    dana = simulator.connect()
    dana.create()
    call = simulator.calls()[-1]
    assert_recorded_call_conforms(call)
    call["answer"]["body"]["surprise"] = 1
    with pytest.raises(NotConforming, match="surprise"):
        assert_recorded_call_conforms(call)


def test_what_a_fault_hid_is_held_against_the_documents_too(simulator: RunningSimulator) -> None:
    require_openapi()
    dana = simulator.connect()
    simulator.fault(kind="html", effect=True, path="/v2/users/me/meetings")
    dana.call("POST", "/users/me/meetings", json={"topic": "x"})
    call = simulator.calls()[-1]
    assert (call["answer"]["content_type"], call["effect"]["status"]) == ("text/html", 201)
    call["effect"]["body"]["surprise"] = 1
    with pytest.raises(NotConforming, match="surprise"):
        assert_recorded_call_conforms(call)
