"""REST: `GET /v2/users/{me}/meetings`."""

from __future__ import annotations

from datetime import datetime, timezone

from aiohttp import web

from .errors import invalid_parameter
from .meeting_answers import listed_meeting
from .meetings import INSTANT
from .rest_access import own_user
from .signing import read_signed, sign
from .simulator import Simulator, simulator_of
from .state import Meeting, ZoomUser

LIST_LAG = web.RequestKey("list_lag", float)
DEFAULT_PAGE = 30
LARGEST_PAGE = 300
PAGE_TOKEN_SECONDS = 15 * 60
UPCOMING = ("upcoming", "upcoming_meetings")
NEVER_LISTED = (INSTANT, 10)


async def list_meetings(request: web.Request) -> web.Response:
    """The caller's meetings by start, a page at a time. Scope `meeting:read:list_meetings`.

    As at Zoom, a `type` or `page_size` that makes no sense is not refused: it counts as the default or is clamped.
    """
    simulator = simulator_of(request)
    host = own_user(request, "meeting:read:list_meetings")
    size = _page_size(request.query.get("page_size", ""))
    first = _first_of_page(simulator, host, request.query.get("next_page_token", ""))
    found = _found(simulator, host, request)
    rest = first + size < len(found)
    return web.json_response(
        {
            "page_size": size,
            "page_count": -(-len(found) // size),
            "page_number": first // size + 1,
            "total_records": len(found),
            "next_page_token": _page_token(simulator, host, first + size) if rest else "",
            "meetings": [
                listed_meeting(simulator.world, simulator.root_url, meeting) for meeting in found[first : first + size]
            ],
        }
    )


def _found(simulator: Simulator, host: ZoomUser, request: web.Request) -> list[Meeting]:
    now = simulator.now()
    lag = request.get(LIST_LAG, 0.0)
    wanted = request.query.get("type", "scheduled")
    found = [
        meeting
        for meeting in simulator.world.live_meetings()
        if meeting.host_id == host.id
        and meeting.type not in NEVER_LISTED
        and meeting.created_at <= now - lag
        and _is_of_type(meeting, wanted, now)
        and _is_between(meeting, request.query.get("from", ""), request.query.get("to", ""))
    ]
    return sorted(found, key=lambda meeting: (meeting.start or 0, meeting.id))


def _is_of_type(meeting: Meeting, wanted: str, now: float) -> bool:
    live = meeting.status == "started"
    over = meeting.start is not None and meeting.start + meeting.duration * 60 <= now
    if wanted == "live":
        return live
    if wanted in UPCOMING:
        return live or not over
    if wanted == "previous_meetings":
        return over and not live
    return True


def _is_between(meeting: Meeting, first: str, last: str) -> bool:
    if meeting.start is None:
        return True
    day = datetime.fromtimestamp(meeting.start, timezone.utc).strftime("%Y-%m-%d")
    return (not _is_day(first) or first <= day) and (not _is_day(last) or day <= last)


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return False
    return True


def _page_size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        return DEFAULT_PAGE
    return min(int(text), LARGEST_PAGE)


def _page_token(simulator: Simulator, host: ZoomUser, first: int) -> str:
    content = {"user": host.id, "first": first}
    return sign(simulator.world.signing_key, "page", content, simulator.now() + PAGE_TOKEN_SECONDS)


def _first_of_page(simulator: Simulator, host: ZoomUser, token: str) -> int:
    if not token:
        return 0
    content = read_signed(simulator.world.signing_key, "page", token, simulator.now())
    if content is None or content["user"] != host.id:
        raise invalid_parameter("The next page token is either invalid or has expired.")
    return int(content["first"])
