"""Whatever happens in whatever order: in the end each scheduled session has one meeting and a cancelled one none."""

from __future__ import annotations

import random

import pytest

from dev.trial_stack import TrialStack
from tests.system.practice import Practice, connected_practice
from tests.system.random_changes import Changes, change_under_faults

STEPS = 50
SEEDS = range(5)  # `make bench` takes many more


@pytest.fixture(scope="module")
def practice(stack: TrialStack) -> Practice:
    """A fresh practice where both providers are connected."""
    stack.reset()
    return connected_practice(stack, "dana", "omar")


@pytest.mark.parametrize("seed", [random.SystemRandom().randrange(10**6)])
def test_fifty_moves_cancellations_and_restorations_end_with_one_meeting(practice: Practice, seed: int) -> None:
    """R6; the seed, another one in each run, stands in the test's name."""
    changes = Changes(practice, random.Random(seed), count=1)
    [session] = changes.sessions
    for _step in range(STEPS):
        changes.step()
    if session.id in changes.cancelled:
        practice.restore(session)
        changes.cancelled.clear()

    practice.settle()
    changes.assert_zoom_agrees()
    assert practice.status(session) == "ready"


@pytest.mark.parametrize("seed", SEEDS)
def test_random_changes_under_random_faults_converge(practice: Practice, seed: int) -> None:
    change_under_faults(practice, seed)
