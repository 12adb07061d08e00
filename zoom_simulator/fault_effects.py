"""What a fault does to a call: lose its answer, delay it, replace it, cut the connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from .clock import POLL_SECONDS
from .errors import ZoomError, zoom_error_answer
from .faults import Fault
from .recording import answer_record
from .rest_access import CALL, authenticate
from .rest_meeting_list import LIST_LAG
from .rest_meetings import DROPPED_SETTINGS
from .simulator import simulator_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HTML = "<!DOCTYPE html><html><head><title>Zoom</title></head><body><h1>We'll be right back</h1></body></html>"


@web.middleware
async def apply_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let every fault that hits this call do its work; the first that decides about the answer has the last word."""
    if request.path.startswith("/control"):
        return await handler(request)
    hit = simulator_of(request).faults.take(request.method, request.rel_url.raw_path)
    for fault in hit:
        _note(request, fault)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds or 0)
        elif fault.kind == "list_lag":
            request[LIST_LAG] = float(fault.seconds or 0)
        elif fault.kind == "drop_setting":
            request[DROPPED_SETTINGS] = fault.settings
    for fault in hit:
        if fault.kind in _EFFECTS:
            return await _EFFECTS[fault.kind](request, handler, fault)
    return await handler(request)


async def _answer_lost(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """The call does what it should; the connection closes without an answer."""
    await _do(request, handler)
    return _closed(request)


async def _late_effect(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """No answer now; the call does what it should when the simulated clock has moved on, or when it is released.

    The caller's token is judged now. With `connection: keep` the caller waits for an answer that never comes.
    """
    try:
        if request.path.startswith("/v2/"):
            authenticate(request)
    except ZoomError as error:
        return zoom_error_answer(request, error)
    await request.read()
    simulator = simulator_of(request)

    async def land() -> None:
        if fault.seconds is None:
            await fault.released.wait()
        else:
            await _first_of(simulator.clock.sleep_until(received + fault.seconds), fault.released.wait())
        await _do(request, handler)

    received = simulator.now()
    simulator.faults.land_later(asyncio.get_running_loop().create_task(land()))
    if fault.connection == "keep":
        await _keep_waiting(request, fault)
    return _closed(request)


async def _hold(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """The call does what it should; its answer goes out when the fault is released or deleted."""
    answer = await _do(request, handler)
    await _keep_waiting(request, fault)
    return answer


async def _hang(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """Nothing is done and nothing is answered; the connection closes when the fault is released or deleted."""
    await _keep_waiting(request, fault)
    return _closed(request)


async def _reset(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """Nothing is done; the connection is reset (TCP RST, which a lingering time of zero brings about)."""
    transport = request.transport
    if transport is not None:
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _status(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """The given status, body and headers instead of the answer."""
    if fault.effect:
        await _do(request, handler)
    if fault.body is None or isinstance(fault.body, str):
        return web.Response(status=fault.status, text=fault.body or "", headers=fault.headers)
    return web.json_response(fault.body, status=fault.status, headers=fault.headers)


async def _html(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """A web page with status 200 instead of the answer."""
    if fault.effect:
        await _do(request, handler)
    return web.Response(text=HTML, content_type="text/html")


async def _empty(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    """Status 200 without a body instead of the answer."""
    if fault.effect:
        await _do(request, handler)
    return web.Response(status=200, content_type="application/json")


async def _do(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the API do its work and record what it would have answered."""
    answer = await handler(request)
    call = request.get(CALL)
    if call is not None:
        call.effect = answer_record(answer)
    return answer


def _closed(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _keep_waiting(request: web.Request, fault: Fault) -> None:
    """Keep the caller waiting until the fault is released or deleted, or the caller has gone."""
    faults = simulator_of(request).faults
    faults.waiting += 1
    try:
        while not fault.released.is_set() and request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(POLL_SECONDS)
    finally:
        faults.waiting -= 1


async def _first_of(*awaitables: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _note(request: web.Request, fault: Fault) -> None:
    call = request.get(CALL)
    if call is not None:
        call.fault = fault.kind if call.fault is None else f"{call.fault}, {fault.kind}"


_EFFECTS: dict[str, Callable[[web.Request, Handler, Fault], Awaitable[web.StreamResponse]]] = {
    "answer_lost": _answer_lost,
    "late_effect": _late_effect,
    "hold": _hold,
    "hang": _hang,
    "reset": _reset,
    "status": _status,
    "html": _html,
    "empty": _empty,
}
