"""The page of apps: endpoint, secret token, deliveries and their answers, resend, remove."""

from __future__ import annotations

import html
import re

import pytest
import requests

from tests.simulator.running_simulator import PRACTICE_APP, PROVIDER_APP, SECONDS, RunningSimulator
from tests.simulator.webhook_receiver import Hooks, Receiver, eventually


def _page(simulator: RunningSimulator, path: str = "/apps") -> str:
    answer = requests.get(f"{simulator.root_url}{path}", timeout=SECONDS)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<(script|style)>.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)))


def _now(simulator: RunningSimulator) -> str:
    return _page(simulator, f"/apps/{PRACTICE_APP[0]}/now")


def _press(simulator: RunningSimulator, what: str, **form: str) -> requests.Response:
    return requests.post(f"{simulator.root_url}/apps/{PRACTICE_APP[0]}/{what}", data=form, timeout=SECONDS)


def test_the_page_is_found_from_the_front_and_shows_every_app(simulator: RunningSimulator) -> None:
    assert 'href="/apps"' in requests.get(simulator.root_url, timeout=SECONDS).text
    page = _page(simulator)
    for client_id, client_secret in (PRACTICE_APP, PROVIDER_APP):
        assert client_id in page and f"whsecret-{client_id}" in page and client_secret not in page
    assert "no endpoint: this app is told nothing" in page


def test_an_endpoint_is_set_on_the_page_validated_and_taken_away(
    simulator: RunningSimulator, receiver: Receiver
) -> None:
    assert _press(simulator, "endpoint", endpoint_url=f" {receiver.url} ").status_code == 200
    assert "active last validated" in _now(simulator) and len(receiver.validations) == 1
    receiver.validates = False
    _press(simulator, "validate")
    assert "1 failed since" in _now(simulator) and "encryptedToken is not" in _now(simulator)
    receiver.validates = True
    _press(simulator, "validate")
    assert "failed" not in _now(simulator) and len(receiver.validations) == 3
    _press(simulator, "endpoint", endpoint_url="")
    assert "no endpoint" in _now(simulator)


def test_deliveries_are_shown_with_their_answers_and_resent(hooks: Hooks) -> None:
    hooks.receiver.answers = [404]
    hooks.send("meeting.started", payload={"object": {"topic": "<b>T</b>"}})
    (delivery_id,) = hooks.send("meeting.ended", payload={})
    eventually(lambda: len(hooks.receiver.received) == 2 and all(one["attempts"] for one in hooks.deliveries()))
    shown = _now(hooks.simulator)
    assert shown.index("meeting.ended") < shown.index("meeting.started")
    assert "given up" in shown and "404" in shown and "delivered" in shown and "<b>T</b>" in shown
    _press(hooks.simulator, f"resend/{delivery_id}")
    assert len(hooks.receiver.wait_for(3)[2].raw) == len(hooks.receiver.received[1].raw)
    assert _press(hooks.simulator, "resend/999999").status_code == 404


def test_a_retry_says_when_it_comes(hooks: Hooks) -> None:
    hooks.receiver.answers = [503]
    hooks.send()
    hooks.after_attempts(1)
    assert re.search(r"waiting next \d\d-\d\d \d\d:\d\d:\d\d .*503", _now(hooks.simulator))


def test_a_user_removes_the_app_on_the_page(hooks: Hooks) -> None:
    dana = hooks.simulator.connect()
    user_id = dana.call("GET", "/users/me").json()["id"]
    assert "Dana Reyes" in _now(hooks.simulator)
    for _ in range(2):
        assert _press(hooks.simulator, f"remove/{user_id}").status_code == 200
    hooks.receiver.wait_for_event("app_deauthorized")
    assert "Dana Reyes" not in _now(hooks.simulator)
    assert dana.call("GET", "/users/me").status_code == 401


@pytest.mark.parametrize("what", ["endpoint", "validate", "now"])
def test_an_app_that_is_not_there_is_not_found(simulator: RunningSimulator, what: str) -> None:
    method = "GET" if what == "now" else "POST"
    answer = requests.request(method, f"{simulator.root_url}/apps/nobody/{what}", timeout=SECONDS)
    assert answer.status_code == 404
