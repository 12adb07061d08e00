"""What is to be done when the simulated clock gets there: retries, validations, waits that are long enough to tell."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

from .clock import Clock

POLL_SECONDS = 0.05


class Agenda:
    """One task for all appointments: the clock can jump, so the earliest is looked at again and again.

    Thousands of appointments cost no more than one, and none costs nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._added = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep appointments; needs a running loop."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    def stop(self) -> None:
        """Keep no more appointments."""
        if self._task is not None:
            self._task.cancel()

    def at(self, moment: float, do: Callable[[], None]) -> None:
        """Call `do` once the clock shows `moment` (seconds since 1970). It looks itself whether it is still wanted."""
        heapq.heappush(self._entries, (moment, next(self._numbers), do))
        self._added.set()

    def clear(self) -> None:
        """Forget every appointment."""
        self._entries.clear()

    async def _keep(self) -> None:
        while True:
            if not self._entries:
                self._added.clear()
                await self._added.wait()
            self._do_what_is_due()
            await asyncio.sleep(POLL_SECONDS)

    def _do_what_is_due(self) -> None:
        try:
            now = self._clock.now()
        except ValueError:  # somebody is writing the clock's file
            return
        while self._entries and self._entries[0][0] <= now:
            _moment, _number, do = heapq.heappop(self._entries)
            do()
