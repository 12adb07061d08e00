"""Makes Zoom agree with the calendar: finds what differs, claims it, calls Zoom, records the result.

Work is found by comparing state, not remembered in a queue, so a crash loses nothing (design rule 3). A claim is
committed before the call and a result right after it; no lock and no transaction of ours is held across a call
(rule 4). ``_claim``, ``_call`` and ``_record`` do not commit, ``_run`` does (decision 10).
"""

import logging
import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

from .. import clock
from ..zoom import errors, tasks
from ..zoom.tasks import Task
from .zoom_connection import WORKING
from .zoom_host_day import WRITES

_logger = logging.getLogger(__name__)

BATCH = 8
# How often the scheduler and people's pages are told, while there is a lot to do.
PROGRESS_SECONDS = 0.5
# Longer than a batch can take: its tokens, then two rounds of calls of 40 seconds at most.
LEASE = timedelta(minutes=3)
# Nobody but a person mends these, so they are tried seldom; connecting again tries them at once.
FOR_A_PERSON = timedelta(hours=1)


@dataclass(frozen=True)
class Claim:
    """One meeting's work, taken by a lease: the task, still without its token, and whose token it needs.

    :ivar line: the Zoom account, and what takes places in its line
    """

    connection_id: int
    task: Task
    line: tuple


class ZoomReconciler(models.AbstractModel):
    _name = "zoom.reconciler"
    _description = "Makes Zoom agree with the calendar"

    # === WAKING === #

    @api.model
    def _wake(self):
        """Have the scheduled action run right after this transaction's commit; once however often it is asked for."""
        precommit = self.env.cr.precommit
        if not precommit.data.get("zoom_telehealth.wake"):
            precommit.data["zoom_telehealth.wake"] = True
            precommit.add(self._trigger)

    @api.model
    def _trigger(self, at=None):
        """Have the scheduled action run now, or at a time. It is absent while the addon is being uninstalled."""
        cron = self.env.ref("zoom_telehealth.ir_cron_reconcile", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(at=at)

    # === THE LOOP === #

    @api.model
    def _run(self):
        """Work until nothing is due or the scheduled action's time is up. Commits after each step."""
        standing = self.env["zoom.database"]._standing()
        if standing == "checking":
            self.env["zoom.database.finding"]._look_over()
        if standing != "own":
            return  # a copy sends nothing, and a database that was moved mends nothing before a manager has looked
        turn = _Turn(self)
        if not turn.time_left:
            return  # the same job once more, its seconds used up: it has had itself woken
        # First of all what somebody may be waiting for; the rest takes its time.
        self._work(turn)
        self.env["telehealth.session"]._end_unasked()
        self.env["zoom.connection"]._finish_parting()
        self.env["zoom.connection.token"]._revoke_given_up()
        # A last look: a wake that came while we worked may have been taken for the one that started us.
        due_now = len(self._due(1))
        if due_now and not turn.found:
            # Committed since we looked, or held by somebody's transaction: trying tells.
            self._work(turn)
            due_now = len(self._due(1))
        if due_now and turn.found:
            self._trigger()
        elif due_now:
            # Due, and not to be had (somebody's transaction holds the row): not at once again, or it never ends.
            due_now = 0
            self._trigger(at=fields.Datetime.now() + timedelta(minutes=1))
        else:
            self._wake_for_next_try()
        turn.commit(remaining=due_now)

    @api.model
    def _work(self, turn):
        """Claim, call and record until nothing more is found."""
        for meeting_id, outcome in self._call(turn.claim(BATCH), turn.claim):
            turn.record(meeting_id, outcome)
        turn.tell()

    # === CLAIMING === #

    @api.model
    def _claim(self, limit):
        """Take what is due by a lease and say what to do about it. The caller commits before anything is called.

        :param limit: most meetings to claim
        :return: dict of meeting id to :class:`Claim`
        """
        return self._attempts(self._leased(limit))

    @api.model
    def _attempts(self, meetings):
        """Write down what is attempted with each leased meeting; some need nothing, or must wait.

        :return: dict of meeting id to :class:`Claim`
        """
        days = self.env["zoom.host.day"]._today(meetings.connection_id)
        lines = self.env["zoom.call.pace"]._lines(meetings.connection_id)
        try:
            # All at once, as long as nothing goes wrong with any.
            with self.env.cr.savepoint():
                return self._attempts_of(meetings, days, lines)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise
        except Exception as trouble:  # it is logged with the meeting that it comes from
            _logger.info("%s meetings are claimed one by one: %s", len(meetings), type(trouble).__name__)
        claims = {}
        for meeting in meetings:
            with self._one_alone(meeting):
                claims |= self._attempts_of(meeting, days, lines)
        return claims

    @api.model
    def _attempts_of(self, meetings, days, lines):
        claims = {}
        for meeting in meetings:
            kind = self._next_step(meeting)
            if kind in WRITES and not days[meeting.connection_id.id]._take(meeting._is_urgent()):
                self._put_off(meeting, "quota", meeting._quota_wait())
                # What an edit makes of it is looked at before that: it may be urgent now, or to be removed.
                meeting.attempt_version = meeting.session_id.version
            elif kind:
                claims[meeting.id] = self._attempt(meeting, kind, lines[meeting.connection_id.id])
        return claims

    @contextmanager
    def _one_alone(self, meeting):
        """Keep one meeting's trouble from the others: what goes wrong with it is logged, and it is put off."""
        try:
            with self.env.cr.savepoint():
                yield
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise  # a conflict with another transaction: the whole step is done again
        except Exception as trouble:
            _logger.error("Meeting %s could not be worked on: %s", meeting.id, errors.unforeseen(trouble))
            self._put_off(meeting, "own", FOR_A_PERSON)

    def _leased(self, limit, under_way=frozenset()):
        """Return due meetings, locked and leased; makes the rows of sessions that have none.

        :param under_way: ids of meetings of which Zoom is being asked by this run, whatever became of their lease
        """
        meetings = self.env["zoom.meeting"]
        due = [row for row in self._due(limit + len(under_way)) if row[1] not in under_way][:limit]
        sessions = self.env["telehealth.session"].browse(session for session, meeting in due if session and not meeting)
        connections = self.env["zoom.connection"]._by_provider(sessions.provider_id, sessions.company_id)
        values = []
        for session in sessions:
            connection = connections.get((session.provider_id.id, session.company_id.id))
            if connection:
                values.append(meetings._values_for(session, connection))
        meetings |= meetings.create(values)
        known = meetings.browse(meeting for session, meeting in due if meeting)
        meetings |= known.try_lock_for_update(allow_referencing=True)
        meetings.lease_until = clock.now() + LEASE
        return meetings

    @api.model
    def _next_step(self, meeting):
        """Decide what Zoom is asked about a claimed meeting; settles it here where nothing needs asking.

        :return: a kind of :mod:`..zoom.tasks`, or None
        """
        session = meeting.session_id
        wanted = session and session.state in ("scheduled", "live") and session.place == "zoom"
        host_kept = wanted and session.provider_id == meeting.provider_id and not self._is_replaced(meeting)
        if (meeting.let_go and session.state == "scheduled") or meeting._is_outdated():
            host_kept = False
        if meeting.attempt == "create" and not meeting.create_sent:
            # The process that made this attempt never came back: whether Zoom was called is not known.
            meeting.create_sent = True
        if meeting.create_sent and self._is_replaced(meeting):
            # The session gets its meeting elsewhere; what this one may have left is looked for apart.
            meeting.write({"state": "leaving", "create_sent": False, "look_again_at": clock.now()})
        if meeting.create_sent:
            return tasks.LOOK
        if meeting.state in ("gone", "over"):
            return tasks.READ
        if meeting.state == "wanted" and host_kept:
            return tasks.CREATE
        if meeting.state == "leaving" or not host_kept:
            meeting.state = "leaving"
            return self._way_out(meeting)
        if meeting.look_again_at and meeting.look_again_at <= clock.now():
            return tasks.LOOK
        # A started or past session is never moved at Zoom.
        coming = session.state == "scheduled" and session.stop > clock.now()
        if coming and not meeting._agrees():
            return tasks.UPDATE
        return tasks.READ if meeting.hinted_at else tasks.PULL

    @api.model
    def _way_out(self, meeting):
        """Decide how a meeting that must not be comes to its end.

        :return: a kind of :mod:`..zoom.tasks`, or None
        """
        if meeting.zoom_id:
            return tasks.DELETE
        if not meeting.look_again_at:
            meeting.write(meeting._settled() | {"state": "gone"})
        elif meeting.look_again_at <= clock.now():
            return tasks.LOOK
        else:
            # Its create may still land late; until we looked for that, the row stays.
            meeting.write({"lease_until": False, "next_try": meeting.look_again_at})
        return None

    @api.model
    def _is_replaced(self, meeting):
        """Whether the provider's connection ended and another one works now: then the meeting is made anew there."""
        if meeting.connection_id.state in WORKING:
            return False
        return bool(self.env["zoom.connection"]._for_session(meeting.provider_id, meeting.company_id))

    @api.model
    def _attempt(self, meeting, kind, line):
        """Write the attempt down and return its :class:`Claim`."""
        meeting.write(
            {"attempt": kind, "attempt_version": meeting.session_id.version, "attempt_policy": meeting._policy()}
        )
        connection = meeting.connection_id
        task = Task(
            kind=kind,
            api_url=connection.api_url,
            access_token="",
            reference=meeting.reference,
            meeting_id=meeting.zoom_id or None,
            wish=meeting._wish() if kind in (tasks.CREATE, tasks.UPDATE) else None,
        )
        return Claim(connection.id, task, line)


class _Turn:
    """One run of the scheduled action: commits each step, and knows the seconds left and whether it found work last.

    :param reconciler: the ``zoom.reconciler`` that runs
    """

    def __init__(self, reconciler):
        self._reconciler = reconciler
        self._progress = reconciler.env["ir.cron"]
        self._done = 0
        self._changed = set()
        # A clock that leaps, as where a machine was asleep, ends leases before their calls are back.
        self._under_way = set()
        # So long the scheduler lets one job run, all its runs together; without a scheduler there is no end.
        self._end = reconciler.env.context.get("cron_end_time", math.inf)
        self.found = False
        self._commit_at = self._tell_at = time.monotonic()

    @property
    def time_left(self):
        """Whether the scheduled action may still begin something."""
        return time.monotonic() < self._end

    def commit(self, remaining=0):
        """Commit what was done, and tell Odoo's scheduler of it: see ``_commit_progress`` of ``ir.cron``."""
        done, self._done = self._done, 0
        self._progress._commit_progress(done, remaining=remaining)
        self._commit_at = time.monotonic() + PROGRESS_SECONDS

    def claim(self, limit):
        """Claim what is due as long as there is time, and commit it before anything is called.

        :param limit: most meetings to claim
        :return: dict of meeting id to :class:`Claim`
        """
        claims = {}
        while self.time_left and not claims:
            # A person's click may write a row while we claim it or record its result; nothing is lost for that.
            # ``retrying`` commits.
            self.found, claims = retrying(lambda: self._lease(limit), self._reconciler.env)
            if not self.found:
                break
        self._under_way.update(claims)
        return claims

    def record(self, meeting_id, outcome):
        """Record a result in a transaction of its own."""
        retrying(lambda: self._record(meeting_id, outcome), self._reconciler.env)
        self._under_way.discard(meeting_id)
        self._done += 1
        if time.monotonic() > self._commit_at:
            self.commit(remaining=int(self.found))
        if time.monotonic() > self._tell_at:
            self.tell()

    def tell(self):
        """Tell the people of what has changed. Each push costs a connection to PostgreSQL, so a few go together."""
        sessions = self._reconciler.env["telehealth.session"].browse(self._changed)
        self._changed = set()
        self._tell_at = time.monotonic() + PROGRESS_SECONDS
        if sessions:
            retrying(sessions._announce_change, self._reconciler.env)

    def _lease(self, limit):
        meetings = self._reconciler._leased(limit, self._under_way)
        return bool(meetings), self._reconciler._attempts(meetings)

    def _record(self, meeting_id, outcome):
        self._reconciler._record(meeting_id, outcome)
        self._changed.update(self._reconciler.env["zoom.meeting"].browse(meeting_id).session_id.ids)
