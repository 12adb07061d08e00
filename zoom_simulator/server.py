"""Puts the parts together and serves them on 127.0.0.1."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from . import (
    apps_page,
    control,
    control_faults,
    control_meetings,
    control_users,
    control_webhooks,
    meeting_pages,
    oauth_authorize,
    oauth_token,
    overview,
    rate_limiting,
    rest_meeting_list,
    rest_meetings,
    rest_past_meetings,
    rest_user_settings,
    rest_users,
)
from .agenda import Agenda
from .calls import CallLog
from .clock import Clock
from .deliveries import DeliveryLog
from .fault_effects import apply_faults
from .faults import FaultBoard
from .ledger import Ledger, note_secrets
from .rate_limiting import enforce_limits
from .recording import answer_errors, record_calls
from .seed import add_redirect_uris, seed_world, set_webhook_url
from .simulator import SIMULATOR, Simulator
from .state import Store, World, load_world
from .url_validation import UrlValidation
from .webhook_sender import WebhookSender
from .webhooks import Webhooks

HOST = "127.0.0.1"
SECONDS_TO_FINISH = 0.2


@dataclass
class Options:
    """How to start. `port` 0 takes a free one.

    `webhook_url` becomes the endpoint of every app that has none; `{client_id}` in it stands for each app's own.
    `ledger_file`: see ledger.py.
    """

    port: int = 0
    state_file: Path | None = None
    clock_file: Path | None = None
    redirect_uris: list[str] = field(default_factory=list)
    webhook_url: str = ""
    ledger_file: Path | None = None


class PortTaken(Exception):
    """The port cannot be listened on, most often because another program does; the text says it in a sentence."""


class Server:
    """A simulator that is listening; `stop` ends it."""

    def __init__(self, simulator: Simulator, runner: web.AppRunner) -> None:
        self.simulator = simulator
        self._runner = runner

    @property
    def root_url(self) -> str:
        return self.simulator.root_url

    async def stop(self) -> None:
        """Stop listening, cut whatever is still held, and let the saved state be."""
        self.simulator.faults.drop_landing()
        self.simulator.faults.clear()
        await self.simulator.stop()
        await self._runner.cleanup()


async def start(options: Options) -> Server:
    """Serve until `stop`. Raises PortTaken, and UnreadableState for a broken state file."""
    world, log = _world(options), DeliveryLog(_log_file(options))
    log.load()
    listener = _listener(options.port)
    simulator = _simulator(options, Store(world, options.state_file), log, listener.getsockname()[1])
    simulator.store.save()
    simulator.start()
    runner = web.AppRunner(
        _application(simulator, options.ledger_file),
        handle_signals=False,
        access_log=None,
        shutdown_timeout=SECONDS_TO_FINISH,
    )
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return Server(simulator, runner)


def _simulator(options: Options, store: Store, log: DeliveryLog, port: int) -> Simulator:
    clock, sender = Clock(options.clock_file), WebhookSender()
    agenda = Agenda(clock)
    return Simulator(
        clock=clock,
        store=store,
        calls=CallLog(),
        faults=FaultBoard(),
        agenda=agenda,
        sender=sender,
        webhooks=Webhooks(clock, store, log, agenda, sender),
        validation=UrlValidation(clock, store, agenda, sender),
        root_url=f"http://{HOST}:{port}",
        extra_redirect_uris=options.redirect_uris,
        webhook_url=options.webhook_url,
    )


def _world(options: Options) -> World:
    world = load_world(options.state_file) if options.state_file else None
    if world is None:
        return seed_world(options.redirect_uris, options.webhook_url)
    add_redirect_uris(world, options.redirect_uris)
    set_webhook_url(world, options.webhook_url)
    return world


def _log_file(options: Options) -> Path | None:
    """Where deliveries are kept: beside the state. Without a state those of an earlier one are nobody's."""
    if options.state_file is None:
        return None
    file = options.state_file.with_name(options.state_file.name + ".deliveries")
    if not options.state_file.exists():
        file.unlink(missing_ok=True)
    return file


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise PortTaken(f"Port {port} on {HOST} cannot be used ({reason}).") from error
    return listener


def _application(simulator: Simulator, ledger_file: Path | None) -> web.Application:
    application = web.Application(middlewares=[record_calls, enforce_limits, apply_faults, answer_errors])
    if ledger_file is not None:
        ledger = Ledger(ledger_file)
        ledger.note_apps(simulator.world)
        application.middlewares.insert(0, note_secrets(ledger))
    application[SIMULATOR] = simulator
    application.add_routes(
        [
            web.get("/oauth/authorize", oauth_authorize.show),
            web.post("/oauth/authorize", oauth_authorize.decide),
            web.post("/oauth/token", oauth_token.token),
            web.post("/oauth/revoke", oauth_token.revoke_token),
            web.get("/v2/users/{user_id}", rest_users.get_user),
            web.get("/v2/users/{user_id}/meetings", rest_meeting_list.list_meetings),
            web.post("/v2/users/{user_id}/meetings", rest_meetings.create),
            web.get("/v2/meetings/{meeting_id}", rest_meetings.get),
            web.patch("/v2/meetings/{meeting_id}", rest_meetings.change),
            web.delete("/v2/meetings/{meeting_id}", rest_meetings.delete),
            web.get("/v2/past_meetings/{meeting_id}", rest_past_meetings.get_past_meeting),
            web.post("/v2/meetings/{meeting_id}/invite_links", rest_meetings.create_invite_links),
        ]
    )
    application.add_routes(rest_user_settings.routes())
    application.add_routes(overview.routes())
    application.add_routes(apps_page.routes())
    application.add_routes(meeting_pages.routes())
    application.add_routes(control.routes())
    application.add_routes(control_meetings.routes())
    application.add_routes(control_users.routes())
    application.add_routes(control_faults.routes())
    application.add_routes(rate_limiting.routes())
    application.add_routes(control_webhooks.routes())
    return application
