"""What a save costs: 1,000 telehealth sessions in one call against 1,000 plain events, attendees alike, mails off.

Created, imported, and edited (moved, archived, restored, deleted) at once.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from dev.measurement import Measurement
from dev.trial_stack import TrialStack

SCRIPT = Path(__file__).parent / "in_odoo" / "saving_sessions.py"
GOALS = {"the session alone": 1.15, "one client each": 1.30, "imported, one client each": 1.30}


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield the ratio of telehealth to plain, as the median of interleaved pairs, and the queries per session."""
    for case, found in stack.measure_in_odoo(SCRIPT).items():
        ratios = [telehealth / plain for plain, telehealth in found["seconds"]]
        yield Measurement(f"saving, {case}: telehealth / plain", statistics.median(ratios), "x", GOALS.get(case))
        yield Measurement(f"saving, {case}: plain", statistics.median(s[0] for s in found["seconds"]), "s")
        yield Measurement(f"saving, {case}: telehealth", statistics.median(s[1] for s in found["seconds"]), "s")
        few, many = (found["queries"][size] / int(size) for size in ("100", "1000"))
        # Flat: what each session adds does not grow with their number.
        yield Measurement(f"saving, {case}: queries per session, 1,000 / 100 at once", many / few, "x", 1.05)
        yield Measurement(f"saving, {case}: queries per session", many, "queries")
