"""Whom the webhook's door believes: Zoom's signature, reckoned here anew from Zoom's description, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom import webhook
from zoom.webhook import Refused, encrypted_token, fingerprint, verified_secret

NOW = datetime(2026, 11, 21, 22, 30)
SECRET = "the-app's-secret-token"
EARLIER = "the-secret-token-before"
BODY = b'{"event":"meeting.started","event_ts":1626230691572,"payload":{"object":{"topic":"Caf\xc3\xa9"}}}'


def seconds(moment: datetime) -> str:
    """The header `x-zm-request-timestamp` of a moment in UTC."""
    return str(int(moment.replace(tzinfo=timezone.utc).timestamp()))


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What Zoom writes into `x-zm-signature`, by HMAC's own definition (RFC 2104): nothing of our code, nor `hmac`."""
    key = secret.encode()
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + b"v0:" + timestamp.encode() + b":" + body).digest()
    return "v0=" + hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


def refusal(
    timestamp: str | None, signature: str | None, body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)
) -> str:
    """Why a request is refused."""
    with pytest.raises(Refused) as caught:
        verified_secret(secrets, timestamp, signature, body, NOW)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


def test_a_signature_known_from_elsewhere_is_believed() -> None:
    # printf 'v0:1795300200:{}' | openssl dgst -sha256 -hmac secret
    at = datetime(2026, 11, 21, 22, 30)
    signature = "v0=4c907d51d633549755fdd5f7e8cfb39e166350d56d6e547d756cdbbf4401f39c"

    assert seconds(at) == "1795300200"
    assert sign("secret", "1795300200", b"{}") == signature
    assert verified_secret(["secret"], "1795300200", signature, b"{}", at) == "secret"


@given(secret=st.text(min_size=1, max_size=100).filter(lambda text: text.isprintable()), body=st.binary(max_size=300))
def test_whatever_zoom_signed_is_believed_text_or_not(secret: str, body: bytes) -> None:
    timestamp = seconds(NOW)

    assert verified_secret([secret], timestamp, sign(secret, timestamp, body), body, NOW) == secret


def test_during_a_rotation_either_secret_is_believed_and_named() -> None:
    timestamp = seconds(NOW)

    for secret in (SECRET, EARLIER):
        assert verified_secret([SECRET, EARLIER], timestamp, sign(secret, timestamp, BODY), BODY, NOW) == secret
    assert refusal(timestamp, sign("a third one", timestamp, BODY), secrets=(SECRET, EARLIER)) == webhook.BAD_SIGNATURE
    # The rotation is over.
    assert refusal(timestamp, sign(EARLIER, timestamp, BODY), secrets=(SECRET,)) == webhook.BAD_SIGNATURE


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
def test_an_app_without_a_secret_believes_nobody(secrets: tuple[str, ...]) -> None:
    timestamp = seconds(NOW)

    # Not even who signs with the empty secret.
    assert refusal(timestamp, sign("", timestamp, BODY), secrets=secrets) == webhook.NO_SECRET
    assert refusal(None, None, secrets=secrets) == webhook.NO_SECRET


def test_an_empty_secret_beside_a_set_one_opens_nothing() -> None:
    timestamp = seconds(NOW)

    assert refusal(timestamp, sign("", timestamp, BODY), secrets=(SECRET, "")) == webhook.BAD_SIGNATURE


@pytest.mark.parametrize("missing", [None, ""])
def test_a_request_without_one_of_the_headers_is_unsigned(missing: str | None) -> None:
    timestamp = seconds(NOW)

    assert refusal(missing, sign(SECRET, timestamp, BODY)) == webhook.UNSIGNED
    assert refusal(timestamp, missing) == webhook.UNSIGNED
    assert refusal(missing, missing) == webhook.UNSIGNED


@pytest.mark.parametrize(
    "distort",
    [
        lambda timestamp: "now",
        lambda timestamp: timestamp + ".0",
        lambda timestamp: " " + timestamp,
        lambda timestamp: timestamp + "\n",
        lambda timestamp: timestamp + "\r\nx-zm-signature: v0=0",
        lambda timestamp: timestamp + "\x00",
        lambda timestamp: "-" + timestamp,
        lambda timestamp: "+" + timestamp,
        lambda timestamp: f"{timestamp[:4]}_{timestamp[4:]}",
        lambda timestamp: f"{int(timestamp):#x}",
        lambda timestamp: f"{int(timestamp):e}",
        lambda timestamp: timestamp + "000",
        lambda timestamp: timestamp.translate({48 + digit: 0x0660 + digit for digit in range(10)}),
        lambda timestamp: timestamp.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
        lambda timestamp: "²" * 10,
        lambda timestamp: "9" * 5000,
        lambda timestamp: "NaN",
        lambda timestamp: "Infinity",
        lambda timestamp: "0",
    ],
)
def test_a_timestamp_that_is_no_plain_number_of_seconds_is_unsigned_though_it_was_signed(
    distort: Callable[[str], str],
) -> None:
    odd = distort(seconds(NOW))

    assert refusal(odd, sign(SECRET, odd, BODY)) == webhook.UNSIGNED


@pytest.mark.parametrize(
    "distort",
    [
        str.upper,
        lambda signature: "v0=" + signature[3:].upper(),
        lambda signature: "V0=" + signature[3:],
        lambda signature: "v1=" + signature[3:],
        lambda signature: signature[3:],
        lambda signature: "sha256=" + signature[3:],
        lambda signature: signature[:-1],
        lambda signature: signature + "0",
        lambda signature: signature + "\n",
        lambda signature: signature + "\r\nx: y",
        lambda signature: " " + signature,
        lambda signature: f"{signature}, {signature}",
        lambda signature: f"v0=,{signature}",
        lambda signature: signature.translate({48 + digit: 0x0660 + digit for digit in range(10)}),
        lambda signature: signature.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
        lambda signature: "v0=" + "é" * 64,
        lambda signature: "v0=" + "\udcff" * 64,
        lambda signature: "v0=",
        lambda signature: "v0=" + "0" * 100_000,
    ],
)
def test_a_signature_of_another_form_is_unsigned_and_raises_nothing_else(distort: Callable[[str], str]) -> None:
    timestamp = seconds(NOW)

    assert refusal(timestamp, distort(sign(SECRET, timestamp, BODY))) == webhook.UNSIGNED


def test_a_body_with_any_one_byte_changed_is_not_believed() -> None:
    timestamp = seconds(NOW)
    signature = sign(SECRET, timestamp, BODY)

    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert refusal(timestamp, signature, changed) == webhook.BAD_SIGNATURE
    for changed in (BODY + b" ", BODY + b"\n", BODY[:-1], b"", b"\xef\xbb\xbf" + BODY):
        assert refusal(timestamp, signature, changed) == webhook.BAD_SIGNATURE


def test_a_signature_holds_for_its_own_timestamp_alone() -> None:
    signature = sign(SECRET, seconds(NOW - timedelta(minutes=1)), BODY)

    assert refusal(seconds(NOW), signature) == webhook.BAD_SIGNATURE


def test_the_border_between_timestamp_and_body_cannot_be_moved() -> None:
    timestamp, moved = seconds(NOW), seconds(NOW) + ":0"
    signature = sign(SECRET, timestamp, b"0:" + BODY)

    assert signature == sign(SECRET, moved, BODY)
    assert refusal(moved, signature) == webhook.UNSIGNED


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"\xed\xa0\x80", b"\x00" * 10, b"caf\xe9", b""])
def test_a_body_that_is_no_text_is_checked_like_any_other(body: bytes) -> None:
    timestamp = seconds(NOW)

    assert verified_secret([SECRET], timestamp, sign(SECRET, timestamp, body), body, NOW) == SECRET
    assert refusal(timestamp, sign(SECRET, timestamp, body + b"\xff"), body) == webhook.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(hours=2), None),
        (timedelta(hours=2, seconds=1), webhook.TOO_OLD),
        # Zoom's last retry, should it bear the first attempt's time.
        (timedelta(minutes=85), None),
        (timedelta(days=365), webhook.TOO_OLD),
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-5, seconds=-1), webhook.TOO_NEW),
        (timedelta(days=-365), webhook.TOO_NEW),
    ],
)
def test_a_signature_is_good_from_two_hours_ago_to_five_minutes_ahead(age: timedelta, reason: str | None) -> None:
    timestamp = seconds(NOW - age)
    signature = sign(SECRET, timestamp, BODY)

    if reason is None:
        assert verified_secret([SECRET], timestamp, signature, BODY, NOW) == SECRET
    else:
        assert refusal(timestamp, signature) == reason
        # Who cannot sign learns nothing about our clock.
        assert refusal(timestamp, sign("another", timestamp, BODY)) == webhook.BAD_SIGNATURE


@pytest.mark.parametrize(("timestamp", "reason"), [("99999999999", webhook.TOO_NEW), ("000000000", webhook.TOO_OLD)])
def test_the_farthest_times_that_can_be_written_are_refused_like_others(timestamp: str, reason: str) -> None:
    assert refusal(timestamp, sign(SECRET, timestamp, BODY)) == reason


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_the_age_does_not_depend_on_the_servers_time_zone(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    timestamp = seconds(NOW)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert verified_secret([SECRET], timestamp, sign(SECRET, timestamp, BODY), BODY, NOW) == SECRET
    finally:
        monkeypatch.undo()
        time.tzset()


def test_signatures_are_compared_in_constant_time_and_with_every_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    compare = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(webhook.hmac, "compare_digest", watched)
    timestamp = seconds(NOW)
    good, bad = sign(SECRET, timestamp, BODY), sign("another", timestamp, BODY)

    verified_secret([SECRET, EARLIER], timestamp, good, BODY, NOW)
    assert [sorted(pair) for pair in compared] == [
        sorted([sign(secret, timestamp, BODY), good]) for secret in (SECRET, EARLIER)
    ]
    compared.clear()
    assert refusal(timestamp, bad, secrets=(SECRET, EARLIER)) == webhook.BAD_SIGNATURE
    assert len(compared) == 2


def test_a_refusal_says_nothing_of_what_it_refused() -> None:
    timestamp = seconds(NOW)

    with pytest.raises(Refused) as caught:
        verified_secret([SECRET], timestamp, sign("another", timestamp, BODY), BODY, NOW)
    assert caught.value.args == (webhook.BAD_SIGNATURE,)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_the_token_of_zooms_address_check_is_encrypted_as_zoom_reckons_it() -> None:
    # printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac secret
    assert (
        encrypted_token("secret", "qgg8vlvZRS6UYooatFL8Aw")
        == "72cef096bfd47c0b8664df30d07721641e4abd7e885ba432204260db477a9a3e"
    )


@given(
    secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    token=st.text(st.characters(exclude_categories=[])),
)
def test_any_token_is_encrypted_under_its_secret(secret: str, token: str) -> None:
    expected = hmac.new(secret.encode(), token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    assert encrypted_token(secret, token) == expected


def test_a_token_with_half_a_character_is_encrypted_too() -> None:
    expected = hmac.new(b"secret", b"a\xed\xa0\x80", hashlib.sha256).hexdigest()

    assert encrypted_token("secret", "a\ud800") == expected


def test_a_delivery_is_told_apart_by_its_bytes_alone() -> None:
    assert fingerprint(BODY) == fingerprint(bytes(BODY))
    assert len({fingerprint(body) for body in (BODY, BODY + b" ", BODY[:-1], b"", b"\x00")}) == 5
    assert fingerprint(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
