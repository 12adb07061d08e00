"""Runs other programs for the set-up: output into a log file, and one sentence where they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev import paths
from dev.failure import SetupFailure

LAST_WORDS = 300  # characters of a failed program's output that are repeated in our sentence


def run(
    command: Sequence[str | Path],
    *,
    purpose: str,
    log: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    hint: str = "",
) -> None:
    """Run `command` to its end, with its output appended to `.cache/logs/<log>.log`.

    :param purpose: what it is for, as the subject of a sentence ("Fetching Odoo")
    :param hint: what the reader may do about a failure, a full sentence
    :raise SetupFailure: it is missing, or ended with anything but 0
    """
    log_file = paths.make(paths.LOGS) / f"{log}.log"
    start = log_file.stat().st_size if log_file.exists() else 0
    with log_file.open("ab") as out:
        try:
            ended = subprocess.run(
                [str(part) for part in command],
                input=stdin,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                check=False,
            )
        except FileNotFoundError:
            raise SetupFailure(f"{purpose} needs the program {command[0]}, which is not installed.") from None
    if ended.returncode:
        raise SetupFailure(_sentence(purpose, ended.returncode, log_file, start, hint))


def read(command: Sequence[str | Path], *, purpose: str) -> str:
    """Run `command` and return what it printed.

    :raise SetupFailure: it is missing, or ended with anything but 0
    """
    try:
        ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SetupFailure(f"{purpose} needs the program {command[0]}, which is not installed.") from None
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["no message"]
        raise SetupFailure(f"{purpose} failed: {last[0]}")
    return ended.stdout


def apt_install(packages: Sequence[str], purpose: str) -> None:
    """Install Debian packages on the machine itself when root, else say in one line what to type.

    :raise SetupFailure: not root, no apt, or apt failed
    """
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SetupFailure(
            f"{purpose} needs {' and '.join(packages)}, which this machine's package manager must install."
        )
    if os.geteuid() != 0:
        raise SetupFailure(f"{purpose} needs a package that only root can install; please type: sudo {line}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update"], purpose=f"{purpose}: apt-get update", log="apt-install", env=env)
    run(line.split(), purpose=f"{purpose}: apt-get install", log="apt-install", env=env)


def _sentence(purpose: str, code: int, log_file: Path, start: int, hint: str) -> str:
    with log_file.open("rb") as log:
        log.seek(start)
        lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("e:", "error", "err:", "fatal"))]
    last = (errors or lines or [f"it ended with code {code}"])[-1][-LAST_WORDS:]
    said = f"{purpose} failed: {last.rstrip('.')} (all of it: {log_file})."
    return f"{said} {hint}".strip()
