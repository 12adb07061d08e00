"""Checks a JSON body against a table of fields.

Stricter than Zoom in one named respect: Zoom ignores fields that it does not know, we refuse them, so that a
misspelt setting is found in a test and not in a practice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import FieldError, validation_failed


class Rule(Protocol):
    """What one value must be."""

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        """Everything that is wrong with `value`, which stands at `field` (dotted path)."""


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if not isinstance(value, bool):
            yield FieldError(field, "Invalid field: must be true or false.")


@dataclass(frozen=True)
class Whole:
    """A whole number within limits."""

    least: int
    most: int

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield FieldError(field, "Invalid field: must be a whole number.")
        elif not self.least <= value <= self.most:
            yield FieldError(field, f"Invalid field: must be from {self.least} to {self.most}.")


@dataclass(frozen=True)
class Text:
    """Text, of at most so many characters."""

    longest: int | None = None

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(field, "Invalid field: must be text.")
        elif self.longest is not None and len(value) > self.longest:
            yield FieldError(field, f"Invalid field: at most {self.longest} characters.")


@dataclass(frozen=True)
class Passcode:
    """Letters, digits and the special characters that Zoom's documents name."""

    longest: int

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(field, "Invalid field: must be text.")
        elif len(value) > self.longest:
            yield FieldError(field, f"Invalid field: at most {self.longest} characters.")
        elif not re.fullmatch(r"[A-Za-z0-9@\-_*!#]*", value):
            yield FieldError(field, "Invalid field: letters, digits and @ - _ * ! # only.")


class Choice:
    """One of the named values, of the same type."""

    def __init__(self, *values: str | int) -> None:
        self.values = values

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if isinstance(value, bool) or value not in self.values:
            yield FieldError(field, f"Invalid field: must be one of {', '.join(map(str, self.values))}.")


@dataclass(frozen=True)
class Many:
    """A list whose items all follow one rule."""

    item: Rule
    fewest: int = 0
    most: int | None = None

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if not isinstance(value, list):
            yield FieldError(field, "Invalid field: must be a list.")
            return
        if len(value) < self.fewest or (self.most is not None and len(value) > self.most):
            yield FieldError(field, "Invalid field: too few or too many entries.")
        for number, item in enumerate(value):
            yield from self.item.faults(item, f"{field}[{number}]")


@dataclass(frozen=True)
class Thing:
    """An object with known fields only."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()

    def faults(self, value: Any, field: str) -> Iterator[FieldError]:
        if not isinstance(value, dict):
            yield FieldError(field, "Invalid field: must be an object.")
            return
        prefix = f"{field}." if field else ""
        for name in self.required:
            if name not in value:
                yield FieldError(f"{prefix}{name}", "Missing field.")
        for name, entry in value.items():
            if name in self.fields:
                yield from self.fields[name].faults(entry, f"{prefix}{name}")
            else:
                yield FieldError(f"{prefix}{name}", "Invalid field: not known to Zoom.")


def check_body(body: Any, rule: Thing) -> None:
    """Raise Zoom's 400/300 with every refused field; return when the body is right."""
    errors = list(rule.faults(body, ""))
    if errors:
        raise validation_failed(errors)
