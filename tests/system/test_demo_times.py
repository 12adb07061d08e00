"""`make demo` on another day: its sessions stand where the README says, whatever was done with them before."""

from __future__ import annotations

from pathlib import Path

from dev.trial_stack import TrialStack

SCRIPT = Path(__file__).parent / "in_odoo" / "demo_days.py"


def test_a_session_in_five_minutes_is_always_there_and_the_others_move_with_the_days(stack: TrialStack) -> None:
    seen = stack.measure_in_odoo(SCRIPT)
    starts = [seen[name] for name in ("first", "held", "cancelled", "deleted", "again")]
    assert {one["state"] for one in starts} == {"scheduled"}
    assert all(3 < one["minutes"] <= 5 for one in starts), starts
    assert len({one["who"] for one in starts}) == 1
    assert seen["moved"] == [seen["days"]] and seen["days"] >= 3
    events = [one["event"] for one in starts]
    assert len(set(events[:4])) == 4, "what was held, cancelled or deleted is not taken for the next one"
    assert events[3] == events[4], "and what still stands is moved"
