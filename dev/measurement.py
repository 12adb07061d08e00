"""One measured number of `make bench`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """A row of the table and of bench.json.

    :param name: what was measured, in words
    :param value: how much, in `unit` ("x" for a ratio, "s", "queries", ...)
    :param goal: what it should be at most (at least where `at_least`); None where there is no goal
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_row(self, run: str) -> dict[str, Any]:
        """Return the row for bench.json; `run` names the run that all its comparisons were measured in."""
        row = asdict(self)
        del row["at_least"]
        return {**row, "holds": self.holds, "run": run}
