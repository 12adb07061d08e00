"""Text in, ciphertext out: AES-256-GCM under a data key that the ciphertext names.

A ciphertext reads `zt1:<key id>:<base64url of nonce and sealed text>`, without padding. The head is authenticated with
the caller's associated data, and only the one canonical base64 spelling is accepted: changing any character fails.
Nonces are random, 96 bits: one data key may seal some 2**32 texts (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12

_VERSION = "zt1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# 28 bytes (a nonce, a tag, no text) are 38 characters of base64.
_CIPHERTEXT = re.compile(r"zt1:(?P<key_id>[A-Za-z0-9_-]{1,64}):(?P<sealed>[A-Za-z0-9_-]{38,})", re.ASCII)
# Lone surrogates are legal in Python's str: they must survive, not raise an error that quotes the text.
_SURROGATES = "surrogatepass"


class CannotDecrypt(Exception):
    """A ciphertext that is damaged, sealed under another key, or standing elsewhere than where it was written."""

    def __init__(self) -> None:
        super().__init__("This value cannot be decrypted: it is damaged, or belongs to another key or place.")


def new_data_key() -> bytes:
    """A fresh random key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def encrypt(plaintext: str, *, key_id: str, key: bytes, associated_data: bytes) -> str:
    """Seal a text.

    :param key_id: the data key's name, 1 to 64 letters, digits, `-` or `_`; readable in the result
    :param key: the data key, 32 bytes
    :param associated_data: where the text stands, see :func:`associated_data`; needed again to decrypt
    :raises ValueError: the key or its name has the wrong form
    """
    _check_key(key)
    check_key_id(key_id)
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = plaintext.encode("utf-8", _SURROGATES)
    sealed = AESGCM(key).encrypt(nonce, text, _authenticated(key_id, associated_data))
    return f"{_VERSION}:{key_id}:{to_base64url(nonce + sealed)}"


def is_ciphertext(text: str) -> bool:
    """Whether a text has the form of a ciphertext of ours (and not whether it can be decrypted)."""
    return _CIPHERTEXT.fullmatch(text) is not None


def key_id_of(ciphertext: str) -> str:
    """The name of the data key that a ciphertext was sealed under.

    :raises CannotDecrypt: it is no ciphertext
    """
    return _parts(ciphertext)[0]


def decrypt(ciphertext: str, *, key: bytes, associated_data: bytes) -> str:
    """Open a ciphertext.

    :param key: the data key that :func:`key_id_of` names, 32 bytes
    :param associated_data: the same bytes as when it was sealed
    :raises CannotDecrypt: damaged, another key, or other associated data
    :raises ValueError: the key is not 32 bytes long
    """
    _check_key(key)
    key_id, sealed = _parts(ciphertext)
    text = _opened(sealed, key, _authenticated(key_id, associated_data))
    if text is None:
        raise CannotDecrypt
    return text.decode("utf-8", _SURROGATES)


def associated_data(model: str, field: str, row_key: str) -> bytes:
    """What binds a ciphertext to its place, so that it cannot be copied to another row, field or model.

    Each part is preceded by its length: no two different triples give the same bytes.

    :param row_key: the row's random id, which never changes
    """
    return _length_prefixed(model, field, row_key)


def check_key_id(key_id: str) -> None:
    """:raises ValueError: the name of a data key has another form than 1 to 64 letters, digits, `-` or `_`."""
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("A key's id has 1 to 64 letters, digits, '-' or '_'.")


def to_base64url(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes | None:
    """The bytes of an unpadded base64url text, or None unless it is spelled in the one canonical way.

    Python's decoder ignores the unused bits of the last character: without this check several texts would stand for the
    same bytes, and a changed character would go unnoticed.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if to_base64url(data) == text else None


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ValueError("A data key has 32 bytes.")


def _parts(ciphertext: str) -> tuple[str, bytes]:
    match = _CIPHERTEXT.fullmatch(ciphertext)
    sealed = from_base64url(match["sealed"]) if match else None
    if match is None or sealed is None:
        raise CannotDecrypt
    return match["key_id"], sealed


def _opened(sealed: bytes, key: bytes, authenticated: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], authenticated)
    except InvalidTag:
        return None


def _authenticated(key_id: str, associated_data: bytes) -> bytes:
    return _length_prefixed(_VERSION, key_id) + associated_data


def _length_prefixed(*parts: str) -> bytes:
    encoded = [part.encode("utf-8", _SURROGATES) for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
