"""Everything that can go wrong between us and Zoom, one class for each thing a caller would do differently.

An error holds codes, names of fields and times, never a text, value or address: Zoom may echo what we sent. For the
same reason an error of `requests` is never chained to one of these (it holds the request, with its token).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import ClassVar

# So many of an error's frames are told, the innermost first.
DEEPEST_FRAMES = 3


class ZoomError(Exception):
    """What all of them have in common.

    :ivar code: Zoom's own error code, if it gave one
    :ivar http_status: the answer's HTTP status, if there was an answer
    :ivar tracking_id: Zoom's `x-zm-trackingid`, which its support asks for
    :ivar retry_after: seconds to wait before another try, if Zoom said so
    :cvar outcome_known: False where the call may have had its effect all the same
    :cvar worth_retrying: whether the same call may succeed later without anybody changing anything
    :cvar was_sent: False where Zoom surely heard nothing of it
    """

    sentence: ClassVar[str] = "Zoom could not do this."
    outcome_known: ClassVar[bool] = True
    worth_retrying: ClassVar[bool] = False
    was_sent: ClassVar[bool] = True

    def __init__(
        self,
        *,
        code: int | None = None,
        http_status: int | None = None,
        tracking_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__()
        self.code = code
        self.http_status = http_status
        self.tracking_id = tracking_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        facts = ", ".join(f"{name} {value}" for name, value in self._facts() if value is not None)
        return f"{self.sentence} ({facts})" if facts else self.sentence

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def _facts(self) -> Iterable[tuple[str, object]]:
        yield "HTTP status", self.http_status
        yield "Zoom's code", self.code
        yield "tracking id", self.tracking_id


class Unreachable(ZoomError):
    """No connection was made, or none that may be trusted; nothing was sent, so nothing happened at Zoom."""

    sentence = "Zoom cannot be reached."
    worth_retrying = True
    was_sent = False


class OutcomeUnknown(ZoomError):
    """The request was sent and no answer came that tells what became of it."""

    sentence = "Zoom did not answer; whether the call had an effect is not known."
    outcome_known = False
    worth_retrying = True


class MalformedAnswer(OutcomeUnknown):
    """An answer came that is not Zoom's (a proxy's page, a cut text, an empty body where a meeting is due)."""

    sentence = "Zoom's answer could not be read; whether the call had an effect is not known."


class ServerTrouble(ZoomError):
    """A 5xx answer. A call that changes something may have had its effect."""

    sentence = "Zoom has trouble of its own."
    outcome_known = False
    worth_retrying = True


class RateLimited(ZoomError):
    """Too many calls (429).

    :ivar daily: the limit is one of those that Zoom resets at 00:00 UTC
    :ivar of_host: it is the host's, of meetings made or changed in a day
    """

    sentence = "Zoom's limit of calls is reached."
    worth_retrying = True

    def __init__(
        self,
        *,
        daily: bool = False,
        of_host: bool = False,
        code: int | None = None,
        http_status: int | None = None,
        tracking_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code=code, http_status=http_status, tracking_id=tracking_id, retry_after=retry_after)
        self.daily = daily
        self.of_host = of_host


class HeldBack(RateLimited):
    """We held the call back, so that Zoom's limit is not run into; nothing was sent."""

    sentence = "The call waits for its turn within Zoom's limits."
    was_sent = False


class TokenRefused(ZoomError):
    """The access token is expired, revoked or invalid: refresh once and try once more. No reason to disconnect."""

    sentence = "Zoom refused the access token."


class ScopeMissing(ZoomError):
    """The connection lacks Zoom scopes.

    :ivar scopes: their names; empty if Zoom did not name them readably
    """

    sentence = "Zoom has not granted what this call needs."

    def __init__(
        self,
        scopes: Iterable[str],
        *,
        code: int | None = None,
        http_status: int | None = None,
        tracking_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code=code, http_status=http_status, tracking_id=tracking_id, retry_after=retry_after)
        self.scopes = frozenset(scopes)

    def _facts(self) -> Iterable[tuple[str, object]]:
        yield "missing scopes", " ".join(sorted(self.scopes)) or None
        yield from super()._facts()


class MeetingGone(ZoomError):
    """Zoom said in plain words (404 with code 3001) that it has no such meeting."""

    sentence = "Zoom has no such meeting."


class NotAllowedToHost(ZoomError):
    """This Zoom user may not host meetings."""

    sentence = "This Zoom user is not allowed to host meetings."


class UserUnknown(ZoomError):
    """Zoom does not know this user, or not in this Zoom account."""

    sentence = "Zoom does not know this user in this Zoom account."


class Refused(ZoomError):
    """Zoom understood and said no, for another reason than those above.

    :ivar fields: names of the fields that Zoom complained about
    :ivar word: OAuth's word for it (`invalid_request`, `invalid_scope`, …), from the token endpoint alone
    """

    sentence = "Zoom refused this."

    def __init__(
        self,
        *,
        fields: Iterable[str] = (),
        word: str | None = None,
        code: int | None = None,
        http_status: int | None = None,
        tracking_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code=code, http_status=http_status, tracking_id=tracking_id, retry_after=retry_after)
        self.fields = tuple(fields)
        self.word = word

    def _facts(self) -> Iterable[tuple[str, object]]:
        yield "fields", " ".join(self.fields) or None
        yield "reason", self.word
        yield from super()._facts()


class GrantRefused(ZoomError):
    """Zoom's plain word that an authorization code or refresh token is no longer good; the one reason to disconnect.

    A code: used or expired. A refresh token: used, revoked, or too old.

    :ivar answer_was_lost: the token was good until an answer of Zoom's, which rotated it, was lost
    """

    answer_was_lost = False

    sentence = "Zoom no longer accepts this authorization."


class ClientRefused(ZoomError):
    """The app's client id or secret is not accepted, or the app is disabled: tokens stay, the app needs mending."""

    sentence = "Zoom does not accept the app's client id and secret."


def unforeseen(error: BaseException) -> str:
    """What may be logged of an error that nobody foresaw: its kind and where it arose.

    Neither its text nor its values, which could quote what was being worked on.
    """
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    places = ", ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} in {places}"
