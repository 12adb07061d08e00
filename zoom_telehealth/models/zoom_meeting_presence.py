from odoo import api, fields, models

from ..fields import Encrypted
from ..zoom.events import PRESENCES


class ZoomMeetingPresence(models.Model):
    """What one person did at a meeting, as Zoom told it: attendance is reckoned from these."""

    _name = "zoom.meeting.presence"
    _description = "Coming or going at a Zoom meeting"
    _inherit = ["encrypted.row.mixin"]
    _order = "at, id"
    _rec_name = "kind"

    instance_id = fields.Many2one("zoom.meeting.instance", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection([(kind, kind) for kind in PRESENCES], required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    person_key = fields.Char(required=True, readonly=True, help="Zoom's id of one stay of a person.")
    zoom_user_id = fields.Char(readonly=True, help="Empty for guests.")
    customer_key = fields.Char(readonly=True, help="What the link that was used carried; Zoom's links carry none.")
    name = Encrypted(groups=fields.NO_ACCESS)

    _told_once = models.UniqueIndex("(instance_id, kind, person_key, at)")

    @api.model
    def _add(self, instance, presence):
        """Keep what a person did, once.

        :param presence: :class:`..zoom.events.Presence`
        """
        same = [("kind", "=", presence.kind), ("person_key", "=", presence.key), ("at", "=", presence.at)]
        if not self.search_count([("instance_id", "=", instance.id), *same], limit=1):
            self.create(
                {
                    "instance_id": instance.id,
                    "kind": presence.kind,
                    "at": presence.at,
                    "person_key": presence.key,
                    "zoom_user_id": presence.user_id,
                    "customer_key": presence.customer_key,
                    "name": presence.name,
                }
            )
