"""Makes one HTTP call: deadline, log line, and `requests`' errors turned into ours.

Logged are method, path template, status, Zoom's tracking id and milliseconds; never a body, query, token or address.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from .answers import Answer
from .errors import MalformedAnswer, OutcomeUnknown, Unreachable, ZoomError
from .transport import InsecureAddress, Timeouts

_logger = logging.getLogger(__name__)

# A page of 300 meetings is some 300 kB.
LARGEST_BODY = 8 * 1024 * 1024

# Small: the deadline is looked at after each, and a slow answer comes in drops.
_CHUNK = 2048
# What OpenSSL says when the handshake fails, before anything of the request was sent.
_HANDSHAKE_FAILURES = frozenset(
    {
        "CERTIFICATE_VERIFY_FAILED",
        "NO_PROTOCOLS_AVAILABLE",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "UNSUPPORTED_PROTOCOL",
        "WRONG_VERSION_NUMBER",
        "WRONG_SSL_VERSION",
    }
)


def utc_now() -> datetime:
    """The time, naive UTC."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


@dataclass(frozen=True, repr=False)
class Call:
    """One request to be made.

    :ivar template: the path with its variable parts named, for the log (`/v2/meetings/{id}`)
    """

    method: str
    url: str
    template: str
    headers: Mapping[str, str]
    params: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None


class _TooSlow(Exception):
    pass


class _TooLarge(Exception):
    pass


def make(
    session: requests.Session,
    call: Call,
    timeouts: Timeouts,
    *,
    deadline: float | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Answer:
    """Make a call and read its answer, whatever its status.

    :param deadline: on :func:`time.monotonic`'s scale, for calls that share their time; default: now + total
    :param clock: gives the time of the answer, naive UTC
    :raises Unreachable: nothing was sent
    :raises OutcomeUnknown: sent, but no answer came, or not in time, or not whole
    """
    started = time.monotonic()
    deadline = min(started + timeouts.total if deadline is None else deadline, timeouts.ends_at)
    # Raised outside the except block: or its __context__ would keep requests' error, which has our request.
    outcome = _attempt(session, call, timeouts, deadline, clock)
    milliseconds = round((time.monotonic() - started) * 1000)
    if isinstance(outcome, ZoomError):
        _logger.info("Zoom: %s %s: %s after %d ms", call.method, call.template, type(outcome).__name__, milliseconds)
        raise outcome
    _logger.log(
        logging.DEBUG if outcome.is_success else logging.INFO,
        "Zoom: %s %s: %d in %d ms, tracking id %s",
        *(call.method, call.template, outcome.status, milliseconds, outcome.tracking_id),
    )
    return outcome


def _attempt(
    session: requests.Session, call: Call, timeouts: Timeouts, deadline: float, clock: Callable[[], datetime]
) -> Answer | ZoomError:
    left = deadline - time.monotonic()
    if left <= 0:
        return Unreachable()
    try:
        response = session.request(
            call.method,
            call.url,
            params=call.params,
            json=call.json,
            data=call.form,
            headers=dict(call.headers),
            timeout=(min(timeouts.connect, left), min(timeouts.read, left)),
            stream=True,
        )
        # urllib3 1.26 takes a cut body for a whole one unless told.
        response.raw.enforce_content_length = True
        with response:
            body = b"".join(_chunks(response, deadline))
    except _TooLarge:
        return MalformedAnswer()
    except _TooSlow:
        return OutcomeUnknown()
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        return Unreachable() if _was_never_sent(error) else OutcomeUnknown()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(call.method, response.status_code, headers, body, clock())


def _chunks(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """The body, as long as it comes in time: requests' read timeout bounds each silence, not their sum."""
    size = 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _TooLarge
        if time.monotonic() > deadline:
            raise _TooSlow
        yield chunk


def _was_never_sent(error: Exception) -> bool:
    """Whether an error came up surely before the first byte of the request was sent."""
    if isinstance(error, (requests.ConnectTimeout, InsecureAddress, ssl.SSLCertVerificationError)):
        return True
    # Our own request could not be put together.
    if isinstance(error, requests.RequestException) and isinstance(error, ValueError):
        return True
    return any(_is_before_sending(cause) for cause in _causes(error))


def _is_before_sending(cause: BaseException) -> bool:
    if isinstance(cause, ssl.SSLError):
        return cause.reason in _HANDSHAKE_FAILURES
    return isinstance(cause, (NewConnectionError, ConnectTimeoutError))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was made from: requests and urllib3 hand the first error on as an argument."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [*cause.args, cause.reason if isinstance(cause, MaxRetryError) else None]
