"""Webhook deliveries and the log that keeps them, beside the state file, from one start to the next."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .state import UnreadableState
from .webhook_sender import Attempt

KEPT_FINISHED = 5000
LINES_BEFORE_TIDYING = 4 * KEPT_FINISHED
WAITING, HELD, DELIVERED, GIVEN_UP = "waiting", "held", "delivered", "given_up"


@dataclass
class Delivery:
    """One webhook request, the same over all its attempts. Times are simulated, in seconds since 1970.

    `body` is the text that is sent, letter by letter. `event_ts` is in milliseconds, None where the body has none. An
    empty `signature` is sent as no header at all. `fault` names what a webhook fault did to it.
    """

    id: int
    client_id: str
    request_id: str
    event: str
    event_ts: int | None
    url: str
    body: str
    created_at: float
    timestamp: int
    signature: str
    attempts: list[Attempt] = field(default_factory=list)
    state: str = WAITING
    next_attempt_at: float | None = None
    retries: int = 0
    fault: str | None = None

    @property
    def finished(self) -> bool:
        return self.state in (DELIVERED, GIVEN_UP)


class DeliveryLog:
    """Every delivery that is under way and the newest finished ones, in the order in which they were raised.

    With a file each change is one line at its end, so that a busy log costs no more per line than an idle one; the
    last line about a delivery counts. Now and then the file is written anew without what nobody needs.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._deliveries: dict[int, Delivery] = {}
        self._finished: dict[int, None] = {}  # in the order in which they finished
        self._numbers = itertools.count(1)
        self._lines = 0

    def load(self) -> None:
        """Read the file, if there is one. Raises UnreadableState when it holds something else."""
        if self._path is None or not self._path.exists():
            return
        lines = self._path.read_text().split("\n")  # what follows the last newline was cut off by a kill
        try:
            for line in lines[:-1]:
                delivery = _delivery_from(json.loads(line))
                self._deliveries[delivery.id] = delivery
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableState(f"{self._path} does not hold the deliveries of a simulator.") from error
        self._finished.update((delivery.id, None) for delivery in self.all() if delivery.finished)
        self._numbers = itertools.count(max(self._deliveries, default=0) + 1)
        self._forget_old()
        self._tidy()

    def next_id(self) -> int:
        """An id that no delivery of this log has had."""
        return next(self._numbers)

    def record(self, delivery: Delivery) -> None:
        """Keep a new delivery, or what changed about a known one."""
        self._deliveries[delivery.id] = delivery
        if delivery.finished:
            self._finished.setdefault(delivery.id)
            self._forget_old()
        self._write(delivery)

    def knows(self, delivery: Delivery) -> bool:
        """Whether this very delivery is (still) in the log."""
        return self._deliveries.get(delivery.id) is delivery

    def get(self, delivery_id: int) -> Delivery | None:
        """The delivery with this id."""
        return self._deliveries.get(delivery_id)

    def all(self) -> list[Delivery]:
        """Every kept delivery, oldest first."""
        return list(self._deliveries.values())

    def clear(self) -> None:
        """Forget all deliveries, those under way too. Ids go on."""
        self._deliveries.clear()
        self._finished.clear()
        self._tidy()

    def _forget_old(self) -> None:
        while len(self._finished) > KEPT_FINISHED:
            oldest = next(iter(self._finished))
            del self._finished[oldest], self._deliveries[oldest]

    def _write(self, delivery: Delivery) -> None:
        if self._path is None:
            return
        with self._path.open("a") as file:
            file.write(_line(delivery))
        self._lines += 1
        if self._lines > LINES_BEFORE_TIDYING:
            self._tidy()

    def _tidy(self) -> None:
        """Write the file anew: one line for each delivery."""
        if self._path is None:
            return
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_text("".join(_line(delivery) for delivery in self._deliveries.values()))
        os.replace(draft, self._path)
        self._lines = len(self._deliveries)


def _line(delivery: Delivery) -> str:
    return json.dumps(delivery, default=vars) + "\n"


def _delivery_from(data: dict[str, Any]) -> Delivery:
    return Delivery(**{**data, "attempts": [Attempt(**attempt) for attempt in data["attempts"]]})
