from odoo import fields, models

from .. import clock


class TelehealthSessionRenewal(models.Model):
    """A new Zoom meeting for a moved session, behind the same join route, where the practice wants it so."""

    _inherit = "telehealth.session"

    link_version = fields.Integer(
        readonly=True, default=0, copy=False, help="Raised where Zoom's meeting is to be replaced."
    )

    def _follow_event(self, values):
        renewed = self.browse()
        if "start" in values:
            renewed = self.sudo().filtered(
                lambda session: session.company_id.telehealth_new_link and session._changed({"start": values["start"]})
            )
        result = super()._follow_event(values)
        for version, sessions in renewed.grouped("link_version").items():
            sessions.with_context(from_calendar_event=True).link_version = version + 1
        return result


class ZoomMeetingRenewal(models.Model):
    _inherit = "zoom.meeting"

    link_version = fields.Integer(readonly=True, help="The session's link version for which it was made.")

    def _values_for(self, session, connection):
        return super()._values_for(session, connection) | {"link_version": session.link_version}

    def _is_outdated(self):
        """Whether the session, moved since and still to come, is to get another meeting in this one's place."""
        self.ensure_one()
        session = self.session_id
        coming = session.state == "scheduled" and session.stop > clock.now()
        return coming and session.link_version != self.link_version
