"""Who may tell Odoo something in Zoom's name: nobody but Zoom. What is refused leaves no trace but the reason."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from dev.trial_stack import TrialStack
from tests.system.practice import Practice
from tests.system.webhook_side import OTHER_SECRET, WebhookSide
from tests.system.webhook_wire import LENGTH, MARK, SIGNATURE, TIMESTAMP, Letter, Watched, assert_nothing_but, genuine

HOUR = 3600
DAY = 24 * HOUR
LARGEST_BODY = 1024 * 1024
REFUSALS_A_MINUTE = 30
JSON = "application/json"

Change = Callable[[Letter], Letter]


def timestamp(value: str | bytes) -> Change:
    """The signature is right for this timestamp, which is none."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return lambda letter: letter.signed(timestamp=text).put(TIMESTAMP, value)


def aged(seconds: int) -> Change:
    """Signed that long ago; nothing else is wrong with it."""
    return lambda letter: letter.signed(timestamp=letter.side.now() - seconds)


def of_type(content_type: str, body: bytes) -> Change:
    """Signed, and of a content type that Zoom does not send."""
    return lambda letter: letter.saying(body).put("content-type", content_type)


def other_signature(change: Callable[[str], str]) -> Change:
    """The right signature, written otherwise."""
    return lambda letter: letter.put(SIGNATURE, change(letter.value(SIGNATURE)))


NESTED = b'{"event":"meeting.started","payload":' + b"[" * 100_000 + MARK.encode() + b"]" * 100_000 + b"}"
NOT_UTF8 = b'{"event":"meeting.started","payload":{"account_id":"Zebrafish \xff\xfe\xc3\x28"}}'
MULTIPART = b'--part\r\ncontent-disposition: form-data; name="Zebrafish"\r\n\r\nZebrafish\r\n--part--\r\n'

# What is changed about a genuine request, the answer's status, and the one reason that the log names (None: nothing).
HOSTILE: dict[str, tuple[Change, int, str | None]] = {
    # the signature
    "signed with a secret of the attacker's": (lambda one: one.signed(OTHER_SECRET), 401, "bad_signature"),
    "signed with an empty secret": (lambda one: one.signed(""), 401, "bad_signature"),
    "no signature": (lambda one: one.without(SIGNATURE), 401, "unsigned"),
    "a blank signature": (lambda one: one.put(SIGNATURE, ""), 401, "unsigned"),
    "only the signature's beginning": (lambda one: one.put(SIGNATURE, "v0="), 401, "unsigned"),
    "two signatures, the right one last": (lambda one: one.also(SIGNATURE, "v0=" + "0" * 64), 401, "unsigned"),
    "the right signature twice": (lambda one: one.also(SIGNATURE, one.value(SIGNATURE)), 401, "unsigned"),
    "a signature of another version": (other_signature(lambda text: "v1" + text[2:]), 401, "unsigned"),
    "a signature without its version": (other_signature(lambda text: text[3:]), 401, "unsigned"),
    "a signature in capitals": (other_signature(lambda text: "v0=" + text[3:].upper()), 401, "unsigned"),
    "a signature cut short": (other_signature(lambda text: text[:-1]), 401, "unsigned"),
    "a signature folded into a second line": (
        other_signature(lambda text: text[:20] + "\r\n " + text[20:]),
        401,
        "unsigned",
    ),
    "a signature with letters beyond ASCII": (lambda one: one.put(SIGNATURE, b"v0=" + b"\xe9" * 64), 401, "unsigned"),
    "the signature of no body": (lambda one: one.signed(over=b""), 401, "bad_signature"),
    "the signature of another body": (lambda one: one.sending(one.body.replace(b"812", b"813")), 401, "bad_signature"),
    "a blank behind the signed body": (lambda one: one.sending(one.body + b" "), 401, "bad_signature"),
    "a mark of byte order before the body": (lambda one: one.sending(b"\xef\xbb\xbf" + one.body), 401, "bad_signature"),
    # the time
    "no timestamp": (lambda one: one.without(TIMESTAMP), 401, "unsigned"),
    "a blank timestamp": (timestamp(""), 401, "unsigned"),
    "two timestamps": (lambda one: one.also(TIMESTAMP, one.value(TIMESTAMP)), 401, "unsigned"),
    "a timestamp in words": (timestamp("yesterday"), 401, "unsigned"),
    "a timestamp with a fraction": (timestamp("1767261600.5"), 401, "unsigned"),
    "a timestamp with an exponent": (timestamp("17672616e2"), 401, "unsigned"),
    "a timestamp before 1970": (timestamp("-1767261600"), 401, "unsigned"),
    "a timestamp beyond every calendar": (timestamp("9" * 30), 401, "unsigned"),
    "a timestamp in milliseconds": (lambda one: timestamp(f"{one.side.now()}000")(one), 401, "unsigned"),
    "a timestamp in digits beyond ASCII": (timestamp("²³¹⁴".encode()), 401, "unsigned"),
    "a replay with a fresh timestamp": (lambda one: one.put(TIMESTAMP, str(one.side.now() + 1)), 401, "bad_signature"),
    "signed more than two hours ago": (aged(2 * HOUR + 60), 401, "too_old"),
    "signed a year ago": (aged(365 * DAY), 401, "too_old"),
    "signed ten minutes ahead": (aged(-600), 401, "too_new"),
    # the body's size and form
    "a huge body": (lambda one: one.saying(MARK.encode() * LARGEST_BODY), 413, "too_large"),
    "one byte too many": (lambda one: one.saying(one.body.ljust(LARGEST_BODY + 1)), 413, "too_large"),
    "a length of ten terabytes": (lambda one: one.put(LENGTH, str(10**13)), 413, None),
    "a length of a gigabyte's digits": (lambda one: one.put(LENGTH, "9" * 4000), 413, None),
    "a length shorter than the body": (lambda one: one.put(LENGTH, str(len(one.body) - 5)), 401, "bad_signature"),
    "a length longer than the body": (lambda one: one.put(LENGTH, str(len(one.body) + 5)), 400, None),
    "a length of nothing": (lambda one: one.put(LENGTH, "0"), 401, "bad_signature"),
    "a negative length": (lambda one: one.put(LENGTH, "-5"), 401, "bad_signature"),
    "a length in words": (lambda one: one.put(LENGTH, "many"), 401, "bad_signature"),
    "no length": (lambda one: one.without(LENGTH), 411, "no_length"),
    "in chunks, well signed": (lambda one: one.chunked(), 411, "no_length"),
    "in chunks, unsigned": (lambda one: one.chunked().without(SIGNATURE), 411, "no_length"),
    "in chunks and with a length": (
        lambda one: one.chunked().put(LENGTH, str(len(one.body))),
        411,
        "no_length",
    ),
    "in chunks, in capitals": (
        lambda one: one.chunked().put("transfer-encoding", "gzip, CHUNKED").put(LENGTH, "5"),
        411,
        "no_length",
    ),
    "nested beyond reading, unsigned": (
        lambda one: one.saying(NESTED).without(SIGNATURE),
        401,
        "unsigned",
    ),
    "not UTF-8, unsigned": (lambda one: one.saying(NOT_UTF8).without(SIGNATURE), 401, "unsigned"),
    "not UTF-8, signed": (lambda one: one.saying(NOT_UTF8), 400, "not_text"),
    "packed, signed before": (
        lambda one: one.sending(gzip.compress(one.body)).put("content-encoding", "gzip"),
        401,
        "bad_signature",
    ),
    "packed, signed after": (
        lambda one: one.saying(gzip.compress(one.body)).put("content-encoding", "gzip"),
        400,
        "not_text",
    ),
    # the content type
    "a form": (of_type("application/x-www-form-urlencoded", b"event=meeting.started&Zebrafish=1"), 415, "not_json"),
    "a form with files": (of_type("multipart/form-data; boundary=part", MULTIPART), 415, "not_json"),
    "plain text": (lambda one: one.put("content-type", "text/plain"), 415, "not_json"),
    "XML": (of_type("application/xml", b"<event>Zebrafish</event>"), 415, "not_json"),
    "no content type": (lambda one: one.without("content-type"), 415, "not_json"),
    "two content types": (lambda one: one.put("content-type", f"text/plain, {JSON}"), 415, "not_json"),
    # the method
    "GET": (lambda one: one.by("GET"), 405, None),
    "PUT": (lambda one: one.by("PUT"), 405, None),
    "DELETE": (lambda one: one.by("DELETE"), 405, None),
    "PATCH": (lambda one: one.by("PATCH"), 405, None),
    "HEAD": (lambda one: one.by("HEAD"), 405, None),
    "OPTIONS": (lambda one: one.by("OPTIONS"), 405, None),
    "another method by a header": (
        lambda one: one.by("GET").put("x-http-method-override", "POST"),
        405,
        None,
    ),
    # the address
    "an unknown app": (lambda one: one.to("/zoom_telehealth/webhook/aaaaaaaaaaaaaaaa"), 404, None),
    "the app's key in other letters": (lambda one: one.to(swapped(one.target)), 404, None),
    "an app's number": (lambda one: one.to(f"/zoom_telehealth/webhook/{one.side.app_id}"), 404, None),
    "no app": (lambda one: one.to("/zoom_telehealth/webhook/"), 404, None),
    "a zero byte behind the key": (lambda one: one.to("{path}%00"), 404, None),
    "a pattern for the key": (lambda one: one.to("/zoom_telehealth/webhook/%25"), 404, None),
    "a quote behind the key": (lambda one: one.to("{path}'%20OR%20'1'='1"), 404, None),
    "a header behind the key": (lambda one: one.to("{path}%0d%0aset-cookie:%20a=b"), 404, None),
    "a way around by dots": (lambda one: one.to(one.target.replace("/webhook/", "/webhook/../webhook/")), 404, None),
    "a way around by coded dots": (
        lambda one: one.to(one.target.replace("/webhook/", "/webhook/%2e%2e%2fwebhook/")),
        404,
        None,
    ),
    "a doubled slash within": (lambda one: one.to(one.target.replace("/webhook/", "//webhook/")), 404, None),
    "a doubled slash before, unsigned": (lambda one: one.to("/{path}").without(SIGNATURE), 401, "unsigned"),
    "a slash behind, unsigned": (lambda one: one.to("{path}/").without(SIGNATURE), 401, "unsigned"),
    "another database by its name": (lambda one: one.to("{path}?db=postgres").without(SIGNATURE), 401, "unsigned"),
    "the secret in the address": (lambda one: one.to("{path}?token=x").without(SIGNATURE), 401, "unsigned"),
    # what else a request may claim
    "said to come from Zoom's address": (
        lambda one: one.without(SIGNATURE).put("x-forwarded-for", "170.114.10.72"),
        401,
        "unsigned",
    ),
    "another host": (lambda one: one.without(SIGNATURE).put("x-forwarded-host", "evil.example"), 401, "unsigned"),
    "Basic credentials": (
        lambda one: one.without(SIGNATURE).put("authorization", "Basic YWRtaW46YWRtaW4="),
        401,
        "unsigned",
    ),
    "a key for Odoo's API": (lambda one: one.without(SIGNATURE).put("authorization", "bearer 0000"), 401, "unsigned"),
    "an invented session": (
        lambda one: one.without(SIGNATURE).put("cookie", "session_id=" + 84 * "a"),
        401,
        "unsigned",
    ),
    "a call of Odoo's own": (
        lambda one: replace(one, body=b'{"jsonrpc":"2.0","params":{"app_key":"Zebrafish"}}').signed("other"),
        401,
        "bad_signature",
    ),
    "a second request behind the first": (
        lambda one: replace(one, sent=one.body + b"POST / HTTP/1.1\r\n\r\n").without(SIGNATURE),
        401,
        "unsigned",
    ),
    "asks whether it may go on": (lambda one: one.without(SIGNATURE).put("expect", "100-continue"), 401, "unsigned"),
}


def swapped(path: str) -> str:
    """Return the path with its key's letters in the other case."""
    head, _slash, key = path.rpartition("/")
    return f"{head}/{key.swapcase()}"


@pytest.fixture(scope="module")
def side(stack: TrialStack) -> WebhookSide:
    """A fresh practice whose Zoom app is subscribed to events."""
    stack.reset()
    side = WebhookSide(Practice(stack))
    side.subscribe()
    return side


_numbers = itertools.count(2)


@pytest.fixture
def address() -> str:
    """An address of the loopback network from where nobody has asked yet: refusals are limited by address."""
    return f"127.0.1.{next(_numbers)}"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused_and_leaves_no_trace_but_the_reason(
    side: WebhookSide, address: str, name: str
) -> None:
    change, status, reason = HOSTILE[name]
    letter = change(genuine(side))
    before, watched = side.stored(), Watched(side)

    answer = letter.post(address)

    # A path that is none of the addon's gets Odoo's own page for strangers, whose cookie is the visitor's language.
    assert_nothing_but(answer, status, ours=status != 404 or letter.target.startswith(genuine(side).target))
    assert side.stored() == before
    watched.assert_silent_about(letter)
    assert watched.reasons() == ([reason] if reason else [])


def test_there_are_enough_of_them_and_each_is_wrong_in_one_thing_only(side: WebhookSide, address: str) -> None:
    """The letter from which all are made is taken: what refuses them is the change."""
    assert len(HOSTILE) >= 30
    before = side.stored()
    assert genuine(side, "taken").post(address).status == 200
    assert side.stored() == before + 1


def test_a_session_sent_along_opens_nothing_and_is_not_begun_anew(side: WebhookSide, address: str) -> None:
    session = side.practice.sign_in("admin").cookies["session_id"]
    before = side.stored()
    letter = genuine(side).put("cookie", f"session_id={session}")
    assert_nothing_but(letter.without(SIGNATURE).post(address), 401)
    assert side.stored() == before
    assert_nothing_but(letter.post(address), 200)
    assert side.stored() == before + 1


def test_the_secret_of_another_app_opens_its_own_door_only(side: WebhookSide, address: str) -> None:
    values = {"name": "Another app", "client_id": "SimulatedProviderApp02", "client_secret_entry": "x" * 20}
    [other] = side.stack.rpc("admin", "zoom.app", "create", [[{**values, "webhook_secret_entry": OTHER_SECRET}]])
    [row] = side.stack.rpc("admin", "zoom.app", "read", [[other], ["webhook_url"]])
    before = side.stored()
    theirs = genuine(side, "theirs").signed(OTHER_SECRET)
    assert_nothing_but(theirs.post(address), 401)
    assert_nothing_but(genuine(side, "theirs").to("/" + row["webhook_url"].split("/", 3)[3]).post(address), 401)
    assert side.stored() == before
    assert_nothing_but(theirs.to("/" + row["webhook_url"].split("/", 3)[3]).post(address), 200)
    assert side.stored() == before + 1


def test_the_same_delivery_again_is_acknowledged_and_has_no_effect(side: WebhookSide, address: str) -> None:
    letter = genuine(side, "once").put("x-zm-request-id", "first")
    assert letter.post(address).status == 200
    side.wait_until_worked_on()
    before, watched = side.stored(), Watched(side)
    for again in (letter, letter.put("x-zm-request-id", "second"), letter.signed(timestamp=side.now() + 1)):
        assert_nothing_but(again.post(address), 200)
    assert side.stored() == before
    assert not side.states().get("new")
    watched.assert_silent_about(letter)


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        b"[]",
        b"null",
        b'"meeting.started"',
        b"",
        b'{"event":',
        '{"event": "meeting.started"}'.encode("utf-16-le"),
    ],
    ids=["nested beyond reading", "a list", "nothing", "a word", "empty", "cut off", "full of zero bytes"],
)
def test_what_zoom_signs_is_kept_however_odd_and_waits_for_a_person(
    side: WebhookSide, address: str, body: bytes
) -> None:
    """A door that answered with an error would only be sent the same three times more."""
    before, watched = side.stored(), Watched(side)
    assert_nothing_but(genuine(side).saying(body).post(address), 200)
    assert side.stored() == before + 1
    assert side.stack.sql("SELECT state FROM zoom_delivery ORDER BY id DESC LIMIT 1") == [("parked",)]
    watched.assert_silent_about(genuine(side))


def test_a_flood_is_turned_away_unlogged_and_keeps_zoom_out_at_no_time(side: WebhookSide, address: str) -> None:
    watched, counted = Watched(side), refusals(side, "unsigned")
    statuses = [
        genuine(side).without(SIGNATURE).put("x-forwarded-for", f"198.51.100.{number}").post(address).status
        for number in range(4 * REFUSALS_A_MINUTE)
    ]
    # A minute may end within the flood.
    assert statuses[:REFUSALS_A_MINUTE] == [401] * REFUSALS_A_MINUTE
    assert statuses.count(429) >= 2 * REFUSALS_A_MINUTE
    assert len(watched.reasons()) == statuses.count(401)
    assert refusals(side, "unsigned") - counted == statuses.count(401)
    assert_nothing_but(genuine(side, "in the middle of it").post(address), 200)


def refusals(side: WebhookSide, reason: str) -> int:
    """Return how many refusals are counted under a reason."""
    rows = side.stack.sql("SELECT coalesce(sum(count), 0) FROM zoom_webhook_refusal WHERE reason = %s", (reason,))
    return int(rows[0][0])
