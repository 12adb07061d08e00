from datetime import timedelta

from odoo import api, fields, models

from .. import clock

# Zoom's clock and ours.
CLOCKS_APART = timedelta(minutes=1)


class ZoomMeetingInstance(models.Model):
    """One time a meeting was held, by Zoom's uuid. Written by the inbox, and by what the pull finds."""

    _name = "zoom.meeting.instance"
    _description = "Zoom meeting held"
    _order = "started_at desc, id desc"
    _rec_name = "zoom_uuid"

    meeting_id = fields.Many2one("zoom.meeting", "Zoom meeting", required=True, readonly=True, ondelete="cascade")
    session_id = fields.Many2one("telehealth.session", related="meeting_id.session_id")
    company_id = fields.Many2one(related="meeting_id.company_id", string="Practice")
    provider_id = fields.Many2one(related="meeting_id.provider_id", string="Host")
    zoom_uuid = fields.Char("Zoom meeting UUID", required=True, readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    start_was_asked = fields.Boolean(readonly=True, help="Nobody told when it began; this is when we saw it running.")
    end_was_asked = fields.Boolean("Found by asking", readonly=True, help="Zoom told no end; we asked and found it.")
    presence_ids = fields.One2many("zoom.meeting.presence", "instance_id", "Comings and goings")

    _uuid_unique = models.UniqueIndex("(meeting_id, zoom_uuid)")
    _end_was_asked = models.Index("(ended_at) WHERE end_was_asked")

    @api.model
    def _of(self, meeting, zoom_uuid):
        """Return a meeting's instance, made at first need.

        Two actions may meet it first at once (an event, and the pull): PostgreSQL decides, and neither fails for it.
        """
        self.flush_model()
        self.env.cr.execute(
            """
            INSERT INTO zoom_meeting_instance (meeting_id, zoom_uuid, create_uid, create_date, write_uid, write_date)
                 VALUES (%(meeting)s, %(uuid)s, %(user)s, %(now)s, %(user)s, %(now)s)
            ON CONFLICT (meeting_id, zoom_uuid) DO NOTHING
            """,
            {"meeting": meeting.id, "uuid": zoom_uuid, "user": self.env.uid, "now": fields.Datetime.now()},
        )
        meeting.invalidate_recordset(["instance_ids"])
        return self.search([("meeting_id", "=", meeting.id), ("zoom_uuid", "=", zoom_uuid)])

    @api.model
    def _began(self, meeting, zoom_uuid, started_at, asked=False):
        """Note that a meeting began, told at any time and in any order.

        :param started_at: naive UTC
        :param asked: whether this is only when we asked and found it running; what is told later replaces it
        """
        instance = self._of(meeting, zoom_uuid)
        if not instance.started_at or (instance.start_was_asked and not asked):
            instance.write({"started_at": started_at, "start_was_asked": asked})
        meeting.session_id._follow_instances()

    @api.model
    def _ended(self, meeting, zoom_uuid, ended_at, started_at=None, asked=False):
        """Note that a meeting ended; that it began is then known too.

        :param ended_at: naive UTC
        :param started_at: naive UTC, None if not told
        :param asked: whether this was found by asking, and not told by an event
        """
        instance = self._of(meeting, zoom_uuid)
        values = {}
        if started_at and (not instance.started_at or instance.start_was_asked):
            values |= {"started_at": min(started_at, ended_at), "start_was_asked": False}
        elif not instance.started_at:
            values |= {"started_at": ended_at, "start_was_asked": True}
        if not instance.ended_at or (instance.end_was_asked and not asked):
            values |= {"ended_at": ended_at, "end_was_asked": asked}
        if values:
            instance.write(values)
        meeting.session_id._follow_instances()

    @api.model
    def _found(self, meeting, asked_at, running_uuid="", held=None):
        """Note what was found by asking Zoom; what an event told stays.

        :param asked_at: naive UTC, before Zoom was asked: what began later is not touched
        :param running_uuid: of the instance that runs; empty where none does
        :param held: :class:`..zoom.payloads.HeldSeen` of the last time it was held; None where that is not known
        """
        if running_uuid:
            self._began(meeting, running_uuid, meeting.session_id.started_at or clock.now(), asked=True)
            return
        if held:
            self._ended(meeting, held.uuid, held.ended_at, held.started_at, asked=True)
        for instance in meeting.instance_ids.filtered(lambda one: one.started_at and not one.ended_at):
            if instance.started_at < asked_at - CLOCKS_APART:
                self._ended(meeting, instance.zoom_uuid, clock.now(), asked=True)
