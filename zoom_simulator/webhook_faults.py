"""What may go wrong with webhooks on their way, on request: which faults are up and which delivery each one hits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .deliveries import Delivery
from .faults import BadFault

DUPLICATE, REORDER, DELAY, WRONG_SIGNATURE, DROP = "duplicate", "reorder", "delay", "wrong_signature", "drop"
KINDS = (DUPLICATE, REORDER, DELAY, WRONG_SIGNATURE, DROP)
REORDER_SECONDS = 5.0  # how long a reordering waits for its number to be complete


@dataclass
class WebhookFault:
    """One fault: it hits the next `times` deliveries (None: until it is deleted) of these `events` (none: of all).

    `seconds` are simulated: how long a delay takes, how long a reordering waits at most.
    """

    kind: str
    times: int | None = 1
    events: list[str] = field(default_factory=list)
    seconds: float | None = None
    id: int = 0
    hits: int = 0
    held: list[Delivery] = field(default_factory=list)

    @property
    def left(self) -> int | None:
        return None if self.times is None else self.times - self.hits

    def as_json(self) -> dict[str, Any]:
        """The fault as the control API shows it; what it holds back by id."""
        return {**vars(self), "left": self.left, "held": [delivery.id for delivery in self.held]}


class WebhookFaults:
    """The webhook faults that are up."""

    def __init__(self) -> None:
        self._faults: list[WebhookFault] = []
        self._count = 0

    def add(self, fault: WebhookFault) -> WebhookFault:
        """Put a fault up and give it its id."""
        self._count += 1
        fault.id = self._count
        self._faults.append(fault)
        return fault

    def take(self, event: str) -> WebhookFault | None:
        """The oldest fault that hits a delivery of this event, which counts as one hit."""
        for fault in self._faults:
            if event in (fault.events or [event]) and (fault.left is None or fault.left > 0):
                fault.hits += 1
                return fault
        return None

    def all(self) -> list[WebhookFault]:
        """Every fault, used up or not, oldest first."""
        return list(self._faults)

    def clear(self) -> list[WebhookFault]:
        """Take every fault away and return them: the caller sends what they held back."""
        taken, self._faults = self._faults, []
        return taken


def webhook_fault_from_json(data: Any) -> WebhookFault:
    """The fault that a control request describes. Raises BadFault with a sentence that says what is wrong."""
    if not isinstance(data, dict) or set(data) - {"kind", "times", "events", "seconds"}:
        raise BadFault("A webhook fault is a JSON object with kind, times, events and seconds.")
    if data.get("kind") not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(KINDS)}.")
    times, events, seconds = data.get("times", 1), data.get("events", []), data.get("seconds")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise BadFault("times must be a whole number from 1, or null for always.")
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise BadFault("events must be a list of names.")
    if seconds is not None and not isinstance(seconds, (int, float)):
        raise BadFault("seconds must be a number.")
    if data["kind"] == DELAY and seconds is None:
        raise BadFault("delay needs seconds, a number.")
    if data["kind"] == REORDER and times is None:
        raise BadFault("reorder needs times, the number of deliveries whose order is turned round.")
    return WebhookFault(**data)
