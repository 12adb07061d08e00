"""Faults on request: what the caller sees, and what happened at Zoom all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.simulator.running_simulator import CALLBACK, PRACTICE_APP, SECONDS, VERIFIER, RunningSimulator, ZoomCaller

CREATE = {"method": "POST", "path": "/v2/users/*/meetings"}


def _topics(simulator: RunningSimulator) -> list[str]:
    return [meeting["topic"] for meeting in simulator.meetings()]


def _wait_until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, "nothing happened within the time allowed"
        time.sleep(0.02)


def _create(caller: ZoomCaller, topic: str = "T", timeout: float = SECONDS) -> requests.Response:
    return caller.call("POST", "/users/me/meetings", timeout=timeout, json={"topic": topic})


def test_answer_lost_makes_the_meeting_and_says_nothing(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="answer_lost", **CREATE)
    with pytest.raises(requests.ConnectionError):
        _create(dana)
    assert _topics(simulator) == ["T"]
    assert _create(dana, "U").status_code == 201
    lost = simulator.calls()[-2]
    assert (lost["answer"], lost["effect"]["status"], lost["fault"]) == (None, 201, "answer_lost")


def test_answer_lost_at_the_token_endpoint_has_used_up_the_refresh_token(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="answer_lost", method="POST", path="/oauth/token")
    form = {"grant_type": "refresh_token", "refresh_token": dana.tokens["refresh_token"]}
    with pytest.raises(requests.ConnectionError):
        simulator.token(**form)
    assert simulator.token(**form).json()["error"] == "invalid_grant"


def test_a_late_effect_lands_when_the_clock_was_moved(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="late_effect", seconds=7200, **CREATE)
    with pytest.raises(requests.ConnectionError):
        _create(dana)
    assert _topics(simulator) == []
    simulator.move_clock(7100)
    time.sleep(0.1)
    assert _topics(simulator) == []
    simulator.move_clock(7201)  # the access token has expired by now: it was judged when the call came in
    _wait_until(lambda: _topics(simulator) == ["T"])
    assert simulator.control("GET", "/faults")["landing"] == 0


def test_a_late_effect_lands_by_itself_after_its_seconds(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="late_effect", seconds=0.3, **CREATE)
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        _create(dana)
    _wait_until(lambda: _topics(simulator) == ["T"])
    assert time.monotonic() - began >= 0.3


def test_a_late_effect_may_keep_the_caller_waiting_and_land_on_release(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    fault = simulator.fault(kind="late_effect", connection="keep", **CREATE)
    with pytest.raises(requests.ReadTimeout):
        _create(dana, timeout=1.0)  # so that the call has come in, on a machine that is busy too
    assert _topics(simulator) == []
    simulator.control("POST", f"/faults/{fault}/release")
    _wait_until(lambda: _topics(simulator) == ["T"])


def test_a_late_effect_is_refused_at_once_for_a_bad_token(simulator: RunningSimulator) -> None:
    simulator.fault(kind="late_effect", seconds=1, **CREATE)
    stranger = ZoomCaller(simulator.root_url, {"access_token": "made-up"})
    assert _create(stranger).status_code == 401
    assert simulator.control("GET", "/faults")["landing"] == 0


def test_a_reset_forgets_effects_that_have_not_landed(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="late_effect", seconds=0.2, **CREATE)
    with pytest.raises(requests.ConnectionError):
        _create(dana)
    simulator.control("POST", "/reset")
    time.sleep(0.3)
    assert _topics(simulator) == []


def test_a_lagging_list_hides_new_meetings_for_some_seconds_of_the_clock(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting_id = dana.create(topic="new")["id"]
    simulator.fault(kind="list_lag", seconds=60, method="GET", path="/v2/users/*/meetings", times=None)
    assert dana.listed() == []
    assert dana.call("GET", f"/meetings/{meeting_id}").status_code == 200
    simulator.move_clock(61)
    assert [meeting["id"] for meeting in dana.listed()] == [meeting_id]


def test_a_delay_comes_before_the_effect(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="delay", seconds=0.4, **CREATE)
    began = time.monotonic()
    assert _create(dana).status_code == 201
    assert time.monotonic() - began >= 0.4


def test_a_status_replaces_the_answer_with_body_and_headers(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    body = {"code": 429, "message": "You have reached the maximum per-second rate limit for this API. Try again later."}
    simulator.fault(kind="status", status=429, body=body, headers={"Retry-After": "2"}, **CREATE)
    answer = _create(dana)
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (429, body, "2")
    assert "x-zm-trackingid" in answer.headers
    assert _topics(simulator) == []


@pytest.mark.parametrize(("effect", "made"), [(False, []), (True, ["T"])])
@pytest.mark.parametrize("kind", ["status", "html", "empty"])
def test_a_replaced_answer_hides_an_effect_only_when_asked_to(
    simulator: RunningSimulator, kind: str, effect: bool, made: list[str]
) -> None:
    dana = simulator.connect()
    simulator.fault(kind=kind, effect=effect, status=502, **CREATE)
    assert _create(dana).status_code == (502 if kind == "status" else 200)
    assert _topics(simulator) == made


def test_html_comes_with_status_200(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="html", path="/v2/users/me")
    answer = dana.call("GET", "/users/me")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert "<html>" in answer.text


def test_an_empty_answer_is_200_without_a_body(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="empty", path="/v2/users/me")
    answer = dana.call("GET", "/users/me")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_reset_connection_has_no_effect(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="reset", **CREATE)
    with pytest.raises(requests.ConnectionError) as raised:
        _create(dana)
    assert "ConnectionResetError" in str(raised.value)
    assert _topics(simulator) == []


def test_a_hanging_call_is_never_answered_and_has_no_effect(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="hang", **CREATE)
    with pytest.raises(requests.ReadTimeout):
        _create(dana, timeout=0.2)
    assert _topics(simulator) == []


def test_a_held_answer_leaves_time_between_the_effect_and_the_answer(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    fault = simulator.fault(kind="hold", **CREATE)
    answers: list[requests.Response] = []
    caller = threading.Thread(target=lambda: answers.append(_create(dana)))
    caller.start()
    _wait_until(lambda: simulator.control("GET", "/faults")["waiting"] == 1)
    assert (_topics(simulator), answers) == (["T"], [])
    simulator.control("POST", f"/faults/{fault}/release")
    caller.join(SECONDS)
    assert answers[0].status_code == 201


def test_dropped_settings_are_accepted_and_not_kept(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="drop_setting", settings=["waiting_room"], times=2, path="/v2/**")
    made = dana.create(settings={"waiting_room": True, "host_video": True})
    assert (made["settings"]["waiting_room"], made["settings"]["host_video"]) == (False, True)
    change = {"settings": {"waiting_room": True}}
    assert dana.call("PATCH", f"/meetings/{made['id']}", json=change).status_code == 204
    assert dana.call("PATCH", f"/meetings/{made['id']}", json=change).status_code == 204
    assert dana.call("GET", f"/meetings/{made['id']}").json()["settings"]["waiting_room"] is True


def test_a_fault_hits_only_its_method_and_path_and_as_often_as_asked(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.fault(kind="status", status=503, method="get", path="/v2/meetings/*", times=2, skip=1)
    meeting_id = dana.create()["id"]
    assert dana.call("GET", "/users/me").status_code == 200
    body = {"attendees": [{"name": "Ann"}]}
    assert dana.call("POST", f"/meetings/{meeting_id}/invite_links", json=body).status_code == 201
    seen = [dana.call("GET", f"/meetings/{meeting_id}").status_code for _ in range(4)]
    assert seen == [200, 503, 503, 200]


def test_faults_are_listed_shown_and_deleted(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    first = simulator.fault(kind="status", path="/v2/users/me", times=None)
    second = simulator.fault(kind="html", path="/v2/users/me", times=None)
    assert [fault["id"] for fault in simulator.control("GET", "/faults")["faults"]] == [first, second]
    assert "html" in requests.get(simulator.root_url, timeout=SECONDS).text
    simulator.control("DELETE", f"/faults/{first}")
    assert "<html>" in dana.call("GET", "/users/me").text
    simulator.control("DELETE", "/faults")
    assert dana.call("GET", "/users/me").status_code == 200
    assert simulator.control("GET", "/faults") == {"faults": [], "waiting": 0, "landing": 0}


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "delay"},
        {"kind": "list_lag", "seconds": "many"},
        {"kind": "drop_setting"},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "paths": "/v2"},
        {"kind": "late_effect", "connection": "maybe"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(
    simulator: RunningSimulator, fault: dict[str, Any]
) -> None:
    answer = requests.post(f"{simulator.root_url}/control/faults", json=fault, timeout=SECONDS)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


def test_the_token_endpoint_can_fail_too(simulator: RunningSimulator) -> None:
    simulator.fault(kind="html", method="POST", path="/oauth/token")
    code = simulator.code()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert "<html>" in simulator.token(PRACTICE_APP, **form).text
    assert simulator.token(PRACTICE_APP, **form).status_code == 200
