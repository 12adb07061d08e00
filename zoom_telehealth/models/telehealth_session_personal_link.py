from odoo import models

from ..zoom import features
from ..zoom.personal_link import shown_names


class TelehealthSessionPersonalLink(models.Model):
    """A join link of each participant's own: for which sessions Zoom is asked for one, and what it says of them."""

    _inherit = "telehealth.session"

    def _personal_link_wish(self, partner):
        """Return what it takes to ask Zoom for a participant's own join link, or None where there is none to ask for.

        :param partner: ``res.partner`` record of a participant
        :return: ``(connection, Zoom's id of the meeting, name that Zoom shows)``
        """
        self.ensure_one()
        meeting = self._current_meeting()
        # As superuser: a participant reads neither the practice's settings nor the connection; a name and an id leave.
        on = self.place == "zoom" and self.company_id.sudo()._telehealth_feature_on(features.JOIN_LINKS)
        if not on or meeting.state != "live" or not meeting.connection_id._works_for(features.JOIN_LINKS):
            return None
        name = self._name_at_zoom(partner)
        return (meeting.connection_id, meeting.zoom_id, name) if name else None

    def _name_at_zoom(self, partner):
        people = self.sudo().participant_ids.sorted("id").partner_id
        names = shown_names([person.name or "" for person in people])
        return dict(zip(people.ids, names)).get(partner.id)
