"""A short fault run; `make bench` has the long one."""

from __future__ import annotations

import random

import pytest

from dev.trial_stack import TrialStack
from tests.system.fault_run import FaultRun

SESSIONS = 20
ROUNDS = 6
KILLS = 2
HOSTS = 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", [random.SystemRandom().randrange(10**6)])
def test_after_faults_and_kills_zoom_holds_exactly_what_the_calendar_says(fresh_stack: TrialStack, seed: int) -> None:
    """R12; the seed, another one in each run, stands in the test's name."""
    run = FaultRun(fresh_stack, seed, sessions=SESSIONS, hosts=HOSTS)
    run.go(rounds=ROUNDS, kills=KILLS)
    _before_the_sweep, verdict = run.end()
    assert run.kills == KILLS
    assert verdict.scheduled
    assert verdict.agrees, verdict
