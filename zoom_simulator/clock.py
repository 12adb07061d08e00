"""The simulator's time. Everything that asks what time it is asks here, so that a test can move it."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timezone
from pathlib import Path

POLL_SECONDS = 0.02


class Clock:
    """Real time plus an offset that a small text file holds.

    The addon reads the same file, so one write moves both (design: time is read in one place).
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file

    def now(self) -> float:
        """Seconds since 1970, UTC, moved by the file's number of seconds (absent or empty file: not moved).

        Raises ValueError when the file holds something that is not a number.
        """
        return time.time() + self._offset()

    def _offset(self) -> float:
        if self._offset_file is None:
            return 0.0
        try:
            text = self._offset_file.read_text().strip()
        except FileNotFoundError:
            return 0.0
        return float(text) if text else 0.0

    async def sleep_until(self, moment: float) -> None:
        """Wait until the clock shows `moment` (seconds since 1970), because time passed or because it was moved."""
        while self.now() < moment:
            await asyncio.sleep(POLL_SECONDS)


def to_zoom_time(moment: float) -> str:
    """Seconds since 1970 as Zoom writes them, `2026-12-01T15:00:00Z`."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
