"""Remembers that a set-up step is done, so that the next run skips it; a lock keeps two runs from doing it at once."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import paths


def fingerprint(*parts: str | bytes) -> str:
    """Return a short hash over all parts."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def is_done(folder: Path, wanted: str) -> bool:
    """Tell whether `folder` was finished for exactly the fingerprint `wanted`."""
    try:
        return (folder / ".done").read_text() == wanted
    except OSError:
        return False


def mark_done(folder: Path, wanted: str) -> None:
    """Record that `folder` is finished for the fingerprint `wanted`."""
    (folder / ".done").write_text(wanted)


@contextmanager
def one_at_a_time(step: str) -> Iterator[None]:
    """Hold the lock of `step` against every other process on this clone; freed by the kernel should we die."""
    with (paths.make(paths.CACHE) / f"{step}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
