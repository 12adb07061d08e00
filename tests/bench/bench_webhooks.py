"""What Zoom's events cost: 50 a second for a minute, then 500 at once, on two workers; and the route by itself.

Each event has an effect of its own (somebody comes to, or leaves, a session's meeting), so that one lost or doubled
shows. Zoom's place is taken by a light sender that waits three seconds and then sends the same bytes again, as Zoom
does (though Zoom lets minutes pass).
"""

from __future__ import annotations

import json
import os
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from threading import Event, Thread

from dev.child import free_port
from dev.measurement import Measurement
from dev.trial_stack import TrialStack
from tests.bench.webhook_load import TAKEN, Sent, as_fast_as_answered, at_rate, in_bursts, percentile, request
from tests.system.practice import Practice
from tests.system.webhook_side import INBOX, WebhookSide

WORKERS = 2
RATE = 50
SECONDS = 60
BURST = 500
SESSIONS = 10
# The ratio: pairs of runs, turn about; the inbox waits meanwhile, so that route is measured against route.
PAIRS = 7
PAIR_REQUESTS = 600
CLIENTS = 4

PLAIN = Path(__file__).parent / "addons"
LOOK_EVERY_SECONDS = 0.1


def measure(stack: TrialStack) -> Iterator[Measurement]:
    """Yield the times of the steady stream, of the burst, and the ratio of our route to a bare one."""
    # Whatever else this machine does shows in all that follows: Odoo's scheduled actions give way to every process.
    yield Measurement("events: the machine's load before (1: one core busy)", os.getloadavg()[0], "processes")
    side = _prepared(stack)
    zoom = _Zoom(side)
    yield from _stream(side, zoom.requests(RATE * SECONDS))
    yield from _burst(side, zoom.requests(BURST))
    yield from _effects(side)
    yield from _ratio(side, zoom)


def _prepared(stack: TrialStack) -> WebhookSide:
    """Two workers, a practice that keeps attendance, and meetings to which people may come."""
    stack.restart_odoo(workers=str(WORKERS), gevent_port=str(free_port()), addons_path=stack.addons_path(PLAIN))
    practice = Practice(stack)
    stack.rpc("admin", "ir.module.module", "update_list")
    [plain] = stack.rpc("admin", "ir.module.module", "search", [[["name", "=", "bench_plain_route"]]])
    stack.rpc("admin", "ir.module.module", "button_immediate_install", [[plain]])
    stack.restart_odoo()
    practice.connect("dana")
    practice.book_many([practice.moment(days=2, minutes=60 * number) for number in range(SESSIONS)])
    practice.settle()
    side = WebhookSide(practice)
    side.switch_on("attendance")
    side.subscribe()
    side.wait_until_worked_on()
    # What is measured is what this bench sends.
    stack.simulator("POST", "/control/apps", {"client_id": "SimulatedPracticeApp01", "events": ["none.at_all"]})
    return side


class _Zoom:
    """Makes events, each about another person at one of the practice's meetings."""

    def __init__(self, side: WebhookSide) -> None:
        self._side = side
        self._url = side.url
        rows = side.stack.sql("SELECT zoom_id FROM zoom_meeting WHERE state = 'live' ORDER BY id")
        self._meetings = [zoom_id for (zoom_id,) in rows]
        self._number = 0

    def requests(self, count: int) -> list[bytes]:
        """Return signed requests, all different."""
        return [self._request() for _number in range(count)]

    def _request(self) -> bytes:
        self._number += 1
        zoom_id = self._meetings[self._number % len(self._meetings)]
        now = datetime.now(timezone.utc)
        coming = self._number % 2
        moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        person = {
            "user_id": str(16778240 + self._number),
            "user_name": f"Person {self._number}",
            "participant_uuid": str(uuid.UUID(int=self._number)).upper(),
            "email": "",
            "join_time" if coming else "leave_time": moment,
        }
        about = {
            "id": zoom_id,
            "uuid": f"{zoom_id}AAAiAAAAAiAiAiiAii==",
            "host_id": "dR4mXq7ZT1uVnY2cKs9LbA",
            "topic": "Telehealth session",
            "type": 2,
            "start_time": moment,
            "duration": 50,
            "timezone": "Europe/Brussels",
            "participant": person,
        }
        content = {
            "event": "meeting.participant_joined" if coming else "meeting.participant_left",
            "payload": {"account_id": "Sr7nRsPrTcQ2aVw9hKd0Lg", "object": about},
            "event_ts": int(now.timestamp() * 1000) + self._number,
        }
        body = json.dumps(content, separators=(",", ":")).encode()
        return request(self._url, body, self._side.headers(body))


class _Watch(Thread):
    """Sees from outside, by looking again and again, when how many deliveries have their effect."""

    def __init__(self, side: WebhookSide) -> None:
        super().__init__(daemon=True)
        self._side = side
        self._over = Event()
        self.seen: list[float] = []
        self.start()

    def run(self) -> None:
        while not self._over.wait(LOOK_EVERY_SECONDS):
            count = _presences(self._side)
            self.seen += [time.monotonic()] * (count - len(self.seen))

    def end(self) -> list[float]:
        """Stop looking and return when the first, the second, ... effect was there."""
        self._over.set()
        self.join()
        return self.seen


def _presences(side: WebhookSide) -> int:
    return int(side.stack.sql("SELECT count(*) FROM zoom_meeting_presence")[0][0])


def _stream(side: WebhookSide, requests: Sequence[bytes]) -> Iterator[Measurement]:
    watch = _Watch(side)
    sent = at_rate(side.url, requests, RATE)
    in_bursts(side.url, [raw for raw, one in zip(requests, sent) if one.status != TAKEN], side.wait_until_worked_on)
    side.wait_until_worked_on(120.0)
    seen = watch.end()
    # The n-th effect against the n-th request: at one pace, it does not matter whose effect it is.
    late = [effect - one.due for effect, one in zip(seen, sorted(sent))]
    where = f"events, {RATE}/s for {SECONDS} s"
    yield from _answers(where, sent, p95=0.3, p99=1.0)
    yield Measurement(f"{where}: effect after, p50", percentile(late, 0.5), "s")
    yield Measurement(f"{where}: effect after, p99", percentile(late, 0.99), "s", 2.0)
    yield Measurement(f"{where}: effect after, by Odoo's own times, p99", _odoo_p99(side, 0), "s", 2.0)


def _burst(side: WebhookSide, requests: Sequence[bytes]) -> Iterator[Measurement]:
    [[last]] = side.stack.sql("SELECT max(id) FROM zoom_delivery")
    bursts = in_bursts(side.url, requests, side.wait_until_worked_on)
    side.wait_until_worked_on(120.0)
    where = f"events, {BURST} at once"
    first = [one.seconds for one in bursts[0]]
    again = len(first) - _taken(bursts[0])
    yield Measurement(f"{where}: answer after, p50", percentile(first, 0.5), "s")
    yield Measurement(f"{where}: sent again, as no answer came within 3 s", again, "events")
    yield Measurement(f"{where}: never taken", len(requests) - sum(map(_taken, bursts)), "events", 0)
    yield Measurement(f"{where}: effect after, by Odoo's own times, p99", _odoo_p99(side, last), "s", 2.0)


def _answers(where: str, sent: Sequence[Sent], p95: float, p99: float) -> Iterator[Measurement]:
    seconds = [one.seconds for one in sent]
    yield Measurement(f"{where}: answer after, p50", percentile(seconds, 0.5), "s")
    yield Measurement(f"{where}: answer after, p95", percentile(seconds, 0.95), "s", p95)
    yield Measurement(f"{where}: answer after, p99", percentile(seconds, 0.99), "s", p99)
    yield Measurement(f"{where}: sent again, as no answer came within 3 s", len(sent) - _taken(sent), "events")


def _taken(sent: Sequence[Sent]) -> int:
    return sum(one.status == TAKEN for one in sent)


def _odoo_p99(side: WebhookSide, after: int) -> float:
    """Return after how many seconds 99 % of the deliveries that came after one had their effect."""
    rows = side.stack.sql(
        "SELECT extract(epoch FROM worked_at - received_at) FROM zoom_delivery"
        " WHERE event LIKE 'meeting.participant%%' AND id > %s",
        (after,),
    )
    return percentile([float(seconds) for (seconds,) in rows], 0.99)


def _effects(side: WebhookSide) -> Iterator[Measurement]:
    """Each of the people came or went once."""
    rows = side.stack.sql("SELECT person_key, count(*) FROM zoom_meeting_presence GROUP BY person_key")
    yield Measurement("events: effects lost", RATE * SECONDS + BURST - len(rows), "events", 0)
    yield Measurement("events: effects doubled", sum(count > 1 for _person, count in rows), "events", 0)
    not_done = sum(count for state, count in side.states().items() if state != "done")
    yield Measurement("events: parked or waiting", not_done, "events", 0)


def _ratio(side: WebhookSide, zoom: _Zoom) -> Iterator[Measurement]:
    """Our route against a bare one that creates one row through the ORM, same bytes to both."""
    plain_url = f"{side.stack.odoo_url}/bench/plain"
    ours: list[float] = []
    plain: list[float] = []
    with side.stack.action_held(INBOX):
        for number in range(PAIRS + 1):
            to_us = zoom.requests(PAIR_REQUESTS)
            to_plain = [_readdressed(one) for one in to_us]
            runs = [(ours, side.url, to_us), (plain, plain_url, to_plain)]
            # Turn about, so that a machine growing slower favours neither; the first pair warms up.
            for speeds, url, requests in runs if number % 2 else reversed(runs):
                speed = as_fast_as_answered(url, requests, CLIENTS)
                speeds += [speed] if number else []
    ratio = statistics.median(one / other for one, other in zip(ours, plain))
    yield Measurement("events: our route / bare route with one ORM create", ratio, "x", 0.8, at_least=True)
    yield Measurement("events: our route", statistics.median(ours), "requests/s")
    yield Measurement("events: bare route", statistics.median(plain), "requests/s")


def _readdressed(raw: bytes) -> bytes:
    first, _newline, rest = raw.partition(b"\r\n")
    return b"POST /bench/plain HTTP/1.1\r\n" + rest
