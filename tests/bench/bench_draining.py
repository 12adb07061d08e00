"""How fast a thousand imported sessions get their meetings: the plan's limit of calls should be what holds them up.

The simulator answers each call after 150 ms and refuses what Zoom would refuse: 30 light calls a second for a Pro
account, 100 meeting writes for a host and day.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from dev.measurement import Measurement
from dev.trial_stack import TrialStack
from tests.bench.many_hosts import ManyHosts

SESSIONS = 1000
HOSTS = 12
LATENCY_SECONDS = 0.15
PRO_LIGHT_A_SECOND = 30
WRITES_A_DAY = 100
MOST_SECONDS = 240.0
CREATE = ("POST", "/v2/users/me/meetings")


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield the rate of the drain against the plan's, what Zoom refused, and the most that a host wrote."""
    yield Measurement("draining: the machine's load before (1: one core busy)", os.getloadavg()[0], "processes")
    hosts = ManyHosts(stack)
    hosts.connect(HOSTS)
    stack.simulator("POST", "/control/limits", {"plan": "pro", "host_writes": WRITES_A_DAY})
    delay = {"kind": "delay", "path": "/v2/**", "seconds": LATENCY_SECONDS, "times": None}
    stack.simulator("POST", "/control/faults", delay)
    stack.simulator("DELETE", "/control/calls")
    hosts.import_sessions(SESSIONS, first_after=timedelta(days=2))
    _wait_until_made(stack)
    calls = [
        call for call in stack.simulator("GET", "/control/calls")["calls"] if (call["method"], call["path"]) == CREATE
    ]
    limits = stack.simulator("GET", "/control/limits")
    yield from _rates(calls)
    yield Measurement("draining: calls that Zoom refused (429)", sum(limits["refused"].values()), "calls", 0)
    yield Measurement("draining: calls in the fullest second", limits["most_in_a_second"]["light"], "calls")
    most = max(row["writes"] for row in limits["writes"])
    yield Measurement("draining: most writes of a host on a day", most, "writes", WRITES_A_DAY)
    yield Measurement("draining: meetings at Zoom", len(calls), "meetings", SESSIONS, at_least=True)
    yield Measurement("draining: the machine's load after", os.getloadavg()[0], "processes")


def _wait_until_made(stack: TrialStack) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        [[made]] = stack.sql("SELECT count(*) FROM zoom_meeting WHERE state = 'live'")
        if made >= SESSIONS:
            return
        time.sleep(1.0)


def _rates(calls: list[dict[str, float]]) -> Iterator[Measurement]:
    times = sorted(call["at"] for call in calls)
    took = times[-1] - times[0]
    longest = max(later - earlier for earlier, later in pairwise(times))
    yield Measurement("draining: first to last call", took, "s")
    yield Measurement("draining: calls a second", (len(times) - 1) / took, "calls/s")
    share = (len(times) - 1) / took / PRO_LIGHT_A_SECOND
    yield Measurement("draining: calls a second / Zoom's limit for Pro", share, "x", 0.9, at_least=True)
    yield Measurement("draining: longest pause between two calls", longest, "s")
