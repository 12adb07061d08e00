"""Places in line: evenly, never more than the plan allows, and no more than one may have to wait for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom import plan_limits
from zoom.plan_limits import BUSINESS, FREE, LIGHT, LIMITS, MEDIUM, PRO, Bucket

NOW = 1_000_000.0


def test_the_first_call_waits_for_nobody_and_the_next_come_one_interval_apart() -> None:
    bucket, granted = Bucket(0.0).reserve(3, NOW, 0.04)
    assert granted == 3
    assert Bucket(0.0).next_at(NOW) == NOW
    assert bucket.next_at(NOW) == pytest.approx(NOW + 0.12)


def test_time_that_nobody_used_is_not_saved_up() -> None:
    """Or a burst after a quiet hour would run into Zoom's limit."""
    bucket, _granted = Bucket(NOW - 3600).reserve(1, NOW, 0.04)
    assert bucket.free_at == NOW + 0.04


def test_what_would_wait_too_long_is_not_granted() -> None:
    bucket, granted = Bucket(0.0).reserve(1000, NOW, 0.25, most_wait=5.0)
    assert granted == 21
    assert bucket.reserve(1, NOW, 0.25, most_wait=5.0) == (bucket, 0)
    assert bucket.reserve(1, NOW + 1.0, 0.25, most_wait=5.0)[1] == 1


def test_the_day_has_an_end() -> None:
    bucket, granted = Bucket(0.0, taken=5_999).reserve(3, NOW, 0.25, per_day=6_000)
    assert (granted, bucket.taken) == (1, 6_000)
    assert bucket.reserve(1, NOW + 60, 0.25, per_day=6_000)[1] == 0


@given(
    calls=st.lists(st.tuples(st.integers(1, 40), st.floats(0, 3)), min_size=1, max_size=30),
    interval=st.sampled_from([1 / 30, 1 / 28.5, 1 / 4]),
)
def test_in_no_second_start_more_than_the_interval_allows(calls: list[tuple[int, float]], interval: float) -> None:
    bucket, now, starts = Bucket(0.0), NOW, []
    for count, pause in calls:
        first = bucket.next_at(now)
        bucket, granted = bucket.reserve(count, now, interval, most_wait=5.0)
        starts += [first + number * interval for number in range(granted)]
        now += pause
    assert all(later - earlier >= interval - 1e-6 for earlier, later in zip(starts, starts[1:]))


def test_zooms_table_of_limits() -> None:
    per_second = {plan: (LIMITS[plan][LIGHT].per_second, LIMITS[plan][MEDIUM].per_second) for plan in LIMITS}
    assert per_second == {FREE: (4, 2), PRO: (30, 20), BUSINESS: (80, 60)}
    assert (LIMITS[FREE][LIGHT].per_day, LIMITS[FREE][MEDIUM].per_day) == (6_000, 2_000)


@pytest.mark.parametrize(
    ("method", "template", "label"),
    [
        ("GET", "/users/me/meetings", MEDIUM),
        ("GET", "/users/me/settings", MEDIUM),
        ("POST", "/users/me/meetings", LIGHT),
        ("PATCH", "/meetings/{id}", LIGHT),
        ("DELETE", "/meetings/{id}", LIGHT),
        ("GET", "/meetings/{id}", LIGHT),
        ("GET", "/past_meetings/{id}", LIGHT),
        ("GET", "/users/me", LIGHT),
    ],
)
def test_each_endpoint_has_zooms_label(method: str, template: str, label: str) -> None:
    assert plan_limits.category_of(method, template) == label


def test_of_several_practices_the_lowest_plan_counts_and_pro_is_assumed() -> None:
    assert plan_limits.lowest([BUSINESS, FREE, PRO]) == FREE
    assert plan_limits.lowest([]) == PRO
