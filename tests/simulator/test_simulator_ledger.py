"""With `--ledger` every secret that is issued or told stands in a file, so that a test can look for each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.running_simulator import CALLBACK, PRACTICE_APP, VERIFIER, RunningSimulator
from zoom_simulator.embedded import SimulatorThread
from zoom_simulator.server import Options


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def noting(tmp_path: Path, ledger: Path) -> Iterator[RunningSimulator]:
    """A simulator that keeps a ledger."""
    clock = tmp_path / "clock"
    with SimulatorThread(Options(clock_file=clock, ledger_file=ledger)) as thread:
        yield RunningSimulator(thread.root_url, clock)


def noted(ledger: Path) -> dict[str, set[str]]:
    entries: dict[str, set[str]] = {}
    for line in ledger.read_text().splitlines():
        entry = json.loads(line)
        entries.setdefault(entry["kind"], set()).add(entry["value"])
    return entries


def test_every_secret_of_a_connection_and_its_meeting_is_noted(noting: RunningSimulator, ledger: Path) -> None:
    assert noted(ledger)["secret token"] >= {f"whsecret-{PRACTICE_APP[0]}"}
    code = noting.code()
    dana_tokens = noting.exchange(code).json()
    renewed = noting.token(grant_type="refresh_token", refresh_token=dana_tokens["refresh_token"]).json()
    dana = noting.connect()
    meeting = dana.create(topic="A meeting", type=2, duration=30, password="aB3-dEf9hK")
    [link] = dana.call("POST", f"/meetings/{meeting['id']}/invite_links", json={"attendees": [{"name": "A"}]}).json()[
        "attendees"
    ]

    entries = noted(ledger)
    assert code in entries["authorization code"]
    assert {dana_tokens["access_token"], renewed["access_token"]} <= entries["access token"]
    assert {dana_tokens["refresh_token"], renewed["refresh_token"]} <= entries["refresh token"]
    assert PRACTICE_APP[1] in entries["client secret"]
    assert VERIFIER in entries["code verifier"]
    assert "aB3-dEf9hK" in entries["passcode"]
    assert meeting["start_url"] in entries["start link"]
    assert meeting["start_url"].split("zak=")[1] in entries["host key"]
    assert {meeting["join_url"], link["join_url"]} <= entries["join link"]
    assert meeting["join_url"].split("pwd=")[1] in entries["passcode in a link"]
    assert link["join_url"].split("tk=")[1] in entries["personal link"]


def test_each_secret_is_noted_once_and_what_is_too_short_to_be_found_is_not(
    noting: RunningSimulator, ledger: Path
) -> None:
    for _time in range(2):
        noting.control(
            "POST", "/apps", client_id=PRACTICE_APP[0], client_secret="another one", redirect_uris=[CALLBACK]
        )
    noting.control("POST", "/apps", client_id=PRACTICE_APP[0], client_secret="short")
    assert [json.loads(line)["value"] for line in ledger.read_text().splitlines()].count("another one") == 1
    assert "short" not in noted(ledger)["client secret"]
    assert ledger.stat().st_mode & 0o077 == 0


def test_a_wrong_header_is_no_reason_to_fail(noting: RunningSimulator) -> None:
    assert noting.token(("", "")).status_code == 400
    assert noting.token(None).status_code == 400


def test_without_the_option_nothing_is_written(simulator: RunningSimulator, tmp_path: Path) -> None:
    simulator.connect()
    assert list(tmp_path.iterdir()) == []
