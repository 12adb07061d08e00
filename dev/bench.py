"""`make bench`: runs every tests/bench/bench_*.py on a running system, prints a table, writes .cache/bench.json.

Each file has a function `measure(stack)` that yields rows (dev.measurement.Measurement); `stack` is a dev.trial_stack.
TrialStack with a fresh practice. What is compared is measured in the same run. `python3 -m dev bench saving` runs
files with that word only.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dev import paths, trial_stack
from dev.console import say
from dev.failure import SetupFailure
from dev.measurement import Measurement
from dev.trial_stack import TrialStack

BENCHES = paths.ROOT / "tests" / "bench"


def main(arguments: list[str]) -> int:
    """Measure everything and return 0 if every goal holds."""
    files = [path for path in sorted(BENCHES.glob("bench_*.py")) if all(word in path.stem for word in arguments)]
    if not files:
        raise SetupFailure(f"There is no bench_*.py in {BENCHES.relative_to(paths.ROOT)} with {' '.join(arguments)!r}.")
    run = _name_of_run()
    rows: list[dict[str, Any]] = []
    with trial_stack.running() as stack:
        for path in files:
            say(f"{path.stem} ...")
            stack.reset()  # what another has left would count
            rows += [measurement.as_row(run) for measurement in _measure(path, stack)]
    say("\n" + table(rows))
    paths.BENCH_RESULT.write_text(json.dumps(rows, indent=2) + "\n")
    say(f"\nWritten to {paths.BENCH_RESULT.relative_to(paths.ROOT)}.")
    return 1 if any(row["holds"] is False for row in rows) else 0


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Return the rows as lines of text with aligned columns."""
    verdicts = {True: "holds", False: "MISSED", None: ""}
    lines = [("", "value", "unit", "goal", "")]
    lines += [
        (row["name"], f"{row['value']:.3f}", row["unit"], "" if row["goal"] is None else f"{row['goal']:g}", verdict)
        for row in rows
        for verdict in [verdicts[row["holds"]]]
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def _measure(path: Path, stack: TrialStack) -> Iterator[Measurement]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield from module.measure(stack)


def _name_of_run() -> str:
    """Return time, commit and machine, so that rows of different runs are never compared by mistake."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=paths.ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{now} {commit or 'no-commit'} {os.cpu_count()} cores python {platform.python_version()}"
