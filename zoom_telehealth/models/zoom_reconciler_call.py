"""Asks Zoom what was claimed: several calls at a time, with no transaction open (design rule 4)."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from threading import local

from odoo import api, models

from .. import clock
from ..zoom import errors, tasks
from ..zoom.tasks import PATIENCE, Outcome
from ..zoom.transport import new_session
from .zoom_connection_token import ConnectionUnusable

_logger = logging.getLogger(__name__)

CALLS_AT_ONCE = 4
# A batch's tokens are asked for one after another; past this many seconds the rest waits for the next run.
TOKENS_SECONDS = 30


class NoConnection(errors.ZoomError):
    """The connection that must make this call has no tokens: nothing was sent."""

    sentence = "The Zoom connection does not work."


class ZoomReconcilerCall(models.AbstractModel):
    _inherit = "zoom.reconciler"

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
