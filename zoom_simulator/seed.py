"""The Zoom account that the simulator starts with: four users and two apps."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from .state import World, ZoomApp, ZoomUser

ACCOUNT_ID = "Sr7nRsPrTcQ2aVw9hKd0Lg"
ACCOUNT_NUMBER = 5004187263
ACCOUNT_CREATED_AT = 1704103200.0  # 2024-01-01T10:00:00Z

USER_SCOPES = [
    "meeting:write:meeting",
    "meeting:read:meeting",
    "meeting:read:list_meetings",
    "meeting:update:meeting",
    "meeting:delete:meeting",
    "meeting:update:status",
    "meeting:write:invite_links",
    "meeting:read:invitation",
    "meeting:read:past_meeting",
    "meeting:read:list_past_instances",
    "meeting:read:list_past_participants",
    "meeting:read:participant",
    "user:read:user",
    "user:read:settings",
]

DEFAULT_REDIRECT_URIS = [
    "http://127.0.0.1:8069/zoom_telehealth/oauth/callback",
    "http://localhost:8069/zoom_telehealth/oauth/callback",
]

LICENSED = 2
BASIC = 1

_USERS = [
    ("dR4mXq7ZT1uVnY2cKs9LbA", "dana.reyes@sunrise-practice.example", "Dana", "Reyes", LICENSED, True, 3542471135),
    ("oH8tWk3PS6eJrM5vQx0NzC", "omar.haddad@sunrise-practice.example", "Omar", "Haddad", LICENSED, True, 4728190356),
    ("bB1fGy9DL4wUhT7jAi2RpE", "bea.basic@sunrise-practice.example", "Bea", "Basic", BASIC, True, 5817302946),
    ("nN5zCv2HX8qOsF6kEd3MtG", "nora.nohost@sunrise-practice.example", "Nora", "Nohost", LICENSED, False, 6903847125),
]


def seed_world(extra_redirect_uris: Iterable[str] = (), webhook_url: str = "") -> World:
    """A fresh world. `extra_redirect_uris` (full addresses) are added to both apps' allow-lists.

    `webhook_url`: see `set_webhook_url`.
    """
    world = World()
    for user in _USERS:
        world.users[user[0]] = _user(*user)
    redirect_uris = list(dict.fromkeys([*DEFAULT_REDIRECT_URIS, *extra_redirect_uris]))
    for number, kind in (("01", "Practice"), ("02", "Provider")):
        app = ZoomApp(
            client_id=f"Simulated{kind}App{number}",
            client_secret=f"simulated-{kind.lower()}-secret-0123456789",
            name=f"Sunrise {kind} Telehealth",
            scopes=list(USER_SCOPES),
            redirect_uris=list(redirect_uris),
        )
        world.apps[app.client_id] = app
    set_webhook_url(world, webhook_url)
    return world


def set_webhook_url(world: World, webhook_url: str) -> None:
    """Give this endpoint to every app that has none; `{client_id}` in it stands for each app's own."""
    for app in world.apps.values():
        app.endpoint_url = app.endpoint_url or webhook_url.replace("{client_id}", app.client_id)


def add_redirect_uris(world: World, redirect_uris: Iterable[str]) -> None:
    """Add addresses to every app's allow-list, for a world that was loaded from a file."""
    for app in world.apps.values():
        app.redirect_uris.extend(uri for uri in redirect_uris if uri not in app.redirect_uris)


def new_user(email: str, first_name: str, last_name: str) -> ZoomUser:
    """Another licensed user of the account."""
    pmi = 1_000_000_000 + secrets.randbelow(9_000_000_000)
    return _user(secrets.token_urlsafe(16), email, first_name, last_name, LICENSED, True, pmi)


def _user(user_id: str, email: str, first_name: str, last_name: str, type_: int, may_host: bool, pmi: int) -> ZoomUser:
    return ZoomUser(
        id=user_id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        type=type_,
        may_host=may_host,
        account_id=ACCOUNT_ID,
        account_number=ACCOUNT_NUMBER,
        pmi=pmi,
        timezone="America/New_York",
        has_dial_in=type_ == LICENSED,
        created_at=ACCOUNT_CREATED_AT,
    )
