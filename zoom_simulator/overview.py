"""The simulator's front page: users, meetings and who is in them, recent calls, faults."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .pages import page
from .presence import inside, waiting
from .simulator import simulator_of

SHOWN_CALLS = 25
SHOWN_MEETINGS = 100


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [web.get("/", show), web.get("/now", show_now)]


async def show(request: web.Request) -> web.Response:
    """The whole page."""
    return page("overview.html", **_overview(request))


async def show_now(request: web.Request) -> web.Response:
    """The part that changes; the page asks for it every two seconds."""
    return page("overview_now.html", **_overview(request))


def _overview(request: web.Request) -> dict[str, Any]:
    simulator = simulator_of(request)
    world = simulator.world
    meetings = sorted(world.live_meetings(), key=lambda meeting: (meeting.status != "started", meeting.start or 0))
    connected = {tokens.user_id for tokens in world.token_sets}
    return {
        "users": list(world.users.values()),
        "hosts": world.users,
        "connected": connected,
        "meetings": [(meeting, inside(meeting), waiting(meeting)) for meeting in meetings[:SHOWN_MEETINGS]],
        "hidden_meetings": max(0, len(meetings) - SHOWN_MEETINGS),
        "deleted": len(world.meetings) - len(meetings),
        "calls": list(reversed(simulator.calls.all()))[:SHOWN_CALLS],
        "faults": simulator.faults.active(),
    }
