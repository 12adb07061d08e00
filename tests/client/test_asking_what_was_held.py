"""What a pull finds where no webhook told: whether a meeting runs, when it was held last, and what is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from tests.client.fixed_values import NOW
from tests.client.hostile_server import HostileServer, Reply, html_page, json_reply, reply
from tests.client.test_against_simulator import Provider, wish_for
from tests.simulator.running_simulator import BEA, PRACTICE_APP, RunningSimulator
from zoom import tasks
from zoom.client import ZoomClient
from zoom.errors import (
    MalformedAnswer,
    MeetingGone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerTrouble,
    TokenRefused,
    ZoomError,
)
from zoom.payloads import HeldSeen, new_reference
from zoom.tasks import Outcome, Task

Serve = Callable[..., HostileServer]
ClientOf = Callable[[HostileServer], ZoomClient]
Perform = Callable[[Task], Outcome]

MEETING: dict[str, Any] = {"id": 85746065431, "uuid": "u-next==", "topic": "Session", "type": 2, "status": "waiting"}
HELD: dict[str, Any] = {
    "uuid": "/u//held==",
    "id": 85746065431,
    "start_time": "2026-11-21T21:00:05Z",
    "end_time": "2026-11-21T21:50:59Z",
    "duration": 51,
    "participants_count": 2,
}
HELD_SEEN = HeldSeen("/u//held==", datetime(2026, 11, 21, 21, 0, 5), datetime(2026, 11, 21, 21, 50, 59))
NO_SUCH_MEETING = json_reply(404, {"code": 3001, "message": "Meeting does not exist: 85746065431."})
NO_SCOPE = json_reply(
    400, {"code": 4711, "message": "Invalid access token, does not contain scopes:[meeting:read:past_meeting]."}
)
PAID_ONLY = {"code": 200, "message": "Only available for paid account: abc."}


def held(**changes: object) -> Reply:
    return json_reply(200, {**HELD, **changes})


# === The call ===


def test_the_last_time_that_a_meeting_was_held_is_asked_for_by_its_id(serve: Serve, client_of: ClientOf) -> None:
    server = serve(held())

    assert client_of(server).last_held("85746065431") == HELD_SEEN
    assert (server.requests[0].method, server.requests[0].target) == ("GET", "/v2/past_meetings/85746065431")
    assert server.requests[0].body == b""


@pytest.mark.parametrize("name", ["uuid", "start_time", "end_time"])
@pytest.mark.parametrize("value", [None, "", 7, [], "soon"])
def test_an_answer_that_does_not_say_which_time_and_when_is_malformed(
    serve: Serve, client_of: ClientOf, name: str, value: object
) -> None:
    if (name, value) == ("uuid", "soon"):
        value = {}
    with pytest.raises(MalformedAnswer):
        client_of(serve(held(**{name: value}))).last_held("85746065431")


@pytest.mark.parametrize("meeting_id", ["", "/u//held==", "u-held==", "1/2", "..", "1?x=1"])
def test_no_other_path_is_asked_for(serve: Serve, client_of: ClientOf, meeting_id: str) -> None:
    server = serve(held())

    with pytest.raises(ValueError, match="digits"):
        client_of(server).last_held(meeting_id)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NO_SUCH_MEETING, MeetingGone),
        (NO_SCOPE, ScopeMissing),
        (json_reply(400, PAID_ONLY), Refused),
        # Zoom's documents know code 200 under HTTP 200 as well.
        (json_reply(200, PAID_ONLY), Refused),
        (json_reply(400, {"code": 12702, "message": "Cannot access a meeting a year ago."}), Refused),
        (json_reply(400, {"code": 300, "message": "Cannot access meeting information."}), Refused),
        (json_reply(404, {"code": 2300, "message": "This API endpoint is not recognized."}), Refused),
        (json_reply(401, {"code": 124, "message": "Access token is expired."}), TokenRefused),
        (json_reply(429, {"code": 429, "message": "x"}), RateLimited),
        (reply(404), MalformedAnswer),
        (html_page(), MalformedAnswer),
        (reply(503), ServerTrouble),
    ],
)
def test_every_way_in_which_zoom_does_not_tell_is_an_error_of_its_own(
    serve: Serve, client_of: ClientOf, answer: Reply, error: type[ZoomError]
) -> None:
    with pytest.raises(error):
        client_of(serve(answer)).last_held("85746065431")


# === The pull, against whatever may be said ===


@pytest.fixture
def pull(session: requests.Session, serve: Serve) -> Callable[..., tuple[Outcome, list[str]]]:
    """Pull from a server that gives these answers: what came of it, and what was asked."""

    def pull(*answers: Reply) -> tuple[Outcome, list[str]]:
        server = serve(*answers)
        task = Task(tasks.PULL, server.url, "an-access-token", "ABCD-EFGH-JKLM", meeting_id="85746065431")
        return tasks.perform(session, task, lambda: NOW), [request.path for request in server.requests]

    return pull


Pull = Callable[..., tuple[Outcome, list[str]]]
READ, PAST = "/v2/meetings/85746065431", "/v2/past_meetings/85746065431"


def test_of_a_meeting_that_runs_nothing_more_is_asked(pull: Pull) -> None:
    outcome, asked = pull(json_reply(200, {**MEETING, "status": "started", "uuid": "u-running=="}))

    assert asked == [READ]
    assert [(seen.status, seen.uuid) for seen in outcome.seen] == [("started", "u-running==")]
    assert (outcome.held, outcome.held_is_known, outcome.error) == (None, False, None)


@pytest.mark.parametrize("status", ["waiting", "", "ended", None, 7])
def test_of_a_meeting_that_does_not_run_its_last_time_is_asked(pull: Pull, status: object) -> None:
    outcome, asked = pull(json_reply(200, {**MEETING, "status": status}), held())

    assert asked == [READ, PAST]
    assert (outcome.held, outcome.held_is_known, outcome.gone, outcome.error) == (HELD_SEEN, True, False, None)
    assert [seen.id for seen in outcome.seen] == ["85746065431"]


def test_that_a_meeting_was_never_held_is_known_and_does_not_make_it_gone(pull: Pull) -> None:
    outcome, asked = pull(json_reply(200, MEETING), NO_SUCH_MEETING)

    assert asked == [READ, PAST]
    assert (outcome.held, outcome.held_is_known, outcome.gone, outcome.error) == (None, True, False, None)
    assert [seen.id for seen in outcome.seen] == ["85746065431"]


@pytest.mark.parametrize(
    "answer",
    [
        NO_SCOPE,
        json_reply(400, PAID_ONLY),
        json_reply(200, PAID_ONLY),
        json_reply(400, {"code": 12702, "message": "x"}),
        json_reply(404, {"code": 2300, "message": "x"}),
    ],
)
def test_where_zoom_does_not_tell_what_was_held_it_is_known_all_the_same_whether_it_runs(
    pull: Pull, answer: Reply
) -> None:
    outcome, _ = pull(json_reply(200, MEETING), answer)

    assert [seen.status for seen in outcome.seen] == ["waiting"]
    # Not known is not the same as never held.
    assert (outcome.held, outcome.held_is_known, outcome.gone, outcome.error) == (None, False, False, None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(500), ServerTrouble),
        (reply(503, Retry_After="20"), ServerTrouble),
        (reply(404), MalformedAnswer),
        (html_page(), MalformedAnswer),
        (json_reply(200, {"message": "x"}), MalformedAnswer),
        (json_reply(429, {"code": 429, "message": "x"}), RateLimited),
        # Expired between the two calls: the reconciler renews it and pulls again.
        (json_reply(401, {"code": 124, "message": "Access token is expired."}), TokenRefused),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_trouble_in_either_call_is_an_error_and_nothing_is_concluded(
    pull: Pull, answer: Reply, error: type[ZoomError], first: bool
) -> None:
    outcome, _ = pull(answer) if first else pull(json_reply(200, MEETING), answer)

    assert isinstance(outcome.error, error)
    assert replace(outcome, error=None) == Outcome()


def test_a_meeting_is_gone_when_zoom_says_so_twice(pull: Pull) -> None:
    outcome, asked = pull(NO_SUCH_MEETING, NO_SUCH_MEETING)

    assert asked == [READ, READ]
    assert outcome == Outcome(gone=True)


def test_a_meeting_is_not_gone_while_zoom_contradicts_itself(pull: Pull) -> None:
    outcome, _ = pull(NO_SUCH_MEETING, json_reply(200, MEETING))

    assert not outcome.gone
    assert isinstance(outcome.error, OutcomeUnknown)


def test_a_pull_needs_to_know_of_which_meeting(session: requests.Session, serve: Serve) -> None:
    server = serve(held())

    with pytest.raises(ValueError, match="Which meeting"):
        tasks.perform(session, Task(tasks.PULL, server.url, "token", "ABCD-EFGH-JKLM"), lambda: NOW)
    assert server.connections == 0


# === The pull, against the simulator ===


@pytest.fixture
def perform(session: requests.Session) -> Perform:
    return lambda task: tasks.perform(session, task, datetime.now)


def pull_for(simulator: RunningSimulator, session: requests.Session, email: str | None = None) -> Task:
    """A pull for a meeting that was just made by a connected user (Dana unless told)."""
    provider = Provider(simulator, session)
    tokens = provider.connect(email) if email else provider.connect()
    reference = new_reference(7)
    meeting_id = provider.client(tokens).create_meeting(wish_for(reference)).id
    return Task(tasks.PULL, tokens.api_url, tokens.access_token, reference, meeting_id=meeting_id)


def come_and_go(simulator: RunningSimulator, meeting_id: str | None) -> None:
    """The host holds the meeting for some seconds."""
    simulator.control("POST", "/people", meeting_id=int(meeting_id or 0), role="host")
    simulator.control("DELETE", "/people", meeting_id=int(meeting_id or 0))


def test_r21_a_pull_follows_a_meeting_from_before_it_is_held_to_after(
    simulator: RunningSimulator, session: requests.Session, perform: Perform
) -> None:
    task = pull_for(simulator, session)
    meeting_id = int(task.meeting_id or 0)

    before = perform(task)
    assert (before.held, before.held_is_known, before.error) == (None, True, None)

    simulator.control("POST", "/people", meeting_id=meeting_id, role="host")
    during = perform(task)
    assert ([seen.status for seen in during.seen], during.held_is_known) == (["started"], False)

    simulator.move_clock(90)
    simulator.control("DELETE", "/people", meeting_id=meeting_id)
    after = perform(task)
    assert after.held
    assert [seen.status for seen in after.seen] == ["waiting"]
    # The instance that was seen running is the one that was held, so that nothing is counted twice.
    assert after.held.uuid == during.seen[0].uuid
    assert after.held.ended_at - after.held.started_at >= timedelta(seconds=89)
    # Naive UTC, as everything.
    utc_now = datetime.now(timezone.utc).replace(tzinfo=None)
    assert abs(after.held.ended_at - utc_now - timedelta(seconds=90)) < timedelta(minutes=2)


def test_r21_of_a_meeting_held_twice_the_last_time_is_told(
    simulator: RunningSimulator, session: requests.Session, perform: Perform
) -> None:
    task = pull_for(simulator, session)
    come_and_go(simulator, task.meeting_id)
    first = perform(task).held
    simulator.move_clock(600)
    come_and_go(simulator, task.meeting_id)
    second = perform(task).held

    assert first
    assert second
    assert first.uuid != second.uuid
    assert second.started_at >= first.ended_at + timedelta(minutes=9)


def test_r10_without_the_scope_a_pull_tells_whether_it_runs_and_no_more(
    simulator: RunningSimulator, session: requests.Session, perform: Perform
) -> None:
    scopes = ["meeting:read:meeting", "meeting:write:meeting"]
    simulator.control("POST", "/apps", client_id=PRACTICE_APP[0], scopes=scopes)
    task = pull_for(simulator, session)
    come_and_go(simulator, task.meeting_id)

    outcome = perform(task)

    assert [seen.status for seen in outcome.seen] == ["waiting"]
    assert (outcome.held, outcome.held_is_known, outcome.error) == (None, False, None)


def test_a_user_without_a_paid_account_is_pulled_for_as_far_as_zoom_tells(
    simulator: RunningSimulator, session: requests.Session, perform: Perform
) -> None:
    task = pull_for(simulator, session, BEA)
    come_and_go(simulator, task.meeting_id)

    outcome = perform(task)

    assert [seen.status for seen in outcome.seen] == ["waiting"]
    assert (outcome.held, outcome.held_is_known, outcome.error) == (None, False, None)


def test_a_meeting_that_somebody_removed_at_zoom_is_gone_for_a_pull_too(
    simulator: RunningSimulator, session: requests.Session, perform: Perform
) -> None:
    task = pull_for(simulator, session)
    simulator.control("DELETE", f"/meetings/{task.meeting_id}")

    assert perform(task) == Outcome(gone=True)


def test_a_token_that_expires_between_the_two_calls_is_renewed_and_nothing_is_lost(
    simulator: RunningSimulator, session: requests.Session, perform: Perform
) -> None:
    task = pull_for(simulator, session)
    come_and_go(simulator, task.meeting_id)
    expired = {"code": 124, "message": "Access token is expired."}
    simulator.fault(kind="status", method="GET", path="/v2/past_meetings/*", status=401, body=expired)

    assert isinstance(perform(task).error, TokenRefused)
    assert perform(task).held
