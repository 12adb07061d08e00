"""Deliveries are worked on at once, whenever they come, and each stands by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from dev.trial_stack import TrialStack
from tests.system.patience import eventually
from tests.system.practice import Practice
from tests.system.webhook_side import CLIENT_ID, WebhookSide

PAIRS = 8
# The action's own interval is a minute; a busy machine is given some seconds.
AT_ONCE_SECONDS = 10.0
# A process does not wake the action twice within half a second.
WAKES_APART_SECONDS = 0.6


@pytest.fixture(scope="module")
def subscribed(stack: TrialStack) -> Iterator[WebhookSide]:
    """A practice that keeps attendance and recordings, with one meeting, told by nobody but these tests."""
    stack.reset()
    practice = Practice(stack)
    practice.connect("dana")
    practice.book()
    practice.settle()
    side = WebhookSide(practice)
    side.subscribe()
    side.wait_until_worked_on()
    side.switch_on("attendance", "recordings")
    stack.simulator("POST", "/control/apps", {"client_id": CLIENT_ID, "events": ["none.at_all"]})
    yield side
    stack.reset()


@pytest.fixture
def zoom_id(subscribed: WebhookSide) -> str:
    """The id of a meeting of ours at Zoom."""
    [[found], *_rest] = subscribed.stack.sql("SELECT zoom_id FROM zoom_meeting WHERE state = 'live' ORDER BY id")
    return str(found)


def tell(side: WebhookSide, event: str, zoom_id: str, number: int, url: str | None = None) -> None:
    """Tell something about a meeting; each number is another person, at another time."""
    person = {"participant_uuid": f"stay-{number}", "user_name": "Somebody", "join_time": "2026-01-01T10:00:00Z"}
    about = {"id": zoom_id, "uuid": "4444AAAiAAAAAiAiAiiAii==", "participant": person}
    content = {
        "event": event,
        "event_ts": 1767261600000 + number,
        "payload": {"account_id": "account", "object": about},
    }
    assert side.send(content, url=url).status_code == 200


def test_what_is_worked_on_stands_while_the_next_delivery_is_held_up(subscribed: WebhookSide, zoom_id: str) -> None:
    stack = subscribed.stack
    with stack.locked("zoom_recording_notice"):
        with stack.action_held("zoom_telehealth.ir_cron_inbox"):
            tell(subscribed, "recording.started", zoom_id, 2)
            tell(subscribed, "meeting.participant_joined", zoom_id, 1)
        time.sleep(WAKES_APART_SECONDS)
        tell(subscribed, "meeting.participant_admitted", zoom_id, 3)  # wakes the action, which finds all three
        eventually(lambda: subscribed.states("meeting.participant_joined") == {"done": 1}, "the first is done")
        assert subscribed.states("recording.started") == {"new": 1}
        assert stack.sql("SELECT count(*) FROM zoom_meeting_presence") == [(1,)]
    eventually(lambda: subscribed.states("recording.started") == {"done": 1}, "the other is done", AT_ONCE_SECONDS)


@pytest.mark.parametrize("seed", [random.SystemRandom().randrange(10**6)])
def test_no_delivery_waits_for_the_actions_next_turn(subscribed: WebhookSide, zoom_id: str, seed: int) -> None:
    """Also the second of two, for which nobody is woken.

    The seed, another one in each run, stands in the test's name.
    """
    dice, url = random.Random(seed), subscribed.url
    for number in range(PAIRS):
        tell(subscribed, "meeting.participant_left", zoom_id, 100 + 2 * number, url)
        time.sleep(dice.uniform(0.1, 0.4))
        tell(subscribed, "meeting.participant_left", zoom_id, 101 + 2 * number, url)
        eventually(lambda: not subscribed.states().get("new"), "both are worked on", AT_ONCE_SECONDS)
    assert subscribed.states("meeting.participant_left") == {"done": 2 * PAIRS}
