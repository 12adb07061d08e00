"""Webhooks that are disturbed on request: doubled, in another order, late, with a wrong signature, lost."""

from __future__ import annotations

import time

from tests.simulator.running_simulator import PRACTICE_APP
from tests.simulator.webhook_receiver import Hooks, eventually, expected_signature

SECRET = f"whsecret-{PRACTICE_APP[0]}"


def _send(hooks: Hooks, *numbers: int) -> None:
    for number in numbers:
        hooks.send(payload={"object": {"number": number}})


def _numbers(hooks: Hooks) -> list[int]:
    return [received.about["number"] for received in hooks.receiver.received]


def test_a_duplicate_is_the_same_request_twice(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="duplicate")
    _send(hooks, 1, 2)
    eventually(lambda: len(hooks.receiver.received) == 3)
    assert sorted(_numbers(hooks)) == [1, 1, 2]
    first, second = [one for one in hooks.receiver.received if one.about["number"] == 1]
    for name in ("x-zm-request-id", "x-zm-signature", "x-zm-request-timestamp"):
        assert first.headers[name] == second.headers[name]
    assert first.raw == second.raw
    assert [one["fault"] for one in hooks.deliveries()] == ["duplicate", "duplicate", None]


def test_a_reordering_turns_its_number_round(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="reorder", times=3)
    _send(hooks, 1, 2)
    time.sleep(0.2)
    assert _numbers(hooks) == []
    assert [one["state"] for one in hooks.deliveries()] == ["held", "held"]
    _send(hooks, 3)
    eventually(lambda: _numbers(hooks) == [3, 2, 1])
    assert hooks.receiver.most_at_once == 1  # each waits for the answer before it, or the order would be luck
    _send(hooks, 4)
    eventually(lambda: _numbers(hooks) == [3, 2, 1, 4])


def test_a_reordering_that_stays_incomplete_ends_after_its_seconds(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="reorder", times=10, seconds=60)
    _send(hooks, 1, 2)
    time.sleep(0.2)
    assert _numbers(hooks) == []
    hooks.simulator.move_clock(61)
    eventually(lambda: _numbers(hooks) == [2, 1])


def test_a_delay_is_of_the_simulated_clock_and_later_ones_overtake(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="delay", seconds=600)
    _send(hooks, 1, 2)
    eventually(lambda: _numbers(hooks) == [2])
    held = hooks.deliveries()[0]
    assert (held["state"], held["attempts"]) == ("held", [])
    assert abs(held["next_attempt_at"] - held["created_at"] - 600) < 1
    hooks.simulator.move_clock(590)
    time.sleep(0.2)
    assert _numbers(hooks) == [2]
    hooks.simulator.move_clock(601)
    eventually(lambda: _numbers(hooks) == [2, 1])


def test_a_wrong_signature_is_sent_and_the_next_is_right_again(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="wrong_signature")
    _send(hooks, 1)
    hooks.receiver.wait_for(1)
    _send(hooks, 2)
    wrong, right = hooks.receiver.wait_for(2)
    assert wrong.headers["x-zm-signature"] != expected_signature(wrong, SECRET)
    assert right.headers["x-zm-signature"] == expected_signature(right, SECRET)


def test_a_dropped_delivery_never_comes(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="drop", times=2)
    _send(hooks, 1, 2, 3)
    eventually(lambda: _numbers(hooks) == [3])
    hooks.simulator.move_clock(100_000)
    time.sleep(0.2)
    assert _numbers(hooks) == [3]
    assert [(one["state"], one["fault"]) for one in hooks.deliveries()][:2] == [("given_up", "drop")] * 2


def test_a_fault_hits_its_events_only_and_counts(hooks: Hooks) -> None:
    fault = {"kind": "drop", "times": None, "events": ["meeting.ended"]}
    shown = hooks.simulator.control("POST", "/webhook_faults", expect=201, **fault)
    assert (shown["left"], shown["events"]) == (None, ["meeting.ended"])
    for event in ("meeting.ended", "meeting.started", "meeting.ended"):
        hooks.send(event)
    assert hooks.receiver.wait_for(1)[0].event == "meeting.started"
    (listed,) = hooks.simulator.control("GET", "/webhook_faults")["faults"]
    assert listed["hits"] == 2


def test_taking_faults_away_lets_go_what_they_held(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="delay", seconds=600)
    hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="drop", times=None)
    _send(hooks, 1)
    hooks.simulator.control("DELETE", "/webhook_faults")
    eventually(lambda: _numbers(hooks) == [1])
    _send(hooks, 2)
    eventually(lambda: _numbers(hooks) == [1, 2])
    assert hooks.simulator.control("GET", "/webhook_faults")["faults"] == []
