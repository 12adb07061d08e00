"""The page where a Zoom user allows or denies an app: `/oauth/authorize`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from yarl import URL

from .pages import page
from .simulator import Simulator, simulator_of
from .state import ZoomApp, ZoomUser
from .tokens import issue_code
from .user_events import ACTIVE

LAST_USER_COOKIE = "zoom_simulator_user"
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


class Refused(Exception):
    """A request that gets an error page and never a redirect, since the address is not to be trusted."""

    def __init__(self, title: str, code: int, explanation: str, status: int = 400) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.code = code
        self.explanation = explanation


@dataclass(frozen=True)
class Wish:
    """What an app asks for, checked."""

    app: ZoomApp
    redirect_uri: str
    state: str
    challenge: str
    challenge_method: str


async def show(request: web.Request) -> web.Response:
    """GET: the page with Allow and Deny, or an error page."""
    simulator = simulator_of(request)
    try:
        wish = _checked_wish(simulator, request.query)
    except Refused as refused:
        return _error_page(refused)
    users = [user for user in simulator.world.users.values() if user.status == ACTIVE]
    last = request.cookies.get(LAST_USER_COOKIE, "")
    return page(
        "authorize.html",
        app=wish.app,
        users=users,
        chosen_id=last if last in [user.id for user in users] else next((user.id for user in users), ""),
        parameters=dict(request.query),
        redirect_host=urlsplit(wish.redirect_uri).netloc,
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """POST: Allow or Deny. The form carries the parameters again and they are checked again."""
    simulator = simulator_of(request)
    form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    try:
        wish = _checked_wish(simulator, form)
    except Refused as refused:
        return _error_page(refused)
    if form.get("decision") != "allow":
        return _redirect(wish, {"error": "access_denied"})
    user = simulator.world.user_by_email(form.get("user", ""))
    if user is None or user.status != ACTIVE:
        return _error_page(Refused("No such Zoom user", 1001, "Go back and choose one of the users shown."))
    return _allow(simulator, wish, user)


def _allow(simulator: Simulator, wish: Wish, user: ZoomUser) -> web.StreamResponse:
    code = issue_code(
        simulator.world,
        wish.app,
        user.id,
        wish.redirect_uri,
        wish.challenge,
        wish.challenge_method,
        simulator.now(),
    )
    simulator.save()
    answer = _redirect(wish, {"code": code})
    answer.set_cookie(LAST_USER_COOKIE, user.id, httponly=True, samesite="Lax")
    return answer


def _redirect(wish: Wish, parameters: dict[str, str]) -> web.Response:
    if wish.state:
        parameters["state"] = wish.state
    location = str(URL(wish.redirect_uri).update_query(parameters))
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _checked_wish(simulator: Simulator, query: Mapping[str, str]) -> Wish:
    app = simulator.world.apps.get(query.get("client_id", ""))
    if app is None:
        raise Refused("Invalid client_id", 4702, "No app in this simulated Zoom has this client ID.")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris or not _is_acceptable(redirect_uri):
        raise Refused(
            "Invalid redirect", 4700, "The redirect address is not, letter by letter, in this app's OAuth allow list."
        )
    if query.get("response_type") != "code":
        raise Refused("Invalid response_type", 4700, "Only response_type=code is served.")
    if not set(query.get("scope", "").split()) <= set(app.scopes):
        raise Refused("Invalid scope", 4711, "A scope was asked for that is not ticked in this app.")
    if app.needs_approval:
        raise Refused(
            "Your administrator has to approve this app",
            4700,
            f"The administrator of your Zoom account has not approved {app.name} yet. Ask them, then try again.",
            status=200,
        )
    challenge, method = _challenge(query)
    return Wish(app, redirect_uri, query.get("state", ""), challenge, method)


def _challenge(query: Mapping[str, str]) -> tuple[str, str]:
    challenge = query.get("code_challenge", "")
    method = query.get("code_challenge_method", "plain")
    if method not in ("S256", "plain") or ("code_challenge_method" in query and not challenge):
        raise Refused("Invalid code challenge", 4700, "A code challenge with the method S256 or plain is expected.")
    return challenge, method


def _is_acceptable(redirect_uri: str) -> bool:
    """https, as Zoom demands; http on loopback is an exception of this simulator's."""
    address = urlsplit(redirect_uri)
    return address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK_HOSTS)


def _error_page(refused: Refused) -> web.Response:
    return page(
        "error.html",
        status=refused.status,
        title=f"{refused.title} ({refused.code:,})",
        explanation=refused.explanation,
    )
