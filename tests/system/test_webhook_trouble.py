"""Zoom's check of the address, secret tokens old and new, and what comes while Odoo itself is in trouble."""

from __future__ import annotations

import base64
import hashlib
import hmac

from dev import odoo_conf
from dev.trial_stack import TrialStack
from tests.system.patience import eventually
from tests.system.practice import Practice
from tests.system.webhook_side import CLIENT_ID, OTHER_SECRET, SECRET, WebhookSide
from tests.system.webhook_wire import MARK, SIGNATURE, Watched, assert_nothing_but, genuine

HOUR = 3600
DAY = 24 * HOUR
FIRST_RETRY_SECONDS = 301
PLAIN = "qgg8vlvZRS6UYooatFL8Aw"
CHECK = {"event": "endpoint.url_validation", "payload": {"plainToken": PLAIN}, "event_ts": 1767261600000}


def proof(secret: str) -> dict[str, str]:
    """Return what Zoom wants to read: the token, and its hex HMAC-SHA256 under the secret."""
    return {
        "plainToken": PLAIN,
        "encryptedToken": hmac.new(secret.encode(), PLAIN.encode(), hashlib.sha256).hexdigest(),
    }


def test_the_address_check_is_answered_under_the_secret_that_signed_it(fresh_stack: TrialStack) -> None:
    """During a rotation under either; the earlier one is refused after three days, and no unknown one is answered."""
    side = WebhookSide(Practice(fresh_stack))
    side.enter_secret(SECRET)
    assert side.send(CHECK).json() == proof(SECRET)
    assert side.send(CHECK).json() == proof(SECRET), "Zoom may ask twice"

    side.enter_secret(OTHER_SECRET)
    for secret in (SECRET, OTHER_SECRET):
        assert side.send(CHECK, secret).json() == proof(secret)
        assert genuine(side, secret).signed(secret).post().status == 200
    refused = side.send(CHECK, "guessed")
    assert (refused.status_code, refused.content) == (401, b"")

    fresh_stack.move_clock(3 * DAY - HOUR)
    assert side.send(CHECK, SECRET).status_code == 200
    fresh_stack.move_clock(2 * HOUR)
    assert side.send(CHECK, SECRET).status_code == 401
    assert side.send(CHECK, OTHER_SECRET).json() == proof(OTHER_SECRET)


def test_the_simulated_zoom_takes_the_answer_only_where_both_know_the_same_secret(fresh_stack: TrialStack) -> None:
    side = WebhookSide(Practice(fresh_stack))
    side.subscribe()
    fresh_stack.simulator("POST", "/control/apps", {"client_id": CLIENT_ID, "webhook_secret": OTHER_SECRET})
    verdict = fresh_stack.simulator("POST", "/control/webhooks/validate", {"client_id": CLIENT_ID})
    assert (verdict["ok"], verdict["status"]) == (False, 401)


def test_without_a_secret_in_odoo_nothing_is_believed_and_zoom_is_to_try_again(fresh_stack: TrialStack) -> None:
    side = WebhookSide(Practice(fresh_stack))
    fresh_stack.sql("UPDATE zoom_app SET webhook_secret = NULL")
    watched, letter = Watched(side), genuine(side)
    for one in (letter, letter.without(SIGNATURE), letter.signed("")):
        assert_nothing_but(one.post(), 503)
    assert side.stored() == 0
    assert watched.reasons() == ["no_secret"] * 3
    watched.assert_silent_about(letter)

    side.enter_secret()
    assert letter.post().status == 200


def test_what_came_while_odoo_could_not_read_its_secrets_is_taken_from_zooms_retry(fresh_stack: TrialStack) -> None:
    side = WebhookSide(Practice(fresh_stack))
    side.subscribe()
    key = odoo_conf.master_key()
    fresh_stack.restart_odoo(zoom_telehealth_key=base64.b64encode(b"another key, of 32 bytes exactly").decode())
    watched, before = Watched(side), side.stored()
    tell_of(side, MARK)
    eventually(lambda: side.underway() and side.underway()[0]["retries"], "the first attempt failed")
    assert side.underway()[0]["attempts"][0]["status"] == 503
    assert side.stored() == before
    assert MARK not in watched.text()
    assert SECRET not in watched.text()

    fresh_stack.restart_odoo(zoom_telehealth_key=key)
    fresh_stack.move_clock(FIRST_RETRY_SECONDS)
    side.wait_until_worked_on()
    assert [attempt["status"] for attempt in side.sent()[-1]["attempts"]] == [503, 200]
    assert side.states("meeting.started") == {"foreign": 1}


def test_what_came_while_the_database_did_not_answer_is_taken_once(fresh_stack: TrialStack) -> None:
    """Zoom waits three seconds. What Odoo stores after them, Zoom sends again: it has one effect."""
    side = WebhookSide(Practice(fresh_stack))
    side.subscribe()
    with fresh_stack.locked("zoom_delivery"):
        tell_of(side, MARK)
        eventually(lambda: side.underway() and side.underway()[0]["retries"], "Zoom waited in vain")
    fresh_stack.move_clock(FIRST_RETRY_SECONDS)
    side.wait_until_worked_on()
    assert [attempt["status"] for attempt in side.sent()[-1]["attempts"]] == [None, 200]
    assert side.states("meeting.started") == {"foreign": 1}


def tell_of(side: WebhookSide, account: str) -> None:
    """Have the simulator tell that a meeting of some account, none of ours, has started."""
    about = {"id": "81234567890", "uuid": "4444AAAiAAAAAiAiAiiAii==", "start_time": "2026-01-01T10:00:00Z"}
    payload = {"account_id": account, "object": about}
    side.stack.simulator(
        "POST", "/control/deliveries", {"client_id": CLIENT_ID, "event": "meeting.started", "payload": payload}
    )
