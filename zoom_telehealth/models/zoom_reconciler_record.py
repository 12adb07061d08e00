"""Writes down what became of a claimed meeting, each result by itself."""

from datetime import timedelta

from odoo import api, models

from .. import clock
from ..zoom import errors, tasks
from .zoom_host_day import WRITES
from .zoom_reconciler import LEASE

# After a create of unknown outcome: look, wait, look again, then create. Zoom's list lags behind by seconds.
LOOK_WAITS = (timedelta(seconds=20), timedelta(seconds=60))
# After a change of unknown outcome that was sent again: look for what Zoom made of it later, a double or an older time.
LATE_CHECK_AFTER = timedelta(minutes=10)
# How often a meeting that was gone is read for the hint that it is there again.
MOST_LOOKS_BACK = 6


class ZoomReconcilerRecord(models.AbstractModel):
    _inherit = "zoom.reconciler"

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
            meeting.write({"hinted_at": False, "missing": False})

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
        if meeting._ask_whether_deleted():
            return
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
        if kind in WRITES:
            self._settle_quota(meeting, error)
        if isinstance(error, errors.HeldBack) and not error.daily:
            # Its turn comes: no failure of anybody's.
            wait = timedelta(seconds=error.retry_after)
            meeting.write({"attempt": False, "lease_until": False, "next_try": clock.now() + wait})
            return
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
    def _settle_quota(self, meeting, error):
        """Give back a write that was never sent; note where Zoom says that the host has none left."""
        of_host = isinstance(error, errors.RateLimited) and error.of_host
        if not error.was_sent or of_host:
            [day] = self.env["zoom.host.day"]._today(meeting.connection_id).values()
            if of_host:
                day.spent = True
            else:
                day._give_back()
