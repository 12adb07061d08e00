"""Yesterday's backup and a copy, both started beside the living practice: nothing of it is changed at Zoom (rule 7)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from dev.rpc import RpcError
from dev.trial_stack import TrialStack
from tests.system.practice import Practice
from tests.system.zoom_side import ZoomSide

DAY_SECONDS = 86_400


class Beside:
    """The practice that lives, and what Zoom has of it."""

    def __init__(self, stack: TrialStack) -> None:
        self.practice, self.zoom = Practice(stack), ZoomSide(stack)
        for login in ("dana", "omar"):
            self.practice.connect(login)
        self.sessions = self.practice.book_many([self.practice.moment(days=3 + day) for day in range(4)])
        self.practice.settle()

    def a_day_passes(self) -> None:
        """The living practice goes on: it moves a session, cancels one, hands one over and books another."""
        practice, (moved, cancelled, given, _kept) = self.practice, self.sessions
        practice.stack.move_clock(DAY_SECONDS)
        practice.move(moved, practice.moment(days=9))
        practice.cancel(cancelled)
        practice.stack.rpc("sam", "telehealth.session", "write", [[given.id], {"provider_id": practice.user("omar")}])
        practice.book(practice.moment(days=12))
        practice.settle()

    def at_zoom(self) -> list[tuple[Any, ...]]:
        """Return what stands, or stood, at Zoom."""
        return [
            (one["id"], one["host_email"], one["start_time"], one["duration"], one["topic"], one["deleted"])
            for one in self.zoom.meetings()
        ]


def people_work_in(copy: Practice, sessions: list[Any]) -> None:
    """Do what somebody does who takes the copy for the practice: move, cancel, hand over, book, click, disconnect."""
    moved, cancelled, given, kept = sessions
    copy.move(moved, copy.moment(days=15))
    with suppress(RpcError):  # cancelled already, where the copy is newer
        copy.cancel(cancelled)
    copy.stack.rpc("sam", "telehealth.session", "write", [[given.id], {"provider_id": copy.user("omar")}])
    copy.stack.rpc("dana", "calendar.event", "unlink", [[kept.event_id]])
    copy.book(copy.moment(days=1))
    soon = copy.book(copy.moment(days=0, minutes=5))
    copy.sign_in("dana").get(f"{copy.stack.odoo_url}/telehealth/start/{soon.token}", timeout=30)
    copy.disconnect("dana")


def run_every_action(practice: Practice) -> None:
    """Run each scheduled action of the addon, as two days pass."""
    rows = practice.stack.sql("SELECT name FROM ir_model_data WHERE module = 'zoom_telehealth' AND model = 'ir.cron'")
    for _day in range(2):
        for (name,) in rows:
            practice.stack.run_action(f"zoom_telehealth.{name}")
        practice.stack.move_clock(DAY_SECONDS)


@pytest.mark.parametrize("kind", ["yesterday's backup", "a copy of today"])
def test_nothing_of_the_living_practice_is_changed_at_zoom(fresh_stack: TrialStack, kind: str) -> None:
    living = Beside(fresh_stack)
    if kind == "a copy of today":
        living.a_day_passes()
    name = fresh_stack.backup("beside")
    if kind != "a copy of today":
        living.a_day_passes()
    before = living.at_zoom()
    assert len([one for one in before if not one[-1]]) >= 4

    with fresh_stack.beside(name) as other:
        copy = Practice(other)
        with living.practice.nothing_by_itself():
            living.zoom.forget_calls()
            people_work_in(copy, living.sessions)
            run_every_action(copy)
            assert living.at_zoom() == before
            assert living.zoom.calls() == []

        living.practice.move(living.sessions[3], living.practice.moment(days=10))
        living.practice.settle()
        assert living.practice.status(living.sessions[3]) == "ready"
        assert other.sql("SELECT count(*) FROM zoom_connection_token")[0][0] > 0


def test_a_backup_that_a_manager_takes_for_the_living_one_changes_no_meeting_and_says_who_must_connect(
    fresh_stack: TrialStack,
) -> None:
    """Its tokens were renewed since by the living practice: each becomes a named reconnect."""
    living = Beside(fresh_stack)
    name = fresh_stack.backup("beside")
    living.a_day_passes()
    before = living.at_zoom()

    with living.practice.nothing_by_itself(), fresh_stack.beside(name) as other:
        copy = Practice(other)
        other.rpc("mia", "zoom.database", "action_is_moved", [[1]])
        run_every_action(copy)
        assert living.at_zoom() == before
        assert {kind for (kind,) in other.sql("SELECT kind FROM zoom_database_finding")} == {"dead"}
        assert other.sql("SELECT DISTINCT state, reason FROM zoom_connection") == [("reconnect_needed", "restored")]
