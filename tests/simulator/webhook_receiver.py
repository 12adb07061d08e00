"""An endpoint for webhooks, in a thread: keeps every request as it came and answers as the test wishes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from tests.simulator.running_simulator import PRACTICE_APP, SECONDS, RunningSimulator

VALIDATION = "endpoint.url_validation"
HANGING_SECONDS = 10.0  # much longer than Zoom waits


@dataclass
class Received:
    """One request: header names in lower case, the body letter by letter."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.raw)
        return content

    @property
    def event(self) -> str:
        return str(self.body["event"])

    @property
    def about(self) -> dict[str, Any]:
        """The payload's object."""
        content: dict[str, Any] = self.body["payload"]["object"]
        return content


def expected_signature(received: Received, secret: str) -> str:
    """What Zoom's header must be, computed apart from the simulator's own code."""
    message = b"v0:" + received.headers["x-zm-request-timestamp"].encode() + b":" + received.raw
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def eventually(holds: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What `holds` returns once it is true; fails when it never is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = holds()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("It never came to that.")


class Receiver:
    """`answers` are given one after another to events, 200 when there are none left; None is no answer in time."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.answers: list[int | None] = []
        self.validates = True
        self.validations: list[Received] = []
        self.received: list[Received] = []
        self.most_at_once = 0
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None
        self.url = ""

    def start(self) -> None:
        self._thread.start()
        self.url = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(SECONDS)

    def stop(self) -> None:
        """Close the door; nobody answers any more."""
        if self._runner is None:
            return
        asyncio.run_coroutine_threadsafe(self._finish(self._runner), self._loop).result(SECONDS)
        self._runner = None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    @property
    def events(self) -> list[str]:
        """The names of what came, in order."""
        return [received.event for received in self.received]

    def wait_for(self, number: int) -> list[Received]:
        """All events, once there are this many; more is a failure."""
        eventually(lambda: len(self.received) >= number)
        assert len(self.received) == number, self.events
        return list(self.received)

    def wait_for_event(self, event: str) -> Received:
        """The newest event of this name, once there is one."""
        eventually(lambda: event in self.events)
        return [received for received in self.received if received.event == event][-1]

    async def _serve(self) -> str:
        application = web.Application()
        application.router.add_post("/hook", self._answer)
        runner = self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        host, port = runner.addresses[0]
        return f"http://{host}:{port}/hook"

    async def _finish(self, runner: web.AppRunner) -> None:
        await runner.cleanup()
        unfinished = asyncio.all_tasks() - {asyncio.current_task()}
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    async def _answer(self, request: web.Request) -> web.Response:
        received = Received({name.lower(): value for name, value in request.headers.items()}, await request.read())
        if received.event == VALIDATION:
            self.validations.append(received)
            return self._validated(received)
        self.received.append(received)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        status = self.answers.pop(0) if self.answers else 200
        await asyncio.sleep(HANGING_SECONDS if status is None else 0.01)
        self._at_once -= 1
        headers = {"Location": self.url} if status is not None and 300 <= status < 400 else {}
        return web.Response(status=status or 200, headers=headers, text="an answer")

    def _validated(self, received: Received) -> web.Response:
        plain = received.body["payload"]["plainToken"]
        encrypted = hmac.new(self.secret.encode(), plain.encode(), hashlib.sha256).hexdigest()
        if not self.validates:
            encrypted = encrypted[::-1]
        return web.json_response({"plainToken": plain, "encryptedToken": encrypted})


class Hooks:
    """A simulator whose practice app is subscribed to a receiver."""

    def __init__(self, simulator: RunningSimulator, receiver: Receiver) -> None:
        self.simulator = simulator
        self.receiver = receiver

    def subscribe(self, **more: Any) -> dict[str, Any]:
        """Set the endpoint, which is validated at once."""
        app: dict[str, Any] = self.simulator.control(
            "POST", "/apps", client_id=PRACTICE_APP[0], endpoint_url=self.receiver.url, **more
        )
        return app

    def send(self, event: str = "meeting.started", **more: Any) -> list[int]:
        """Raise deliveries; their ids."""
        ids: list[int] = self.simulator.control("POST", "/deliveries", client_id=PRACTICE_APP[0], event=event, **more)[
            "ids"
        ]
        return ids

    def deliveries(self) -> list[dict[str, Any]]:
        """All deliveries as the control API shows them."""
        found: list[dict[str, Any]] = self.simulator.control("GET", "/deliveries")["deliveries"]
        return found

    def one(self) -> dict[str, Any]:
        """The only delivery."""
        (delivery,) = self.deliveries()
        return delivery

    def after_attempts(self, number: int) -> dict[str, Any]:
        """The only delivery, once it was tried so often."""
        return dict(eventually(lambda: self.one() if len(self.one()["attempts"]) == number else None))

    def app(self) -> dict[str, Any]:
        """The practice app as the state shows it."""
        apps = self.simulator.control("GET", "/state")["apps"]
        return next(app for app in apps if app["client_id"] == PRACTICE_APP[0])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that nobody is subscribed to yet."""
    receiver = Receiver(secret=f"whsecret-{PRACTICE_APP[0]}")
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def hooks(simulator: RunningSimulator, receiver: Receiver) -> Iterator[Hooks]:
    """The practice app, subscribed and validated; afterwards it is told nothing any more."""
    hooks = Hooks(simulator, receiver)
    hooks.subscribe()
    yield hooks
    simulator.control("POST", "/webhooks", sign_retries_anew=False, join_time_spelling="join_time")
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], endpoint_url="")
