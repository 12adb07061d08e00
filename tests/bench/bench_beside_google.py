"""What a save waits for: ours with Zoom 300 ms away, and Odoo's google_calendar with Google as far away, in one run.

A stub of ours answers for Google, the simulator for Zoom. Ours: Omar books telehealth sessions, connected to Zoom.
Theirs: Dana books plain events, syncing with Google. The scheduled action is held meanwhile: it works after the commit,
in a thread of its own, and on a small machine would be measured as the next save's time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from dev.measurement import Measurement
from dev.trial_stack import TrialStack
from tests.bench.calendar_stub import CalendarStub
from tests.system.practice import ACTION, ODOO_FORMAT, Practice

ADDONS = Path(__file__).parent / "addons"
LATENCY_SECONDS = 0.3
ROUNDS = 7
# Each of a hundred events waits for Google by itself.
ROUNDS_OF_THEIRS = {1: 3, 100: 1}


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield the times of a save with 1 and with 100 events, with and without latency, and the ratios."""
    with CalendarStub() as stub:
        practice = _prepared(stack, stub)
        with stack.action_held(ACTION):
            for number in (1, 100):
                ours, theirs = _ours(practice, stub, number), _theirs(practice, stub, number)
                name = f"beside Google, {number} at once"
                yield Measurement(f"{name}: our save, Zoom and Google 300 ms away", ours[1], "s")
                yield Measurement(f"{name}: our save, 300 ms away / no distance", ours[1] / ours[0], "x", 1.25)
                yield Measurement(f"{name}: their save, 300 ms away", theirs[1], "s")
                yield Measurement(f"{name}: their save, 300 ms away / no distance", theirs[1] / theirs[0], "x")


def _prepared(stack: TrialStack, stub: CalendarStub) -> Practice:
    stack.restart_odoo(addons_path=stack.addons_path(ADDONS), bench_calendar_stub_url=stub.url)
    stack.rpc("admin", "ir.module.module", "update_list")
    [stubs] = stack.rpc("admin", "ir.module.module", "search", [[["name", "=", "bench_calendar_stub"]]])
    stack.rpc("admin", "ir.module.module", "button_immediate_install", [[stubs]])
    stack.restart_odoo()
    practice = Practice(stack)
    stack.rpc("admin", "res.users", "bench_use_google", [[practice.user("dana")]])
    practice.connect("omar")
    practice.settle()
    return practice


def _ours(practice: Practice, stub: CalendarStub, number: int) -> tuple[float, float]:
    """Return seconds without and with latency: medians of saves that take turns, so that both see the same machine."""
    _save(practice, "omar", number, telehealth=True)  # fills the caches
    near, far = [], []
    for _round in range(ROUNDS):
        _set_latency(practice, stub, 0)
        near.append(_save(practice, "omar", number, telehealth=True))
        _set_latency(practice, stub, LATENCY_SECONDS)
        far.append(_save(practice, "omar", number, telehealth=True))
    return statistics.median(near), statistics.median(far)


def _theirs(practice: Practice, stub: CalendarStub, number: int) -> tuple[float, float]:
    _set_latency(practice, stub, 0)
    near = [_save(practice, "dana", number, telehealth=False) for _round in range(ROUNDS_OF_THEIRS[number])]
    before = len(stub.asked("POST"))
    _set_latency(practice, stub, LATENCY_SECONDS)
    far = [_save(practice, "dana", number, telehealth=False) for _round in range(ROUNDS_OF_THEIRS[number])]
    assert len(stub.asked("POST")) - before == number * ROUNDS_OF_THEIRS[number]
    return statistics.median(near), statistics.median(far)


def _set_latency(practice: Practice, stub: CalendarStub, seconds: float) -> None:
    stub.latency_seconds = seconds
    practice.stack.simulator("DELETE", "/control/faults")
    if seconds:
        slow = {"kind": "delay", "path": "**", "times": None, "seconds": seconds}
        practice.stack.simulator("POST", "/control/faults", slow)


def _save(practice: Practice, login: str, number: int, telehealth: bool) -> float:
    """Return the seconds that a user waits for one create; what was made is removed again where Google has no copy."""
    first = datetime(2031, 1, 6, 8)
    people = [practice.partner(login), practice.partner("alex")]
    values = [
        {
            "name": "Session",
            "start": (first + timedelta(hours=hour)).strftime(ODOO_FORMAT),
            "stop": (first + timedelta(hours=hour, minutes=50)).strftime(ODOO_FORMAT),
            "user_id": practice.user(login),
            "partner_ids": [[6, 0, people]],
            "telehealth": telehealth,
        }
        for hour in range(number)
    ]
    quiet = {"context": {"no_mail_to_attendees": True}}
    began = time.perf_counter()
    made = practice.stack.rpc(login, "calendar.event", "create", [values], quiet)
    took = time.perf_counter() - began
    if telehealth:
        practice.stack.rpc(login, "calendar.event", "unlink", [made])
    return took
