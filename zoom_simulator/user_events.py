"""What happens to users and to what they allowed: removing an app, being deactivated, deleted or unlinked.

Payloads after Zoom's OpenAPI document of webhooks. Knows no HTTP; the caller saves.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import Any

from .events import tell, tell_app
from .state import TokenSet, World, ZoomUser
from .tokens import revoke

ACTIVE = "active"
# What can be done to a user: what it makes of them, and the event that tells.
ACTIONS = {
    "deactivate": ("inactive", "user.deactivated"),
    "delete": ("deleted", "user.deleted"),
    "disassociate": ("disassociated", "user.disassociated"),
    "activate": (ACTIVE, None),
}


def deauthorize(world: World, tokens: TokenSet, now: float) -> None:
    """The user removes the app in Zoom: its tokens end at once, and it is told.

    The event's time stands inside the payload, as text: so Zoom's sample has it, though the schema says a number.
    """
    user, moment = world.users[tokens.user_id], datetime.fromtimestamp(now, timezone.utc)
    payload = {
        "account_id": user.account_id,
        "user_id": user.id,
        "signature": secrets.token_hex(32),
        "deauthorization_time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "client_id": tokens.client_id,
        "event_ts": moment.strftime("%Y-%m-%d %H:%M:%S"),
    }
    revoke(world, tokens)
    tell_app(world, "app_deauthorized", tokens.client_id, payload, now)


def change_user(world: World, user: ZoomUser, action: str, now: float) -> None:
    """Do one of ACTIONS to a user; whoever is no longer active loses all tokens, after the apps were told."""
    user.status, event = ACTIONS[action]
    if event is not None:
        tell(world, event, user.id, _about(user), now)
    if user.status != ACTIVE:
        for tokens in [one for one in world.token_sets if one.user_id == user.id]:
            revoke(world, tokens)


def _about(user: ZoomUser) -> dict[str, Any]:
    """The account's owner did it: nobody of the simulator's users."""
    return {
        "account_id": user.account_id,
        "operator": "owner@sunrise-practice.example",
        "operator_id": "oW7nErZb3KQpY5tLx2VhUg",
        "object": {
            "id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "type": user.type,
        },
    }
