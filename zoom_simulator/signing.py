"""Values that carry their own proof: host keys (zak), personal links, page tokens, passcodes inside links."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any


def sign(key: str, purpose: str, content: dict[str, Any], expires_at: float) -> str:
    """`content` as a token for one purpose, good until `expires_at` (seconds since 1970)."""
    raw = json.dumps({**content, "exp": expires_at}, separators=(",", ":"), sort_keys=True).encode()
    payload = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return f"{payload}.{_seal(key, purpose, payload)}"


def read_signed(key: str, purpose: str, token: str, now: float) -> dict[str, Any] | None:
    """What `sign` put in; None for a token that is forged, of another purpose, or expired."""
    payload, _, seal = token.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(key, purpose, payload).encode()):
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(content, dict) or content.get("exp", 0) <= now:
        return None
    return content


def encrypted_passcode(key: str, meeting_id: int, passcode: str) -> str:
    """What stands behind `?pwd=` in a join link: Zoom's is opaque, 30 characters and `.1`."""
    return _seal(key, "passcode", f"{meeting_id}:{passcode}")[:30] + ".1"


def _seal(key: str, purpose: str, text: str) -> str:
    digest = hmac.new(key.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode().replace("-", "a").replace("_", "b")
