"""The master key: read from a text, wraps data keys, shows nothing of itself."""

from __future__ import annotations

import base64
import copy
import pickle

import pytest

from encryption.cipher import new_data_key
from encryption.keys import BadMasterKey, MasterKey, WrongMasterKey, new_master_key_text

# Bytes whose base64 has both characters in which the two alphabets differ, and padding.
KEY = b"\xfb\xff\xbe" * 10 + b"\xfb\xff"
STANDARD = base64.b64encode(KEY).decode()


def test_a_new_key_reads_back() -> None:
    text = new_master_key_text()

    assert len(base64.b64decode(text)) == 32
    assert MasterKey.parse(text).fingerprint == MasterKey(base64.b64decode(text)).fingerprint
    assert text != new_master_key_text()


@pytest.mark.parametrize(
    "text",
    [
        STANDARD,
        base64.urlsafe_b64encode(KEY).decode(),
        STANDARD.rstrip("="),
        f"  {STANDARD}\n",
        f"{STANDARD[:20]}\n{STANDARD[20:]}",
    ],
)
def test_every_usual_spelling_of_a_key_is_the_same_key(text: str) -> None:
    assert MasterKey.parse(text).fingerprint == MasterKey(KEY).fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "not base64 at all!",
        "schlüssel",
        "A",
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
        base64.b64encode(bytes(16)).decode(),
        "0" * 64,
        STANDARD + STANDARD,
    ],
)
def test_anything_else_is_refused_with_a_sentence_that_says_how_to_make_one(text: str) -> None:
    with pytest.raises(BadMasterKey) as caught:
        MasterKey.parse(text)

    assert "openssl rand -base64 32" in str(caught.value)
    assert "zoom_telehealth_key" in str(caught.value)
    assert caught.value.__context__ is None


def test_a_refused_key_is_not_quoted() -> None:
    almost = STANDARD[:-6]

    with pytest.raises(BadMasterKey) as caught:
        MasterKey.parse(almost)

    assert almost not in str(caught.value)
    assert almost not in repr(caught.value)


def test_a_wrapped_data_key_comes_back() -> None:
    master, data_key = MasterKey(KEY), new_data_key()

    wrapped = master.wrap(data_key, "k1")

    assert MasterKey(KEY).unwrap(wrapped, "k1") == data_key
    assert wrapped != master.wrap(data_key, "k1")


def test_re_wrapping_under_a_new_master_key_keeps_the_data_key() -> None:
    old, new, data_key = MasterKey(KEY), MasterKey.parse(new_master_key_text()), new_data_key()

    wrapped = new.wrap(old.unwrap(old.wrap(data_key, "k1"), "k1"), "k1")

    assert new.unwrap(wrapped, "k1") == data_key
    with pytest.raises(WrongMasterKey):
        old.unwrap(wrapped, "k1")


def test_another_master_key_another_name_or_a_changed_text_does_not_unwrap() -> None:
    master = MasterKey(KEY)
    wrapped = master.wrap(new_data_key(), "k1")
    last = "A" if wrapped[-1] != "A" else "B"

    for unwrapper, text, key_id in (
        (MasterKey(bytes(32)), wrapped, "k1"),
        (master, wrapped, "k2"),
        (master, wrapped[:-1] + last, "k1"),
        (master, wrapped[:-4], "k1"),
        (master, wrapped.removeprefix("zk1:"), "k1"),
        (master, "zk1:", "k1"),
        (master, "", "k1"),
        (master, "zk1:é", "k1"),
    ):
        with pytest.raises(WrongMasterKey) as caught:
            unwrapper.unwrap(text, key_id)
        assert caught.value.__context__ is None


def test_only_a_data_key_of_32_bytes_is_wrapped() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKey(KEY).wrap(bytes(16), "k1")


def test_a_master_key_shows_its_fingerprint_and_nothing_else() -> None:
    master = MasterKey(KEY)
    shown = f"{master} {master!r} {[master]} {master.fingerprint}"

    assert master.fingerprint in repr(master)
    assert len(master.fingerprint) == 8
    assert STANDARD[:8] not in shown
    assert KEY.hex()[:8] not in shown
    assert MasterKey(bytes(32)).fingerprint != master.fingerprint
    assert not hasattr(master, "__dict__")


def test_a_master_key_is_neither_pickled_nor_copied() -> None:
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            take(MasterKey(KEY))
