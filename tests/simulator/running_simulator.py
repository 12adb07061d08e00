"""A simulator for tests: one per session, reset before each test, every call held against Zoom's documents after it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.contract.zoom_openapi import assert_recorded_call_conforms, openapi_folder
from zoom_simulator.embedded import SimulatorThread
from zoom_simulator.server import Options

DANA = "dana.reyes@sunrise-practice.example"
OMAR = "omar.haddad@sunrise-practice.example"
BEA = "bea.basic@sunrise-practice.example"
NORA = "nora.nohost@sunrise-practice.example"
PRACTICE_APP = ("SimulatedPracticeApp01", "simulated-practice-secret-0123456789")
PROVIDER_APP = ("SimulatedProviderApp02", "simulated-provider-secret-0123456789")
CALLBACK = "http://127.0.0.1:8069/zoom_telehealth/oauth/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
SECONDS = 30  # far more than anything takes, on a machine that is busy too


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class ZoomCaller:
    """Calls REST with one access token."""

    def __init__(self, root_url: str, tokens: dict[str, Any]) -> None:
        self.root_url = root_url
        self.tokens = tokens
        self.headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}

    def call(self, method: str, path: str, timeout: float = SECONDS, **more: Any) -> requests.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        return requests.request(method, f"{self.root_url}/v2{path}", headers=headers, timeout=timeout, **more)

    def create(self, **body: Any) -> dict[str, Any]:
        """Make a meeting and return it; fails unless Zoom answers 201."""
        answer = self.call("POST", "/users/me/meetings", json=body)
        assert answer.status_code == 201, answer.text
        meeting: dict[str, Any] = answer.json()
        return meeting

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        """The meetings of one page of the list."""
        answer = self.call("GET", "/users/me/meetings", params=query)
        assert answer.status_code == 200, answer.text
        meetings: list[dict[str, Any]] = answer.json()["meetings"]
        return meetings


class RunningSimulator:
    """The simulator under test and the hands that reach it."""

    def __init__(self, root_url: str, clock_file: Path) -> None:
        self.root_url = root_url
        self._clock_file = clock_file

    def move_clock(self, seconds: float) -> None:
        """Let the simulator think that it is `seconds` later than it is."""
        self._clock_file.write_text(str(seconds))

    def control(self, method: str, path: str, /, expect: int = 200, **body: Any) -> Any:
        """Call the control API; `body` goes as JSON."""
        answer = requests.request(method, f"{self.root_url}/control{path}", json=body or None, timeout=SECONDS)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def fault(self, **fault: Any) -> int:
        """Put a fault up and return its id."""
        fault_id: int = self.control("POST", "/faults", expect=201, **fault)["id"]
        return fault_id

    def meetings(self) -> list[dict[str, Any]]:
        """Every meeting that the simulator knows and that was not deleted."""
        return [meeting for meeting in self.control("GET", "/state")["meetings"] if not meeting["deleted"]]

    def calls(self) -> list[dict[str, Any]]:
        """The recorded API calls."""
        calls: list[dict[str, Any]] = self.control("GET", "/calls")["calls"]
        return calls

    def wish(self, app: tuple[str, str] = PRACTICE_APP, **more: str) -> dict[str, str]:
        """The parameters with which an app sends a browser to the authorize page."""
        parameters = {
            "response_type": "code",
            "client_id": app[0],
            "redirect_uri": CALLBACK,
            "state": "opaque-state",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {**parameters, **more}

    def decide(self, wish: dict[str, str], email: str = DANA, decision: str = "allow") -> requests.Response:
        """Press Allow or Deny."""
        data = {**wish, "user": email, "decision": decision}
        return requests.post(f"{self.root_url}/oauth/authorize", data=data, allow_redirects=False, timeout=SECONDS)

    def code(self, email: str = DANA, app: tuple[str, str] = PRACTICE_APP, **more: str) -> str:
        """A fresh authorization code."""
        location = self.decide(self.wish(app, **more), email).headers["Location"]
        return parse_qs(urlsplit(location).query)["code"][0]

    def token(self, app: tuple[str, str] | None = PRACTICE_APP, **form: str) -> requests.Response:
        """Call the token endpoint."""
        return requests.post(f"{self.root_url}/oauth/token", auth=app, data=form, timeout=SECONDS)

    def exchange(self, code: str, app: tuple[str, str] = PRACTICE_APP, **more: str) -> requests.Response:
        """Exchange a code as a well-behaved app does; `more` overrides single fields."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return self.token(app, **{**form, **more})

    def connect(self, email: str = DANA, app: tuple[str, str] = PRACTICE_APP) -> ZoomCaller:
        """Allow the app for a Zoom user and return that user's caller."""
        answer = self.exchange(self.code(email, app), app)
        assert answer.status_code == 200, answer.text
        return ZoomCaller(self.root_url, answer.json())


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    """One simulator for the whole session."""
    clock_file = tmp_path_factory.mktemp("simulator") / "clock"
    with SimulatorThread(Options(clock_file=clock_file)) as thread:
        yield RunningSimulator(thread.root_url, clock_file)


@pytest.fixture
def simulator(simulator_process: RunningSimulator) -> Iterator[RunningSimulator]:
    """A simulator as seeded, at real time; afterwards its answers are held against Zoom's documents, where present."""
    simulator_process.move_clock(0)
    simulator_process.control("POST", "/reset")
    yield simulator_process
    simulator_process.move_clock(0)
    if openapi_folder() is not None:
        for call in simulator_process.calls():
            assert_recorded_call_conforms(call)
