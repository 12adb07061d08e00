"""A meeting that somebody moved or deleted in Zoom, where the practice has its provider asked what is to hold.

Until the answer nothing of it is changed at Zoom. An answer, as any edit of the session, raises the session's version;
with it the question is over.
"""

from dataclasses import replace

from odoo import fields, models

from .. import clock
from ..zoom import tasks


class ZoomMeetingQuestion(models.Model):
    _inherit = "zoom.meeting"

    question = fields.Selection([("moved", "Moved in Zoom"), ("deleted", "Deleted in Zoom")], readonly=True)
    asked_version = fields.Integer(readonly=True, help="The session's version about which was asked.")
    # Indexed: PostgreSQL looks for it here with each activity of Odoo's that is done.
    question_activity_id = fields.Many2one("mail.activity", readonly=True, index="btree_not_null", ondelete="set null")

    def _asks(self):
        """Whether the provider was asked and has not answered, nor edited the session otherwise."""
        self.ensure_one()
        return bool(self.question) and self.asked_version == self.session_id.version

    def _may_ask(self):
        session = self.session_id
        return (
            self.company_id.telehealth_zoom_changes == "ask"
            and self.agreed_version == session.version
            and session.state == "scheduled"
            and session.start > clock.now()
        )

    def _ask(self, question):
        if not self._asks():
            session = self.session_id
            told = session.provider_id.with_context(lang=session.provider_id.lang)
            summary = (
                told.env._("A session's meeting was moved in Zoom: restore it, or take it over?")
                if question == "moved"
                else told.env._("A session's meeting was deleted in Zoom: restore it, or cancel the session?")
            )
            self.question_activity_id.unlink()
            self.question_activity_id = session.provider_id._telehealth_ask(session, summary)
        self.write({"question": question, "asked_version": self.session_id.version})

    def _drop_question(self):
        if self.question:
            self.question_activity_id.unlink()
            self.question = False

    def _wish(self):
        wish = super()._wish()
        if self.question == "moved" and self._asks():
            # What else is told to Zoom meanwhile leaves the time as somebody set it there.
            return replace(wish, start=self.start, duration_minutes=self.duration)
        return wish

    def _note_unmet(self, seen, told):
        if self.question and not self._asks():
            self._drop_question()
        calendar = super()._wish()
        has_time = bool(seen.start and seen.duration_minutes)
        moved = has_time and (seen.start, seen.duration_minutes) != (
            calendar.start.replace(microsecond=0),
            calendar.duration_minutes,
        )
        if not moved:
            self._drop_question()
        elif self._asks() or (not told and self._may_ask()):
            self._ask("moved")
            self.write({"start": seen.start, "duration": seen.duration_minutes})
        return super()._note_unmet(seen, told)

    def _ask_whether_deleted(self):
        """Ask where Zoom has no such meeting any more, and return whether somebody was asked.

        An edit of the calendar that finds it gone is an answer: then it is made anew.
        """
        self.ensure_one()
        found = self.state == "live" and self.attempt in (tasks.READ, tasks.PULL) and not self.look_again_at
        if not found or not (self._asks() or self._may_ask()):
            self._drop_question()
            return False
        pulled_at = clock.now() if self.attempt == tasks.PULL else self.pulled_at
        self._ask("deleted")
        self.write(self._settled() | {"seen_at": clock.now(), "pulled_at": pulled_at})
        return True
