"""Records every API call and its answer, turns errors into Zoom's, and stamps answers with a tracking id."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from .calls import Answer
from .errors import ZoomError, zoom_error_answer
from .rest_access import CALL
from .simulator import simulator_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET_NAMES = {"code", "code_verifier", "refresh_token", "access_token", "token", "client_secret"}
MASK = "(not recorded)"
NO_ANSWER = {"answer_lost", "late_effect", "hang", "reset"}


@web.middleware
async def record_calls(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: keep what came in and what went out of the API (REST, token and revoke endpoints)."""
    if not _is_api(request):
        return await handler(request)
    simulator = simulator_of(request)
    began = time.monotonic()
    call = simulator.calls.add(
        simulator.now(),
        request.method,
        request.rel_url.raw_path,
        dict(request.query),
        request.content_type,
        await _body(request),
    )
    request[CALL] = call
    answer = await handler(request)
    answer.headers["x-zm-trackingid"] = f"v=2.0;clid=us04;rid=SIM_{secrets.token_hex(16)}"
    call.took_ms = round((time.monotonic() - began) * 1000)
    if not NO_ANSWER & set((call.fault or "").split(", ")):
        call.answer = answer_record(answer)
    return answer


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Innermost: a refused REST call becomes Zoom's error body; an unknown path under /v2 Zoom's 404."""
    try:
        return await handler(request)
    except ZoomError as error:
        return zoom_error_answer(request, error)
    except web.HTTPNotFound:
        if not _is_api(request):
            raise
        return zoom_error_answer(request, ZoomError(404, 2300, "This API endpoint is not recognized."))
    except web.HTTPMethodNotAllowed:
        if not _is_api(request):
            raise
        return zoom_error_answer(request, ZoomError(405, 2301, "This method is not supported here."))


def answer_record(answer: web.StreamResponse) -> Answer:
    """What an answer said, tokens masked."""
    body = answer.body if isinstance(answer, web.Response) else None
    raw = bytes(body) if isinstance(body, (bytes, bytearray)) else b""
    return Answer(answer.status, answer.content_type if raw else "", _parsed(answer.content_type, raw))


def _is_api(request: web.Request) -> bool:
    return request.path.startswith("/v2/") or request.path in ("/oauth/token", "/oauth/revoke")


async def _body(request: web.Request) -> Any:
    return _parsed(request.content_type, await request.read())


def _parsed(content_type: str, raw: bytes) -> Any:
    if not raw:
        return None
    text = raw.decode(errors="replace")
    if content_type == "application/json":
        try:
            return _masked(json.loads(text))
        except ValueError:
            return text
    if content_type == "application/x-www-form-urlencoded":
        return _masked(dict(parse_qsl(text, keep_blank_values=True)))
    return text


def _masked(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: MASK if name in SECRET_NAMES and isinstance(value, str) else value for name, value in body.items()}
