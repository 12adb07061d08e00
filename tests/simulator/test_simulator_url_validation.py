"""The endpoint proves that it knows the secret token: at once, every 72 hours, by hand, and six failures end it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.simulator.running_simulator import PRACTICE_APP, SECONDS, RunningSimulator
from tests.simulator.webhook_receiver import Hooks, Receiver, eventually, expected_signature
from zoom_simulator.embedded import SimulatorThread
from zoom_simulator.server import Options

HOURS = 3600
SECRET = f"whsecret-{PRACTICE_APP[0]}"


def _validate(hooks: Hooks) -> dict[str, object]:
    verdict: dict[str, object] = hooks.simulator.control("POST", "/webhooks/validate", client_id=PRACTICE_APP[0])
    return verdict


def test_setting_an_endpoint_validates_it_before_the_answer(simulator: RunningSimulator, receiver: Receiver) -> None:
    answer = Hooks(simulator, receiver).subscribe()
    assert answer["validation"] == {"ok": True, "status": 200, "reason": "Validated."}
    assert (answer["subscription_state"], answer["webhook_secret"]) == ("active", SECRET)
    (asked,) = receiver.validations
    assert asked.headers["x-zm-signature"] == expected_signature(asked, SECRET)
    assert set(asked.body) == {"payload", "event_ts", "event"} and set(asked.body["payload"]) == {"plainToken"}
    app = Hooks(simulator, receiver).app()
    assert app["failed_validations"] == 0 and abs(app["validated_at"] - time.time()) < SECONDS


@pytest.mark.parametrize("secret", ["another", SECRET.upper()])
def test_an_endpoint_with_another_secret_is_not_validated_and_is_told_nothing(
    simulator: RunningSimulator, receiver: Receiver, secret: str
) -> None:
    receiver.secret = secret
    hooks = Hooks(simulator, receiver)
    answer = hooks.subscribe()
    assert answer["validation"]["ok"] is False and "encryptedToken" in answer["validation"]["reason"]
    assert hooks.app()["subscription_state"] == "none"
    simulator.connect().create()
    time.sleep(0.2)
    assert receiver.received == [] and hooks.deliveries() == []


def test_a_secret_of_ones_own_is_used(simulator: RunningSimulator, receiver: Receiver) -> None:
    receiver.secret = "own-secret"
    hooks = Hooks(simulator, receiver)
    assert hooks.subscribe(webhook_secret="own-secret")["validation"]["ok"] is True
    hooks.send()
    (received,) = receiver.wait_for(1)
    assert received.headers["x-zm-signature"] == expected_signature(received, "own-secret")


def test_an_endpoint_that_is_not_there_fails_with_a_reason(simulator: RunningSimulator, receiver: Receiver) -> None:
    receiver.stop()
    verdict = Hooks(simulator, receiver).subscribe()["validation"]
    assert (verdict["ok"], verdict["status"]) == (False, None) and "Connect" in verdict["reason"]


def test_it_is_repeated_every_72_hours_and_once_after_a_long_jump(hooks: Hooks) -> None:
    for hours, number in ((71.9, 1), (72.1, 2), (143, 2), (144.3, 3), (1000, 4)):
        hooks.simulator.move_clock(hours * HOURS)
        eventually(lambda: len(hooks.receiver.validations) >= number)  # noqa: B023
        time.sleep(0.15)
        assert len(hooks.receiver.validations) == number
        assert hooks.app()["failed_validations"] == 0
    eventually(lambda: abs(hooks.app()["validated_at"] - time.time() - 1000 * HOURS) < SECONDS)


def test_six_failures_in_a_row_disable_and_a_validation_by_hand_enables(hooks: Hooks) -> None:
    hooks.receiver.validates = False
    for number in range(1, 7):
        assert hooks.app()["subscription_state"] == "active"
        hooks.simulator.move_clock(number * 72.5 * HOURS)
        eventually(lambda: hooks.app()["failed_validations"] == number)  # noqa: B023
    assert hooks.app()["subscription_state"] == "disabled"
    hooks.simulator.move_clock(900 * HOURS)
    hooks.simulator.connect().create()
    time.sleep(0.2)
    assert hooks.receiver.received == [] and len(hooks.receiver.validations) == 7
    hooks.receiver.validates = True
    assert _validate(hooks)["ok"] is True
    app = hooks.app()
    assert (app["subscription_state"], app["failed_validations"]) == ("active", 0)
    hooks.simulator.connect().create()
    assert hooks.receiver.wait_for(1)[0].event == "meeting.created"


def test_what_waits_for_a_retry_when_the_subscription_is_disabled_is_given_up(hooks: Hooks) -> None:
    hooks.receiver.answers = [500]
    hooks.send()
    hooks.after_attempts(1)
    hooks.receiver.validates = False
    for _ in range(6):
        _validate(hooks)
    hooks.simulator.move_clock(400)
    eventually(lambda: hooks.one()["state"] == "given_up")
    assert len(hooks.receiver.received) == 1
    refused = hooks.simulator.control("POST", "/deliveries", expect=400, client_id=PRACTICE_APP[0], event="x.y")
    assert "disabled" in refused["error"]


def test_a_success_in_between_begins_the_count_anew(hooks: Hooks) -> None:
    for validates in (False, False, False, False, False, True, False):
        hooks.receiver.validates = validates
        assert _validate(hooks)["ok"] is validates
    assert (hooks.app()["failed_validations"], hooks.app()["subscription_state"]) == (1, "active")


def test_a_given_webhook_url_is_asked_until_it_answers_and_no_failure_counts(
    receiver: Receiver, tmp_path: Path
) -> None:
    receiver.validates = False
    options = Options(webhook_url=f"{receiver.url}?app={{client_id}}", clock_file=tmp_path / "clock")
    with SimulatorThread(options) as thread:
        simulator = RunningSimulator(thread.root_url, tmp_path / "clock")
        hooks = Hooks(simulator, receiver)
        assert hooks.app()["endpoint_url"] == f"{receiver.url}?app={PRACTICE_APP[0]}"
        eventually(lambda: len(receiver.validations) >= 4)
        assert (hooks.app()["subscription_state"], hooks.app()["failed_validations"]) == ("none", 0)
        receiver.validates = True
        eventually(lambda: hooks.app()["subscription_state"] == "active")
        simulator.control("POST", "/reset")
        assert hooks.app()["endpoint_url"] == f"{receiver.url}?app={PRACTICE_APP[0]}"
        eventually(lambda: hooks.app()["subscription_state"] == "active")
