"""How people come to a meeting by phone, where Zoom gives its account numbers for that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_NUMBERS = 6
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,30}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True)
class DialIn:
    """What Zoom's answer to `GET /meetings/{meetingId}` tells about the phone (`settings.global_dial_in_numbers`).

    :ivar numbers: pairs of where a number is, which may be empty, and the number; at least one
    :ivar passcode: what is typed on the phone's keys (`pstn_password`), empty if there is none: a secret
    """

    numbers: tuple[tuple[str, str], ...]
    passcode: str = field(repr=False)

    @classmethod
    def from_answer(cls, body: Mapping[str, Any]) -> DialIn | None:
        """Read it out of a meeting's answer; None where Zoom gives no number that can be called."""
        settings = body.get("settings")
        told = settings.get("global_dial_in_numbers") if isinstance(settings, dict) else None
        rows = [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []
        numbers = tuple((_place(row), _text(row, "number")) for row in rows if _PHONE.fullmatch(_text(row, "number")))
        passcode = _text(body, "pstn_password")
        if not numbers:
            return None
        return cls(numbers[:MOST_NUMBERS], passcode if _DIGITS.fullmatch(passcode) else "")

    def as_text(self) -> str:
        """As one text that :meth:`from_text` reads."""
        return json.dumps([self.numbers, self.passcode])

    @classmethod
    def from_text(cls, text: str) -> DialIn:
        """What :meth:`as_text` wrote."""
        numbers, passcode = json.loads(text)
        return cls(tuple((place, number) for place, number in numbers), passcode)


def _place(row: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (_text(row, "city"), _text(row, "country_name"))))[:60]


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""
