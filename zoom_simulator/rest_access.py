"""Who calls the REST API, and whether the token's scopes allow it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from .calls import Call
from .errors import ZoomError, scopes_missing, user_missing
from .simulator import simulator_of
from .state import ZoomUser
from .tokens import by_access_token

CALL = web.RequestKey("call", Call)


@dataclass(frozen=True)
class Caller:
    """The Zoom user and the scopes that a bearer token speaks for."""

    user: ZoomUser
    client_id: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise Zoom's 400/4711, which names the scope, when the token lacks it."""
        if scope not in self.scopes:
            raise scopes_missing(scope)


CALLER = web.RequestKey("caller", Caller)


def authenticate(request: web.Request) -> Caller:
    """The caller by `Authorization: Bearer`, looked up once per request.

    Raises ZoomError 401/124 for a missing, unknown or expired token and 401/4741 for a revoked one. The token is
    judged when the request arrives, so that an effect which lands late is not refused for a token that expired since.
    """
    if CALLER in request:
        return request[CALLER]
    simulator = simulator_of(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ZoomError(401, 124, "Invalid access token.")
    tokens = by_access_token(simulator.world, token)
    if tokens is None:
        if token in simulator.world.revoked_access_tokens:
            raise ZoomError(401, 4741, "The token has been revoked.")
        raise ZoomError(401, 124, "Invalid access token.")
    if tokens.access_expires_at <= simulator.now():
        raise ZoomError(401, 124, "Access token is expired.")
    user = simulator.world.users[tokens.user_id]
    caller = Caller(user, tokens.client_id, frozenset(tokens.scopes))
    request[CALLER] = caller
    note_caller(request, user.email, tokens.client_id)
    return caller


def own_user(request: web.Request, scope: str) -> ZoomUser:
    """The user that the path names, which must be the caller: a user-level scope reaches no one else.

    Raises 404/1001 for a user whom Zoom does not know, 400/4711 with the admin scope for another one.
    """
    caller = authenticate(request)
    caller.require(scope)
    wanted = request.match_info["user_id"]
    if wanted in ("me", caller.user.id) or wanted.lower() == caller.user.email.lower():
        return caller.user
    world = simulator_of(request).world
    if wanted not in world.users and world.user_by_email(wanted) is None:
        raise user_missing(wanted)
    raise scopes_missing(f"{scope}:admin")


def note_caller(request: web.Request, user: str | None, client_id: str) -> None:
    """Write into the call's record who made it."""
    call = request.get(CALL)
    if call is not None:
        call.user, call.client_id = user, client_id
