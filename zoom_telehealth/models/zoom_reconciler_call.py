"""Asks Zoom what was claimed: several calls at a time, with no transaction open (design rule 4)."""

import logging
import time
from collections import defaultdict
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from threading import local

from odoo import api, models

from .. import clock
from ..zoom import errors, tasks
from ..zoom.pacing import Pace, Place
from ..zoom.tasks import PATIENCE, Outcome
from ..zoom.transport import new_session
from .zoom_connection_token import ConnectionUnusable

_logger = logging.getLogger(__name__)

# So many meetings are under way at once: enough for the highest of Zoom's limits at 300 ms a call.
CALLS_AT_ONCE = 24
# New ones are claimed when there is room for so many, or a claim's cost is paid for each.
REFILL = 8
# Seconds after which it is looked for more while calls are under way, and nothing was there.
LOOK_FOR_MORE = 0.5
# After Zoom's limit per second was reached the call is made once more after so many seconds, unless Zoom says longer.
AGAIN_AFTER, LONGEST_AGAIN = 1.5, 3.0
# How many of those a second: others use the account too.
SLOWLY = 4
# Tokens are asked for one after another; past this many seconds the rest waits for the next try.
TOKENS_SECONDS = 30


class NoConnection(errors.ZoomError):
    """The connection that must make this call has no tokens: nothing was sent."""

    sentence = "The Zoom connection does not work."
    was_sent = False


class ZoomReconcilerCall(models.AbstractModel):
    _inherit = "zoom.reconciler"

    @api.model
    def _call(self, claims, more=None):
        """Ask Zoom, several calls at a time, with no transaction open. Yields each meeting's outcome as it comes.

        A refused token is renewed once by this thread, which alone has a database, and its task sent once more.

        :param claims: dict of meeting id to :class:`Claim`
        :param more: called with a number when there is room for so many more; returns claims, committed like the first
        """
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool, ExitStack() as closing:
            line = _Line(self, pool, _performer(closing))
            yield from line.submit(claims)
            while line.waiting:
                for future in wait(line.waiting, timeout=LOOK_FOR_MORE, return_when=FIRST_COMPLETED).done:
                    yield from line.results(future)
                room = CALLS_AT_ONCE - len(line.waiting)
                # What came of the last ones may have made more due.
                if more and room >= REFILL and (line.may_look() or not line.waiting):
                    claims = more(room)
                    line.looked(found=len(claims) == room)
                    yield from line.submit(claims)

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


class _Line:
    """The calls under way, and what is known of their connections for as long as they run.

    :param reconciler: the ``zoom.reconciler`` whose claims these are
    """

    def __init__(self, reconciler, pool, perform):
        self.waiting = {}
        self._reconciler = reconciler
        self._pool = pool
        self._perform = perform
        self._tokens = {}
        self._look_at = 0.0

    def submit(self, claims):
        """Hand claims to the pool, each with a token and its places in line; yields the outcomes of those without."""
        give_up_asking = time.monotonic() + TOKENS_SECONDS
        # What had no token may have one by now: its provider connected again, or Zoom answers.
        self._tokens = {key: known for key, known in self._tokens.items() if known[0]}
        ready = {}
        for meeting_id, claim in claims.items():
            token, error = self._token(claim.connection_id, give_up_asking)
            if error:
                yield meeting_id, Outcome(error=error)
            else:
                ready[meeting_id] = claim, token
        held, refused = self._places({meeting_id: claim for meeting_id, (claim, _token) in ready.items()})
        for meeting_id, (claim, token) in ready.items():
            if meeting_id in refused:
                yield meeting_id, Outcome(error=refused[meeting_id])
            else:
                self._send(meeting_id, claim, token, held[meeting_id])

    def results(self, future):
        """Yield a finished call's outcome; nothing where it is made once more with a renewed token."""
        meeting_id, claim, token, is_first = self.waiting.pop(future)
        outcome = future.result()
        if is_first and isinstance(outcome.error, errors.TokenRefused):
            renewed, error = self._reconciler._token(claim.connection_id, refused=token)
            self._tokens[claim.connection_id] = renewed, error
            if renewed:
                self._send(meeting_id, claim, renewed, (), is_first=False)
                return
            outcome = Outcome(error=error)
        elif is_first and _soon_over(outcome.error) and claim.task.kind != tasks.UPDATE:
            # Nothing was done; the next try by the scheduler could be a minute away. A change has two calls, and may
            # have been refused the second.
            [(category, _count)] = tasks.CALLS[claim.task.kind].items()
            again = Place(category, time.monotonic() + (outcome.error.retry_after or AGAIN_AFTER), SLOWLY)
            self._send(meeting_id, claim, token, [again], is_first=False)
            return
        yield meeting_id, outcome

    def may_look(self):
        """Whether it is time to look for more work."""
        return time.monotonic() >= self._look_at

    def looked(self, found):
        """Remember that it was looked; where less was there than there is room for, not at once again."""
        self._look_at = 0.0 if found else time.monotonic() + LOOK_FOR_MORE

    def _send(self, meeting_id, claim, token, held, is_first=True):
        account, reserver = claim.line
        task, pace = claim.task.with_token(token), Pace(account, reserver, held)
        self.waiting[self._pool.submit(self._perform, task, pace)] = meeting_id, claim, token, is_first

    def _token(self, connection_id, give_up_asking):
        """Return ``(access token, error)``, one of them None; a connection is asked for once.

        A Zoom that hangs must not hold all the others: what there is no time for fails.
        """
        if connection_id not in self._tokens:
            if time.monotonic() > give_up_asking:
                return None, errors.Unreachable()
            self._tokens[connection_id] = self._reconciler._token(connection_id)
        return self._tokens[connection_id]

    def _places(self, claims):
        """Take places in line for the calls of these claims, those of an account and category at once.

        :return: dict of meeting id to its places, and dict of meeting id to why it waits
        """
        wanted = defaultdict(list)
        for meeting_id, claim in claims.items():
            account, reserver = claim.line
            for category, count in tasks.CALLS[claim.task.kind].items():
                wanted[account, category].append((meeting_id, reserver, count))
        held, refused = defaultdict(list), {}
        for (_account, category), askers in wanted.items():
            reserver = askers[0][1]
            places = reserver(category, sum(count for _id, _reserver, count in askers))
            starts, behind = list(places.starts), 0
            for meeting_id, _reserver, count in askers:
                mine, starts = starts[:count], starts[count:]
                if len(mine) < count:
                    # Those who must come again come one after another.
                    later = 0 if places.daily else behind * places.interval
                    refused[meeting_id] = errors.HeldBack(daily=places.daily, retry_after=places.wait + later)
                    behind += count
                held[meeting_id] += [Place(category, start, places.per_second) for start in mine]
        return held, refused


def _soon_over(error):
    """Whether an error is Zoom's word about its limit per second, which is over in a moment."""
    if not isinstance(error, errors.RateLimited) or isinstance(error, errors.HeldBack):
        return False
    return not error.daily and (error.retry_after or 0) <= LONGEST_AGAIN


def _performer(closing):
    """Return a function that does a task in whichever thread it runs, with one HTTP session a thread.

    :param closing: ``ExitStack`` that closes the sessions
    """
    threads = local()

    def perform(task, pace):
        if not hasattr(threads, "session"):
            threads.session = closing.enter_context(new_session())
        try:
            return tasks.perform(threads.session, task, clock.now, pace)
        except Exception as trouble:
            _logger.error("A call to Zoom failed in an unforeseen way: %s", errors.unforeseen(trouble))
            return Outcome(error=errors.OutcomeUnknown())

    return perform
