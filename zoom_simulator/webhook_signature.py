"""How Zoom signs a webhook (zoom.md, section 5.1)."""

from __future__ import annotations

import hashlib
import hmac


def signature_of(secret: str, timestamp: int, body: str) -> str:
    """The value of `x-zm-signature`; `timestamp` in seconds as in `x-zm-request-timestamp`."""
    return f"v0={_digest(secret, f'v0:{timestamp}:{body}')}"


def encrypted_token(secret: str, plain_token: str) -> str:
    """What an endpoint answers to prove that it knows the app's secret token."""
    return _digest(secret, plain_token)


def _digest(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
