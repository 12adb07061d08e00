"""Who speaks at the webhook's door: Zoom's signature over the bytes it sent, and its check of our address.

Source: Zoom's "Using webhooks" (2026): `v0=` and the hex HMAC-SHA256, under the app's secret token, of
`v0:<timestamp>:<body>`; the timestamp in seconds. The body is taken as it came: nothing is parsed before it is known
who sent it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

# Zoom's last retry comes after 85 minutes, and nobody knows whether it is signed anew.
OLDEST = timedelta(hours=2)
MOST_AHEAD = timedelta(minutes=5)

_TIMESTAMP = re.compile(r"[0-9]{9,11}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)

# Why a request is refused, in the words of :class:`Refused`.
NO_SECRET = "no_secret"  # noqa: S105 - the name of a reason
UNSIGNED = "unsigned"
BAD_SIGNATURE = "bad_signature"
TOO_OLD = "too_old"
TOO_NEW = "too_new"


class Refused(Exception):
    """A request that is not believed.

    :ivar reason: one of this module's reasons; the text says nothing else
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def verified_secret(
    secrets: Sequence[str], timestamp: str | None, signature: str | None, body: bytes, now: datetime
) -> str:
    """Return the secret token under which a request was signed.

    :param secrets: the app's secret tokens; two during a rotation
    :param timestamp: header `x-zm-request-timestamp`
    :param signature: header `x-zm-signature`
    :param body: the request's body, byte for byte
    :param now: naive UTC
    :raises Refused: nothing says that Zoom sent this, or it is too old to be a retry
    """
    if not any(secrets):
        raise Refused(NO_SECRET)
    if not timestamp or not signature or not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        raise Refused(UNSIGNED)
    signed_with = [secret for secret in secrets if secret and _matches(secret, timestamp, signature, body)]
    if not signed_with:
        raise Refused(BAD_SIGNATURE)
    age = now - datetime.fromtimestamp(int(timestamp), timezone.utc).replace(tzinfo=None)
    if age > OLDEST:
        raise Refused(TOO_OLD)
    if -age > MOST_AHEAD:
        raise Refused(TOO_NEW)
    return signed_with[0]


def encrypted_token(secret: str, plain_token: str) -> str:
    """What Zoom wants back for the `plainToken` of its address check: its hex HMAC-SHA256 under the secret token."""
    return hmac.new(secret.encode(), plain_token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def fingerprint(body: bytes) -> str:
    """What tells one delivery from another: Zoom sends a retry with the same bytes, and signs no id of its own."""
    return hashlib.sha256(body).hexdigest()


def _matches(secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    message = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)
