"""The control API's webhooks: raise, look at, resend and disturb deliveries, validate endpoints."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from .control_requests import BadRequest, answered, app_of, dumps, refuse_unknown, text_of
from .simulator import Simulator, simulator_of
from .state import ZoomApp
from .webhook_faults import webhook_fault_from_json
from .webhooks import DISABLED, GOOD, MISSING, WRONG, Wish, as_text

SPELLINGS = ("join_time", "date_time", "both")
MOST_COPIES = 10_000


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/control/deliveries", _list),
        web.post("/control/deliveries", answered(_raise)),
        web.delete("/control/deliveries", answered(_clear)),
        web.post("/control/deliveries/resend", answered(_resend)),
        web.post("/control/webhooks", answered(_set_options)),
        web.post("/control/webhooks/validate", answered(_validate)),
        web.get("/control/webhook_faults", answered(_list_faults)),
        web.post("/control/webhook_faults", answered(_add_fault, status=201)),
        web.delete("/control/webhook_faults", answered(_clear_faults)),
    ]


async def _list(request: web.Request) -> web.Response:
    """The kept deliveries, of one app or one event where the query names it."""
    wanted = {name: request.query[name] for name in ("client_id", "event") if name in request.query}
    chosen = [
        delivery
        for delivery in simulator_of(request).webhooks.log.all()
        if all(getattr(delivery, name) == value for name, value in wanted.items())
    ]
    return web.json_response({"deliveries": chosen}, dumps=dumps)


async def _raise(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Raise any delivery, `times` times: with `payload` in the usual envelope, or with a whole `body`."""
    refuse_unknown(
        data,
        {"client_id", "event", "payload", "body", "times", "event_ts", "signature", "timestamp", "request_id"},
    )
    app = app_of(simulator, data)
    if not app.endpoint_url or app.subscription_state == DISABLED:
        raise BadRequest("This app has no endpoint, or its subscription is disabled.")
    times, wish = data.get("times", 1), _wish(data)
    if not isinstance(times, int) or not 1 <= times <= MOST_COPIES:
        raise BadRequest(f"times must be a whole number from 1 to {MOST_COPIES}.")
    event, bodies = _bodies(simulator, data, app, times)
    return {"ids": [simulator.webhooks.deliver(app, event, body, wish).id for body in bodies]}


def _wish(data: dict[str, Any]) -> Wish:
    signature, timestamp = data.get("signature", GOOD), data.get("timestamp")
    if signature not in (GOOD, WRONG, MISSING):
        raise BadRequest(f"signature must be {GOOD}, {WRONG} or {MISSING}.")
    if timestamp is not None and not isinstance(timestamp, (int, float)):
        raise BadRequest("timestamp must be a number of seconds.")
    return Wish(signature, None if timestamp is None else int(timestamp), data.get("request_id"))


def _bodies(simulator: Simulator, data: dict[str, Any], app: ZoomApp, times: int) -> tuple[str, list[str]]:
    """The event's name and the text of each copy. Copies differ in `event_ts`, by a millisecond, unless it is given."""
    body = data.get("body")
    if isinstance(body, str):
        return str(data.get("event", _named_in(body))), [body] * times
    if body is None:
        payload = data.get("payload", {})
        body = {"event": text_of(data, "event"), "payload": payload, "event_ts": round(simulator.now() * 1000)}
    if not isinstance(body, dict):
        raise BadRequest("body must be a JSON object, or text that is sent as it is.")
    event = str(data.get("event", body.get("event", "")))
    if "event_ts" in data:
        body = {**body, "event_ts": data["event_ts"]}
    first = body.get("event_ts")
    if "event_ts" in data or not isinstance(first, int):
        return event, [as_text(body)] * times
    return event, [as_text({**body, "event_ts": first + number}) for number in range(times)]


def _named_in(body: str) -> str:
    try:
        return str(json.loads(body)["event"])
    except (ValueError, KeyError, TypeError):
        return ""


async def _clear(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Forget every delivery, and try none again."""
    simulator.webhooks.log.clear()
    return {"cleared": True}


async def _resend(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Send the same bytes again, now, and answer with the delivery as it then is."""
    delivery_id = data.get("id")
    delivery = simulator.webhooks.log.get(delivery_id) if isinstance(delivery_id, int) else None
    if delivery is None:
        raise BadRequest("No kept delivery has this id.")
    await simulator.webhooks.resend(delivery)
    return vars(delivery)


async def _set_options(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Choose what Zoom's documents leave open; answers with the choices in force."""
    refuse_unknown(data, {"sign_retries_anew", "join_time_spelling"})
    options = simulator.world.webhook_options
    if data.get("join_time_spelling", SPELLINGS[0]) not in SPELLINGS:
        raise BadRequest(f"join_time_spelling must be one of {', '.join(SPELLINGS)}.")
    if not isinstance(data.get("sign_retries_anew", False), bool):
        raise BadRequest("sign_retries_anew must be true or false.")
    for name, value in data.items():
        setattr(options, name, value)
    return vars(options)


async def _validate(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Validate an app's endpoint now."""
    app = app_of(simulator, data)
    if not app.endpoint_url:
        raise BadRequest("This app has no endpoint.")
    return vars(await simulator.validation.validate(app))


async def _list_faults(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    return {"faults": [fault.as_json() for fault in simulator.webhooks.faults.all()]}


async def _add_fault(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    return simulator.webhooks.faults.add(webhook_fault_from_json(data)).as_json()


async def _clear_faults(simulator: Simulator, request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
    """Take every webhook fault away; what they held back goes out."""
    simulator.webhooks.clear_faults()
    return {"cleared": True}
