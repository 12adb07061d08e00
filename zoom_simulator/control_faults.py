"""The control API's faults: `/control/faults`."""

from __future__ import annotations

from aiohttp import web

from .faults import BadFault, Fault, fault_from_json
from .simulator import simulator_of


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/control/faults", _list),
        web.post("/control/faults", _add),
        web.delete("/control/faults", _clear),
        web.get("/control/faults/{fault_id:\\d+}", _show),
        web.delete("/control/faults/{fault_id:\\d+}", _delete),
        web.post("/control/faults/{fault_id:\\d+}/release", _release),
    ]


async def _list(request: web.Request) -> web.Response:
    board = simulator_of(request).faults
    return web.json_response(
        {"faults": [fault.as_json() for fault in board.all()], "waiting": board.waiting, "landing": board.landing}
    )


async def _add(request: web.Request) -> web.Response:
    try:
        fault = fault_from_json(await request.json())
    except (BadFault, ValueError) as refused:
        return web.json_response({"error": str(refused)}, status=400)
    return web.json_response(simulator_of(request).faults.add(fault).as_json(), status=201)


async def _clear(request: web.Request) -> web.Response:
    simulator_of(request).faults.clear()
    return web.json_response({"cleared": True})


async def _show(request: web.Request) -> web.Response:
    return web.json_response(_found(request).as_json())


async def _delete(request: web.Request) -> web.Response:
    simulator_of(request).faults.delete(_found(request).id)
    return web.json_response({"deleted": True})


async def _release(request: web.Request) -> web.Response:
    """Held answers go out and waiting effects land, of this fault."""
    fault = _found(request)
    fault.released.set()
    return web.json_response(fault.as_json())


def _found(request: web.Request) -> Fault:
    fault = simulator_of(request).faults.get(int(request.match_info["fault_id"]))
    if fault is None:
        raise web.HTTPNotFound(text="There is no such fault.")
    return fault
