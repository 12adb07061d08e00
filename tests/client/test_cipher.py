"""Texts under a data key: they come back whole, or not at all."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encryption.cipher import (
    CannotDecrypt,
    associated_data,
    decrypt,
    encrypt,
    is_ciphertext,
    key_id_of,
    new_data_key,
)

KEY = bytes(range(32))
PLACE = associated_data("zoom.connection.token", "access_token", "row-1")
# Any text, lone surrogates and NUL among them.
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)


def sealed(text: str = "a client's words", key_id: str = "k1") -> str:
    return encrypt(text, key_id=key_id, key=KEY, associated_data=PLACE)


@given(text=ANY_TEXT, key_id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
def test_what_is_encrypted_comes_back(text: str, key_id: str) -> None:
    ciphertext = encrypt(text, key_id=key_id, key=KEY, associated_data=PLACE)

    assert is_ciphertext(ciphertext)
    assert key_id_of(ciphertext) == key_id
    assert decrypt(ciphertext, key=KEY, associated_data=PLACE) == text


def test_a_ciphertext_names_its_version_and_key_and_nothing_of_the_text() -> None:
    ciphertext = sealed("Quetiapine")

    version, key_id, payload = ciphertext.split(":")
    assert (version, key_id) == ("zt1", "k1")
    assert b"Quetiapine" not in base64.urlsafe_b64decode(payload + "==")


def test_the_same_text_never_gives_the_same_ciphertext() -> None:
    assert len({sealed() for _ in range(50)}) == 50


def test_changing_any_single_character_makes_a_ciphertext_unreadable() -> None:
    # Every place, every other character of the alphabet at the last one: there base64 has unused bits.
    ciphertext = sealed("text")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = [
        ciphertext[:place] + other + ciphertext[place + 1 :]
        for place in range(len(ciphertext))
        for other in (alphabet if place == len(ciphertext) - 1 else "A1-=: ")
        if other != ciphertext[place]
    ]

    for tampered in changed:
        with pytest.raises(CannotDecrypt):
            decrypt(tampered, key=KEY, associated_data=PLACE)


@given(data=st.data())
def test_cutting_or_lengthening_a_ciphertext_makes_it_unreadable(data: st.DataObject) -> None:
    ciphertext = sealed()
    cut = ciphertext[: data.draw(st.integers(0, len(ciphertext) - 1))]
    longer = ciphertext + data.draw(st.text("ABCabc019-_=\n", min_size=1, max_size=8))

    for tampered in (cut, longer):
        with pytest.raises(CannotDecrypt):
            decrypt(tampered, key=KEY, associated_data=PLACE)


@given(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT))
def test_two_places_never_share_their_associated_data(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (associated_data(*one) == associated_data(*other)) == (one == other)


def test_parts_that_read_the_same_when_joined_are_different_places() -> None:
    assert associated_data("a", "bc", "d") != associated_data("ab", "c", "d") != associated_data("a", "b", "cd")


@pytest.mark.parametrize(
    "place",
    [
        associated_data("zoom.app", "access_token", "row-1"),
        associated_data("zoom.connection.token", "refresh_token", "row-1"),
        associated_data("zoom.connection.token", "access_token", "row-2"),
        b"",
    ],
)
def test_a_ciphertext_copied_to_another_place_is_unreadable(place: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(sealed(), key=KEY, associated_data=place)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(sealed(), key=new_data_key(), associated_data=PLACE)


def test_a_ciphertext_relabelled_with_another_keys_name_is_unreadable() -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(sealed().replace(":k1:", ":k2:"), key=KEY, associated_data=PLACE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "zt1",
        "zt1::" + "A" * 40,
        "zt1:k1:",
        "zt1:k1:" + "A" * 37,
        "zt2:k1:" + "A" * 40,
        "zt1:k 1:" + "A" * 40,
        "zt1:k1:" + "A" * 40 + "\n",
        "zt1:k1:" + "A" * 40 + "==",
        "zt1:k1:" + "A" * 39 + "é",
        " zt1:k1:" + "A" * 40,
        "zt1:" + "k" * 65 + ":" + "A" * 40,
    ],
)
def test_what_is_not_spelled_like_a_ciphertext_is_none(text: str) -> None:
    assert not is_ciphertext(text)
    with pytest.raises(CannotDecrypt):
        key_id_of(text)
    with pytest.raises(CannotDecrypt):
        decrypt(text, key=KEY, associated_data=PLACE)


@pytest.mark.parametrize("key_id", ["", "a:b", "a b", "é", "k" * 65, "k\n"])
def test_a_key_name_that_could_not_be_read_back_is_refused(key_id: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        encrypt("text", key_id=key_id, key=KEY, associated_data=PLACE)


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    for use in (
        lambda: encrypt("text", key_id="k1", key=bytes(length), associated_data=PLACE),
        lambda: decrypt(sealed(), key=bytes(length), associated_data=PLACE),
    ):
        with pytest.raises(ValueError, match="32 bytes"):
            use()


def test_data_keys_are_32_random_bytes() -> None:
    keys = {new_data_key() for _ in range(20)}

    assert len(keys) == 20
    assert {len(key) for key in keys} == {32}


def test_an_unreadable_ciphertexts_error_tells_neither_text_nor_key() -> None:
    with pytest.raises(CannotDecrypt) as caught:
        decrypt(sealed(), key=new_data_key(), associated_data=PLACE)

    assert caught.value.__context__ is None
    assert "zt1" not in str(caught.value)
