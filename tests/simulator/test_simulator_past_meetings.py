"""`GET /v2/past_meetings`: what of a meeting's times can be read, by which name, and by whom."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.simulator.running_simulator import PRACTICE_APP, SECONDS, RunningSimulator, ZoomCaller

DAY = 86400


def hold(simulator: RunningSimulator, caller: ZoomCaller, meeting_id: int, seconds: float) -> dict[str, Any]:
    """Hold a meeting once, until the clock stands at `seconds` more than real time; what Zoom tells of it."""
    simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    simulator.move_clock(seconds)
    simulator.control("DELETE", "/people", meeting_id=meeting_id)
    past: dict[str, Any] = caller.call("GET", f"/past_meetings/{meeting_id}").json()
    return past


def read(caller: ZoomCaller, part: str) -> requests.Response:
    """Read a past meeting whose name in the path is taken as it stands."""
    return requests.get(f"{caller.root_url}/v2/past_meetings/{part}", headers=caller.headers, timeout=SECONDS)


def test_each_time_is_found_by_its_uuid_and_the_last_by_the_id(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting_id = dana.create()["id"]
    times = [hold(simulator, dana, meeting_id, 600.0 * number) for number in range(1, 6)]

    assert len({time["uuid"] for time in times}) == 5
    assert read(dana, str(meeting_id)).json() == times[-1]
    for time in times:
        once = quote(time["uuid"], safe="")
        assert read(dana, quote(once, safe="")).json() == time


def test_a_uuid_with_slashes_must_be_encoded_twice(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting_id = dana.create()["id"]
    uuids = [hold(simulator, dana, meeting_id, 60.0 * number)["uuid"] for number in range(1, 9)]
    needs_twice = {uuid for uuid in uuids if uuid.startswith("/") or "//" in uuid}

    assert needs_twice and needs_twice != set(uuids)
    for uuid in uuids:
        assert read(dana, quote(uuid, safe="")).status_code == (404 if uuid in needs_twice else 200)


@pytest.mark.parametrize("name", ["85746065431", "nobody%3D%3D", "%2E%2E%2E", "%252F", "0"])
def test_what_was_never_held_does_not_exist(simulator: RunningSimulator, name: str) -> None:
    dana = simulator.connect()
    dana.create()
    answer = read(dana, name)

    assert (answer.status_code, answer.json()["code"]) == (404, 3001)


def test_the_uuid_of_a_time_that_runs_is_not_past_yet(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting_id = dana.create()["id"]
    first = hold(simulator, dana, meeting_id, 60)
    simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    running = dana.call("GET", f"/meetings/{meeting_id}").json()["uuid"]

    assert read(dana, quote(quote(running, safe=""), safe="")).json()["code"] == 3001
    assert read(dana, str(meeting_id)).json() == first


def test_a_time_is_told_for_a_year(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    meeting_id = dana.create()["id"]
    hold(simulator, dana, meeting_id, 0)
    # A year is longer than an access token lives.
    simulator.move_clock(364 * DAY)
    assert read(simulator.connect(), str(meeting_id)).status_code == 200
    simulator.move_clock(366 * DAY)
    answer = read(simulator.connect(), str(meeting_id))

    assert (answer.status_code, answer.json()["code"]) == (400, 12702)


def test_the_scope_is_named_where_it_is_missing(simulator: RunningSimulator) -> None:
    assert "meeting:read:past_meeting" in simulator.connect().tokens["scope"].split()
    scopes = ["meeting:read:meeting", "meeting:write:meeting"]
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=scopes)
    dana = simulator.connect()
    answer = read(dana, str(dana.create()["id"]))

    assert (answer.status_code, answer.json()["code"]) == (400, 4711)
    assert "does not contain scopes:[meeting:read:past_meeting" in answer.json()["message"]
