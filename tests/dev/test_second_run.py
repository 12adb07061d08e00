"""What was set up once is not set up again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dev import database, stamp

RunDev = Callable[..., "subprocess.CompletedProcess[str]"]
INSTALLERS = ("apt-get", "apt", "dpkg", "tar", "pip", "pip3", "initdb")


@pytest.fixture
def recorded_installers(tmp_path: Path) -> Path:
    """A folder for the front of PATH in which every installer only notes that it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in INSTALLERS:
        program = folder / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {folder}/calls\n')
        program.chmod(0o755)
    return folder


def test_a_second_set_up_installs_nothing_and_is_fast(
    repository: Path, run_dev: RunDev, recorded_installers: Path
) -> None:
    assert run_dev(repository, "setup").returncode == 0
    logs = repository / ".cache" / "logs"
    before = {log: log.stat().st_size for log in (logs / "pip.log", logs / "apt.log") if log.exists()}
    path = f"{recorded_installers}:{os.environ['PATH']}"

    began = time.monotonic()
    ended = run_dev(repository, "setup", PATH=path)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "Ready.\n"
    assert not (recorded_installers / "calls").exists()
    assert {log: log.stat().st_size for log in before} == before
    assert time.monotonic() - began < 10


def test_a_step_is_done_for_one_fingerprint_only(tmp_path: Path) -> None:
    assert not stamp.is_done(tmp_path, "one")
    stamp.mark_done(tmp_path, "one")
    assert stamp.is_done(tmp_path, "one")
    assert not stamp.is_done(tmp_path, "two")


def test_a_fingerprint_tells_parts_apart() -> None:
    assert stamp.fingerprint("ab", "c") != stamp.fingerprint("a", "bc")


def test_a_template_is_made_anew_for_changed_models_and_views_but_not_for_changed_tests(tmp_path: Path) -> None:
    for name in ("__manifest__.py", "models/session.py", "views/session.xml", "tests/test_session.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("first")

    def contents() -> list[str | bytes]:
        return database.contents(tmp_path, database.NOT_INSTALLED)

    first = contents()
    (tmp_path / "tests" / "test_session.py").write_text("second")
    assert contents() == first
    (tmp_path / "views" / "session.xml").write_text("second")
    assert contents() != first
