"""The control API beside faults: what a test can see and change."""

from __future__ import annotations

import pytest
import requests

from tests.simulator.running_simulator import (
    DANA,
    OMAR,
    PRACTICE_APP,
    PROVIDER_APP,
    SECONDS,
    RunningSimulator,
    ZoomCaller,
)


def test_the_state_tells_about_tokens_and_never_their_values(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    state = requests.get(f"{simulator.root_url}/control/state", timeout=SECONDS)
    (tokens,) = state.json()["tokens"]
    assert (tokens["email"], tokens["client_id"], tokens["issued"]) == (DANA, PRACTICE_APP[0], 1)
    assert tokens["access_live"] is True and tokens["refresh_live"] is True
    for secret in (dana.tokens["access_token"], dana.tokens["refresh_token"], PRACTICE_APP[1]):
        assert secret not in state.text


def test_calls_are_recorded_whole_and_can_be_cleared(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.control("DELETE", "/calls")
    simulator.move_clock(1000)
    dana.create(topic="T")
    dana.listed(page_size=10)
    made, listed = simulator.calls()
    assert (made["method"], made["path"], made["body"]) == ("POST", "/v2/users/me/meetings", {"topic": "T"})
    assert (made["user"], made["client_id"], made["fault"], made["effect"]) == (DANA, PRACTICE_APP[0], None, None)
    assert (made["answer"]["status"], made["answer"]["body"]["topic"]) == (201, "T")
    assert abs(made["at"] - simulator.control("GET", "/health")["now"]) < 5
    assert listed["query"] == {"page_size": "10"}
    simulator.control("DELETE", "/calls")
    assert simulator.calls() == []


def test_pages_and_control_calls_are_no_api_calls(simulator: RunningSimulator) -> None:
    requests.get(simulator.root_url, timeout=SECONDS)
    simulator.control("GET", "/state")
    assert simulator.calls() == []


def test_tokens_can_be_expired_killed_and_revoked_per_user_and_app(simulator: RunningSimulator) -> None:
    dana, omar, other = simulator.connect(), simulator.connect(OMAR), simulator.connect(app=PROVIDER_APP)
    changed = simulator.control("POST", "/tokens", email=DANA, client_id=PRACTICE_APP[0], action="expire_access")
    assert changed == {"changed": 1}
    assert dana.call("GET", "/users/me").json()["message"] == "Access token is expired."
    refreshed = simulator.token(grant_type="refresh_token", refresh_token=dana.tokens["refresh_token"])
    assert refreshed.status_code == 200
    simulator.control("POST", "/tokens", email=DANA, client_id=PRACTICE_APP[0], action="kill_refresh")
    dana = ZoomCaller(simulator.root_url, refreshed.json())
    assert dana.call("GET", "/users/me").status_code == 200
    dead = simulator.token(grant_type="refresh_token", refresh_token=dana.tokens["refresh_token"])
    assert dead.json()["error"] == "invalid_grant"
    assert simulator.control("POST", "/tokens", action="revoke") == {"changed": 3}
    for caller in (dana, omar, other):
        assert caller.call("GET", "/users/me").json()["code"] == 4741


def test_a_person_can_make_change_and_delete_meetings_on_zooms_own_page(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    made = simulator.control("POST", "/meetings", email=DANA, topic="By hand", start_time="2035-12-01T15:00:00Z")
    assert made["creation_source"] == "web_portal"
    assert [meeting["topic"] for meeting in dana.listed()] == ["By hand"]
    simulator.control("PATCH", f"/meetings/{made['id']}", topic="Moved", start_time="2035-12-02T15:00:00Z")
    assert dana.call("GET", f"/meetings/{made['id']}").json()["start_time"] == "2035-12-02T15:00:00Z"
    simulator.control("DELETE", f"/meetings/{made['id']}")
    assert dana.call("GET", f"/meetings/{made['id']}").status_code == 404
    (gone,) = simulator.control("GET", "/state")["meetings"]
    assert (gone["deleted"], gone["deleted_by"]) == (True, "web_portal")
    assert len([call for call in simulator.calls() if call["method"] in ("POST", "PATCH", "DELETE")]) == 1


def test_people_can_be_put_into_a_meeting_and_out_of_it(simulator: RunningSimulator) -> None:
    meeting_id = simulator.connect().create(settings={"waiting_room": True})["id"]
    early = simulator.control("POST", "/people", meeting_id=meeting_id, name="Ann")
    assert early["place"] == "waiting_for_host"
    host = simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    assert (host["place"], host["name"]) == ("in", "Dana Reyes")
    admitted = simulator.control("POST", "/people", meeting_id=str(meeting_id), name="Ben", admit=True)
    assert admitted["place"] == "in"
    (meeting,) = simulator.meetings()
    assert [(person["name"], person["place"]) for person in meeting["people"]] == [
        ("Ann", "waiting_room"),
        ("Dana Reyes", "in"),
        ("Ben", "in"),
    ]
    assert simulator.control("DELETE", "/people", meeting_id=meeting_id, name="Ben") == {"status": "started"}
    assert simulator.control("DELETE", "/people", meeting_id=meeting_id) == {"status": "waiting"}
    assert {person["place"] for person in simulator.meetings()[0]["people"]} == {"left", "ended"}


def test_an_app_can_be_made_and_changed(simulator: RunningSimulator) -> None:
    app = ("OwnApp", "own-secret")
    simulator.control(
        "POST",
        "/apps",
        client_id=app[0],
        client_secret=app[1],
        scopes=["user:read:user"],
        redirect_uris=["https://odoo.example/cb"],
    )
    code = simulator.code(app=app, redirect_uri="https://odoo.example/cb")
    answer = simulator.exchange(code, app, redirect_uri="https://odoo.example/cb")
    assert answer.json()["scope"] == "user:read:user"


def test_a_reset_brings_the_seed_back(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    dana.create()
    simulator.fault(kind="html", times=None)
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=[])
    simulator.control("POST", "/reset")
    state = simulator.control("GET", "/state")
    assert (state["meetings"], state["tokens"], state["counts"]["calls"]) == ([], [], 0)
    assert len(state["users"]) == 4 and "meeting:write:meeting" in state["apps"][0]["scopes"]
    assert simulator.connect().call("GET", "/users/me").status_code == 200
    assert dana.call("GET", "/users/me").status_code == 401
    simulator.control("DELETE", "/calls")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/apps", {"name": "x"}),
        ("POST", "/apps", {"client_id": "New"}),
        ("POST", "/apps", {"client_id": "New", "client_secret": "x", "colour": "red"}),
        ("POST", "/tokens", {"action": "eat"}),
        ("POST", "/tokens", {"action": "revoke", "email": "nobody@else.example"}),
        ("POST", "/meetings", {"topic": "x"}),
        ("POST", "/meetings", {"email": DANA, "topicc": "x"}),
        ("PATCH", "/meetings/80000000001", {"topic": "x"}),
        ("DELETE", "/meetings/80000000001", {}),
        ("POST", "/people", {"meeting_id": 80000000001, "name": "Ann"}),
        ("DELETE", "/people", {}),
    ],
)
def test_a_control_request_that_makes_no_sense_is_refused_with_a_sentence(
    simulator: RunningSimulator, method: str, path: str, body: dict[str, str]
) -> None:
    refused = simulator.control(method, path, expect=400, **body)
    assert set(refused) == {"error"} and refused["error"].endswith(".")
    assert simulator.meetings() == []


def test_a_user_is_added_once_and_can_allow_an_app(simulator: RunningSimulator) -> None:
    person = {"email": "pia.new@sunrise-practice.example", "action": "add", "first_name": "Pia", "last_name": "New"}
    assert simulator.control("POST", "/users", **person)["status"] == "active"
    assert simulator.connect(person["email"]).call("GET", "/users/me").json()["email"] == person["email"]
    assert "error" in simulator.control("POST", "/users", expect=400, **person)
