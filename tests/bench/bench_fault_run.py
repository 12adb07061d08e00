"""The long fault run: 200 sessions, three hosts, every fault of the simulator, Odoo killed again and again."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

from dev.console import say
from dev.measurement import Measurement
from dev.trial_stack import TrialStack
from tests.system.fault_run import FaultRun

SESSIONS = 200
ROUNDS = 40
KILLS = 15
HOSTS = 3


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield how many sessions have no meeting, two, or a wrong one, and how many meetings have no session."""
    seed = int(os.environ.get("FAULT_RUN_SEED") or random.SystemRandom().randrange(10**6))
    say(f"  seed {seed} (FAULT_RUN_SEED={seed} repeats it)")
    run = FaultRun(stack, seed, sessions=SESSIONS, hosts=HOSTS)
    run.go(rounds=ROUNDS, kills=KILLS)
    before_the_sweep, verdict = run.end()
    if not verdict.agrees:
        say(f"  {verdict}")
    yield Measurement("fault run: seed", seed, "")
    yield Measurement("fault run: kills", run.kills, "kills", KILLS, at_least=True)
    yield Measurement("fault run: connections that had to be connected again", run.reconnects, "connections")
    yield Measurement("fault run: sessions scheduled in the end", verdict.scheduled, "sessions")
    wrong_before = [*before_the_sweep.missing, *before_the_sweep.doubled, *before_the_sweep.orphans]
    # Without a goal: what lands later than the last look is the sweep's to find.
    yield Measurement("fault run: what the nightly sweep still had to mend", len(wrong_before), "sessions")
    yield Measurement("fault run: sessions without their meeting", len(verdict.missing), "sessions", 0)
    yield Measurement("fault run: sessions with two meetings", len(verdict.doubled), "sessions", 0)
    yield Measurement("fault run: meetings without a session", len(verdict.orphans), "meetings", 0)
    yield Measurement("fault run: wrong time, length or host", len(verdict.wrong), "sessions", 0)
