"""Waiting for what happens by itself, never longer than needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

LOOK_EVERY_SECONDS = 0.1
# As long as a browser may take for whatever a test waits for; far more than it needs on a machine that is busy.
PATIENCE_MS = 30_000
# What the server pushes is there in milliseconds. By themselves the client's page asks every 30 s, and the inbox pulls
# from Zoom after a quarter of an hour.
PUSHED_MS = 15_000


def eventually(question: Callable[[], Answer], what: str, seconds: float = 20.0) -> Answer:
    """Ask until the answer is true, and return it.

    :param question: asked again and again; what it raises is not caught
    :param what: what is waited for, in words; part of the failure
    :raise AssertionError: not true within `seconds`; quotes the last answer
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Within {seconds} s this did not come true: {what}. Last answer: {answer!r}")
        time.sleep(LOOK_EVERY_SECONDS)
