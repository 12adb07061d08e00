"""Says plainly when a session has no video at present: never another provider of video in its place (R5)."""

from odoo import api, fields, models

from .zoom_connection import ENDED


class TelehealthSessionVideo(models.Model):
    _inherit = "telehealth.session"

    meeting_status = fields.Selection(selection_add=[("no_video", "No video at present")])

    def _has_video(self):
        """Whether the session has video, or gets it by itself.

        One that is live goes on. Else somebody has to act where the practice switched Zoom off, where nobody connected,
        and where the connection was ended; one that only must be renewed leaves its meeting usable.
        """
        self.ensure_one()
        if self.place != "zoom" or self.state == "live":
            return True
        if not self.company_id.sudo().telehealth_zoom_allowed or self._was_deleted_in_zoom():
            return False
        meeting = self._current_meeting()
        if meeting.state == "live" and meeting.connection_id.state not in ENDED:
            return True
        return bool(self.env["zoom.connection"]._for_session(self.provider_id, self.company_id))

    def _join_link(self):
        """Return Zoom's join link for a participant, or None while there is no meeting to be held."""
        if self.place != "zoom":
            return super()._join_link()
        meeting = self._current_meeting()
        ended = meeting.connection_id.state in ENDED and self.state != "live"
        return None if ended or not self._has_video() else super()._join_link()

    def _portal_values(self, user):
        return super()._portal_values(user) | {"video": self._has_video()}

    @api.depends("state", "place", "provider_id", "company_id", "start", "version", "meeting_ids")
    def _compute_meeting_status(self):
        super()._compute_meeting_status()
        trouble = self.env["zoom.database"].sudo()._trouble()
        asked = self._providers_to_be_asked()
        ended = self._ended_connections()
        for session in self:
            if session.place != "zoom" or (session.meeting_status == "none" and not session.meeting_sentence):
                continue
            key = (session.provider_id.id, session.company_id.id)
            if not session.company_id.sudo().telehealth_zoom_allowed:
                session.meeting_status = "no_video"
            elif session.meeting_status == "waiting" and key in asked:
                session.meeting_status, session.meeting_sentence = "no_video", session._sentence_of_question()
            elif session.meeting_status == "waiting" and key in ended:
                if ended[key].state in ENDED:
                    session.meeting_status = "no_video"
                session.meeting_sentence = session._sentence_of(ended[key])
            if trouble and session.meeting_status not in ("none", "ready"):
                session.meeting_sentence = trouble

    def _ended_connections(self):
        """Return ``{(user id, company id): connection}`` for those sessions' providers who had a connection once."""
        waiting = self.filtered(lambda session: session.meeting_status == "waiting")
        connections = self.env["zoom.connection"].sudo().search([("user_id", "in", waiting.provider_id.ids)])
        return {
            (connection.user_id.id, company.id): connection
            for connection in reversed(connections)
            for company in connection.app_id.company_ids
        }

    def _providers_to_be_asked(self):
        waiting = self.filtered(lambda session: session.meeting_status == "waiting")
        connections = (
            self.env["zoom.connection"]
            .sudo()
            .search([("user_id", "in", waiting.provider_id.ids), ("move_asked", "=", True)])
        )
        return {(one.user_id.id, company.id) for one in connections for company in one.app_id.company_ids}

    def _sentence_of(self, connection):
        name = self.provider_id.name
        if connection.state == "revoked":
            return self.env._("No video at present: %s removed the app in Zoom. Connecting again brings it back.", name)
        if connection.state == "disconnected":
            return self.env._("No video at present: %s disconnected Zoom. Connecting again brings it back.", name)
        if connection.reason == "grant_refused":
            return self.env._(
                "The Zoom connection of %s was removed in Zoom, or replaced there: open “My Preferences”, tab "
                "“Telehealth”, and choose Reconnect.",
                name,
            )
        return self.env._(
            "The Zoom connection of %s does not work: open “My Preferences”, tab “Telehealth”, and choose Reconnect.",
            name,
        )

    def _sentence_of_question(self):
        return self.env._(
            "No video at present: %s connected another Zoom account than the one that holds the coming meetings, and "
            "has to say in “My Preferences”, tab “Telehealth”, whether they are to move.",
            self.provider_id.name,
        )
