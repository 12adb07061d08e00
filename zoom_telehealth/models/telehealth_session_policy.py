"""A door that is shut since Zoom does not keep the meeting as private as it must be, and who mends it (R17)."""

from odoo import api, fields, models

from ..zoom import policy


class TelehealthSessionPolicy(models.Model):
    _inherit = "telehealth.session"

    meeting_status = fields.Selection(selection_add=[("shut", "Door shut")])
    unmet_sentence = fields.Char("Not taken over", compute="_compute_unmet_sentence")

    def _is_shut(self):
        """Whether nobody is let in to the session's Zoom meeting for want of a setting."""
        self.ensure_one()
        meeting = self.place == "zoom" and self._current_meeting()
        return bool(meeting) and meeting.state == "live" and meeting._is_shut()

    def _join_link(self):
        return None if self._is_shut() else super()._join_link()

    def _portal_values(self, user):
        return super()._portal_values(user) | {"shut": self._is_shut(), "waiting_room": self._has_waiting_room()}

    def _has_waiting_room(self):
        """Whether practice or provider demand that clients are let in one by one."""
        self.ensure_one()
        meeting = self._current_meeting()
        return bool(meeting) and policy.demands(meeting._policy(), policy.WAITING_ROOM)

    @api.depends("state", "place", "provider_id", "company_id", "start", "version", "meeting_ids")
    def _compute_meeting_status(self):
        super()._compute_meeting_status()
        meetings = self.env["zoom.meeting"].sudo()._current_by_session(self)
        for session in self:
            meeting = meetings.get(session.id)
            if session.meeting_status in ("ready", "live", "pending") and meeting and meeting.shut_by:
                session.meeting_status, session.meeting_sentence = "shut", session._shut_sentence(meeting.shut_by)

    def _shut_sentence(self, cause):
        """Say why clients cannot come in, and who mends it.

        :param str cause: a value of ``zoom.meeting.shut_by``
        """
        if cause == "recording":
            return self.env._(
                "Clients cannot come in: Zoom would record this session by itself, and it must not. The Zoom account's "
                "administrator switches automatic recording off or unlocks it (in Zoom: Account Settings ▸ Recording). "
                "Then choose “Tell Zoom again”."
            )
        return self.env._(
            "Clients cannot come in: the Zoom meeting has no waiting room, and it must have one. The Zoom account's "
            "administrator switches it on or unlocks it (in Zoom: Account Settings ▸ Security). Then choose “Tell Zoom "
            "again”."
        )

    @api.depends("state", "place", "version", "meeting_ids")
    def _compute_unmet_sentence(self):
        meetings = self.env["zoom.meeting"].sudo()._current_by_session(self)
        for session in self:
            meeting = meetings.get(session.id)
            unmet = meeting and session.state in ("scheduled", "live") and meeting._unmet_words()
            session.unmet_sentence = bool(unmet) and self.env._(
                "Zoom did not take over: %s. As a rule the Zoom account's administrator locked it there, and can "
                "unlock it.",
                ", ".join(unmet),
            )

    def action_tell_zoom_again(self):
        """Have Zoom told once more what it did not take over."""
        self.check_access("write")
        for session in self.filtered(lambda session: session.state in ("scheduled", "live")):
            # As superuser: no role writes a meeting; this pulls its next try forward, and no more.
            session._current_meeting()._tell_again()
        return True
