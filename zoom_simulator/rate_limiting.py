"""Holds every REST call to Zoom's limits, and the control API's word about them: `/control/limits`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .control_requests import BadRequest, answered, refuse_unknown
from .errors import ZoomError
from .rate_limits import HOST_WRITES_A_DAY, PLANS, RETRY_AFTER, WRITES, category_of
from .rest_access import authenticate
from .simulator import Simulator, simulator_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NO_PLAN = "none"


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [web.get("/control/limits", _show), web.post("/control/limits", answered(_set))]


@web.middleware
async def enforce_limits(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the call when it comes in, before any fault, and answer 429 where it is one too many."""
    resource = request.match_info.route.resource
    if resource is None or not request.path.startswith("/v2/"):
        return await handler(request)
    try:
        user = authenticate(request).user
    except ZoomError:
        return await handler(request)  # whose it is nobody knows; it gets its 401
    simulator, path = simulator_of(request), resource.canonical
    refusal = simulator.limits.admit(
        user.account_id,
        user.email,
        category_of(request.method, path),
        (request.method, path) in WRITES,
        time.monotonic(),
        simulator.now(),
    )
    if refusal is None:
        return await handler(request)
    headers = {} if refusal.retry_after is None else {"Retry-After": refusal.retry_after}
    return web.json_response({"code": 429, "message": refusal.message}, status=429, headers=headers)


async def _show(request: web.Request) -> web.Response:
    return web.json_response(_view(simulator_of(request)))


async def _set(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Enforce a plan (of one account, or of all), the hosts' writes a day, and say how `Retry-After` is written."""
    refuse_unknown(data, {"plan", "account_id", "host_writes", "retry_after"})
    limits = simulator.limits
    if data.get("plan", NO_PLAN) not in (NO_PLAN, *PLANS):
        raise BadRequest(f"plan must be one of {', '.join((NO_PLAN, *PLANS))}.")
    if data.get("retry_after", "none") not in RETRY_AFTER:
        raise BadRequest(f"retry_after must be one of {', '.join(RETRY_AFTER)}.")
    writes = data.get("host_writes", HOST_WRITES_A_DAY)
    if writes is not None and (not isinstance(writes, int) or writes < 0):
        raise BadRequest("host_writes must be a whole number, or null for no limit.")
    if "plan" in data:
        limits.plans[data.get("account_id", "")] = data["plan"]
    if "host_writes" in data:
        limits.host_writes = writes
    limits.retry_after = data.get("retry_after", limits.retry_after)
    return _view(simulator)


def _view(simulator: Simulator) -> dict[str, Any]:
    limits = simulator.limits
    return {
        "plans": limits.plans,
        "host_writes": limits.host_writes,
        "retry_after": limits.retry_after,
        "most_in_a_second": limits.most_in_a_second,
        "refused": limits.refused,
        "writes": [{"email": email, "day": day, "writes": n} for (email, day), n in limits.writes.items() if n],
    }
