"""One unit of the reconciler's work against the simulator: what is seen, what counts as gone, what is an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
import requests

from tests.client.test_against_simulator import Provider, wish_for
from tests.simulator.running_simulator import RunningSimulator
from zoom import tasks
from zoom.errors import OutcomeUnknown, TokenRefused
from zoom.payloads import new_reference
from zoom.tasks import Outcome, Task

GONE = {"code": 3001, "message": "Meeting does not exist."}


@pytest.fixture
def task(simulator: RunningSimulator, session: requests.Session) -> Task:
    """A create by Dana, connected; other kinds are made from it."""
    tokens = Provider(simulator, session).connect()
    reference = new_reference(7)
    return Task(tasks.CREATE, tokens.api_url, tokens.access_token, reference, wish=wish_for(reference))


@pytest.fixture
def perform(session: requests.Session) -> Callable[[Task], Outcome]:
    return lambda task: tasks.perform(session, task, datetime.now)


def test_a_meeting_is_made_found_moved_and_deleted(task: Task, perform: Callable[[Task], Outcome]) -> None:
    [made] = perform(task).seen
    assert made.reference == task.reference

    [found] = perform(replace(task, kind=tasks.LOOK)).seen
    assert found.id == made.id

    assert task.wish
    longer = replace(task, kind=tasks.UPDATE, meeting_id=made.id, wish=replace(task.wish, duration_minutes=80))
    [moved] = perform(longer).seen
    assert (moved.id, moved.duration_minutes) == (made.id, 80)

    outcome = perform(replace(task, kind=tasks.DELETE, meeting_id=made.id))
    assert outcome == Outcome(gone=True)
    assert perform(replace(task, kind=tasks.LOOK)).seen == ()


@pytest.mark.parametrize("kind", [tasks.READ, tasks.UPDATE, tasks.DELETE])
def test_a_meeting_that_somebody_removed_at_zoom_is_gone(
    task: Task, perform: Callable[[Task], Outcome], simulator: RunningSimulator, kind: str
) -> None:
    [made] = perform(task).seen
    simulator.control("DELETE", f"/meetings/{made.id}")

    assert perform(replace(task, kind=kind, meeting_id=made.id)) == Outcome(gone=True)


@pytest.mark.parametrize(("kind", "method"), [(tasks.UPDATE, "PATCH"), (tasks.DELETE, "DELETE")])
def test_a_meeting_is_not_gone_while_zoom_contradicts_itself(
    task: Task, perform: Callable[[Task], Outcome], simulator: RunningSimulator, kind: str, method: str
) -> None:
    [made] = perform(task).seen
    simulator.fault(kind="status", method=method, path="/v2/meetings/*", status=404, body=GONE)

    outcome = perform(replace(task, kind=kind, meeting_id=made.id))

    assert not outcome.gone
    assert isinstance(outcome.error, OutcomeUnknown)


def test_a_refused_token_is_an_outcome_and_no_exception(task: Task, perform: Callable[[Task], Outcome]) -> None:
    outcome = perform(task.with_token("another-token"))

    assert isinstance(outcome.error, TokenRefused)
    assert "another-token" not in repr(task.with_token("another-token"))
