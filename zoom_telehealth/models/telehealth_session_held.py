from datetime import timedelta

from odoo import api, models

from .. import clock
from .zoom_connection import WORKING
from .zoom_meeting import ASKED_FOR

NOT_HELD = {"state": "scheduled", "started_at": False, "ended_at": False}
# How long after its planned end a session whose Zoom nobody may ask counts as running.
AFTER_STOP = timedelta(hours=1)


class TelehealthSessionHeld(models.Model):
    """What really happened to a session: when it was live, when it ended. Written by what Zoom tells or is asked.

    Zoom's events come late and in any order, so nothing is counted up or down: each time the state is worked out anew
    from the instances that are known.
    """

    _inherit = "telehealth.session"

    def _mark_live(self):
        """Note that the provider went to Zoom to start. Whether the meeting runs is then told, or asked for.

        Before the door opens it is no start: a provider who looks in early lets nobody in.
        """
        for session in self.filtered(lambda session: session.state in ("scheduled", "ended")):
            if session._door() == "open":
                session._happened({"state": "live", "started_at": session.started_at or clock.now(), "ended_at": False})
        self.env["zoom.reconciler"]._wake()

    def _follow_instances(self):
        """Take over what the instances of these sessions' meetings say."""
        for session in self.filtered(lambda session: session.state in ("scheduled", "live", "ended")):
            instances = session.meeting_ids.instance_ids.filtered("started_at")
            values = session._state_by(instances) if instances else {}
            # A session that ended stays so, whatever is told late of a look-in before it.
            if values and not (session.state == "ended" and values == NOT_HELD):
                session._happened(values)

    def _state_by(self, instances):
        """Return the values that these instances make true.

        A meeting runs once at a time: an instance that began before another is over, whether its end was told or not.
        What was over before the planned start was a look-in, and what runs before the door opens is none yet.

        :param instances: ``zoom.meeting.instance`` records that began; at least one
        """
        self.ensure_one()
        newest = max(instances, key=lambda instance: (instance.started_at, instance.id))
        counted = instances.filtered(lambda one: one.ended_at and one.ended_at >= self.start) | newest
        began = min(counted.mapped("started_at"))
        if not newest.ended_at:
            opens, _closes = self._window()
            return {"state": "live", "started_at": began, "ended_at": False} if clock.now() >= opens else NOT_HELD
        if newest.ended_at >= self.start:
            return {"state": "ended", "started_at": began, "ended_at": newest.ended_at}
        return NOT_HELD

    def _mark_not_running(self, held_is_known=False):
        """Note that Zoom says a live session's meeting does not run, and no instance of it is known.

        :param held_is_known: whether Zoom would have told if it had been held
        """
        for session in self.filtered(lambda session: session.state == "live"):
            if session.meeting_ids.instance_ids.filtered("started_at"):
                session._follow_instances()
            elif held_is_known:
                session._happened(NOT_HELD)
            elif clock.now() > session._window()[1]:
                session._end(clock.now())

    def _lost_its_meeting(self):
        """Note that Zoom has no meeting any more for these sessions: one that may still be held gets another."""
        for session in self.filtered(lambda session: session.state == "live"):
            if clock.now() <= session._window()[1]:
                session._happened(NOT_HELD)
            else:
                session._end(clock.now())

    @api.model
    def _end_unasked(self):
        """End live sessions of which nothing more can be learned: nobody may ask Zoom, or asking never told.

        Of one that is not held on Zoom nobody tells: it ends with its window, and where people still talk in its room,
        an hour after its planned end at the latest.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT s.id FROM telehealth_session s JOIN res_company c ON c.id = s.company_id
             WHERE s.state = 'live' AND s.stop < %(now)s AND CASE WHEN s.place <> 'zoom' OR s.fallback IS NOT NULL
                   THEN s.stop + make_interval(mins => c.telehealth_minutes_after) < %(now)s
                        AND (s.stop < %(hour_ago)s OR NOT EXISTS (
                             SELECT FROM discuss_channel_rtc_session talk WHERE talk.channel_id = s.room_id))
                   ELSE s.stop < %(hour_ago)s AND (s.stop < %(long_ago)s OR NOT EXISTS (
                        SELECT FROM zoom_meeting m JOIN zoom_connection k ON k.id = m.connection_id
                         WHERE m.session_id = s.id AND m.state = 'live' AND k.state IN %(working)s)) END
             LIMIT 100
            """,
            {
                "now": clock.now(),
                "hour_ago": clock.now() - AFTER_STOP,
                "long_ago": clock.now() - ASKED_FOR,
                "working": WORKING,
            },
        )
        for session in self.browse(row for [row] in self.env.cr.fetchall()):
            session._end(session.stop)

    def _end(self, at):
        self._happened({"state": "ended", "started_at": self.started_at or self.start, "ended_at": at})

    def _happened(self, values):
        """Write what happened where it is news, and tell the people of the session."""
        self.ensure_one()
        if all(self[name] == value for name, value in values.items()):
            return
        was_live = self.state == "live"
        self.write(values)
        if was_live and self.state == "scheduled":
            self._catch_up()
        self._announce_change()

    def _catch_up(self):
        """Take over what became of the event while the session was live and did not follow it."""
        self.ensure_one()
        if self.event_id:
            self._follow_events()
        else:
            self._cancel()
