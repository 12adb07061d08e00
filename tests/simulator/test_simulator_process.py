"""The simulator as a program: start, state on disk, signals, a taken port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.simulator.running_simulator import SECONDS, RunningSimulator, ZoomCaller
from zoom_simulator.meetings import create_meeting
from zoom_simulator.seed import seed_world
from zoom_simulator.state import Store, load_world

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """`python -m zoom_simulator` as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "zoom_simulator", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline().strip()
        self.root_url = self.first_line.rpartition(" ")[2]

    def kill(self) -> None:
        """SIGKILL, then wait until it is gone."""
        self.process.kill()
        self.process.communicate(timeout=SECONDS)


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """Programs that a test started; whatever still runs is killed."""
    started: list[Program] = []
    yield started
    for program in started:
        program.kill()


def test_it_says_where_it_is_and_is_healthy(programs: list[Program]) -> None:
    programs.append(Program("--port", "0"))
    assert programs[0].first_line == f"Zoom simulator on {programs[0].root_url}"
    assert programs[0].root_url.startswith("http://127.0.0.1:")
    assert requests.get(f"{programs[0].root_url}/control/health", timeout=SECONDS).status_code == 200


def test_a_port_that_cannot_be_is_one_sentence(programs: list[Program]) -> None:
    programs.append(Program("--port", "70000"))
    _, errors = programs[0].process.communicate(timeout=SECONDS)
    assert programs[0].process.returncode == 1
    assert errors.count("\n") == 1 and "Port 70000" in errors


def test_a_taken_port_is_one_sentence_and_exit_code_1(programs: list[Program]) -> None:
    programs.append(Program("--port", "0"))
    port = programs[0].root_url.rpartition(":")[2]
    programs.append(Program("--port", port))
    _, errors = programs[1].process.communicate(timeout=SECONDS)
    assert programs[1].process.returncode == 1
    assert errors.count("\n") == 1 and f"Port {port}" in errors


def test_a_broken_state_file_is_one_sentence_and_stays_as_it_is(programs: list[Program], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{}")
    programs.append(Program("--port", "0", "--state", str(state)))
    _, errors = programs[0].process.communicate(timeout=SECONDS)
    assert programs[0].process.returncode == 1
    assert errors.count("\n") == 1 and str(state) in errors
    assert state.read_text() == "{}"


def test_a_kill_loses_nothing(programs: list[Program], tmp_path: Path) -> None:
    state, clock = tmp_path / "state.json", tmp_path / "clock"
    arguments = ("--port", "0", "--state", str(state), "--clock-file", str(clock))
    programs.append(Program(*arguments))
    dana = RunningSimulator(programs[0].root_url, clock).connect()
    made = dana.create(topic="Kept", settings={"waiting_room": True})
    requests.get(made["start_url"], timeout=SECONDS)
    programs[0].kill()
    programs.append(Program(*arguments))
    again = RunningSimulator(programs[1].root_url, clock)
    read = ZoomCaller(programs[1].root_url, dana.tokens).call("GET", f"/meetings/{made['id']}").json()
    assert (read["topic"], read["uuid"], read["status"]) == ("Kept", made["uuid"], "started")
    assert read["password"] == made["password"]
    assert read["join_url"].split("?")[1] == made["join_url"].split("?")[1]
    assert [person["name"] for person in again.meetings()[0]["people"]] == ["Dana Reyes"]
    assert again.token(grant_type="refresh_token", refresh_token=dana.tokens["refresh_token"]).status_code == 200


def test_what_was_answered_is_on_disk_already(programs: list[Program], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    programs.append(Program("--port", "0", "--state", str(state)))
    dana = RunningSimulator(programs[0].root_url, tmp_path / "clock").connect()
    answered: list[int] = []

    def create_until_it_fails() -> None:
        while True:
            try:
                answered.append(dana.create()["id"])
            except requests.RequestException:
                return

    writer = threading.Thread(target=create_until_it_fails)
    writer.start()
    while len(answered) < 5:
        time.sleep(0.01)
    programs[0].kill()
    writer.join(SECONDS)
    kept = json.loads(state.read_text())["world"]["meetings"]
    assert {str(meeting_id) for meeting_id in answered} <= set(kept)


def test_whoever_reads_the_file_while_it_is_written_finds_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    store = _store_with_meetings(300, path)
    store.save()
    finished = threading.Event()

    def save_again_and_again() -> None:
        for _ in range(60):
            store.save()
        finished.set()

    writer = threading.Thread(target=save_again_and_again)
    writer.start()
    while not finished.is_set():
        assert len(json.loads(path.read_text())["world"]["meetings"]) == 300
    writer.join(SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_within_a_second_although_calls_are_held(
    programs: list[Program], tmp_path: Path, number: signal.Signals
) -> None:
    programs.append(Program("--port", "0"))
    simulator = RunningSimulator(programs[0].root_url, tmp_path / "clock")
    dana = simulator.connect()
    simulator.fault(kind="hang", path="/v2/users/me")
    simulator.fault(kind="delay", path="/v2/users/me/meetings", seconds=60)
    simulator.fault(kind="late_effect", path="/v2/meetings/*", seconds=60, connection="keep")
    for path in ("/users/me", "/users/me/meetings", "/meetings/80000000001"):
        with pytest.raises(requests.ReadTimeout):
            dana.call("GET", path, timeout=0.1)
    held = threading.Thread(target=lambda: pytest.raises(requests.ConnectionError, dana.call, "GET", "/users/me"))
    simulator.fault(kind="hang", path="/v2/users/me")
    held.start()
    time.sleep(0.2)
    began = time.monotonic()
    os.kill(programs[0].process.pid, number)
    _, errors = programs[0].process.communicate(timeout=SECONDS)
    held.join(SECONDS)
    assert time.monotonic() - began < 5
    assert (programs[0].process.returncode, errors) == (0, "")


def test_a_redirect_address_given_at_the_start_is_allowed_and_survives_a_reset(
    programs: list[Program], tmp_path: Path
) -> None:
    own = "http://127.0.0.1:9999/callback"
    programs.append(Program("--port", "0", "--redirect-uri", own))
    simulator = RunningSimulator(programs[0].root_url, tmp_path / "clock")
    for _ in range(2):
        assert simulator.decide(simulator.wish(redirect_uri=own)).status_code == 302
        assert simulator.decide(simulator.wish()).status_code == 302
        simulator.control("POST", "/reset")


def test_a_clock_file_may_be_absent_empty_or_negative(programs: list[Program], tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    programs.append(Program("--port", "0", "--clock-file", str(clock)))
    simulator = RunningSimulator(programs[0].root_url, clock)
    for text, offset in ((None, 0.0), ("", 0.0), ("-3600.5\n", -3600.5)):
        if text is not None:
            clock.write_text(text)
        before = time.time()
        assert before - 1 <= simulator.control("GET", "/health")["now"] - offset <= time.time() + 1


def test_saving_a_few_hundred_meetings_takes_a_few_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    store = _store_with_meetings(300, path)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        store.save()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.02
    assert load_world(path) == store.world


def _store_with_meetings(number: int, path: Path) -> Store:
    world = seed_world()
    host = next(iter(world.users.values()))
    settings = {f"setting_{index}": True for index in range(20)}
    for _ in range(number):
        create_meeting(world, host, {"topic": "T", "settings": settings}, now=0.0)
    return Store(world, path)
