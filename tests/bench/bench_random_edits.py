"""Random sequences of edits of sessions and series: `make test` tries a few, here are many, drawn anew each time."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator

from dev import paths
from dev.console import say
from dev.measurement import Measurement
from dev.trial_stack import TrialStack

TEST = f"{paths.ADDON}/tests/test_random_edits.py"
SEQUENCES = 60


def measure(_stack: TrialStack) -> Iterator[Measurement]:
    """Yield whether all sequences ended in agreement; they run inside Odoo, on a database of their own."""
    seed = secrets.randbelow(2**32)
    say(f"  TELEHEALTH_EDITS_SEED={seed}")
    run = subprocess.run(
        [sys.executable, "-m", "dev", "test", TEST, "-q"],
        cwd=paths.ROOT,
        env={**os.environ, "TELEHEALTH_EDITS": str(SEQUENCES), "TELEHEALTH_EDITS_SEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        say(run.stdout[-4000:] + run.stderr[-1000:])
    yield Measurement("random edits of sessions and series: sequences", SEQUENCES, "sequences")
    yield Measurement("random edits: ended without agreement", int(run.returncode != 0), "runs", 0)
