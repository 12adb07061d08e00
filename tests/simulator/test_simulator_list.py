"""The list of meetings: kinds, pages, and what Zoom lets pass silently."""

from __future__ import annotations

import pytest

from tests.simulator.running_simulator import RunningSimulator, ZoomCaller

DAY = 86400


def _topics(caller: ZoomCaller, **query: str) -> list[str]:
    return [meeting["topic"] for meeting in caller.listed(**query)]


def test_the_list_shows_topics_but_no_start_link_and_no_settings(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    dana.create(topic="TH-abc Session")
    (listed,) = dana.listed(type="scheduled")
    assert listed["topic"] == "TH-abc Session"
    assert not {"start_url", "settings", "password", "tracking_fields"} & set(listed)


def test_pages_hold_what_was_asked_for_and_lead_on_to_the_last(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    for number in range(7):
        dana.create(topic=f"T{number}", start_time=f"2035-12-0{number + 1}T15:00:00Z")
    seen: list[str] = []
    query = {"page_size": "3"}
    for expected in (3, 3, 1):
        answer = dana.call("GET", "/users/me/meetings", params=query).json()
        assert (len(answer["meetings"]), answer["total_records"], answer["page_count"]) == (expected, 7, 3)
        seen += [meeting["topic"] for meeting in answer["meetings"]]
        query["next_page_token"] = answer["next_page_token"]
    assert seen == [f"T{number}" for number in range(7)]
    assert answer["next_page_token"] == ""


@pytest.mark.parametrize(("asked", "given"), [("500", 300), ("0", 30), ("-1", 30), ("many", 30), ("300", 300)])
def test_a_page_size_is_clamped_and_never_refused(simulator: RunningSimulator, asked: str, given: int) -> None:
    answer = simulator.connect().call("GET", "/users/me/meetings", params={"page_size": asked})
    assert (answer.status_code, answer.json()["page_size"]) == (200, given)
    simulator.control("DELETE", "/calls")


def test_a_page_token_lives_fifteen_minutes(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    for _ in range(2):
        dana.create()
    query = {"page_size": "1"}
    token = dana.call("GET", "/users/me/meetings", params=query).json()["next_page_token"]
    query["next_page_token"] = token
    assert len(dana.listed(**query)) == 1
    simulator.move_clock(901)
    late = dana.call("GET", "/users/me/meetings", params=query)
    assert (late.status_code, late.json()["code"]) == (400, 300)


def test_kinds_of_meetings_follow_the_clock_and_who_is_in(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    soon = dana.create(topic="soon", duration=30)
    simulator.control("POST", "/people", meeting_id=dana.create(topic="live", duration=30)["id"], role="host")
    simulator.move_clock(2 * 3600)
    dana = simulator.connect()
    dana.create(topic="next", start_time="2035-12-01T15:00:00Z")
    assert _topics(dana, type="live") == ["live"]
    assert sorted(_topics(dana, type="upcoming")) == ["live", "next"]
    assert _topics(dana, type="previous_meetings") == ["soon"]
    assert sorted(_topics(dana, type="scheduled")) == ["live", "next", "soon"]
    assert sorted(_topics(dana, type="no-such-type")) == ["live", "next", "soon"]
    assert soon["id"] in {meeting["id"] for meeting in dana.listed()}
    simulator.control("DELETE", "/calls")


def test_from_and_to_are_days_and_nonsense_passes_silently(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    for day in ("01", "02", "03"):
        dana.create(topic=day, start_time=f"2035-12-{day}T15:00:00Z")
    query = {"from": "2035-12-02", "to": "2035-12-02"}
    assert _topics(dana, **query) == ["02"]
    assert _topics(dana, **{"from": "yesterday"}) == ["01", "02", "03"]
    simulator.control("DELETE", "/calls")


def test_instant_meetings_are_not_listed(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    dana.create(type=1)
    assert dana.listed() == []
