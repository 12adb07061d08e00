"""The parts of one running simulator, held together."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from .calls import CallLog
from .clock import Clock
from .faults import FaultBoard
from .state import Store, World


@dataclass
class Simulator:
    """What a request handler needs. `root_url` is the simulator's own address without a closing slash."""

    clock: Clock
    store: Store
    calls: CallLog
    faults: FaultBoard
    root_url: str
    extra_redirect_uris: list[str]

    @property
    def world(self) -> World:
        return self.store.world

    def now(self) -> float:
        """The simulated time in seconds since 1970."""
        return self.clock.now()


SIMULATOR: web.AppKey[Simulator] = web.AppKey("simulator", Simulator)


def simulator_of(request: web.Request) -> Simulator:
    """The simulator that serves this request."""
    return request.app[SIMULATOR]
