"""Deliveries outlive the simulator, old states are still read, and a busy log costs no more than an idle one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.running_simulator import PRACTICE_APP, RunningSimulator, ZoomCaller
from tests.simulator.test_simulator_process import Program
from tests.simulator.webhook_receiver import Hooks, Receiver, eventually
from zoom_simulator.deliveries import KEPT_FINISHED, LINES_BEFORE_TIDYING, Delivery, DeliveryLog
from zoom_simulator.seed import seed_world
from zoom_simulator.state import Store, load_world


class Restarted:
    """A simulator program with a state file that can be killed and started again."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.state, self.clock = folder / "state.json", folder / "clock"
        self._receiver = receiver
        self.hooks = self.start()

    def start(self) -> Hooks:
        arguments = ("--port", "0", "--state", str(self.state), "--clock-file", str(self.clock))
        self.program = Program(*arguments)
        self.hooks = Hooks(RunningSimulator(self.program.root_url, self.clock), self._receiver)
        return self.hooks

    def again(self) -> Hooks:
        """Kill it and start it anew."""
        self.program.kill()
        return self.start()


@pytest.fixture
def restarted(tmp_path: Path, receiver: Receiver) -> Iterator[Restarted]:
    restarted = Restarted(tmp_path, receiver)
    yield restarted
    restarted.program.kill()


def test_what_waits_for_a_retry_is_sent_by_the_next_run_and_not_too_early(restarted: Restarted) -> None:
    restarted.hooks.subscribe()
    restarted.hooks.receiver.answers = [500]
    restarted.hooks.send(payload={"object": {}})
    before = restarted.hooks.after_attempts(1)
    hooks = restarted.again()
    time.sleep(0.3)
    assert hooks.one() == before and len(hooks.receiver.received) == 1
    hooks.simulator.move_clock(301)
    first, retry = hooks.receiver.wait_for(2)
    assert first.raw == retry.raw
    for name in ("x-zm-request-id", "x-zm-signature", "x-zm-request-timestamp"):
        assert first.headers[name] == retry.headers[name]
    assert eventually(lambda: hooks.one()["state"] == "delivered")
    hooks = restarted.again()
    assert [attempt["status"] for attempt in hooks.one()["attempts"]] == [500, 200]
    assert hooks.app()["subscription_state"] == "active"
    hooks.send()
    assert [one["id"] for one in hooks.deliveries()] == [1, 2]


def test_what_was_on_its_way_at_the_kill_is_sent_again(restarted: Restarted) -> None:
    restarted.hooks.subscribe()
    restarted.hooks.receiver.answers = [None]
    restarted.hooks.send()
    restarted.hooks.receiver.wait_for(1)
    hooks = restarted.again()
    first, second = hooks.receiver.wait_for(2)
    assert first.raw == second.raw and eventually(lambda: hooks.one()["state"] == "delivered")


def test_what_a_fault_held_back_keeps_its_time_over_a_restart(restarted: Restarted) -> None:
    restarted.hooks.subscribe()
    restarted.hooks.simulator.control("POST", "/webhook_faults", expect=201, kind="delay", seconds=600)
    restarted.hooks.send()
    hooks = restarted.again()
    time.sleep(0.3)
    assert hooks.receiver.received == []
    hooks.simulator.move_clock(601)
    hooks.receiver.wait_for(1)


def test_somebody_who_waits_for_the_host_is_told_of_after_a_restart(restarted: Restarted) -> None:
    restarted.hooks.subscribe()
    meeting_id = restarted.hooks.simulator.connect().create()["id"]
    restarted.hooks.simulator.control("POST", "/people", meeting_id=meeting_id, name="Ann")
    hooks = restarted.again()
    hooks.simulator.move_clock(31)
    hooks.receiver.wait_for_event("meeting.participant_jbh_waiting")


def test_deliveries_of_a_state_that_was_removed_are_nobodys(restarted: Restarted) -> None:
    restarted.hooks.subscribe()
    restarted.hooks.receiver.answers = [500]
    restarted.hooks.send()
    restarted.hooks.after_attempts(1)
    restarted.program.kill()
    restarted.state.unlink()
    assert restarted.start().deliveries() == []


def test_a_state_from_before_webhooks_is_read(tmp_path: Path) -> None:
    path, world = tmp_path / "state.json", seed_world()
    Store(world, path).save()
    saved = json.loads(path.read_text())
    assert saved["format"] == 2 and "happened" not in saved["world"]
    _strip(saved["world"])
    path.write_text(json.dumps({"format": 1, "world": saved["world"]}))
    assert load_world(path) == world
    assert world.apps[PRACTICE_APP[0]].webhook_secret == f"whsecret-{PRACTICE_APP[0]}"


def _strip(world: dict[str, Any]) -> None:
    """What the first format did not know."""
    del world["webhook_options"]
    for app in world["apps"].values():
        for name in set(app) - {"client_id", "client_secret", "name", "scopes", "redirect_uris"}:
            del app[name]
    for user in world["users"].values():
        del user["status"]


def _delivery(log: DeliveryLog, state: str = "waiting") -> Delivery:
    return Delivery(log.next_id(), "app", "r", "x.y", 1, "http://x", "{}", 0.0, 0, "", state=state)


def test_the_newest_finished_deliveries_are_kept_and_everything_that_waits(tmp_path: Path) -> None:
    log = DeliveryLog(tmp_path / "log")
    waiting = _delivery(log)
    log.record(waiting)
    for _ in range(KEPT_FINISHED + 10):
        log.record(_delivery(log, "delivered"))
    kept = log.all()
    assert len(kept) == KEPT_FINISHED + 1 and kept[0] is waiting
    assert kept[1].id == 12
    again = DeliveryLog(tmp_path / "log")
    again.load()
    assert again.all() == kept and again.next_id() == KEPT_FINISHED + 12


def test_the_file_grows_by_a_line_and_is_tidied_now_and_then(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = DeliveryLog(path)
    delivery = _delivery(log)
    log.record(delivery)
    size = path.stat().st_size
    log.record(delivery)
    assert path.stat().st_size == 2 * size
    for _ in range(LINES_BEFORE_TIDYING):
        log.record(delivery)
    assert path.stat().st_size < 10 * size


def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = DeliveryLog(path)
    log.record(_delivery(log))
    path.write_text(path.read_text() + '{"id": 2, "cli')
    again = DeliveryLog(path)
    again.load()
    assert [delivery.id for delivery in again.all()] == [1]


def test_a_given_webhook_url_reaches_apps_without_an_endpoint(tmp_path: Path, receiver: Receiver) -> None:
    own = {"--state": str(tmp_path / "state.json"), "--webhook-url": f"{receiver.url}?{{client_id}}", "--port": "0"}
    program = Program(*(part for pair in own.items() for part in pair))
    hooks = Hooks(RunningSimulator(program.root_url, tmp_path / "clock"), receiver)
    try:
        eventually(lambda: hooks.app()["subscription_state"] == "active")
        assert hooks.app()["endpoint_url"] == f"{receiver.url}?{PRACTICE_APP[0]}"
        caller: ZoomCaller = hooks.simulator.connect()
        caller.create()
        receiver.wait_for_event("meeting.created")
    finally:
        program.kill()
