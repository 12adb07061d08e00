"""One session of pytest: a child process, what it prints, and what it came to."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev import paths
from dev.child import die_with_parent

PASSED, FAILED, NOTHING_COLLECTED = 0, 1, 5  # pytest's exit codes; the others say that it broke off
LOOK_EVERY_SECONDS = 0.2

# A skip counts as a failure unless its reason contains one of these.
ALLOWED_SKIPS = {"ZOOM_OPENAPI_DIR": "Zoom's documents may not be copied into the repository"}


@dataclass
class Outcome:
    """What one session of pytest came to."""

    name: str
    exit_code: int
    tests: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything ran and passed."""
        return self.exit_code == PASSED and not self.complaints


class Session:
    """One run of pytest, which ends with this process at the latest.

    :param name: what a person calls it ("inside Odoo")
    :param behind: another session has the terminal first; what this one prints is kept for `show`
    """

    def __init__(self, name: str, arguments: Sequence[str], env: Mapping[str, str], behind: bool = False) -> None:
        self.name = name
        self._file_name = name.replace(" ", "-")
        self._env = dict(env)
        self._report = paths.make(paths.RUNS) / f"{self._file_name}.xml"
        self._kept = paths.RUNS / f"{self._file_name}.txt" if behind else None
        log = paths.make(paths.LOGS) / f"run_{os.getpid()}-{self._file_name}.log"
        self._command = [str(paths.VENV_PYTHON), "-m", "pytest", f"--junitxml={self._report}", f"--log-file={log}"]
        self._command += ["--log-file-level=INFO", *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return at once."""
        self._report.unlink(missing_ok=True)
        if self._kept is None:
            self._process = self._begin(self._command, None)
            return
        if sys.stdout.isatty():
            self._command.append("--color=yes")
        self._env["COLUMNS"] = str(shutil.get_terminal_size().columns)
        with self._kept.open("wb") as out:
            self._process = self._begin(self._command, out.fileno())

    def _begin(self, command: list[str], out: int | None) -> subprocess.Popen[bytes]:
        # Ctrl-C does not reach it (own session): it is told once, by `end`, and then cleans up.
        return subprocess.Popen(
            command,
            env=self._env,
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=None if out is None else subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def show(self) -> Outcome:
        """Let it have the terminal until it ends, and return what it came to."""
        assert self._process is not None
        if self._kept is not None:
            self._print_kept(self._kept, self._process)
        return self._outcome(self._process.wait())

    def end(self) -> None:
        """Interrupt it where it still runs, and wait while it cleans up."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()

    def _print_kept(self, kept: Path, process: subprocess.Popen[bytes]) -> None:
        with kept.open(encoding="utf-8", errors="replace") as text:
            while True:
                ended = process.poll() is not None  # asked first, so that its last words are read
                more = text.read()
                print(more, end="", flush=True)
                if ended and not more:
                    return
                if not more:
                    time.sleep(LOOK_EVERY_SECONDS)

    def _outcome(self, exit_code: int) -> Outcome:
        outcome = Outcome(self.name, exit_code)
        if exit_code == NOTHING_COLLECTED:
            outcome.complaints.append(f"no test {self.name} was found.")
        elif exit_code not in (PASSED, FAILED) or not self._report.exists():
            outcome.complaints.append(f"the tests {self.name} broke off (exit code {exit_code}).")
        if self._report.exists():
            read_report(self._report, outcome)
        return outcome


def read_report(report: Path, outcome: Outcome) -> None:
    """Fill `outcome` from pytest's JUnit report; every skip without an allowed reason becomes a complaint."""
    for case in ElementTree.parse(report).iter("testcase"):
        outcome.tests += 1
        test = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(test)
        skip = case.find("skipped")
        if skip is None:
            continue
        reason = skip.get("message") or skip.text or "no reason given"
        outcome.skipped.append(test)
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            outcome.complaints.append(f"{test} was skipped: {reason}")


def closing_line(outcomes: Iterable[Outcome], seconds: float) -> str:
    """Return one line for several sessions in the form of pytest's own last one."""
    every = list(outcomes)
    failed = sum(len(outcome.failed) for outcome in every)
    skipped = sum(len(outcome.skipped) for outcome in every)
    complaints = sum(len(outcome.complaints) for outcome in every)
    passed = sum(outcome.tests for outcome in every) - failed - skipped
    counts = ((failed, "failed"), (passed, "passed"), (skipped, "skipped"), (complaints, "errors"))
    said = ", ".join(f"{count} {what}" for count, what in counts if count) or "no tests ran"
    minutes, rest = divmod(round(seconds), 60)
    return f" {said} in {seconds:.2f}s ({minutes // 60}:{minutes % 60:02}:{rest:02}) ".center(80, "=")
