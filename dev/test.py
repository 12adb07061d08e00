"""`make test`: the tests inside Odoo and all others, and a check that none was left out silently.

Both sessions run at the same time, since either alone leaves much of two cores idle. The one inside Odoo has the
terminal first; what the other printed meanwhile comes after it. The last line counts both.

Paths and options of pytest may follow: `python3 -m dev test tests/client -k token`. Paths in the addon go to the
session inside Odoo, other paths to the plain one, options to both; with paths of one kind only, the other session is
left out.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dev import browser, leak_scan, odoo_conf, odoo_source, paths, postgres
from dev.child import free_port
from dev.console import say
from dev.database import Databases
from dev.pytest_session import Outcome, Session, closing_line
from dev.stack import Stack
from dev.trial_stack import drop_left_behind

ODOO_TESTS = f"{paths.ADDON}/tests"
PLAIN_TESTS = ("tests/client", "tests/simulator", "tests/contract", "tests/dev", "tests/system")


def main(arguments: list[str]) -> int:
    """Run the tests and return 0 if all of them ran and passed."""
    watch = leak_scan.Watch()
    began = time.monotonic()
    try:
        outcomes = _run(arguments)
        outcomes.append(Outcome("leaks", 0, complaints=watch.complaints(whole_run=not arguments)))
    finally:
        watch.close()
    for outcome in outcomes:
        for sentence in (*(f"{test} (see above)" for test in outcome.failed), *outcome.complaints):
            say(f"FAILED: {sentence}")
    say(closing_line(outcomes, time.monotonic() - began))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _run(arguments: list[str]) -> list[Outcome]:
    inside, outside = split(arguments)
    source = odoo_source.ensure()
    browser.ensure()
    outcomes = [] if _names_paths(arguments) else [Outcome("everywhere", 0, complaints=left_out())]
    with postgres.running() as server:
        databases = Databases(source, server)
        drop_left_behind(databases)
        if outside is not None:
            databases.demo_template()
        with ExitStack() as ending:
            sessions: list[Session] = []
            if inside is not None:
                sessions.append(ending.enter_context(_inside_odoo(databases, inside)))
            if outside is not None:
                sessions.append(ending.enter_context(_outside_odoo(outside, behind=bool(sessions))))
            outcomes += _show(sessions)
    if outside is not None:
        _count_browsers(outcomes[-1], outside)
    return outcomes


def _show(sessions: Sequence[Session]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for session in sessions:
        for before in outcomes:
            verdict = "passed" if before.good else "FAILED"
            say(f"\nInside Odoo: {before.tests} tests, {len(before.skipped)} skipped, {verdict}. All others:")
        outcomes.append(session.show())
    return outcomes


def split(arguments: Sequence[str]) -> tuple[list[str] | None, list[str] | None]:
    """Return pytest's arguments for the session inside Odoo and for the plain one; None leaves that session out."""
    paths_named = [argument for argument in arguments if _is_path(argument)]
    inside = [path for path in paths_named if Path(path).parts[0] == paths.ADDON]
    outside = [path for path in paths_named if path not in inside]
    options = [argument for argument in arguments if argument not in paths_named]
    if not paths_named:
        there = [path for path in (ODOO_TESTS, *PLAIN_TESTS) if _has_tests(path)]
        inside, outside = there[: there.count(ODOO_TESTS)], there[there.count(ODOO_TESTS) :]
    return ([*options, *inside] if inside else None), ([*options, *outside] if outside else None)


def left_out() -> list[str]:
    """Return a complaint for every folder of tests in which a whole run would find none."""
    return [f"there is no test in {path}." for path in (ODOO_TESTS, *PLAIN_TESTS) if not _has_tests(path)]


def _has_tests(path: str) -> bool:
    return any((paths.ROOT / path).glob("test_*.py"))


def _is_path(argument: str) -> bool:
    return (paths.ROOT / argument.split("::")[0]).exists()


def _names_paths(arguments: Sequence[str]) -> bool:
    return any(_is_path(argument) for argument in arguments)


@contextmanager
def _inside_odoo(databases: Databases, arguments: list[str]) -> Iterator[Session]:
    name = f"{paths.DATABASE_PREFIX}_run_{os.getpid()}_odoo"
    folder = paths.RUNS / f"run_{os.getpid()}_odoo"
    databases.clone(databases.template(), name)
    stack = Stack(databases, name, folder, free_port(), free_port())
    try:
        stack.simulator.start()
        stack.simulator.wait_until_healthy()
        addresses = odoo_conf.Addresses(stack.addresses.odoo_port, stack.addresses.simulator_port)
        conf = odoo_conf.write(folder, databases.source, databases.server, name, addresses, stack.clock_file)
        say("Tests inside Odoo:")
        command = ["-c", "dev/odoo-pytest.ini", "--rootdir", str(paths.ROOT), f"--odoo-database={name}", "--odoo-http"]
        env = {**databases.source.environment(), "ODOO_RC": str(conf)}
        with _running(Session("inside Odoo", [*command, *arguments], env)) as session:
            yield session
    finally:
        stack.simulator.stop()
        scan = leak_scan.current()
        if scan is not None:
            scan.look_at_stack(databases, name, folder)
        databases.drop(name)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _outside_odoo(arguments: list[str], behind: bool) -> Iterator[Session]:
    paths.BROWSER_COUNT.unlink(missing_ok=True)
    with _running(Session("outside Odoo", arguments, dict(os.environ), behind)) as session:
        yield session


@contextmanager
def _running(session: Session) -> Iterator[Session]:
    session.start()
    try:
        yield session
    finally:
        session.end()


def _count_browsers(outcome: Outcome, arguments: list[str]) -> None:
    """Complain where a browser test opened no browser."""
    if paths.BROWSER_COUNT.exists():
        count = json.loads(paths.BROWSER_COUNT.read_text())
        if count["ran"] < count["wanted"]:
            outcome.complaints.append(f"only {count['ran']} of {count['wanted']} browser tests opened a browser.")
    elif "tests/system" in arguments and outcome.exit_code == 0:
        outcome.complaints.append("no browser test was counted.")
