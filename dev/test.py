"""`make test`: the tests inside Odoo, then all others, and a check that none was left out silently.

Paths and options of pytest may follow: `python3 -m dev test tests/client -k token`. Paths in the addon go to the
session inside Odoo, other paths to the plain one, options to both; with paths of one kind only, the other session is
left out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev import browser, leak_scan, odoo_conf, odoo_source, paths, postgres
from dev.child import free_port
from dev.console import say
from dev.database import Databases
from dev.stack import Stack
from dev.trial_stack import drop_left_behind

ODOO_TESTS = f"{paths.ADDON}/tests"
PLAIN_TESTS = ("tests/client", "tests/simulator", "tests/contract", "tests/dev", "tests/system")
NOTHING_COLLECTED = 5  # pytest's exit code

# A skip counts as a failure unless its reason contains one of these.
ALLOWED_SKIPS = {"ZOOM_OPENAPI_DIR": "Zoom's documents may not be copied into the repository"}


@dataclass
class Outcome:
    """What one session of pytest came to."""

    name: str
    exit_code: int
    tests: int = 0
    skipped: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything ran and passed."""
        return self.exit_code == 0 and not self.complaints


def main(arguments: list[str]) -> int:
    """Run the tests and return 0 if all of them ran and passed."""
    watch = leak_scan.Watch()
    try:
        outcomes = _run(arguments)
        outcomes.append(Outcome("leaks", 0, complaints=watch.complaints(whole_run=not arguments)))
    finally:
        watch.close()
    for complaint in (complaint for outcome in outcomes for complaint in outcome.complaints):
        say(f"FAILED: {complaint}")
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _run(arguments: list[str]) -> list[Outcome]:
    inside, outside = split(arguments)
    source = odoo_source.ensure()
    browser.ensure()
    outcomes = [] if _names_paths(arguments) else [Outcome("everywhere", 0, complaints=left_out())]
    with postgres.running() as server:
        databases = Databases(source, server)
        if inside is not None:
            outcomes.append(_run_inside_odoo(databases, inside))
        if outside is not None:
            databases.demo_template()
            outcomes.append(_run_plain(outside, [outcome for outcome in outcomes if outcome.tests]))
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


def _run_inside_odoo(databases: Databases, arguments: list[str]) -> Outcome:
    drop_left_behind(databases)
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
        return _pytest("inside Odoo", [*command, *arguments], env)
    finally:
        stack.simulator.stop()
        scan = leak_scan.current()
        if scan is not None:
            scan.look_at_stack(databases, name, folder)
        databases.drop(name)


def _run_plain(arguments: list[str], before: list[Outcome]) -> Outcome:
    for outcome in before:
        verdict = "passed" if outcome.good else "FAILED"
        say(f"\nInside Odoo: {outcome.tests} tests, {len(outcome.skipped)} skipped, {verdict}. All others:")
    paths.BROWSER_COUNT.unlink(missing_ok=True)
    outcome = _pytest("outside Odoo", arguments, dict(os.environ))
    if paths.BROWSER_COUNT.exists():
        count = json.loads(paths.BROWSER_COUNT.read_text())
        if count["ran"] < count["wanted"]:
            outcome.complaints.append(f"only {count['ran']} of {count['wanted']} browser tests opened a browser.")
    elif "tests/system" in arguments and outcome.exit_code == 0:
        outcome.complaints.append("no browser test was counted.")
    return outcome


def _pytest(name: str, arguments: list[str], env: dict[str, str]) -> Outcome:
    report = paths.make(paths.RUNS) / f"{name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    log = paths.make(paths.LOGS) / f"run_{os.getpid()}-{name.replace(' ', '-')}.log"
    command = [str(paths.VENV_PYTHON), "-m", "pytest", f"--junitxml={report}", f"--log-file={log}"]
    command += ["--log-file-level=INFO", *arguments]
    exit_code = _run_until_end(command, env)
    outcome = Outcome(name, exit_code)
    if exit_code == NOTHING_COLLECTED:
        outcome.complaints.append(f"no test {name} was found.")
    if report.exists():
        read_report(report, outcome)
    return outcome


def _run_until_end(command: list[str], env: dict[str, str]) -> int:
    """Run `command`; when we are interrupted, let it clean up (Ctrl-C reaches it as well, SIGTERM does not)."""
    process = subprocess.Popen(command, env=env, cwd=paths.ROOT, stdin=subprocess.DEVNULL)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise


def read_report(report: Path, outcome: Outcome) -> None:
    """Fill `outcome` from pytest's JUnit report; every skip without an allowed reason becomes a complaint."""
    for case in ElementTree.parse(report).iter("testcase"):
        outcome.tests += 1
        skip = case.find("skipped")
        if skip is None:
            continue
        test = f"{case.get('classname')}.{case.get('name')}"
        reason = skip.get("message") or skip.text or "no reason given"
        outcome.skipped.append(test)
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            outcome.complaints.append(f"{test} was skipped: {reason}")
