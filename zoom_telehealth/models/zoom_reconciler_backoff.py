"""Puts off what failed: the cause that the session shows, and the time of the next try (R28)."""

import logging
import random
from datetime import timedelta

from odoo import api, models

from .. import clock
from ..zoom import errors
from .zoom_connection_token import KeyUnusable
from .zoom_reconciler import FOR_A_PERSON
from .zoom_reconciler_call import NoConnection

_logger = logging.getLogger(__name__)

FIRST_BACKOFF = timedelta(seconds=30)
# A limit per second is over in a second; others may use the same account, so not all come back at once.
FIRST_BACKOFF_OF_LIMIT = timedelta(seconds=3)
LONGEST_BACKOFF = timedelta(hours=1)

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


class ZoomReconcilerBackoff(models.AbstractModel):
    _inherit = "zoom.reconciler"

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
        if isinstance(error, errors.RateLimited) and error.of_host:
            return "quota"
        return next((key for kind, key in FAILURE_OF if isinstance(error, kind)), "refused")

    @api.model
    def _backoff(self, meeting, error):
        """Return how long to wait: what Zoom said, or twice as long as before with some chance in it."""
        if isinstance(error, errors.RateLimited) and error.of_host:
            return meeting._quota_wait()
        if error.retry_after:
            return timedelta(seconds=error.retry_after)
        if not error.worth_retrying and not isinstance(error, errors.TokenRefused):
            return FOR_A_PERSON
        first = FIRST_BACKOFF_OF_LIMIT if isinstance(error, errors.RateLimited) else FIRST_BACKOFF
        doubled = first * 2 ** min(meeting.failures, 10)
        # Chance spreads the tries of many meetings; nothing secret hangs on it.
        return min(doubled, LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311
