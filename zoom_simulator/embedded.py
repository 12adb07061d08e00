"""A simulator in a thread of the calling process, for tests."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from .server import Options, Server, start

SECONDS_TO_START = 10.0


class SimulatorThread:
    """`with SimulatorThread() as simulator:` serves on a free port; `simulator.root_url` is its address.

    Raises whatever the start raised (PortTaken, UnreadableState).
    """

    def __init__(self, options: Options | None = None) -> None:
        self._options = options or Options()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="zoom-simulator", daemon=True)
        self._server: Server | None = None

    @property
    def root_url(self) -> str:
        """The address without a closing slash."""
        if self._server is None:
            raise RuntimeError("The simulator is not running.")
        return self._server.root_url

    def __enter__(self) -> SimulatorThread:
        self._thread.start()
        try:
            starting = asyncio.run_coroutine_threadsafe(start(self._options), self._loop)
            self._server = starting.result(SECONDS_TO_START)
        except BaseException:
            self._end_loop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(SECONDS_TO_START)
            self._server = None
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_TO_START)
        self._loop.close()
