"""Works on what Zoom told: at once after it was stored, one delivery a commit, by the time at which it happened."""

import logging
import time

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

from .. import clock
from ..zoom import errors, events

_logger = logging.getLogger(__name__)

BATCH = 50
# A request wakes the scheduled action unless its process did so just before: waking costs more than storing.
WAKE_EVERY_SECONDS = 0.5
# What did not wake it is looked for as long after its start as that, and a margin for a slow commit.
LINGER_SECONDS = 2 * WAKE_EVERY_SECONDS
LOOK_EVERY_SECONDS = 0.05
CRON = "zoom_telehealth.ir_cron_inbox"

# When this process last woke the action, by database.
_woken = {}


class ZoomInbox(models.AbstractModel):
    _name = "zoom.inbox"
    _description = "Works on what Zoom tells"

    # === WAKING === #

    @api.model
    def _wake(self):
        """Have the scheduled action run right after this transaction's commit."""
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _wake_soon(self):
        """Wake it for what was just committed, unless this process did so a moment ago.

        A wake's run looks for work until :data:`LINGER_SECONDS` after it began, so that it sees whatever was committed
        within :data:`WAKE_EVERY_SECONDS` of the wake (design decision 10).
        """
        now, database = time.monotonic(), self.env.cr.dbname
        if now - _woken.get(database, float("-inf")) >= WAKE_EVERY_SECONDS:
            _woken[database] = now
            self._wake()

    # === THE LOOP === #

    @api.model
    def _run(self):
        """Work until nothing is left and nobody can have counted on this run any more. Commits after each delivery."""
        progress, began, worked = self.env["ir.cron"], time.monotonic(), BATCH
        time_left = progress._commit_progress(remaining=0)
        if self.env["zoom.data.key"]._trouble():
            _logger.error("Zoom's events wait: this server's master key cannot be used")
            return
        while time_left:
            worked = self._work(BATCH)
            if worked:
                time_left = progress._commit_progress(worked, remaining=0)
            elif time.monotonic() - began > LINGER_SECONDS:
                break
            else:
                time.sleep(LOOK_EVERY_SECONDS)
        if worked:
            # The time is up, with work left perhaps: right on after the other actions had their turn.
            self._wake()
        progress._commit_progress(remaining=0)

    @api.model
    def _work(self, limit):
        """Work on the waiting deliveries, the earliest event first.

        :param limit: most deliveries to work on
        :return: how many were worked on
        """
        deliveries = self.env["zoom.delivery"].search([("state", "=", "new")], order="event_at, id", limit=limit)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        worked = 0
        for delivery in deliveries:
            try:
                # A user's transaction may write the same session at the same time.
                retrying(lambda delivery=delivery: self._work_on(delivery), self.env)
                worked += 1
            except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, errors.Unreachable):
                # Held up again and again: it waits for the next turn, and the others are not kept by it.
                self.env.cr.rollback()
                _logger.info("Delivery %s waits: what it is about is being changed by others", delivery.id)
        return worked

    @api.model
    def _work_on(self, delivery):
        """Give one delivery its effect, whole or not at all, and write down what became of it."""
        if delivery.state != "new":
            return
        try:
            with self.env.cr.savepoint():
                state, cause = self._take(delivery), False
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, errors.Unreachable):
            raise  # a conflict with another transaction: done again
        except events.Malformed as trouble:
            state, cause = "parked", str(trouble)
        except UserError:
            state, cause = "parked", "refused by Odoo"
        except Exception as trouble:
            state, cause = "parked", errors.unforeseen(trouble)
            _logger.error("Delivery %s (%s) could not be worked on: %s", delivery.id, delivery.event, cause)
        delivery.write({"state": state, "cause": cause, "worked_at": clock.now()})

    # === EFFECTS === #

    @api.model
    def _take(self, delivery):
        """Give a delivery its effect.

        :return: the state that it has then
        :raises Malformed: a part that its effect needs is missing
        """
        if delivery.event == events.VALIDATION:
            delivery.app_id._validated(delivery.received_at)
            return "done"
        event = events.understand(events.read(delivery.body or ""))
        if event.name == events.DEAUTHORIZED or event.name in events.USERS:
            take = self._take_deauthorization if event.name == events.DEAUTHORIZED else self._take_user
            state = take(delivery.app_id, event)
            # It names a person at Zoom, and has had its effect.
            delivery.body = False
            return state
        meeting = self.env["zoom.meeting"]._told_of(delivery.app_id, event.meeting_id)
        if not meeting:
            # A private call of the provider's, perhaps: nothing of it is kept.
            delivery.body = False
            # That a meeting was made is often told before its id is noted here; nothing follows from it in any case.
            return "done" if event.name in events.IDLE else "foreign"
        feature = events.feature_of(event.name)
        if feature and not meeting.company_id._telehealth_has_feature(feature):
            # Stored for another practice that shares the app: of this one nothing is kept.
            delivery.body = False
            return "off"
        return self._take_meeting(delivery, meeting, event)

    @api.model
    def _take_meeting(self, delivery, meeting, event):
        instances = self.env["zoom.meeting.instance"]
        if event.name == events.STARTED:
            instances._began(meeting, event.meeting_uuid, event.started_at)
        elif event.name == events.ENDED:
            instances._ended(meeting, event.meeting_uuid, event.ended_at, event.started_at)
        elif event.name in events.CHANGES:
            # A hint: what is true is read from Zoom, so that the echo of our own write moves nothing.
            meeting._hint(recovered=event.name == events.RECOVERED)
        elif event.presence:
            self.env["zoom.meeting.presence"]._add(instances._of(meeting, event.meeting_uuid), event.presence)
        elif event.name in events.RECORDINGS:
            self.env["zoom.recording.notice"]._add(meeting, event, delivery)
        return "done"

    @api.model
    def _take_deauthorization(self, app, event):
        if event.client_id != app.client_id:
            raise events.Malformed("client_id")
        connection = self.env["zoom.connection"]._of_zoom_user(app, event.zoom_user_id)
        if not connection:
            return "foreign"
        connection._removed_at_zoom(event.at)
        return "done"

    @api.model
    def _take_user(self, app, event):
        """A Zoom user was taken out of their account: the next coming meetings are read, and tell what still works."""
        connection = self.env["zoom.connection"]._of_zoom_user(app, event.zoom_user_id)
        if not connection:
            return "foreign"
        connection._coming_meetings()._hint()
        return "done"
