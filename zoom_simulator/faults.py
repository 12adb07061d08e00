"""Which faults were asked for and which call each one hits. What a fault does to the call: fault_effects.py."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "answer_lost",
    "late_effect",
    "list_lag",
    "delay",
    "status",
    "html",
    "reset",
    "hang",
    "empty",
    "drop_setting",
    "hold",
}
NEEDS_SECONDS = {"delay", "list_lag"}


class BadFault(Exception):
    """A fault that cannot be understood; the text says why."""


@dataclass
class Fault:
    """One fault: what it matches, how often, and what it does.

    `method` None matches every method. `path` is a pattern: `*` stands for one part between slashes, `**` for any
    rest. `skip` matching calls pass before it begins; then it hits `times` calls (None: until it is deleted).
    """

    kind: str
    method: str | None = None
    path: str = "**"
    times: int | None = 1
    skip: int = 0
    seconds: float | None = None
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    effect: bool = False
    connection: str = "close"
    id: int = 0
    hits: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, method: str, path: str) -> bool:
        """Whether this fault speaks of such a call (whatever is left of its count)."""
        return self.method in (None, method) and re.fullmatch(_pattern(self.path), path) is not None

    @property
    def left(self) -> int | None:
        return None if self.times is None else self.times - self.hits

    def as_json(self) -> dict[str, Any]:
        """The fault as the control API shows it."""
        shown = {key: value for key, value in vars(self).items() if key != "released"}
        return {**shown, "left": self.left, "released": self.released.is_set()}


class FaultBoard:
    """The active faults, and the effects and answers that are still on their way."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._count = 0
        self._landing: set[asyncio.Task[Any]] = set()
        self.waiting = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault up and give it its id."""
        self._count += 1
        fault.id = self._count
        self._faults.append(fault)
        return fault

    def take(self, method: str, path: str) -> list[Fault]:
        """The faults that hit this call; each counts one hit."""
        hit = []
        for fault in self._faults:
            if not fault.matches(method, path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
            elif fault.left is None or fault.left > 0:
                fault.hits += 1
                hit.append(fault)
        return hit

    def all(self) -> list[Fault]:
        """Every fault, used up or not, oldest first."""
        return list(self._faults)

    def active(self) -> list[Fault]:
        """The faults that can still hit a call."""
        return [fault for fault in self._faults if fault.left is None or fault.left > 0]

    def get(self, fault_id: int) -> Fault | None:
        """The fault with this id."""
        return next((fault for fault in self._faults if fault.id == fault_id), None)

    def delete(self, fault_id: int) -> bool:
        """Take one fault away and let go what it holds; whether it was there."""
        fault = self.get(fault_id)
        if fault is None:
            return False
        fault.released.set()
        self._faults.remove(fault)
        return True

    def clear(self) -> None:
        """Take every fault away: held answers go out, hanging calls end; effects under way still land."""
        for fault in self._faults:
            fault.released.set()
        self._faults.clear()

    def land_later(self, task: asyncio.Task[Any]) -> None:
        """Keep an effect that lands later until it has landed."""
        self._landing.add(task)
        task.add_done_callback(self._landing.discard)

    @property
    def landing(self) -> int:
        """How many effects are still to land."""
        return len(self._landing)

    def drop_landing(self) -> None:
        """Forget effects that have not landed: they never will."""
        for task in self._landing:
            task.cancel()


def fault_from_json(data: Any) -> Fault:
    """The fault that a control request describes. Raises BadFault with a sentence that says what is wrong."""
    if not isinstance(data, dict):
        raise BadFault("A fault is a JSON object.")
    allowed = set(Fault.__dataclass_fields__) - {"id", "hits", "released"}
    unknown = sorted(set(data) - allowed)
    if unknown:
        raise BadFault(f"Unknown keys: {', '.join(unknown)}. Known: {', '.join(sorted(allowed))}.")
    if data.get("kind") not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(sorted(KINDS))}.")
    _check_values(data)
    fault = Fault(**data)
    if fault.method is not None:
        fault.method = fault.method.upper()
    return fault


def _check_values(data: dict[str, Any]) -> None:
    kind = data["kind"]
    if kind in NEEDS_SECONDS and not isinstance(data.get("seconds"), (int, float)):
        raise BadFault(f"{kind} needs seconds, a number.")
    if kind == "drop_setting" and not _is_list_of_text(data.get("settings")):
        raise BadFault("drop_setting needs settings, a list of names.")
    if data.get("connection", "close") not in ("close", "keep"):
        raise BadFault("connection must be close or keep.")
    times = data.get("times", 1)
    if times is not None and (not isinstance(times, int) or times < 1):
        raise BadFault("times must be a whole number from 1, or null for always.")
    for key, kinds in (("path", str), ("headers", dict), ("status", int), ("skip", int)):
        if key in data and not isinstance(data[key], kinds):
            raise BadFault(f"{key} is of the wrong type.")
    if data.get("method") is not None and not isinstance(data["method"], str):
        raise BadFault("method must be text or null.")


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _pattern(path: str) -> str:
    parts = re.split(r"(\*\*|\*)", path)
    return "".join({"**": ".*", "*": "[^/]+"}.get(part, re.escape(part)) for part in parts)
