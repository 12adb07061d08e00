"""`make test` fails when a test was skipped without a reason that is allowed by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev import paths
from dev.pytest_session import Outcome, read_report
from dev.test import left_out, split

REPORT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="a" name="passes"/>
<testcase classname="a" name="skips"><skipped type="pytest.skip" message="{reason}">somewhere</skipped></testcase>
</testsuite></testsuites>"""


def outcome_of(tmp_path: Path, reason: str) -> Outcome:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(reason=reason))
    outcome = Outcome("here", 0)
    read_report(report, outcome)
    return outcome


@pytest.mark.parametrize("reason", ["Chrome executable not found", "it is an HttpCase and --odoo-http is not set", ""])
def test_a_skip_for_want_of_something_fails_the_run(tmp_path: Path, reason: str) -> None:
    outcome = outcome_of(tmp_path, reason)
    assert (outcome.tests, outcome.skipped) == (2, ["a.skips"])
    assert not outcome.good
    assert "a.skips" in outcome.complaints[0]


def test_a_skip_for_want_of_zooms_documents_is_allowed(tmp_path: Path) -> None:
    assert outcome_of(tmp_path, "Zoom's documents are not here (ZOOM_OPENAPI_DIR)").good


def test_a_failed_session_is_not_good() -> None:
    assert not Outcome("here", 1).good


def test_paths_choose_the_session_and_options_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    for folder in ("zoom_telehealth/tests", "tests/dev"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "test_it.py").touch()
    inside, outside = "zoom_telehealth/tests/test_it.py::Case::test_one", "tests/dev/test_it.py"
    assert split([inside, "-x"]) == (["-x", inside], None)
    assert split(["-x", outside]) == (None, ["-x", outside])
    assert split([inside, outside]) == ([inside], [outside])
    assert split(["-k", "word"]) == (["-k", "word", "zoom_telehealth/tests"], ["-k", "word", "tests/dev"])


def test_a_folder_that_lost_its_tests_fails_a_whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "tests" / "dev").mkdir(parents=True)
    (tmp_path / "tests" / "dev" / "test_it.py").touch()
    complaints = left_out()
    assert "there is no test in zoom_telehealth/tests." in complaints
    assert "there is no test in tests/system." in complaints
    assert "there is no test in tests/dev." not in complaints
