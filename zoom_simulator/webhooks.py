"""Tells apps what happened: raises deliveries, tries them, retries what failed. Sending itself: webhook_sender.py."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from .agenda import Agenda
from .clock import Clock
from .deliveries import DELIVERED, GIVEN_UP, HELD, WAITING, Delivery, DeliveryLog
from .state import Happening, Store, ZoomApp
from .webhook_faults import (
    DELAY,
    DROP,
    DUPLICATE,
    REORDER,
    REORDER_SECONDS,
    WRONG_SIGNATURE,
    WebhookFault,
    WebhookFaults,
)
from .webhook_sender import Attempt, WebhookSender
from .webhook_signature import signature_of

RETRY_SECONDS = (5 * 60, 20 * 60, 60 * 60)  # each after the attempt before it (zoom.md, section 5.1)
ACTIVE, DISABLED = "active", "disabled"
GOOD, WRONG, MISSING = "good", "wrong", "missing"


@dataclass(frozen=True)
class Wish:
    """What is special about a delivery that was asked for. `timestamp` in seconds, None: the time at which it is made.

    `signature`: good, wrong or missing. `request_id` None: one of its own.
    """

    signature: str = GOOD
    timestamp: int | None = None
    request_id: str | None = None


class Webhooks:
    """The deliveries of one running simulator."""

    def __init__(self, clock: Clock, store: Store, log: DeliveryLog, agenda: Agenda, sender: WebhookSender) -> None:
        self.log = log
        self.faults = WebhookFaults()
        self._clock = clock
        self._store = store
        self._agenda = agenda
        self._sender = sender
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Take up what an earlier run left waiting; what was held back or on its way goes out at once."""
        for delivery in self.log.all():
            if not delivery.finished:
                delivery.state = WAITING
                self._try_at(delivery, delivery.next_attempt_at or 0.0)

    def stop(self) -> None:
        """Try nothing more; what waits stays in the log."""
        for task in self._tasks:
            task.cancel()

    def forget(self) -> None:
        """Drop every delivery, finished or under way."""
        self.stop()
        self.log.clear()

    def tell(self, happened: Sequence[Happening]) -> None:
        """Raise a delivery for each app that may know and wants to."""
        for happening in happened:
            for client_id in happening.client_ids:
                app = self._store.world.apps.get(client_id)
                if app is not None and _wants(app, happening.event):
                    self.deliver(app, happening.event, body_of(happening))

    def deliver(self, app: ZoomApp, event: str, body: str, wish: Wish = Wish()) -> Delivery:
        """Raise one delivery and send it as soon as the caller lets go, unless a webhook fault is in the way."""
        fault = self.faults.take(event)
        delivery = self._made(app, event, body, wish, fault)
        if fault is None or fault.kind == WRONG_SIGNATURE:
            self._send_now(delivery)
        elif fault.kind == DUPLICATE:
            self._send_now(delivery)
            self._send_now(self._copy_of(delivery))
        elif fault.kind == DROP:
            self._conclude(delivery, GIVEN_UP)
        else:
            self._hold(delivery, fault)
        return delivery

    async def resend(self, delivery: Delivery) -> Attempt:
        """Send the same bytes again, now. A refusal changes nothing about the retries that are due."""
        attempt = await self._attempt(delivery)
        if attempt.accepted:
            self._conclude(delivery, DELIVERED)
        else:
            self.log.record(delivery)
        return attempt

    def clear_faults(self) -> None:
        """Take every webhook fault away; what they held back goes out."""
        for fault in self.faults.clear():
            self._release(fault)

    def _made(self, app: ZoomApp, event: str, body: str, wish: Wish, fault: WebhookFault | None) -> Delivery:
        now = self._clock.now()
        timestamp = int(now) if wish.timestamp is None else wish.timestamp
        kind = WRONG if fault is not None and fault.kind == WRONG_SIGNATURE else wish.signature
        delivery = Delivery(
            id=self.log.next_id(),
            client_id=app.client_id,
            request_id=wish.request_id or str(uuid.uuid4()),
            event=event,
            event_ts=_event_ts(body),
            url=app.endpoint_url,
            body=body,
            created_at=now,
            timestamp=timestamp,
            signature=_signature(kind, app, timestamp, body),
            next_attempt_at=now,
            fault=None if fault is None else fault.kind,
        )
        self.log.record(delivery)
        return delivery

    def _copy_of(self, delivery: Delivery) -> Delivery:
        copy = Delivery(**{**vars(delivery), "id": self.log.next_id(), "attempts": []})
        self.log.record(copy)
        return copy

    def _hold(self, delivery: Delivery, fault: WebhookFault) -> None:
        seconds = fault.seconds if fault.seconds is not None else REORDER_SECONDS
        delivery.state, delivery.next_attempt_at = HELD, self._clock.now() + seconds
        self.log.record(delivery)
        fault.held.append(delivery)
        if fault.kind == REORDER and fault.left == 0:
            self._release(fault)
        elif fault.kind == DELAY:
            self._agenda.at(delivery.next_attempt_at, lambda: self._release_one(fault, delivery))
        else:
            self._agenda.at(delivery.next_attempt_at, lambda: self._release(fault))

    def _release_one(self, fault: WebhookFault, delivery: Delivery) -> None:
        if delivery in fault.held:
            fault.held.remove(delivery)
            self._send_now(delivery)

    def _release(self, fault: WebhookFault) -> None:
        """Send what a fault held back, the newest first if it reorders, each when the one before it was answered."""
        held, fault.held = fault.held, []
        if fault.kind == REORDER:
            held.reverse()
        self._go_on(self._send_one_by_one(held))

    async def _send_one_by_one(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            await self._send(delivery)

    def _send_now(self, delivery: Delivery) -> None:
        self._go_on(self._send(delivery))

    def _try_at(self, delivery: Delivery, moment: float) -> None:
        self._agenda.at(moment, lambda: self._send_now(delivery))

    async def _send(self, delivery: Delivery) -> None:
        """A due attempt and what follows from it."""
        if not self.log.knows(delivery) or delivery.finished:
            return
        app = self._store.world.apps.get(delivery.client_id)
        if app is None or not app.endpoint_url or app.subscription_state == DISABLED:
            self._conclude(delivery, GIVEN_UP)
            return
        if delivery.retries and self._store.world.webhook_options.sign_retries_anew:
            delivery.timestamp = int(self._clock.now())
            delivery.signature = _signature(GOOD, app, delivery.timestamp, delivery.body)
        attempt = await self._attempt(delivery)
        if delivery.finished or not self.log.knows(delivery):
            return
        if attempt.accepted:
            self._conclude(delivery, DELIVERED)
        elif attempt.worth_a_retry and delivery.retries < len(RETRY_SECONDS):
            self._retry_later(delivery, attempt)
        else:
            self._conclude(delivery, GIVEN_UP)

    async def _attempt(self, delivery: Delivery) -> Attempt:
        app = self._store.world.apps.get(delivery.client_id)
        if app is not None and app.endpoint_url:
            delivery.url = app.endpoint_url  # an app's new address takes over what is under way
        attempt, _body = await self._sender.post(delivery.url, delivery.body, _headers(delivery), self._clock.now())
        delivery.attempts.append(attempt)
        return attempt

    def _retry_later(self, delivery: Delivery, attempt: Attempt) -> None:
        delivery.state, delivery.next_attempt_at = WAITING, attempt.at + RETRY_SECONDS[delivery.retries]
        delivery.retries += 1
        self.log.record(delivery)
        self._try_at(delivery, delivery.next_attempt_at)

    def _conclude(self, delivery: Delivery, state: str) -> None:
        delivery.state, delivery.next_attempt_at = state, None
        self.log.record(delivery)

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside everything else; nobody waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _wants(app: ZoomApp, event: str) -> bool:
    return app.subscription_state == ACTIVE and (not app.events or event in app.events)


def body_of(happening: Happening) -> str:
    """The request's body. An app's deauthorization has its time inside the payload only, as in Zoom's sample."""
    body: dict[str, Any] = {"event": happening.event, "payload": happening.payload, **happening.beside}
    if "event_ts" not in happening.payload:
        body["event_ts"] = round(happening.at * 1000)
    return as_text(body)


def as_text(body: Any) -> str:
    """JSON without blanks, as Zoom sends it."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def _signature(kind: str, app: ZoomApp, timestamp: int, body: str) -> str:
    if kind == MISSING:
        return ""
    secret = app.webhook_secret if kind == GOOD else secrets.token_hex(16)
    return signature_of(secret, timestamp, body)


def _headers(delivery: Delivery) -> dict[str, str]:
    headers = {"x-zm-request-timestamp": str(delivery.timestamp), "x-zm-request-id": delivery.request_id}
    return {**headers, "x-zm-signature": delivery.signature} if delivery.signature else headers


def _event_ts(body: str) -> int | None:
    try:
        found = json.loads(body).get("event_ts")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, int) else None
