"""Zoom's REST API, as far as we use it, for one connection.

A client repeats nothing that changes something: Zoom has no idempotency key (three equal POSTs make three meetings),
and a PATCH or DELETE whose answer was lost may meet another state the second time. Whether to try again is the
reconciler's decision, which looks first. A GET is repeated once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import requests

from . import calls
from .addresses import is_secure
from .answers import Answer, expect_no_error, http_date, object_in
from .errors import MalformedAnswer, OutcomeUnknown, ServerTrouble, TokenRefused, Unreachable
from .payloads import LONGEST_NAME, HeldSeen, MeetingSeen, MeetingWish, UserSeen
from .transport import BACKGROUND, Timeouts
from .user_settings import SettingsSeen

# Zoom's largest page, and as many pages as 30,000 meetings need: more is a fault of the listing.
PAGE_SIZE = 300
MOST_PAGES = 100

LONGEST_INVITE_SECONDS = 7_776_000

_MEETING_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_BEARER = re.compile(r"[\x21-\x7e]+", re.ASCII)


class ZoomClient:
    """Calls for one connection.

    :param session: from :func:`transport.new_session`, used by this thread alone
    :param api_url: the connection's API origin, without `/v2`
    :param timeout: for each call; :data:`transport.CLICK` where a person waits
    :param clock: gives the time, naive UTC; needed where Zoom says until when to wait
    :param pace: called with method and path template before each call; returns when its turn has come
    """

    def __init__(
        self,
        session: requests.Session,
        api_url: str,
        access_token: str,
        *,
        timeout: Timeouts = BACKGROUND,
        clock: Callable[[], datetime] = calls.utc_now,
        pace: Callable[[str, str], None] | None = None,
    ) -> None:
        self._pace = pace
        self._session = session
        self._api_url = api_url.rstrip("/")
        self._access_token = access_token
        self._timeout = timeout
        self._clock = clock

    def __repr__(self) -> str:
        return f"<ZoomClient {self._api_url}>"

    def me(self) -> UserSeen:
        """The Zoom user who granted the connection. Scope `user:read:user`."""
        return UserSeen.from_answer(self._get("/users/me"))

    def settings(self) -> SettingsSeen:
        """What the connection's user has set in Zoom. Scope `user:read:settings`; two calls.

        :raises ScopeMissing: the scope was not granted
        """
        security = self._get("/users/me/settings", params={"option": "meeting_security"})
        return SettingsSeen.from_answers(self._get("/users/me/settings"), security)

    def seconds_ahead_of_zoom(self) -> float | None:
        """How far this server's clock is ahead of Zoom's `Date` header, to a second or two; None if it told no date."""
        answer = self._send("GET", "/users/me")
        object_in(answer)
        date = http_date(answer.headers.get("date", ""))
        return (answer.seen_at - date).total_seconds() if date else None

    def create_meeting(self, wish: MeetingWish) -> MeetingSeen:
        """Create a meeting. Scope `meeting:write:meeting`; counts towards 100 writes per host and UTC day.

        :raises ZoomError: after one with `outcome_known` False look with :meth:`find_by_reference` before another try
        """
        answer = self._send("POST", "/users/me/meetings", json=wish.create_body())
        return MeetingSeen.from_answer(object_in(answer))

    def meeting(self, meeting_id: str) -> MeetingSeen:
        """Read a meeting. Scope `meeting:read:meeting`.

        :raises MeetingGone: Zoom has none of this id
        """
        return MeetingSeen.from_answer(self._meeting_object(meeting_id))

    def last_held(self, meeting_id: str) -> HeldSeen:
        """The last time a meeting was held and ended. Scope `meeting:read:past_meeting`; paid accounts only.

        :raises MeetingGone: it was never held
        """
        return HeldSeen.from_answer(self._get("/past_meetings/{id}", meeting_id=meeting_id))

    def start_link(self, meeting_id: str) -> str:
        """A fresh link that makes whoever opens it the host, for 2 hours: hand it to the provider, keep it nowhere.

        :raises MeetingGone: Zoom has none of this id
        :raises MalformedAnswer: Zoom told no usable link
        """
        return _link(self._meeting_object(meeting_id).get("start_url"))

    def update_meeting(self, meeting_id: str, wish: MeetingWish) -> None:
        """Make a meeting agree with a wish. Scope `meeting:update:meeting`; counts as a write.

        :raises MeetingGone: Zoom has none of this id
        """
        answer = self._send("PATCH", "/meetings/{id}", meeting_id=meeting_id, json=wish.update_body())
        expect_no_error(answer)

    def delete_meeting(self, meeting_id: str) -> None:
        """Delete a meeting, without any mail from Zoom. Scope `meeting:delete:meeting`.

        :raises MeetingGone: it is gone already
        """
        no_mails = {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}
        expect_no_error(self._send("DELETE", "/meetings/{id}", meeting_id=meeting_id, params=no_mails))

    def upcoming_meetings(self) -> Iterator[MeetingSeen]:
        """All coming and running meetings of this user, page by page. Scope `meeting:read:list_meetings`.

        :raises MalformedAnswer: the listing does not end
        """
        return self._listed("upcoming")

    def find_by_reference(self, reference: str) -> list[MeetingSeen]:
        """The meetings whose topic carries a reference, oldest id first. Zoom's list lags behind a create by seconds.

        Looks among `scheduled` ones: these include running and past ones that have not expired, so that a meeting is
        found whose start passed while its create's outcome was unknown.
        """
        found = {seen.id: seen for seen in self._listed("scheduled") if seen.reference == reference}
        return sorted(found.values(), key=lambda seen: int(seen.id))

    def invite_link(self, meeting_id: str, name: str, ttl_seconds: int) -> str:
        """A personal join link. Scope `meeting:write:invite_links`.

        :param name: shown in the meeting, cut to Zoom's 64 characters
        :param ttl_seconds: how long it works, up to 7,776,000 (90 days); to Zoom 0 means for ever
        :raises MeetingGone: Zoom has no such meeting
        """
        if not 0 < ttl_seconds <= LONGEST_INVITE_SECONDS:
            raise ValueError("A link works for 1 to 7,776,000 seconds.")
        body = {"attendees": [{"name": name[:LONGEST_NAME]}], "ttl": ttl_seconds}
        answer = self._send("POST", "/meetings/{id}/invite_links", meeting_id=meeting_id, json=body)
        attendees = object_in(answer).get("attendees")
        first = attendees[0] if isinstance(attendees, list) and attendees else None
        return _link(first.get("join_url") if isinstance(first, dict) else None)

    def _meeting_object(self, meeting_id: str) -> dict[str, Any]:
        return self._get("/meetings/{id}", meeting_id=meeting_id)

    def _listed(self, kind: str) -> Iterator[MeetingSeen]:
        params = {"type": kind, "page_size": str(PAGE_SIZE)}
        seen_tokens = {""}
        for _ in range(MOST_PAGES):
            page = self._get("/users/me/meetings", params=params)
            meetings = page.get("meetings")
            if not isinstance(meetings, list):
                raise MalformedAnswer
            yield from (MeetingSeen.from_answer(meeting) for meeting in meetings if isinstance(meeting, dict))
            token = page.get("next_page_token") or ""
            if token == "":
                return
            if not isinstance(token, str) or token in seen_tokens:
                break
            seen_tokens.add(token)
            params = {**params, "next_page_token": token}
        # To stop silently would let a caller conclude that what it looks for does not exist.
        raise MalformedAnswer

    def _get(
        self, template: str, *, meeting_id: str | None = None, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A GET, repeated once after trouble on the way or at Zoom: it changes nothing, such trouble is short."""
        deadline = time.monotonic() + self._timeout.total
        try:
            return object_in(self._send("GET", template, meeting_id=meeting_id, params=params, deadline=deadline))
        except (Unreachable, OutcomeUnknown, ServerTrouble) as error:
            if error.retry_after or time.monotonic() >= deadline:
                raise
        return object_in(self._send("GET", template, meeting_id=meeting_id, params=params, deadline=deadline))

    def _send(
        self,
        method: str,
        template: str,
        *,
        meeting_id: str | None = None,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        if self._pace is not None:
            began = time.monotonic()
            self._pace(method, template)
            # Waiting for its turn is not Zoom's being slow.
            deadline = deadline and deadline + time.monotonic() - began
        call = calls.Call(
            method,
            self._api_url + "/v2" + template.replace("{id}", _in_path(meeting_id)),
            "/v2" + template,
            {"Authorization": self._bearer(), "Content-Type": "application/json"},
            params=params,
            json=json,
        )
        return calls.make(self._session, call, self._timeout, deadline=deadline, clock=self._clock)

    def _bearer(self) -> str:
        # A token with a line break or the like would be quoted in the error that requests raises about it.
        if not _BEARER.fullmatch(self._access_token):
            raise TokenRefused
        return "Bearer " + self._access_token


def _in_path(meeting_id: str | None) -> str:
    # An id that is empty or holds a slash would address something else.
    if meeting_id is not None and not _MEETING_ID.fullmatch(meeting_id):
        raise ValueError("A meeting's id consists of digits.")
    return meeting_id or ""


def _link(url: object) -> str:
    """A link to send a browser to: nothing but https (or http on loopback, for a simulator)."""
    if not isinstance(url, str) or not is_secure(url):
        raise MalformedAnswer
    return url
