"""Random changes under random faults, as `make test` tries them with a few seeds: here with many."""

from __future__ import annotations

from collections.abc import Iterator

from dev.console import say
from dev.measurement import Measurement
from dev.trial_stack import TrialStack
from tests.system.practice import connected_practice
from tests.system.random_changes import change_under_faults

SEEDS = range(40)
SEEDS_A_PRACTICE = 20  # a host's coming meetings are asked for again and again


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield after how many of the seeds Zoom and the practice do not agree."""
    wrong = 0
    for seed in SEEDS:
        if seed % SEEDS_A_PRACTICE == 0:
            stack.reset()
            practice = connected_practice(stack, "dana", "omar")
        try:
            change_under_faults(practice, seed)
        except AssertionError as difference:
            wrong += 1
            say(f"  seed {seed}: {difference}")
    yield Measurement("random changes under faults: seeds", len(SEEDS), "seeds")
    yield Measurement("random changes under faults: without agreement in the end", wrong, "seeds", 0)
