"""Asks an app's endpoint to prove that it knows the secret token: when it is set, every 72 hours, and on request."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from .agenda import Agenda
from .clock import Clock
from .state import Store, ZoomApp
from .webhook_sender import WebhookSender
from .webhook_signature import encrypted_token, signature_of
from .webhooks import ACTIVE, DISABLED, as_text

EVENT = "endpoint.url_validation"
REPEAT_SECONDS = 72 * 3600  # zoom.md, section 5.1, as is the next
FAILURES_BEFORE_DISABLED = 6
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0  # seconds between questions to an endpoint that has never answered


@dataclass(frozen=True)
class Verdict:
    """What came of a validation: `status` is None when there was no answer, `reason` a sentence."""

    ok: bool
    status: int | None
    reason: str


class UrlValidation:
    """Validates the endpoints of one running simulator's apps."""

    def __init__(self, clock: Clock, store: Store, agenda: Agenda, sender: WebhookSender) -> None:
        self._clock = clock
        self._store = store
        self._agenda = agenda
        self._sender = sender
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Plan the validations that are due some day; an endpoint that has never answered is asked until it does."""
        for app in self._store.world.apps.values():
            if not app.endpoint_url:
                continue
            if app.validated_at is None and app.subscription_state != DISABLED:
                self._ask_until_it_answers(app, FIRST_PAUSE)
            elif app.subscription_state == ACTIVE:
                self._plan_next(app)

    def stop(self) -> None:
        """Ask nothing more."""
        for task in self._tasks:
            task.cancel()

    async def validate(self, app: ZoomApp) -> Verdict:
        """Ask now. Six failures in a row disable the subscription, one success enables it."""
        verdict = await self._ask(app)
        app.checked_at, app.last_validation = self._clock.now(), verdict.reason
        if verdict.ok:
            self._succeeded(app)
        else:
            app.failed_validations += 1
            if app.failed_validations >= FAILURES_BEFORE_DISABLED:
                app.subscription_state = DISABLED
        self._plan_next(app)
        self._store.save()
        return verdict

    def _succeeded(self, app: ZoomApp) -> None:
        app.validated_at, app.failed_validations, app.subscription_state = app.checked_at, 0, ACTIVE

    def _plan_next(self, app: ZoomApp) -> None:
        if app.subscription_state != ACTIVE or app.checked_at is None:
            return
        asked_at = app.checked_at

        def repeat() -> None:
            if app.checked_at == asked_at and app.subscription_state == ACTIVE and self._is_known(app):
                self._go_on(app)

        self._agenda.at(asked_at + REPEAT_SECONDS, repeat)

    def _go_on(self, app: ZoomApp) -> None:
        async def validate() -> None:
            await self.validate(app)

        self._keep(asyncio.get_running_loop().create_task(validate()))

    def _ask_until_it_answers(self, app: ZoomApp, pause: float) -> None:
        """The endpoint may come up after the simulator: what it says before its first right answer does not count."""
        url = app.endpoint_url

        async def ask() -> None:
            verdict = await self._ask(app)
            if app.validated_at is not None or app.endpoint_url != url:
                return
            app.last_validation = verdict.reason
            if not verdict.ok:
                longer = min(2 * pause, LONGEST_PAUSE)
                self._agenda.at(self._clock.now() + pause, lambda: self._ask_until_it_answers(app, longer))
                return
            app.checked_at = self._clock.now()
            self._succeeded(app)
            self._plan_next(app)
            self._store.save()

        if app.validated_at is None and self._is_known(app):
            self._keep(asyncio.get_running_loop().create_task(ask()))

    async def _ask(self, app: ZoomApp) -> Verdict:
        plain = secrets.token_urlsafe(16)
        now = self._clock.now()
        body = as_text({"payload": {"plainToken": plain}, "event_ts": round(now * 1000), "event": EVENT})
        headers = {
            "x-zm-request-timestamp": str(int(now)),
            "x-zm-request-id": str(uuid.uuid4()),
            "x-zm-signature": signature_of(app.webhook_secret, int(now), body),
        }
        attempt, raw = await self._sender.post(app.endpoint_url, body, headers, now)
        if attempt.status is None:
            return Verdict(False, None, attempt.error)
        if attempt.status != 200:
            return Verdict(False, attempt.status, f"The answer's status is {attempt.status}, and 200 is needed.")
        return _verdict_on(raw, plain, app.webhook_secret)

    def _is_known(self, app: ZoomApp) -> bool:
        return self._store.world.apps.get(app.client_id) is app

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _verdict_on(raw: bytes, plain: str, secret: str) -> Verdict:
    """What an answer with status 200 is worth."""
    try:
        answer: Any = json.loads(raw)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return Verdict(False, 200, "The answer is no JSON object.")
    if answer.get("plainToken") != plain:
        return Verdict(False, 200, "The answer does not repeat plainToken.")
    given = answer.get("encryptedToken")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), encrypted_token(secret, plain).encode()):
        return Verdict(False, 200, "encryptedToken is not the HMAC of plainToken under the app's secret token.")
    return Verdict(True, 200, "Validated.")
