"""What is in the way is said in one sentence, with a non-zero exit and no traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dev import apt_private, commands, paths
from dev.child import Child, free_port
from dev.failure import SetupFailure

RunDev = Callable[..., "subprocess.CompletedProcess[str]"]
NOBODY_LISTENS = "http://127.0.0.1:9/debian/"


def only_error(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence that a failed command ended with."""
    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("error: ")
    return lines[0]


@pytest.mark.parametrize("variable", ["DEMO_PORT", "SIMULATOR_PORT"])
def test_a_taken_port_is_named_together_with_the_variable_that_chooses_another(
    repository: Path, run_dev: RunDev, variable: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        free = {"DEMO_PORT": str(free_port()), "SIMULATOR_PORT": str(free_port())}
        sentence = only_error(run_dev(repository, "demo", **{**free, variable: port}))
    assert f"Port {port}" in sentence
    assert f"{variable}=" in sentence


def test_a_port_that_is_no_number_is_refused(repository: Path, run_dev: RunDev) -> None:
    assert "DEMO_PORT=http is not a port" in only_error(run_dev(repository, "demo", DEMO_PORT="http"))


def test_a_dead_mirror_is_said_and_leaves_no_half_an_odoo(new_clone: Path, run_dev: RunDev) -> None:
    ended = run_dev(new_clone, "setup", DEBIAN_MIRROR=NOBODY_LISTENS)
    assert "Debian's mirror" in only_error(ended)
    assert not (new_clone / ".cache" / "odoo" / ".done").exists()


def test_an_odoo_path_without_odoo_is_refused(new_clone: Path, run_dev: RunDev, tmp_path: Path) -> None:
    sentence = only_error(run_dev(new_clone, "setup", ODOO_PATH=str(tmp_path)))
    assert f"ODOO_PATH={tmp_path}" in sentence


def test_an_older_odoo_is_refused(new_clone: Path, run_dev: RunDev, tmp_path: Path) -> None:
    release = tmp_path / "odoo" / "release.py"
    release.parent.mkdir()
    release.write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
    assert "Odoo 18.0" in only_error(run_dev(new_clone, "setup", ODOO_PATH=str(tmp_path)))


def test_a_database_server_that_does_not_answer_is_said(repository: Path, run_dev: RunDev, tmp_path: Path) -> None:
    sentence = only_error(run_dev(repository, "setup", PGHOST=str(tmp_path), PGUSER="somebody"))
    assert "PostgreSQL" in sentence


def test_a_database_url_of_another_kind_is_refused(repository: Path, run_dev: RunDev) -> None:
    sentence = only_error(run_dev(repository, "setup", DATABASE_URL="mysql://somebody:hush@127.0.0.1/"))
    assert "DATABASE_URL" in sentence
    assert "hush" not in sentence


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    with pytest.raises(SetupFailure, match="needs the program no-such-program"):
        commands.run(["no-such-program"], purpose="Trying", log="try")


def test_a_failed_program_is_repeated_with_its_own_last_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    script = "print('fine so far'); print('ERROR: the disk is full'); print('bye'); raise SystemExit(3)"
    with pytest.raises(SetupFailure, match=r"Trying failed: ERROR: the disk is full \(all of it: .*try\.log\)\."):
        commands.run([sys.executable, "-c", script], purpose="Trying", log="try")


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    script = "print('no such database', flush=True); raise SystemExit(1)"
    address = f"http://127.0.0.1:{free_port()}/"
    child = Child("Odoo", [sys.executable, "-c", script], {}, tmp_path / "log", address)
    child.start()
    with pytest.raises(SetupFailure, match="Odoo ended during its start: no such database"):
        child.wait_until_healthy(10)


def test_only_debians_main_component_counts_as_the_mirror() -> None:
    listing = (
        "http://other.example/ Other stable main\n"
        "http://mirror.example/debian/ Debian bookworm-updates main\n"
        "http://mirror.example/debian-security/ Debian bookworm main\n"
        "http://mirror.example/debian/ Debian bookworm contrib\n"
        "http://mirror.example/debian/ Debian bookworm main\n"
    )
    assert apt_private.debian_main(listing) == ("http://mirror.example/debian/", "bookworm")
    assert apt_private.debian_main("") is None
