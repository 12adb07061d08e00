"""What was changed in Zoom and not here, as the session shows it, and the two answers to it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .. import clock


class TelehealthSessionQuestion(models.Model):
    _inherit = "telehealth.session"

    meeting_status = fields.Selection(selection_add=[("asked", "Changed in Zoom")])
    zoom_question = fields.Selection(
        [("moved", "Moved in Zoom"), ("deleted", "Deleted in Zoom")], compute="_compute_zoom_question"
    )
    zoom_question_sentence = fields.Char("Changed in Zoom", compute="_compute_zoom_question")

    @api.depends("state", "place", "version", "meeting_ids")
    def _compute_zoom_question(self):
        meetings = self.env["zoom.meeting"].sudo()._current_by_session(self)
        for session in self:
            meeting = meetings.get(session.id)
            asked = meeting and session.state == "scheduled" and session.place == "zoom" and meeting._asks()
            session.zoom_question = meeting.question if asked else False
            session.zoom_question_sentence = asked and session._question_sentence(meeting)

    def _question_sentence(self, meeting):
        if meeting.question == "deleted":
            return self.env._(
                "This session's meeting was deleted in Zoom. Restore it, or cancel the session? Until then there is no "
                "video, and clients read so."
            )
        return self.env._(
            "This session's meeting was moved in Zoom to %(time)s, %(minutes)s minutes. Restore it to the time here, "
            "or move the session there? Until then clients see the time that stands here.",
            time=format_datetime(self.env, meeting.start, dt_format="short"),
            minutes=meeting.duration,
        )

    @api.depends("state", "place", "provider_id", "company_id", "start", "version", "meeting_ids")
    def _compute_meeting_status(self):
        super()._compute_meeting_status()
        for session in self.filtered("zoom_question"):
            session.meeting_status, session.meeting_sentence = "asked", session.zoom_question_sentence

    def _was_deleted_in_zoom(self):
        """Whether Zoom has no meeting for the session, and its provider has to say what is to happen."""
        self.ensure_one()
        meeting = self._current_meeting()
        return meeting.question == "deleted" and meeting._asks()

    # === THE ANSWERS === #

    def action_restore_in_zoom(self):
        """Have Zoom's meeting as the session has it."""
        self._check_is_asked()
        # What is wanted has not changed, but Zoom is to be told again. People write no version; the system does.
        self.sudo().with_context(from_calendar_event=True).version = self.version + 1
        self._question_answered()
        return True

    def action_take_over_from_zoom(self):
        """Move the session to where its meeting was moved in Zoom; cancel it where that was deleted.

        :raises UserError: Zoom has it in the past
        """
        self._check_is_asked()
        meeting = self._current_meeting()
        if meeting.question == "deleted":
            self._question_answered()
            return self.action_cancel()
        if meeting.start <= clock.now():
            raise UserError(
                self.env._("In Zoom this meeting lies in the past. Restore it, or move it there once more.")
            )
        stop = meeting.start + timedelta(minutes=meeting.duration)
        self.write({"start": meeting.start, "stop": stop})
        self._question_answered()
        return True

    def _check_is_asked(self):
        self.ensure_one()
        self.check_access("write")
        if not self.zoom_question:
            raise UserError(self.env._("This was answered meanwhile: nothing is left to decide."))

    def _question_answered(self):
        # As superuser: no role may write a meeting. Its question is over by the session's new version.
        self._current_meeting().question_activity_id.unlink()
        self.env["zoom.reconciler"]._wake()
