"""One token for many who need it at once (R2), and a process that is killed while it renews."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.trial_stack import TrialStack
from tests.system.patience import eventually
from tests.system.practice import DANA, OMAR, Practice, connected_practice
from tests.system.zoom_side import TOKEN, ZoomSide

RENEW = Path(__file__).with_name("in_odoo") / "renew.py"
PROCESSES, THREADS = 2, 4
TWO_HOURS = 7200.0
ENDING_SECONDS = 60

Begin = Callable[[int, str, int], Path]


@pytest.fixture(scope="module")
def connected(stack: TrialStack) -> Practice:
    """A practice where both providers are connected and nothing happens by itself any more."""
    stack.reset()
    practice = connected_practice(stack, "dana", "omar")
    stack.sql("UPDATE ir_cron SET active = FALSE RETURNING id")
    return practice


@pytest.fixture
def practice(connected: Practice) -> Practice:
    """The practice with working connections whose access tokens have run out."""
    for login in ("dana", "omar"):
        if verdict_on(connected, login) != ("connected", None):
            connected.connect(login)
    connected.stack.move_clock(TWO_HOURS)
    return connected


@pytest.fixture
def zoom(practice: Practice) -> ZoomSide:
    """Zoom's side, healthy and with no call noted."""
    side = ZoomSide(practice.stack)
    side.mend()
    side.forget_calls()
    return side


@pytest.fixture
def begin(practice: Practice, tmp_path: Path) -> Iterator[Begin]:
    """A function that starts processes of Odoo and lets their threads begin at once: begin(processes, whose, threads).

    It returns the folder in which each leaves what it got; who still runs at the test's end is killed.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(processes: int, zoom_user: str, threads: int) -> Path:
        given = f"folder, zoom_user, threads = {str(tmp_path)!r}, {zoom_user!r}, {threads}\n"
        running.extend(practice.stack.start_beside(given + RENEW.read_text()) for _number in range(processes))
        eventually(lambda: len(list(tmp_path.glob("ready-*"))) == processes, "all threads are there", ENDING_SECONDS)
        (tmp_path / "go").touch()
        return tmp_path

    yield start
    for process in running:
        process.kill()
        process.wait()


def what_they_got(folder: Path, processes: int) -> list[dict[str, Any]]:
    eventually(lambda: len(list(folder.glob("got-*"))) == processes, "every process has ended", ENDING_SECONDS)
    return list(itertools.chain.from_iterable(json.loads(path.read_text()) for path in folder.glob("got-*")))


def kill(folder: Path) -> None:
    """End the process that got ready here with SIGKILL."""
    [ready] = folder.glob("ready-*")
    subprocess.run(["kill", "-KILL", ready.name.removeprefix("ready-")], check=True)


def verdict_on(practice: Practice, login: str) -> tuple[str, str | None]:
    [row] = practice.stack.sql("SELECT state, reason FROM zoom_connection WHERE user_id = %s", (practice.user(login),))
    return row[0], row[1]


def began(practice: Practice, login: str) -> bool:
    """Whether a renewal's beginning was noted and its end was not."""
    [[noted]] = practice.stack.sql(
        "SELECT t.refresh_began_at IS NOT NULL FROM zoom_connection_token t"
        " JOIN zoom_connection k ON k.id = t.connection_id WHERE k.user_id = %s",
        (practice.user(login),),
    )
    return bool(noted)


def keep_alive(practice: Practice) -> None:
    """Have every connection tried, as the scheduled action does for those that are needed."""
    practice.stack.sql("UPDATE zoom_connection SET verify_wanted = TRUE RETURNING id")
    practice.stack.run_action("zoom_telehealth.ir_cron_keep_alive")


def test_eight_threads_of_two_processes_renew_a_token_once(practice: Practice, zoom: ZoomSide, begin: Begin) -> None:
    """R2."""
    zoom.fault("delay", TOKEN, seconds=1.0, times=None)  # long enough for all to arrive while one renews
    folder = begin(PROCESSES, DANA, THREADS)

    got = what_they_got(folder, PROCESSES)
    assert [one.get("error") for one in got] == [None] * PROCESSES * THREADS
    assert {one["user"] for one in got} == {DANA}
    assert len({one["token"] for one in got}) == 1
    assert len(zoom.refreshes()) == 1
    assert verdict_on(practice, "dana") == ("connected", None)
    assert not began(practice, "dana")


def test_killed_between_zooms_answer_and_our_commit_is_told_as_that(
    practice: Practice, zoom: ZoomSide, begin: Begin
) -> None:
    """Zoom has rotated the tokens and nobody has the new ones; whoever asks next names the true cause."""
    zoom.fault("hold", TOKEN)
    folder = begin(1, DANA, 1)
    eventually(lambda: zoom.waiting() == 1, "Zoom has rotated and holds its answer back")
    kill(folder)
    zoom.mend()
    assert began(practice, "dana")
    assert verdict_on(practice, "dana") == ("connected", None), "nobody knows yet"

    keep_alive(practice)

    assert verdict_on(practice, "dana") == ("reconnect_needed", "refresh_lost")
    assert verdict_on(practice, "omar") == ("connected", None)
    practice.stack.run_action("zoom_telehealth.ir_cron_watch_connections")
    [[told]] = practice.stack.sql(
        "SELECT count(DISTINCT user_id) FROM mail_activity WHERE res_model = 'zoom.connection' AND user_id = %s",
        (practice.user("dana"),),
    )
    assert told == 1

    practice.connect("dana")
    keep_alive(practice)
    assert verdict_on(practice, "dana") == ("connected", None)


def test_killed_before_zoom_did_anything_costs_nothing_and_spoils_no_later_verdict(
    practice: Practice, zoom: ZoomSide, begin: Begin
) -> None:
    zoom.fault("hang", TOKEN)
    folder = begin(1, DANA, 1)
    eventually(lambda: zoom.waiting() == 1, "Zoom was asked")
    kill(folder)
    zoom.mend()
    assert began(practice, "dana")

    keep_alive(practice)
    assert verdict_on(practice, "dana") == ("connected", None)
    assert not began(practice, "dana")

    zoom.kill_refresh(DANA)
    practice.stack.move_clock(TWO_HOURS)
    keep_alive(practice)
    assert verdict_on(practice, "dana") == ("reconnect_needed", "grant_refused")
    assert verdict_on(practice, "omar") == ("connected", None)
    assert [call["answer"]["status"] for call in zoom.calls("GET", "/users/me") if call["user"] == OMAR] == [200, 200]
