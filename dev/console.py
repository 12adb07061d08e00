"""What the person at the terminal reads: plain lines, flushed at once to keep their place among a child's output."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print one line of progress or result."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print one line about something that works but is not as tested."""
    print(f"warning: {text}", file=sys.stderr, flush=True)
