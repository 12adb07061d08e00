"""Webhook deliveries: how they look on the wire, when they are tried again, and when not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.simulator.running_simulator import DANA, OMAR, PRACTICE_APP, PROVIDER_APP, RunningSimulator
from tests.simulator.webhook_receiver import HANGING_SECONDS, Hooks, Received, eventually, expected_signature
from zoom_simulator.webhook_sender import MOST_AT_ONCE

SECRET = f"whsecret-{PRACTICE_APP[0]}"
MINUTES = 60


def _moved(hooks: Hooks, minutes: float) -> None:
    hooks.simulator.move_clock(minutes * MINUTES)


def _quiet(hooks: Hooks, number: int) -> None:
    """Nothing more comes than `number` events, although there was time for it."""
    time.sleep(0.3)
    assert len(hooks.receiver.received) == number


def test_a_delivery_looks_like_zooms_on_the_wire(hooks: Hooks) -> None:
    hooks.simulator.move_clock(1000)
    hooks.send(payload={"object": {"topic": "Zażółć"}})
    (received,) = hooks.receiver.wait_for(1)
    assert received.headers["content-type"] == "application/json; charset=utf-8"
    assert received.headers["user-agent"] == "Zoom Marketplace/1.0a"
    assert received.headers["x-zm-trackingid"] and len(received.headers["x-zm-request-id"]) == 36
    now = hooks.simulator.control("GET", "/health")["now"]
    assert 0 <= now - int(received.headers["x-zm-request-timestamp"]) < 5
    assert 0 <= now * 1000 - received.body["event_ts"] < 5000
    assert received.headers["x-zm-signature"] == expected_signature(received, SECRET)
    assert "Zażółć".encode() in received.raw


def test_the_log_tells_what_was_sent_and_answered(hooks: Hooks) -> None:
    (delivery_id,) = hooks.send(payload={"object": {}})
    delivery = eventually(lambda: hooks.one() if hooks.one()["state"] == "delivered" else None)
    (received,) = hooks.receiver.received
    assert (delivery["id"], delivery["client_id"], delivery["event"]) == (
        delivery_id,
        PRACTICE_APP[0],
        "meeting.started",
    )
    assert delivery["body"].encode() == received.raw
    assert delivery["request_id"] == received.headers["x-zm-request-id"]
    assert (delivery["event_ts"], delivery["url"]) == (received.body["event_ts"], hooks.receiver.url)
    (attempt,) = delivery["attempts"]
    assert (attempt["status"], attempt["error"], attempt["answer"]) == (200, "", "an answer")
    assert attempt["milliseconds"] >= 10 and delivery["next_attempt_at"] is None


def test_trouble_of_the_servers_own_is_retried_after_5_then_20_then_60_minutes(hooks: Hooks) -> None:
    hooks.receiver.answers = [500, 502, 503, 500]
    hooks.send()
    for number, minutes in enumerate((5, 25, 85), start=1):
        hooks.after_attempts(number)
        _moved(hooks, minutes - 0.1)
        _quiet(hooks, number)
        assert hooks.one()["state"] == "waiting"
        _moved(hooks, minutes + 0.1)
        hooks.receiver.wait_for(number + 1)
    last = eventually(lambda: hooks.one() if hooks.one()["state"] == "given_up" else None)
    assert [attempt["status"] for attempt in last["attempts"]] == [500, 502, 503, 500]
    _moved(hooks, 100_000)
    _quiet(hooks, 4)
    first, *retries = hooks.receiver.received
    for retry in retries:
        assert retry.raw == first.raw
        for name in ("x-zm-request-id", "x-zm-request-timestamp", "x-zm-signature"):
            assert retry.headers[name] == first.headers[name]


def test_a_retry_that_is_accepted_is_the_last(hooks: Hooks) -> None:
    hooks.receiver.answers = [500, 204]
    hooks.send()
    hooks.after_attempts(1)
    _moved(hooks, 6)
    delivery = hooks.after_attempts(2)
    assert eventually(lambda: hooks.one()["state"] == "delivered")
    assert delivery["attempts"][1]["status"] == 204
    _moved(hooks, 100)
    _quiet(hooks, 2)


def test_retries_are_signed_anew_where_that_is_chosen(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/webhooks", sign_retries_anew=True)
    hooks.receiver.answers = [500]
    hooks.send()
    hooks.after_attempts(1)
    _moved(hooks, 6)
    first, retry = hooks.receiver.wait_for(2)
    apart = int(retry.headers["x-zm-request-timestamp"]) - int(first.headers["x-zm-request-timestamp"])
    assert 5 * MINUTES <= apart <= 7 * MINUTES
    assert retry.headers["x-zm-signature"] == expected_signature(retry, SECRET) != first.headers["x-zm-signature"]
    assert retry.headers["x-zm-request-id"] == first.headers["x-zm-request-id"]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429])
def test_redirects_and_refusals_are_final(hooks: Hooks, status: int) -> None:
    hooks.receiver.answers = [status]
    hooks.send()
    delivery = eventually(lambda: hooks.one() if hooks.one()["state"] == "given_up" else None)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [status]
    _moved(hooks, 100)
    _quiet(hooks, 1)


def test_no_answer_within_three_seconds_and_no_connection_are_retried(hooks: Hooks) -> None:
    hooks.receiver.answers = [None]
    hooks.send()
    (attempt,) = hooks.after_attempts(1)["attempts"]
    assert (attempt["status"], attempt["error"]) == (None, "No answer within 3 s.")
    assert 3000 <= attempt["milliseconds"] < 1000 * HANGING_SECONDS / 2
    hooks.receiver.stop()
    _moved(hooks, 6)
    attempt = hooks.after_attempts(2)["attempts"][1]
    assert attempt["status"] is None and attempt["error"]
    assert hooks.one()["state"] == "waiting"


def test_a_burst_is_sent_at_once_and_each_copy_differs(hooks: Hooks) -> None:
    hooks.send(times=200, payload={"object": {}})
    received = hooks.receiver.wait_for(200)
    assert len({one.body["event_ts"] for one in received}) == 200
    assert len({one.headers["x-zm-request-id"] for one in received}) == 200
    assert hooks.receiver.most_at_once > 50


def test_retries_that_fall_due_together_do_not_keep_each_other_from_being_answered(hooks: Hooks) -> None:
    hooks.receiver.answers = [500] * 900
    hooks.send(times=900)
    eventually(lambda: all(one["retries"] for one in hooks.deliveries()), seconds=120)
    _moved(hooks, 6)
    eventually(lambda: all(one["state"] == "delivered" for one in hooks.deliveries()), seconds=120)
    assert len(hooks.receiver.received) == 1800
    assert hooks.receiver.most_at_once <= MOST_AT_ONCE


def test_copies_are_alike_where_the_time_is_given(hooks: Hooks) -> None:
    hooks.send(times=2, event_ts=1626230691572, payload={"object": {}})
    first, second = hooks.receiver.wait_for(2)
    assert first.raw == second.raw and first.body["event_ts"] == 1626230691572


def test_a_text_is_sent_letter_by_letter(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/deliveries", client_id=PRACTICE_APP[0], body='{ "event" : "x.y" , "payload":[] }')
    (received,) = hooks.receiver.wait_for(1)
    assert received.raw == b'{ "event" : "x.y" , "payload":[] }'
    assert received.headers["x-zm-signature"] == expected_signature(received, SECRET)
    assert hooks.one()["event"] == "x.y"


def test_a_whole_body_is_sent_as_it_is(hooks: Hooks) -> None:
    body = {"event": "recording.completed", "event_ts": 5, "payload": {"object": {}}, "download_token": "x"}
    hooks.simulator.control("POST", "/deliveries", client_id=PRACTICE_APP[0], body=body)
    (received,) = hooks.receiver.wait_for(1)
    assert received.body == body


@pytest.mark.parametrize(("kind", "right"), [("good", True), ("wrong", False)])
def test_the_signature_can_be_wrong(hooks: Hooks, kind: str, right: bool) -> None:
    hooks.send(signature=kind)
    (received,) = hooks.receiver.wait_for(1)
    assert (received.headers["x-zm-signature"] == expected_signature(received, SECRET)) is right


def test_the_signature_can_be_missing_and_the_time_another(hooks: Hooks) -> None:
    hooks.send(signature="missing", timestamp=1700000000)
    (received,) = hooks.receiver.wait_for(1)
    assert "x-zm-signature" not in received.headers
    assert received.headers["x-zm-request-timestamp"] == "1700000000"


def test_resending_sends_the_same_bytes_again(hooks: Hooks) -> None:
    hooks.receiver.answers = [401]
    (delivery_id,) = hooks.send()
    eventually(lambda: hooks.one()["state"] == "given_up")
    answer = hooks.simulator.control("POST", "/deliveries/resend", id=delivery_id)
    assert (answer["state"], [attempt["status"] for attempt in answer["attempts"]]) == ("delivered", [401, 200])
    first, second = hooks.receiver.wait_for(2)
    assert _without_tracking(first) == _without_tracking(second)


def _without_tracking(received: Received) -> tuple[dict[str, str], bytes]:
    return {name: value for name, value in received.headers.items() if name != "x-zm-trackingid"}, received.raw


def test_a_resend_that_fails_leaves_the_retries_as_they_are(hooks: Hooks) -> None:
    hooks.receiver.answers = [500, 500]
    (delivery_id,) = hooks.send()
    due = hooks.after_attempts(1)["next_attempt_at"]
    again = hooks.simulator.control("POST", "/deliveries/resend", id=delivery_id)
    assert (again["state"], again["next_attempt_at"], again["retries"]) == ("waiting", due, 1)


def test_the_log_is_filtered_and_cleared_and_what_waited_is_never_sent(hooks: Hooks) -> None:
    hooks.receiver.answers = [500, 500]
    hooks.send("meeting.started")
    hooks.send("meeting.ended")
    eventually(lambda: all(one["retries"] for one in hooks.deliveries()))
    found = hooks.simulator.control("GET", f"/deliveries?client_id={PRACTICE_APP[0]}&event=meeting.ended")
    assert [one["event"] for one in found["deliveries"]] == ["meeting.ended"]
    assert hooks.simulator.control("GET", f"/deliveries?client_id={PROVIDER_APP[0]}")["deliveries"] == []
    hooks.simulator.control("DELETE", "/deliveries")
    assert hooks.deliveries() == []
    _moved(hooks, 100)
    _quiet(hooks, 2)


def test_a_real_event_reaches_only_apps_that_its_host_has_allowed(hooks: Hooks) -> None:
    provider = {"client_id": PROVIDER_APP[0], "endpoint_url": hooks.receiver.url}
    hooks.simulator.control("POST", "/apps", webhook_secret=hooks.receiver.secret, **provider)
    dana, omar = hooks.simulator.connect(), hooks.simulator.connect(OMAR, PROVIDER_APP)
    dana.create(topic="Of Dana")
    omar.create(topic="Of Omar")
    hooks.receiver.wait_for(2)
    told = {(one["client_id"], json.loads(one["body"])["payload"]["object"]["topic"]) for one in hooks.deliveries()}
    assert told == {(PRACTICE_APP[0], "Of Dana"), (PROVIDER_APP[0], "Of Omar")}


def test_nothing_is_told_about_a_host_whose_tokens_are_dead(hooks: Hooks) -> None:
    hooks.simulator.connect()
    hooks.simulator.control("POST", "/tokens", action="expire_access")
    hooks.simulator.control("POST", "/meetings", email=DANA, topic="While the refresh token lives")
    hooks.receiver.wait_for(1)
    hooks.simulator.control("POST", "/tokens", action="kill_refresh")
    hooks.simulator.control("POST", "/meetings", email=DANA, topic="Afterwards")
    _quiet(hooks, 1)


def test_an_app_is_told_what_its_scopes_and_its_list_of_events_allow(hooks: Hooks) -> None:
    hooks.simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=["meeting:read:meeting"])
    hooks.simulator.connect()
    meeting_id = hooks.simulator.control("POST", "/meetings", email=DANA)["id"]
    hooks.simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    assert sorted(one.event for one in hooks.receiver.wait_for(2)) == ["meeting.created", "meeting.started"]
    hooks.simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], events=["meeting.ended"])
    hooks.simulator.control("DELETE", "/people", meeting_id=meeting_id)
    hooks.simulator.control("DELETE", f"/meetings/{meeting_id}")
    assert hooks.receiver.wait_for(3)[-1].event == "meeting.ended"
    _quiet(hooks, 3)


def test_an_answer_to_rest_waits_for_no_delivery(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    hooks.receiver.answers = [None]
    answer = dana.call("POST", "/users/me/meetings", json={"topic": "T"}, timeout=1.5)
    assert answer.status_code == 201
    assert hooks.receiver.wait_for(1)[0].about["topic"] == "T"


def test_what_waits_goes_to_the_apps_new_address_and_not_to_an_app_without_one(hooks: Hooks) -> None:
    hooks.receiver.answers = [500, 500]
    hooks.send()
    hooks.after_attempts(1)
    hooks.simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], endpoint_url=f"{hooks.receiver.url}?new")
    _moved(hooks, 6)
    assert hooks.after_attempts(2)["url"].endswith("?new")
    hooks.simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], endpoint_url="")
    _moved(hooks, 30)
    eventually(lambda: hooks.one()["state"] == "given_up")
    assert len(hooks.one()["attempts"]) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/deliveries", {"event": "x"}),
        ("/deliveries", {"client_id": "nobody", "event": "x"}),
        ("/deliveries", {"client_id": PROVIDER_APP[0], "event": "x"}),
        ("/deliveries", {"client_id": PRACTICE_APP[0]}),
        ("/deliveries", {"client_id": PRACTICE_APP[0], "event": "x", "times": 0}),
        ("/deliveries", {"client_id": PRACTICE_APP[0], "event": "x", "signature": "odd"}),
        ("/deliveries", {"client_id": PRACTICE_APP[0], "event": "x", "timestamp": "now"}),
        ("/deliveries", {"client_id": PRACTICE_APP[0], "event": "x", "body": 5}),
        ("/deliveries", {"client_id": PRACTICE_APP[0], "event": "x", "colour": "red"}),
        ("/deliveries/resend", {"id": 99999}),
        ("/webhooks", {"join_time_spelling": "time"}),
        ("/webhooks", {"sign_retries_anew": 1}),
        ("/webhooks/validate", {"client_id": PROVIDER_APP[0]}),
        ("/webhook_faults", {"kind": "odd"}),
        ("/webhook_faults", {"kind": "delay"}),
        ("/webhook_faults", {"kind": "drop", "times": 0}),
        ("/webhook_faults", {"kind": "reorder", "times": None}),
        ("/apps", {"client_id": PRACTICE_APP[0], "events": "all"}),
        ("/apps", {"client_id": PRACTICE_APP[0], "endpoint_url": 5}),
    ],
)
def test_a_request_about_webhooks_that_makes_no_sense_is_refused(hooks: Hooks, path: str, body: dict[str, Any]) -> None:
    refused = hooks.simulator.control("POST", path, expect=400, **body)
    assert set(refused) == {"error"} and refused["error"].endswith(".")
    assert hooks.deliveries() == []


def test_a_reset_forgets_deliveries_and_subscriptions(hooks: Hooks) -> None:
    hooks.receiver.answers = [500]
    hooks.send()
    hooks.after_attempts(1)
    _reset(hooks.simulator)
    _moved(hooks, 6)
    _quiet(hooks, 1)
    assert hooks.deliveries() == [] and hooks.app()["endpoint_url"] == ""


def _reset(simulator: RunningSimulator) -> None:
    simulator.control("POST", "/reset")
