"""Makes Zoom agree with the calendar: finds what differs, claims it, calls Zoom, records the result.

Work is found by comparing state, not remembered in a queue, so a crash loses nothing (design rule 3). A claim is
committed before the call and a result right after it; no lock and no transaction of ours is held across a call
(rule 4). ``_claim``, ``_call`` and ``_record`` do not commit, ``_run`` does (decision 10).
"""

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import local

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

from .. import clock
from ..zoom import errors, tasks
from ..zoom.tasks import PATIENCE, Outcome, Task
from ..zoom.transport import new_session
from .zoom_connection import WORKING
from .zoom_connection_token import ConnectionUnusable, KeyUnusable

_logger = logging.getLogger(__name__)

CALLS_AT_ONCE = 4
BATCH = 8
# A batch's tokens are asked for one after another; past this many seconds the rest waits for the next run.
TOKENS_SECONDS = 30
# Longer than a batch can take: its tokens, then two rounds of calls of 40 seconds at most.
LEASE = timedelta(minutes=3)
# After a create of unknown outcome: look, wait, look again, then create. Zoom's list lags behind by seconds.
LOOK_WAITS = (timedelta(seconds=20), timedelta(seconds=60))
# After a change of unknown outcome that was sent again: look for what Zoom made of it later, a double or an older time.
LATE_CHECK_AFTER = timedelta(minutes=10)
# How often a meeting that was gone is read for the hint that it is there again.
MOST_LOOKS_BACK = 6
FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=1)
# Nobody but a person mends these, so they are tried seldom; connecting again tries them at once.
FOR_A_PERSON = timedelta(hours=1)


class NoConnection(errors.ZoomError):
    """The connection that must make this call has no tokens: nothing was sent."""

    sentence = "The Zoom connection does not work."


@dataclass(frozen=True)
class Claim:
    """One meeting's work, taken by a lease: the task, still without its token, and whose token it needs."""

    connection_id: int
    task: Task


FAILURE_OF = (
    (NoConnection, "connection"),
    (KeyUnusable, "own"),
    (errors.RateLimited, "limited"),
    (errors.Unreachable, "unreachable"),
    (errors.ServerTrouble, "trouble"),
    (errors.OutcomeUnknown, "unknown"),
    (errors.TokenRefused, "token"),
    (errors.ClientRefused, "app"),
    (errors.ScopeMissing, "scope"),
    (errors.NotAllowedToHost, "not_host"),
    (errors.UserUnknown, "user"),
)


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
        progress = self.env["ir.cron"]
        tokens, connections = self.env["zoom.connection.token"], self.env["zoom.connection"]
        connections._finish_parting()
        tokens._revoke_given_up()
        self.env["telehealth.session"]._end_unasked()
        time_left, claims = progress._commit_progress(remaining=len(self._due(BATCH))), {}
        while time_left:
            # A person's click may write a row while we claim it or record its result; nothing is lost for that.
            claims = retrying(lambda: self._claim(BATCH), self.env)
            time_left = progress._commit_progress()
            if not claims:
                break
            for meeting_id, outcome in self._call(claims):
                retrying(lambda meeting_id=meeting_id, outcome=outcome: self._record(meeting_id, outcome), self.env)
                time_left = progress._commit_progress(1)
        # A last look: a wake that came while we worked may have been taken for the one that started us.
        connections._finish_parting()
        tokens._revoke_given_up()
        due_now = len(self._due(BATCH))
        if due_now and claims:
            self._trigger()
        elif due_now:
            # Due, and not to be had (somebody's transaction holds the row): not at once again, or it never ends.
            due_now = 0
            self._trigger(at=fields.Datetime.now() + timedelta(minutes=1))
        else:
            self._wake_for_next_try()
        progress._commit_progress(remaining=due_now)

    # === CLAIMING === #

    @api.model
    def _claim(self, limit):
        """Take what is due by a lease and say what to do about it. The caller commits before anything is called.

        :param limit: most meetings to claim
        :return: dict of meeting id to :class:`Claim`
        """
        claims = {}
        for meeting in self._leased(limit):
            with self._one_alone(meeting):
                kind = self._next_step(meeting)
                if kind:
                    claims[meeting.id] = self._attempt(meeting, kind)
        return claims

    @contextmanager
    def _one_alone(self, meeting):
        """Keep one meeting's trouble from the others: what goes wrong with it is logged, and it is put off."""
        try:
            with self.env.cr.savepoint():
                yield
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise  # a conflict with another transaction: the whole step is done again
        except Exception:
            _logger.exception("Meeting %s could not be worked on", meeting.id)
            self._put_off(meeting, "own", FOR_A_PERSON)

    def _leased(self, limit):
        """Return due meetings, locked and leased; makes the rows of sessions that have none."""
        meetings = self.env["zoom.meeting"]
        due = self._due(limit)
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
        if meeting.let_go and session.state == "scheduled":
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
        if coming and session.version != meeting.agreed_version:
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
    def _attempt(self, meeting, kind):
        """Write the attempt down and return its :class:`Claim`."""
        meeting.write({"attempt": kind, "attempt_version": meeting.session_id.version})
        connection = meeting.connection_id
        task = Task(
            kind=kind,
            api_url=connection.api_url,
            access_token="",
            reference=meeting.reference,
            meeting_id=meeting.zoom_id or None,
            wish=meeting._wish() if kind in (tasks.CREATE, tasks.UPDATE) else None,
        )
        return Claim(connection.id, task)

    # === CALLING === #

    @api.model
    def _call(self, claims):
        """Ask Zoom, several calls at a time, with no transaction open. Yields each meeting's outcome as it comes.

        A refused token is renewed once by this thread, which alone has a database, and its task sent once more.

        :param claims: dict of meeting id to :class:`Claim`
        """
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool, ExitStack() as closing:
            perform = _performer(closing)
            waiting = {}
            for meeting_id, (token, error) in self._tokens(claims).items():
                if error:
                    yield meeting_id, Outcome(error=error)
                else:
                    task = claims[meeting_id].task.with_token(token)
                    waiting[pool.submit(perform, task)] = meeting_id, task
            second_tries = {}
            for future in as_completed(waiting):
                meeting_id, task = waiting[future]
                outcome, token = future.result(), None
                if isinstance(outcome.error, errors.TokenRefused):
                    token, error = self._token(claims[meeting_id].connection_id, refused=task.access_token)
                    outcome = Outcome(error=error) if error else outcome
                if token:
                    second_tries[pool.submit(perform, task.with_token(token))] = meeting_id
                else:
                    yield meeting_id, outcome
            for future in as_completed(second_tries):
                yield second_tries[future], future.result()

    @api.model
    def _tokens(self, claims):
        """Return ``(access token, error)`` for each claimed meeting; each connection is asked for once.

        One of the two is None. A Zoom that hangs must not hold the whole batch: what there is no time for fails.
        """
        found = {}
        give_up_asking = time.monotonic() + TOKENS_SECONDS
        for claim in claims.values():
            if claim.connection_id not in found:
                in_time = time.monotonic() < give_up_asking
                found[claim.connection_id] = (
                    self._token(claim.connection_id) if in_time else (None, errors.Unreachable())
                )
        return {meeting_id: found[claim.connection_id] for meeting_id, claim in claims.items()}

    @api.model
    def _token(self, connection_id, refused=None):
        """Return ``(access token, None)`` or ``(None, error)``; works in cursors of its own."""
        connection = self.env["zoom.connection"].browse(connection_id)
        try:
            return self.env["zoom.connection.token"]._access_token(connection, refused, timeout=PATIENCE), None
        except ConnectionUnusable:
            return None, NoConnection()
        except errors.ZoomError as error:
            return None, error

    # === RECORDING === #

    @api.model
    def _record(self, meeting_id, outcome):
        """Write down what became of a claimed meeting.

        :param meeting_id: id of the ``zoom.meeting``
        :param outcome: :class:`..zoom.tasks.Outcome`
        """
        meeting = self.env["zoom.meeting"].browse(meeting_id)
        with self._one_alone(meeting):
            self._record_outcome(meeting, outcome)

    @api.model
    def _record_outcome(self, meeting, outcome):
        kind, claimed_at = meeting.attempt, (meeting.lease_until or clock.now()) - LEASE
        if outcome.error:
            self._record_failure(meeting, kind, outcome.error)
        elif kind == tasks.LOOK:
            self._record_look(meeting, outcome.seen)
        elif outcome.gone:
            self._record_gone(meeting)
        elif meeting.state in ("gone", "over"):
            self._record_recovered(meeting, outcome.seen[0])
        else:
            self._record_seen(meeting, kind, outcome, claimed_at)
        if not outcome.error and meeting.hinted_at and meeting.hinted_at <= claimed_at:
            meeting.hinted_at = False
        meeting.session_id._announce_change()

    @api.model
    def _record_seen(self, meeting, kind, outcome, claimed_at):
        """Write down what Zoom has, and what follows: a change that somebody made there is undone."""
        [seen] = outcome.seen
        told = kind in (tasks.CREATE, tasks.UPDATE)
        to_mend = meeting._note_unmet(seen, told)
        version = meeting.attempt_version if told else meeting.agreed_version
        meeting._see(seen, 0 if to_mend else version)
        instances = self.env["zoom.meeting.instance"]
        if seen.status == "started":
            instances._found(meeting, claimed_at, running_uuid=seen.uuid)
        elif kind == tasks.PULL:
            instances._found(meeting, claimed_at, held=outcome.held)
            meeting.session_id._mark_not_running(outcome.held_is_known)
        if kind == tasks.PULL:
            meeting.pulled_at = clock.now()

    @api.model
    def _record_recovered(self, meeting, seen):
        """A meeting that was gone is at Zoom again: the session takes it back if it has none, or it goes for good."""
        session = meeting.session_id
        ours = session.state != "cancelled" and session.place == "zoom" and session.provider_id == meeting.provider_id
        if not ours or session._current_meeting():
            meeting.write(meeting._settled() | {"state": "leaving"})
        elif session.state == "scheduled" and session.stop > clock.now():
            meeting._see(seen, version=0)
        else:
            # What was held stays with whoever took it out of the bin (rule 7).
            meeting.write(meeting._settled() | {"state": "over"})

    @api.model
    def _record_gone(self, meeting):
        """Deleted by us, or removed at Zoom by somebody else: then the session, which wants one, gets another."""
        was_current = meeting.state == "live"
        if meeting.look_again_at:
            # A double of it may have been made late: the row stays to look for that.
            values = {"state": "leaving", "zoom_id": False, "next_try": meeting.look_again_at}
        else:
            values = {"state": "gone"}
        meeting.write(meeting._settled() | values | {"seen_at": clock.now()})
        if was_current:
            self.env["zoom.meeting.instance"]._found(meeting, clock.now())
            meeting.session_id._lost_its_meeting()

    @api.model
    def _record_look(self, meeting, seen):
        """Adopt what bears our marker; wait and look again, or allow a create, where nothing does."""
        kept = meeting.zoom_id or (seen[0].id if seen else False)
        self._part_with(meeting, [double for double in seen if double.id != kept])
        if meeting.state == "leaving":
            end = {"zoom_id": kept} if kept else {"state": "gone"}
            meeting.write(meeting._settled() | end | {"look_again_at": False})
        elif seen and not meeting.zoom_id:
            # It carries what the attempt said, or less: the next comparison tells, and mends it.
            meeting._see(seen[0], version=0)
        elif not meeting.create_sent:
            own = next((one for one in seen if one.id == kept), None)
            drifted = own and meeting.session_id and own.differs_from(meeting._wish())
            mend = {"agreed_version": 0} if drifted else {}
            meeting.write(meeting._settled() | mend | {"look_again_at": False})
        elif meeting.looks + 1 < len(LOOK_WAITS):
            looks = meeting.looks + 1
            meeting.write(
                {"attempt": False, "looks": looks, "lease_until": False, "next_try": clock.now() + LOOK_WAITS[looks]}
            )
        else:
            # Looked, waited, looked again. Should Zoom make it later all the same, the double is found and removed.
            meeting.write(meeting._settled() | {"look_again_at": clock.now() + LATE_CHECK_AFTER})

    @api.model
    def _part_with(self, meeting, doubles):
        """Give each double of a meeting a row of its own that is to be removed; one known already is on its way."""
        known = meeting.search([("reference", "=", meeting.reference)]).mapped("zoom_id")
        meeting.create(
            [
                {
                    "company_id": meeting.company_id.id,
                    "provider_id": meeting.provider_id.id,
                    "connection_id": meeting.connection_id.id,
                    "reference": meeting.reference,
                    "state": "leaving",
                    "zoom_id": double.id,
                    "zoom_uuid": double.uuid,
                    "start": double.start,
                }
                for double in doubles
                if double.id not in known
            ]
        )

    @api.model
    def _record_failure(self, meeting, kind, error):
        if meeting.state in ("gone", "over") and meeting.failures >= MOST_LOOKS_BACK:
            # Whether it was recovered cannot be learned; nothing of ours waits for it.
            meeting.write(meeting._settled() | {"hinted_at": False})
            return
        if kind == tasks.CREATE and not error.outcome_known:
            meeting.write({"create_sent": True, "looks": 0})
            self._put_off(meeting, "unknown", LOOK_WAITS[0], error)
            return
        if kind == tasks.UPDATE and not error.outcome_known:
            # It may land after the next one, and undo it.
            meeting.look_again_at = clock.now() + LATE_CHECK_AFTER
        self._put_off(meeting, self._failure_key(error), self._backoff(meeting, error), error)

    @api.model
    def _put_off(self, meeting, failure, wait, error=None):
        """Release a claimed meeting with the cause and the time of its next try."""
        meeting.write(
            {
                "attempt": False,
                "lease_until": False,
                "failures": meeting.failures + 1,
                "failure": failure,
                "failure_facts": str(error) if error else False,
                "next_try": clock.now() + wait,
            }
        )
        _logger.info("Meeting %s waits for %s: %s %s", meeting.id, wait, failure, error or "")

    @api.model
    def _failure_key(self, error):
        return next((key for kind, key in FAILURE_OF if isinstance(error, kind)), "refused")

    @api.model
    def _backoff(self, meeting, error):
        """Return how long to wait: what Zoom said, or twice as long as before with some chance in it."""
        if error.retry_after:
            return timedelta(seconds=error.retry_after)
        if not error.worth_retrying and not isinstance(error, errors.TokenRefused):
            return FOR_A_PERSON
        doubled = FIRST_BACKOFF * 2 ** min(meeting.failures, 10)
        # Chance spreads the tries of many meetings; nothing secret hangs on it.
        return min(doubled, LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311


def _performer(closing):
    """Return a function that does a task in whichever thread it runs, with one HTTP session a thread.

    :param closing: ``ExitStack`` that closes the sessions
    """
    threads = local()

    def perform(task):
        if not hasattr(threads, "session"):
            threads.session = closing.enter_context(new_session())
        try:
            return tasks.perform(threads.session, task, clock.now)
        except Exception:
            _logger.exception("A call to Zoom failed in an unforeseen way")
            return Outcome(error=errors.OutcomeUnknown())

    return perform
