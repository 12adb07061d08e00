"""What a person has set in Zoom: read over REST, changed by the control API."""

from __future__ import annotations

import pytest

from tests.simulator.running_simulator import BEA, DANA, PRACTICE_APP, RunningSimulator

PATH = "/users/me/settings"


def test_what_is_changed_for_one_user_is_read_by_that_one_alone(simulator: RunningSimulator) -> None:
    dana, bea = simulator.connect(), simulator.connect(BEA)
    simulator.control("POST", "/user_settings", email=DANA, settings={"recording": {"cloud_recording": False}})
    assert dana.call("GET", PATH).json()["recording"]["cloud_recording"] is False
    assert dana.call("GET", PATH).json()["recording"]["auto_recording"] == "none"
    assert bea.call("GET", PATH).json()["recording"]["cloud_recording"] is True


def test_security_is_a_part_of_its_own(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.control("POST", "/user_settings", email=DANA, settings={"meeting_security": {"encryption_type": "e2ee"}})
    assert "meeting_security" not in dana.call("GET", PATH).json()
    security = dana.call("GET", PATH, params={"option": "meeting_security"}).json()
    assert list(security) == ["meeting_security"]
    assert security["meeting_security"]["encryption_type"] == "e2ee"


def test_named_fields_alone_are_told(simulator: RunningSimulator) -> None:
    told = simulator.connect().call("GET", PATH, params={"custom_query_fields": "host_video,waiting_room"}).json()
    assert told == {"schedule_meeting": {"host_video": True}, "in_meeting": {"waiting_room": True}}


def test_the_licence_can_be_changed(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    simulator.control("POST", "/user_settings", email=DANA, type=1)
    assert dana.call("GET", "/users/me").json()["type"] == 1


def test_without_the_scope_settings_cannot_be_seen(simulator: RunningSimulator) -> None:
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=["user:read:user"])
    answer = simulator.connect().call("GET", PATH)
    assert (answer.status_code, answer.json()["code"]) == (400, 4711)
    assert "user:read:settings" in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"settings": {"recording": {"cloud_recordings": True}}},
        {"settings": {"recordings": {}}},
        {"settings": {"recording": {"cloud_recording": "yes"}}},
        {"settings": []},
        {"type": 7},
        {"setting": {}},
    ],
)
def test_what_is_not_simulated_is_refused(simulator: RunningSimulator, body: dict[str, object]) -> None:
    simulator.control("POST", "/user_settings", expect=400, email=DANA, **body)
    assert simulator.connect().call("GET", PATH).json()["recording"]["cloud_recording"] is True
