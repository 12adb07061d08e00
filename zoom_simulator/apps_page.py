"""The apps of the simulated Marketplace: their endpoint and secret token, who allowed them, what they were told."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .pages import page
from .simulator import Simulator, simulator_of
from .state import ZoomApp, ZoomUser
from .user_events import deauthorize

SHOWN_DELIVERIES = 20


def routes() -> list[web.RouteDef]:
    """The routes of this file."""
    return [
        web.get("/apps", show),
        web.get("/apps/{client_id}/now", show_now),
        web.post("/apps/{client_id}/endpoint", set_endpoint),
        web.post("/apps/{client_id}/validate", validate),
        web.post("/apps/{client_id}/remove/{user_id}", remove),
        web.post("/apps/{client_id}/resend/{delivery_id:\\d+}", resend),
    ]


async def show(request: web.Request) -> web.Response:
    """The whole page."""
    simulator = simulator_of(request)
    return page("apps.html", apps=[_shown(simulator, app) for app in simulator.world.apps.values()])


async def show_now(request: web.Request) -> web.Response:
    """The part about one app that changes; the page asks for it every two seconds."""
    return page("apps_now.html", **_shown(simulator_of(request), _app(request)))


async def set_endpoint(request: web.Request) -> web.StreamResponse:
    """Set the endpoint and validate it at once; an empty one ends the subscription."""
    simulator, app = simulator_of(request), _app(request)
    url = (await request.post()).get("endpoint_url", "")
    app.set_endpoint(url.strip() if isinstance(url, str) else "")
    if app.endpoint_url:
        await simulator.validation.validate(app)
    return _back(simulator, app)


async def validate(request: web.Request) -> web.StreamResponse:
    """Validate the endpoint now."""
    simulator, app = simulator_of(request), _app(request)
    if app.endpoint_url:
        await simulator.validation.validate(app)
    return _back(simulator, app)


async def remove(request: web.Request) -> web.StreamResponse:
    """A Zoom user removes the app."""
    simulator, app = simulator_of(request), _app(request)
    tokens = simulator.world.token_set(request.match_info["user_id"], app.client_id)
    if tokens is not None:
        deauthorize(simulator.world, tokens, simulator.now())
    return _back(simulator, app)


async def resend(request: web.Request) -> web.StreamResponse:
    """Send the same bytes again, now."""
    simulator, app = simulator_of(request), _app(request)
    delivery = simulator.webhooks.log.get(int(request.match_info["delivery_id"]))
    if delivery is None or delivery.client_id != app.client_id:
        raise web.HTTPNotFound(text="This delivery is no longer kept.")
    await simulator.webhooks.resend(delivery)
    return _back(simulator, app)


def _back(simulator: Simulator, app: ZoomApp) -> web.StreamResponse:
    simulator.save()
    raise web.HTTPSeeOther(f"/apps#{app.client_id}")


def _app(request: web.Request) -> ZoomApp:
    app = simulator_of(request).world.apps.get(request.match_info["client_id"])
    if app is None:
        raise web.HTTPNotFound(text="There is no such app. The simulator may have been reset.")
    return app


def _shown(simulator: Simulator, app: ZoomApp) -> dict[str, Any]:
    deliveries = [delivery for delivery in simulator.webhooks.log.all() if delivery.client_id == app.client_id]
    return {
        "app": app,
        "allowed_by": _allowed_by(simulator, app),
        "deliveries": deliveries[: -SHOWN_DELIVERIES - 1 : -1],
        "hidden": max(0, len(deliveries) - SHOWN_DELIVERIES),
    }


def _allowed_by(simulator: Simulator, app: ZoomApp) -> list[ZoomUser]:
    world = simulator.world
    return [world.users[tokens.user_id] for tokens in world.token_sets if tokens.client_id == app.client_id]
