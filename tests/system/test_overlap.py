"""Two requests for one time of one provider, at the same moment: where the practice says so, one is refused (R16)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dev.rpc import RpcError
from dev.trial_stack import TrialStack
from tests.system.practice import Practice

ROUNDS = 6


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice that allows no two sessions at one time; nobody is connected."""
    stack.reset()
    stack.rpc("admin", "res.company", "write", [[1], {"telehealth_overlap_blocked": True}])
    return Practice(stack)


def test_of_two_simultaneous_bookings_one_is_refused_with_a_sentence(practice: Practice) -> None:
    refusals = []
    for number in range(ROUNDS):
        start = practice.moment(days=10 + number)

        def book(login: str, start=start) -> bool:
            try:
                practice.book(start, login=login, provider_id=practice.user("dana"))
            except RpcError as refusal:
                refusals.append(refusal.message)
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            booked = list(pool.map(book, ("dana", "sam")))
        assert sorted(booked) == [False, True]
        assert practice.stack.sql(
            "SELECT count(*) FROM telehealth_session WHERE start = %s AND state = 'scheduled'", (start,)
        ) == [(1,)]
    assert all("Choose another time" in text or "choose another time" in text for text in refusals), refusals
