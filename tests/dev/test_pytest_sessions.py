"""`make test` runs two sessions at once: readable one after the other, and failed when either failed or broke off."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dev import paths
from dev.pytest_session import Outcome, Session, closing_line

SECONDS = 60.0
PASSES = "def test_passes(): pass\n"
FAILS = "def test_fails(): assert False, 'on purpose'\n"
ENDS_AT_ONCE = "import os\ndef test_dies(): os._exit(0)\n"
KILLED = "import os, signal\ndef test_killed(): os.kill(os.getpid(), signal.SIGKILL)\n"
CLEANS_UP = """
import pathlib, time, pytest

@pytest.fixture
def cleaned():
    yield
    pathlib.Path(__file__).with_name("cleaned").touch()

def test_waits(cleaned):
    pathlib.Path(__file__).with_name("begun").touch()
    time.sleep(60)
"""


@pytest.fixture
def session_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Session]:
    """A function that gives a session on a file with this content: session_of(content, name="here", behind=False)."""
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(paths, "LOGS", tmp_path / "logs")

    def make(content: str, name: str = "here", behind: bool = False) -> Session:
        file = paths.make(tmp_path / name) / "test_it.py"
        file.write_text(content)
        return Session(name, ["-p", "no:odoo", "-p", "no:cacheprovider", str(file)], dict(os.environ), behind)

    return make


@pytest.mark.parametrize(
    ("content", "counts", "complaint"),
    [
        (PASSES, (1, 0), None),
        (PASSES + FAILS, (2, 1), None),
        (PASSES + ENDS_AT_ONCE, (0, 0), "the tests here broke off (exit code 0)."),
        (PASSES + KILLED, (0, 0), "the tests here broke off (exit code -9)."),
        ("import nothing_of_this_name\n", (1, 1), "the tests here broke off (exit code 2)."),
        ("", (0, 0), "no test here was found."),
    ],
    ids=["all pass", "one fails", "ended in the middle", "killed", "not importable", "empty"],
)
def test_a_session_is_good_only_where_it_came_to_its_end_and_every_test_passed(
    session_of: Callable[..., Session], content: str, counts: tuple[int, int], complaint: str | None
) -> None:
    session = session_of(content)
    session.start()
    outcome = session.show()
    assert (outcome.tests, len(outcome.failed)) == counts
    assert outcome.complaints == ([complaint] if complaint else [])
    assert outcome.good is (content == PASSES)


def test_a_report_of_an_earlier_run_counts_for_nothing(session_of: Callable[..., Session]) -> None:
    for content, good in ((PASSES, True), (KILLED, False)):
        session = session_of(content)
        session.start()
        outcome = session.show()
        assert outcome.good is good
    assert outcome.tests == 0


def test_what_the_second_printed_meanwhile_comes_after_the_first(
    session_of: Callable[..., Session], capfd: pytest.CaptureFixture[str]
) -> None:
    first = session_of(f"import time\ndef test_slow(): time.sleep(1)\n{FAILS}", name="first")
    second = session_of(PASSES, name="second", behind=True)
    first.start()
    second.start()
    assert not first.show().good
    assert "1 failed, 1 passed" in capfd.readouterr().out
    assert second.show().good
    out = capfd.readouterr().out
    assert out.count("test session starts") == 1
    assert " 1 passed in " in out.splitlines()[-1]


def test_an_interrupted_session_cleans_up(session_of: Callable[..., Session], tmp_path: Path) -> None:
    session = session_of(CLEANS_UP, behind=True)
    session.start()
    deadline = time.monotonic() + SECONDS
    while not (tmp_path / "here" / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    session.end()
    assert (tmp_path / "here" / "cleaned").exists()
    session.end()  # no complaint that it has ended


def test_the_last_line_counts_both_sessions_as_pytest_does() -> None:
    inside = Outcome("inside", 1, tests=10, failed=["a"])
    outside = Outcome("outside", 0, tests=20, skipped=["one"], complaints=["one was skipped"])
    line = closing_line([inside, outside], 754.321)
    assert line.strip("= ") == "1 failed, 28 passed, 1 skipped, 1 errors in 754.32s (0:12:34)"
    assert len(line) == 80
    assert "2 passed in 1.00s" in closing_line([Outcome("here", 0, tests=2)], 1.0)
