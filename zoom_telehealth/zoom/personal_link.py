"""What a participant's own join link says of them, and how long it works.

Zoom shows the name in a personal link to the host in the waiting room, and in the meeting to everybody. It is the one
thing about a client that Zoom is ever sent, so it is the least by which a provider recognises who waits: initials.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# As a start link and as Zoom's own default (OpenAPI document of 2026-03-10): it outlasts a wait since the door opened
# and coming back to a session that broke off. Whoever finds it in a browser's history later comes to nobody.
LIFE_SECONDS = 7200


def shown_names(names: Sequence[str]) -> list[str]:
    """The names under which the people of one session wait, in their order.

    Equal initials are numbered. A name without any letter gives an empty text.
    """
    shown = [_initials(name) for name in names]
    return [
        f"{one} {shown[: place + 1].count(one)}" if one and shown.count(one) > 1 else one
        for place, one in enumerate(shown)
    ]


def _initials(name: str) -> str:
    """The first letters of the first word and of the last: “A. Q.”."""
    words = (filter(str.isalpha, word) for word in unicodedata.normalize("NFC", name).split())
    letters = [first for first in (next(word, "") for word in words) if first]
    return " ".join(f"{letter.upper()[0]}." for letter in letters[:1] + letters[1:][-1:])
