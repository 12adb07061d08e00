"""What `GET /control/state` shows: everything a test may want to assert, tokens as facts and never as values."""

from __future__ import annotations

from typing import Any

from .clock import to_zoom_time
from .meeting_answers import join_url
from .meetings import effective_settings
from .simulator import Simulator
from .state import Meeting, TokenSet


def state_view(simulator: Simulator) -> dict[str, Any]:
    """The whole state."""
    world, now = simulator.world, simulator.now()
    meetings = list(world.meetings.values())
    return {
        "now": now,
        "users": list(world.users.values()),
        "apps": [{**vars(app), "client_secret": None} for app in world.apps.values()],
        "meetings": [meeting_view(simulator, meeting) for meeting in meetings],
        "counts": {
            "meetings_created": len(meetings),
            "meetings_live": sum(not meeting.is_deleted for meeting in meetings),
            "meetings_deleted": sum(meeting.is_deleted for meeting in meetings),
            "calls": len(simulator.calls.all()),
            "codes": len(world.codes),
        },
        "tokens": [_token_view(simulator, tokens, now) for tokens in world.token_sets],
    }


def meeting_view(simulator: Simulator, meeting: Meeting) -> dict[str, Any]:
    """A meeting as stored, with its effective settings, times also in Zoom's form, and its join link."""
    return {
        **vars(meeting),
        "host_email": simulator.world.users[meeting.host_id].email,
        "start_time": None if meeting.start is None else to_zoom_time(meeting.start),
        "deleted": meeting.is_deleted,
        "settings": effective_settings(meeting),
        "settings_asked": meeting.settings,
        "join_url": join_url(simulator.world, simulator.root_url, meeting),
    }


def _token_view(simulator: Simulator, tokens: TokenSet, now: float) -> dict[str, Any]:
    return {
        "email": simulator.world.users[tokens.user_id].email,
        "client_id": tokens.client_id,
        "scopes": tokens.scopes,
        "access_live": tokens.access_expires_at > now,
        "refresh_live": bool(tokens.refresh_token) and tokens.refresh_expires_at > now,
        "issued": tokens.issued,
        "authorizations": tokens.authorizations,
    }
