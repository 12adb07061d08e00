"""Zoom's deliveries, and what spoils them: parts taken away, odd values, another order.

Zoom's own samples are among them where its document is at hand; see `tests/contract/zoom_webhooks.py`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.client.webhook_samples import sample
from tests.contract.zoom_openapi import openapi_folder
from tests.contract.zoom_webhooks import documented_events, sample_of
from zoom import events

Path = tuple[str | int, ...]

# Values as they stand in the body, since no library would write all of them.
ODD_VALUES = [
    *("null", "true", "false", "0", "-1", "1.5", "1e400", "-1e400", "NaN", "-Infinity"),
    *("9" * 400, "-" + "9" * 400, "9" * 5000, "9" * 18, "9" * 19, str(2**63), str(-(2**63) - 1)),
    *(
        '""',
        '" "',
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\ud800"',
        '"a\\udfffb"',
        '"\\ud83d\\ude00"',
        '"%s"' % ("x" * 100_000),
    ),
    *('"१२३"', '"１２３"', '"-0"', '"0x1F"', '"1e5"', '"9999999999999999999999"', '"../../etc"', '"\\u202e"'),
    *("[]", "{}", "[null]", "[[]]", '[{"id":null}]', '[{"id":{}},7]', '{"id":{"id":{}}}', '{"":""}'),
    *("[" * 300 + "]" * 300, "[" * 100_000 + "]" * 100_000, '{"a":' * 300 + "0" + "}" * 300),
    *('"2021-13-45T99:99:99Z"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"2026-W01-1"', '"Z"'),
    *('"2026-11-21T22:00:00\\ud800"', '"2026-11-21\\ud80022:00:00"', '"2026-11-21T22:00:00+99:99"', '"20261121"'),
]


def samples() -> list[dict[str, Any]]:
    """One of each known event of ours, and Zoom's own samples where its document is at hand."""
    ours = [sample(event) for event in sorted(events.KNOWN)]
    return ours + ([sample_of(event) for event in documented_events()] if openapi_folder() else [])


def paths_in(value: object, path: Path = ()) -> Iterator[Path]:
    """Where something stands in a body; the body itself is ()."""
    yield path
    inside: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from paths_in(part, (*path, key))


def replaced(value: Any, path: Path, new: object) -> Any:
    """A copy in which something else stands at a path."""
    if not path:
        return new
    changed = value.copy()
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


def without(value: Any, path: Path) -> Any:
    """A copy in which nothing stands at a path."""
    changed = value.copy()
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = without(value[path[0]], path[1:])
    return changed


def shuffled(value: Any, order: random.Random) -> Any:
    """A copy with the keys of every object in another order."""
    if isinstance(value, list):
        return [shuffled(part, order) for part in value]
    if not isinstance(value, dict):
        return value
    keys = order.sample(list(value), len(value))
    return {key: shuffled(value[key], order) for key in keys}
