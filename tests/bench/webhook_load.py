"""Sends many requests to an HTTP server and times the answers; light, as both share the machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import urlsplit

# Zoom waits no longer for an answer, and then sends the same again.
ANSWER_SECONDS = 3.0
MOST_TRIES = 4
AT_ONCE = 64
TAKEN = 200


class Sent(NamedTuple):
    """How one request fared.

    :ivar due: when it should have gone out (`time.monotonic`)
    :ivar seconds: from then to its answer, or to the end of waiting for it
    :ivar status: the answer's; 0 where none came in time
    """

    due: float
    seconds: float
    status: int


def request(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a POST request as it goes over the line."""
    address = urlsplit(url)
    lines = [f"POST {address.path} HTTP/1.1", f"host: {address.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + body


def at_rate(url: str, requests: Sequence[bytes], a_second: float) -> list[Sent]:
    """Send each at its time, whether or not those before it were answered: a slow server gets no rest."""
    began = time.monotonic() + 0.1
    with ThreadPoolExecutor(AT_ONCE) as people:
        return list(people.map(lambda one: _send_at(url, one[1], began + one[0] / a_second), enumerate(requests)))


def in_bursts(url: str, requests: Sequence[bytes], rest: Callable[[], None]) -> list[list[Sent]]:
    """Send all at the same moment, each over a connection of its own; then what was not taken, at once again.

    So does Zoom, which lets five minutes and more pass in between.

    :param rest: waits until the server has nothing left to do, as it would be after these minutes
    :return: how the requests of each burst fared
    """
    bursts: list[list[Sent]] = []
    while requests and len(bursts) < MOST_TRIES:
        if bursts:
            time.sleep(ANSWER_SECONDS)
            rest()
        bursts.append(_in_one_burst(url, requests))
        requests = [one for one, sent in zip(requests, bursts[-1]) if sent.status != TAKEN]
    return bursts


def _in_one_burst(url: str, requests: Sequence[bytes]) -> list[Sent]:
    with ThreadPoolExecutor(len(requests)) as people:
        due = time.monotonic() + 1.0  # by then all threads stand ready
        return list(people.map(lambda one: _send_at(url, one, due), requests))


def as_fast_as_answered(url: str, requests: Sequence[bytes], people: int) -> float:
    """Send them from so many clients, each one after the other, and return the requests per second.

    :raise AssertionError: an answer was no good one
    """
    shares = [requests[number::people] for number in range(people)]
    with ThreadPoolExecutor(people) as pool:
        began = time.monotonic()
        statuses = [status for share in pool.map(lambda share: list(_post_all(url, share)), shares) for status in share]
        took = time.monotonic() - began
    assert statuses == [TAKEN] * len(requests), set(statuses)
    return len(requests) / took


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _post_all(url: str, requests: Sequence[bytes]) -> Iterator[int]:
    for one in requests:
        yield _post(url, one, 30.0)


def _send_at(url: str, raw: bytes, due: float) -> Sent:
    time.sleep(max(0.0, due - time.monotonic()))
    try:
        status = _post(url, raw, ANSWER_SECONDS)
    except OSError:
        status = 0
    return Sent(due, time.monotonic() - due, status)


def _post(url: str, raw: bytes, seconds: float) -> int:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), seconds) as line:
        line.sendall(raw)
        received = b""
        # Our answers have no body. Whoever waits for the other end to close costs werkzeug's server 10 ms more of each
        # request: so long it looks whether something else is coming.
        while b"\r\n\r\n" not in received and (part := line.recv(4096)):
            received += part
    return int(received[9:12] or 0)
