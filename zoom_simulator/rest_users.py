"""REST: `GET /v2/users/{me}`."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .clock import to_zoom_time
from .rest_access import own_user
from .seed import BASIC
from .simulator import simulator_of
from .state import ZoomUser


async def get_user(request: web.Request) -> web.Response:
    """The caller's own Zoom user. Scope `user:read:user`."""
    user = own_user(request, "user:read:user")
    return web.json_response(_user_answer(user, simulator_of(request).root_url))


def _user_answer(user: ZoomUser, root_url: str) -> dict[str, Any]:
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.name,
        "email": user.email,
        "type": user.type,
        "role_name": "Member",
        "role_id": "2",
        "pmi": user.pmi,
        "use_pmi": False,
        "personal_meeting_url": f"{root_url}/j/{user.pmi}",
        "timezone": user.timezone,
        "verified": 1,
        "dept": "",
        "created_at": to_zoom_time(user.created_at),
        "user_created_at": to_zoom_time(user.created_at),
        "group_ids": [],
        "im_group_ids": [],
        "account_id": user.account_id,
        "account_number": user.account_number,
        "language": "en-US",
        "phone_numbers": [],
        "status": "active",
        "login_types": [100],
        "plan_united_type": "1" if user.type == BASIC else "2",
        "cluster": "us04",
    }
