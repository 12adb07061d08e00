"""Equal deliveries at the same moment: all are answered at once, one is kept. And several databases on one server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from dev.child import free_port
from dev.trial_stack import TrialStack
from tests.system.practice import Practice
from tests.system.webhook_side import WebhookSide

# A transaction that is tried again sleeps up to a second first, and two or more the second time: Zoom waits three.
TRIED_AGAIN = re.compile(r"could not serialize|SERIALIZATION|retries left|tries left|Traceback| ERROR ", re.IGNORECASE)
TIMEOUT_SECONDS = 30


@pytest.fixture(scope="module", params=["0", "2"], ids=["threads", "two workers"])
def side(request: pytest.FixtureRequest, stack: TrialStack) -> Iterator[WebhookSide]:
    """A fresh practice, subscribed to events, on an Odoo with threads and on one with two workers."""
    stack.reset()
    stack.restart_odoo(workers=request.param, gevent_port=str(free_port()))
    side = WebhookSide(Practice(stack))
    side.subscribe()
    yield side
    stack.reset()


@pytest.mark.parametrize("copies", [2, 10])
def test_equal_deliveries_at_the_same_moment_are_all_taken_and_one_is_kept(side: WebhookSide, copies: int) -> None:
    log_before = side.stack.odoo_log.stat().st_size
    url, rounds = side.url, 5
    for number in range(rounds):
        content = {"event": "meeting.started", "event_ts": 1767261600000 + number, "payload": {"copies": copies}}
        before, together = side.stored(), Barrier(copies)

        def send(_copy: int, content: object = content, together: Barrier = together) -> int:
            together.wait()
            return side.send(content, url=url).status_code

        with ThreadPoolExecutor(copies) as people:
            assert list(people.map(send, range(copies))) == [200] * copies
        assert side.stored() == before + 1
    with side.stack.odoo_log.open("rb") as log:
        log.seek(log_before)
        assert not TRIED_AGAIN.findall(log.read().decode())


EVENT = {"event": "meeting.zebra", "event_ts": 1767261600000, "payload": {}}


class TwoDatabases:
    """One Odoo that serves two copies of the practice; only the first knows the app's secret."""

    def __init__(self, stack: TrialStack, other: str, **options: str) -> None:
        self.stack, self.other = stack, other
        self.side = WebhookSide(Practice(stack))
        self.side.enter_secret()
        self.path = self.side.url.removeprefix(stack.odoo_url)
        stack.restart_odoo(db_name=f"{stack.database},{other}", **options)

    def send(self, content: object, **headers: str) -> int:
        """Send a signed event and return the answer's status."""
        body = json.dumps(content).encode()
        answer = requests.post(
            f"{self.stack.odoo_url}{self.path}",
            data=body,
            headers={**self.side.headers(body), **headers},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
        return answer.status_code


@pytest.fixture
def other(fresh_stack: TrialStack) -> Iterator[str]:
    """A second database on the same server."""
    with fresh_stack.second_database() as name:
        fresh_stack.sql("UPDATE zoom_app SET webhook_secret = NULL", database=name)
        yield name


def test_with_a_filter_by_host_the_event_reaches_the_database_of_its_host(fresh_stack: TrialStack, other: str) -> None:
    both = TwoDatabases(fresh_stack, other, dbfilter="^%d$")
    first, second = (f"{name}.example.org" for name in (fresh_stack.database, other))
    assert both.send(EVENT, host=first) == 200
    assert both.send(EVENT, host=second) == 503, "This one has no secret: it is another database that answered."
    assert both.send(EVENT, host="nobody.example.org") == 404
    assert both.side.states("meeting.zebra") == {"unknown": 1}


def test_with_a_proxys_header_the_event_reaches_the_named_database(fresh_stack: TrialStack, other: str) -> None:
    both = TwoDatabases(fresh_stack, other, dbfilter="")
    header = "x-odoo-database"
    assert both.send(EVENT, **{header: fresh_stack.database}) == 200
    assert both.send(EVENT, **{header: other}) == 503
    assert both.send(EVENT) == 404, "Nothing says which database is meant."
    assert both.side.states("meeting.zebra") == {"unknown": 1}
