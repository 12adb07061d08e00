"""The master key: it stands outside the database and wraps the data keys that stand in it.

Changing the master key re-wraps the data keys and rewrites no field.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .cipher import KEY_BYTES, NONCE_BYTES, check_key_id, from_base64url, to_base64url

HOW_TO_MAKE_ONE = (
    "Make one with `openssl rand -base64 32`, write it into odoo.conf as `zoom_telehealth_key = …` (or into the"
    " environment as ZOOM_TELEHEALTH_KEY), keep a copy in a safe place, and restart Odoo."
)

_WRAPPED_PREFIX = "zk1:"


class BadMasterKey(Exception):
    """The text given as master key is none; the message says how to make one and never quotes the text."""

    def __init__(self, what_is_wrong: str) -> None:
        super().__init__(f"{what_is_wrong} {HOW_TO_MAKE_ONE}")


class WrongMasterKey(Exception):
    """A data key that this master key did not wrap (or that was changed since)."""

    def __init__(self) -> None:
        super().__init__("The master key in use is not the one that protects this data, or the data key is damaged.")


class MasterKey:
    """32 bytes that wrap data keys. Shows nothing of itself but its fingerprint."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadMasterKey("The master key must be exactly 32 bytes long.")
        self._key = key

    @classmethod
    def parse(cls, text: str) -> MasterKey:
        """Read a key from its text: base64 (standard or URL-safe, padded or not) of exactly 32 bytes.

        :raises BadMasterKey: anything else
        """
        text = "".join(text.split())
        if not text:
            raise BadMasterKey("There is no master key.")
        key = _decoded(text)
        if key is None:
            raise BadMasterKey("The master key is not valid base64.")
        return cls(key)

    @property
    def fingerprint(self) -> str:
        """8 hex digits that tell keys apart and give nothing away; safe to show and to log."""
        return hmac.new(self._key, b"zoom_telehealth fingerprint", hashlib.sha256).hexdigest()[:8]

    def wrap(self, data_key: bytes, key_id: str) -> str:
        """Seal a data key (32 bytes) under this master key, bound to the data key's name.

        :raises ValueError: the data key or its name has the wrong form
        """
        if len(data_key) != KEY_BYTES:
            raise ValueError("A data key has 32 bytes.")
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _WRAPPED_PREFIX + to_base64url(nonce + AESGCM(self._key).encrypt(nonce, data_key, _bound_to(key_id)))

    def unwrap(self, wrapped: str, key_id: str) -> bytes:
        """The data key of 32 bytes that :meth:`wrap` sealed under this name.

        :raises WrongMasterKey: sealed under another master key or name, or damaged
        """
        data_key = self._opened(wrapped, key_id)
        if data_key is None or len(data_key) != KEY_BYTES:
            raise WrongMasterKey
        return data_key

    def _opened(self, wrapped: str, key_id: str) -> bytes | None:
        sealed = from_base64url(wrapped[len(_WRAPPED_PREFIX) :]) if wrapped.startswith(_WRAPPED_PREFIX) else None
        if sealed is None or len(sealed) <= NONCE_BYTES:
            return None
        try:
            return AESGCM(self._key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(key_id))
        except (InvalidTag, ValueError):
            return None

    def __repr__(self) -> str:
        return f"<MasterKey {self.fingerprint}>"

    def __reduce__(self) -> str:
        raise TypeError("A master key is not to be pickled or copied.")


def new_master_key_text() -> str:
    """A fresh master key as text, ready for odoo.conf."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _decoded(text: str) -> bytes | None:
    unpadded = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _bound_to(key_id: str) -> bytes:
    check_key_id(key_id)
    return b"zoom_telehealth data key " + key_id.encode("ascii")
