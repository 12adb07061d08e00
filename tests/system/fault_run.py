"""Sessions are booked, moved, cancelled, restored and handed over while Zoom fails in every way and Odoo is killed.

In the end Zoom holds exactly the meetings that the calendar says: none double, none left over, none at a wrong time or
with a wrong host (R6-R9, R12, R14).
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dev.trial_stack import TrialStack
from tests.bench.many_hosts import DOMAIN, ManyHosts
from tests.system.practice import ODOO_FORMAT, Practice
from tests.system.random_changes import FAULTS, LONGEST_LATENESS_SECONDS, PATIENT_STEP_SECONDS
from tests.system.zoom_side import ZoomSide

FIRST_DAY, LAST_DAY = 9, 26  # days ahead: still to come when the run ends, and within the horizon
FAULTS_A_ROUND = 3
EDITS_A_ROUND = 6
# While Zoom is asked and answers, or before, or after.
LONGEST_LIFE_SECONDS = 1.5
STEPS_SECONDS = (1, 25, 70, 700, 7200)


@dataclass
class Verdict:
    """How Zoom and the calendar compare in the end; every list names sessions or meetings."""

    scheduled: int
    missing: list[Any]
    doubled: list[Any]
    orphans: list[Any]
    wrong: list[Any]

    @property
    def agrees(self) -> bool:
        """Whether Zoom holds exactly what the calendar says."""
        return not (self.missing or self.doubled or self.orphans or self.wrong)


class FaultRun:
    """One run on a fresh stack.

    :ivar kills: how often Odoo was killed
    :ivar reconnects: how many connections a person had to connect again: killed while a token was renewed
    """

    def __init__(self, stack: TrialStack, seed: int, sessions: int, hosts: int) -> None:
        self.stack, self.dice = stack, random.Random(seed)
        self.practice, self.zoom = Practice(stack), ZoomSide(stack)
        many = ManyHosts(stack)
        many.connect(hosts)
        self.hosts = many.users
        stack.simulator("POST", "/control/limits", {"plan": "pro", "host_writes": 100})
        self.kills = self.reconnects = 0
        self._to_book, self._ids = sessions, list[int]()

    def go(self, rounds: int, kills: int) -> None:
        """Go through the rounds; in so many of them Odoo is killed while it works."""
        deadly = set(self.dice.sample(range(rounds), kills))
        for number in range(rounds):
            for _fault in range(FAULTS_A_ROUND):
                self.zoom.fault(path="/v2/**", **{"times": 2, **self.dice.choice(FAULTS)(self.dice)})
            self._book(-(-self._to_book // rounds))
            for _edit in range(EDITS_A_ROUND):
                self._edit()
            if number in deadly:
                time.sleep(self.dice.uniform(0, LONGEST_LIFE_SECONDS))
                self.stack.kill_odoo()
                self.stack.restart_odoo()
                self.kills += 1
            else:
                self.practice.reconcile()
            retry_after = self.dice.choice(("none", "seconds", "http_date", "iso"))
            self.stack.simulator("POST", "/control/limits", {"retry_after": retry_after})
            self.stack.move_clock(self.dice.choice(STEPS_SECONDS))

    def end(self) -> tuple[Verdict, Verdict]:
        """Let Zoom be well again and time pass, then compare: before a nightly sweep, and after it."""
        self.zoom.mend()
        self.stack.move_clock(LONGEST_LATENESS_SECONDS)
        self._reconnect()
        self.practice.settle(rounds=100, step_seconds=PATIENT_STEP_SECONDS)
        before = self._compare()
        # Past every late look, and a night.
        self.stack.move_clock(86_400)
        self.stack.run_action("zoom_telehealth.ir_cron_sweep")
        self.practice.settle(rounds=100, step_seconds=PATIENT_STEP_SECONDS)
        assert self.zoom.landing() == 0
        return before, self._compare()

    # === PEOPLE === #

    def _book(self, count: int) -> None:
        rows = []
        for _one in range(min(count, self._to_book - len(self._ids))):
            rows.append({**self._times(), "provider_id": self.dice.choice(self.hosts)})
        if rows:
            self._ids += self._as_scheduler("telehealth.session", "create", [rows])

    def _edit(self) -> None:
        if not self._ids:
            return
        session = self.dice.choice(self._ids)
        [[state, event, provider]] = self.stack.sql(
            "SELECT state, event_id, provider_id FROM telehealth_session WHERE id = %s", (session,)
        )
        if state == "cancelled":
            self._as_scheduler("calendar.event", "write", [[event], {"active": True}])
            return
        what = self.dice.random()
        if what < 0.25:
            self._as_scheduler("telehealth.session", "action_cancel", [[session]])
        elif what < 0.5:
            other = self.dice.choice([host for host in self.hosts if host != provider])
            self._as_scheduler("telehealth.session", "write", [[session], {"provider_id": other}])
        else:
            self._as_scheduler("telehealth.session", "write", [[session], self._times()])

    def _times(self) -> dict[str, str]:
        start = self.practice.moment(days=self.dice.randint(FIRST_DAY, LAST_DAY), minutes=self.dice.randint(0, 1000))
        stop = start + timedelta(minutes=self.dice.choice((25, 50, 90)))
        return {"start": start.strftime(ODOO_FORMAT), "stop": stop.strftime(ODOO_FORMAT)}

    def _as_scheduler(self, model: str, method: str, arguments: list[Any]) -> Any:
        quiet = {"context": {"no_mail_to_attendees": True, "dont_notify": True}}
        return self.stack.rpc("sam", model, method, arguments, quiet if method != "action_cancel" else {})

    def _reconnect(self) -> None:
        for (login,) in self.stack.sql(
            "SELECT u.login FROM res_users u JOIN zoom_connection k ON k.user_id = u.id WHERE k.state <> 'connected'"
        ):
            self.practice.connect(login, f"{login}@{DOMAIN}")
            self.reconnects += 1

    # === THE VERDICT === #

    def _compare(self) -> Verdict:
        wanted = {
            session: (start, stop, login)
            for session, start, stop, login in self.stack.sql(
                "SELECT s.id, s.start, s.stop, u.login FROM telehealth_session s JOIN res_users u ON u.id = "
                "s.provider_id WHERE s.state = 'scheduled' AND s.id = ANY(%s)",
                (self._ids,),
            )
        }
        owner = dict(
            self.stack.sql("SELECT reference, session_id FROM zoom_meeting WHERE session_id = ANY(%s)", (self._ids,))
        )
        at_zoom: dict[int | None, list[dict[str, Any]]] = {}
        for meeting in self.zoom.live():
            if meeting["host_email"].startswith("host"):
                at_zoom.setdefault(owner.get(meeting["topic"].split(" · ")[-1]), []).append(meeting)
        assert self._calendar_agrees()
        return Verdict(
            scheduled=len(wanted),
            missing=[session for session in wanted if session not in at_zoom],
            doubled=[session for session, meetings in at_zoom.items() if session in wanted and len(meetings) > 1],
            orphans=[meeting["id"] for session in at_zoom if session not in wanted for meeting in at_zoom[session]],
            wrong=[session for session in wanted if not _fits(wanted[session], at_zoom.get(session, []))],
        )

    def _calendar_agrees(self) -> bool:
        """Whether each session stands as its event does in the calendar."""
        return not self.stack.sql(
            "SELECT s.id FROM telehealth_session s JOIN calendar_event e ON e.id = s.event_id WHERE s.id = ANY(%s) "
            "AND (e.active <> (s.state = 'scheduled') OR e.active AND (e.start, e.stop) <> (s.start, s.stop))",
            (self._ids,),
        )


def _fits(session: tuple[datetime, datetime, str], meetings: list[dict[str, Any]]) -> bool:
    """Whether each meeting of a session has its time, its length and its host."""
    start, stop, login = session
    wanted = (f"{start:%Y-%m-%dT%H:%M:%SZ}", (stop - start).total_seconds() / 60, f"{login}@{DOMAIN}")
    return all((one["start_time"], one["duration"], one["host_email"]) == wanted for one in meetings)
