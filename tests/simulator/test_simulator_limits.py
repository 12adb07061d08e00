"""Zoom's limits of calls: per second and day by the account's plan, and a host's meeting writes a day."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest

from tests.simulator.running_simulator import OMAR, RunningSimulator, ZoomCaller
from zoom_simulator.rate_limits import LIGHT, MEDIUM, RateLimits

NOW = datetime(2026, 12, 1, 22, 30, tzinfo=timezone.utc).timestamp()
DAY = 86_400


def take(limits: RateLimits, count: int, at: float = 0.0, now: float = NOW, category: str = LIGHT) -> int:
    """Make calls at one moment and return how many were let through."""
    return sum(limits.admit("account", "dana", category, False, at, now) is None for _call in range(count))


def write(limits: RateLimits, host: str, now: float = NOW) -> bool:
    """Make one meeting and say whether it was let through; a second passes between two."""
    return limits.admit("account", host, LIGHT, True, now - NOW, now) is None


@pytest.mark.parametrize(
    ("plan", "light", "medium"), [("free", 4, 2), ("pro", 30, 20), ("business", 80, 60), ("none", 100, 100)]
)
def test_a_plan_allows_so_many_calls_a_second(plan: str, light: int, medium: int) -> None:
    limits = RateLimits(plans={"": plan})
    assert (take(limits, 100), take(limits, 100, category=MEDIUM)) == (light, medium)


def test_the_second_is_any_second_and_not_one_of_the_clocks() -> None:
    limits = RateLimits(plans={"": "pro"})
    assert take(limits, 20, at=0.9) == 20
    assert take(limits, 20, at=1.1) == 10
    assert take(limits, 40, at=1.95) == 20
    assert limits.most_in_a_second[LIGHT] == 30


def test_an_account_has_its_own_plan_and_its_own_count() -> None:
    limits = RateLimits(plans={"": "pro", "other": "free"})
    assert take(limits, 40) == 30
    assert sum(limits.admit("other", "bea", LIGHT, False, 0.0, NOW) is None for _call in range(10)) == 4


def test_the_free_plan_ends_for_the_day_and_begins_anew_at_midnight_utc() -> None:
    limits = RateLimits(plans={"": "free"}, retry_after="iso")
    assert sum(take(limits, 4, at=float(second)) for second in range(1600)) == 6000
    refusal = limits.admit("account", "dana", LIGHT, False, 1e6, NOW)
    assert refusal is not None
    assert "maximum daily rate limit" in refusal.message
    assert refusal.retry_after == "2026-12-02T00:00:00Z"
    assert take(limits, 1, at=2e6, now=NOW + 2 * 3600) == 1


def test_a_host_has_a_hundred_writes_a_day_and_the_neighbour_their_own() -> None:
    limits = RateLimits(host_writes=100)
    assert sum(write(limits, "dana") for _write in range(120)) == 100
    assert write(limits, "omar")
    assert write(limits, "dana", NOW + 2 * 3600)
    assert limits.refused == {"host": 20}


def test_calls_that_change_nothing_do_not_count_as_writes() -> None:
    limits = RateLimits(host_writes=0)
    assert take(limits, 10) == 10


def create(caller: ZoomCaller) -> dict[str, str]:
    """Make a meeting and return the text and header of the answer."""
    answer = caller.call("POST", "/users/me/meetings", json={"topic": "Telehealth session"})
    told = answer.json().get("message", "")
    return {"status": str(answer.status_code), "message": told, "retry_after": answer.headers.get("Retry-After", "")}


def test_nothing_is_enforced_unless_it_is_asked_for(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    assert {dana.call("GET", "/users/me").status_code for _call in range(40)} == {200}
    assert simulator.control("GET", "/limits")["most_in_a_second"]["light"] > 1


def test_the_call_too_many_gets_zooms_429(simulator: RunningSimulator) -> None:
    dana, omar = simulator.connect(), simulator.connect(OMAR)
    simulator.control("POST", "/limits", host_writes=2)
    assert [create(dana)["status"] for _write in range(3)] == ["201", "201", "429"]
    refused = create(dana)
    assert refused["message"].startswith("You have exceeded the daily rate limit (2) of Meeting Create/Update")
    assert refused["retry_after"] == ""
    assert create(omar)["status"] == "201"
    assert len(simulator.meetings()) == 3, "a refused call has no effect"
    assert dana.call("PATCH", f"/meetings/{simulator.meetings()[0]['id']}", json={"duration": 30}).status_code == 429
    assert dana.call("DELETE", f"/meetings/{simulator.meetings()[0]['id']}").status_code == 204


def test_the_header_comes_in_the_form_that_is_asked_for(simulator: RunningSimulator) -> None:
    dana = simulator.connect()
    told = {}
    for form in ("seconds", "http_date", "iso"):
        simulator.control("POST", "/limits", host_writes=0, retry_after=form)
        told[form] = create(dana)["retry_after"]
    midnight = (datetime.now(timezone.utc) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert 1 <= int(told["seconds"]) <= DAY
    assert parsedate_to_datetime(told["http_date"]) == midnight
    assert told["iso"] == midnight.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_two_users_of_one_account_share_its_calls_a_second(simulator: RunningSimulator) -> None:
    simulator.control("POST", "/users", email="far@other.example", action="add", first_name="Far", last_name="Away",
                      account_id="Another0AccountOfZoom0")  # fmt: skip
    dana, omar, far = simulator.connect(), simulator.connect(OMAR), simulator.connect("far@other.example")
    simulator.control("POST", "/limits", plan="free")
    statuses = [caller.call("GET", "/users/me").status_code for caller in (dana, omar) * 12]
    assert 429 in statuses
    assert far.call("GET", "/users/me").status_code == 200
    assert simulator.control("GET", "/limits")["refused"]["second"] == statuses.count(429)


@pytest.mark.parametrize("body", [{"plan": "gold"}, {"retry_after": "soon"}, {"host_writes": -1}, {"limit": 3}])
def test_what_makes_no_sense_is_refused(simulator: RunningSimulator, body: dict[str, object]) -> None:
    simulator.control("POST", "/limits", expect=400, **body)
