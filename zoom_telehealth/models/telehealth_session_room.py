from odoo import fields, models

from .discuss_channel import CLOSING_CONTEXT


class TelehealthSessionRoom(models.Model):
    """A session's room in Odoo Discuss: there while the session is live, for its people alone.

    Made when the provider starts, so that nobody comes in before; whoever comes in becomes a member at the click. When
    the session is over or held elsewhere the room is deleted with what was written in it: Discuss keeps texts in clear.
    """

    _inherit = "telehealth.session"

    room_id = fields.Many2one(
        "discuss.channel",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )

    def _join_link(self):
        if self.place == "discuss":
            return self._room_path()
        return super()._join_link()

    def _start_link(self):
        if self.place == "discuss":
            return self._open_room()
        return super()._start_link()

    def _room_path(self):
        """Return the room's page in this Odoo, or None while there is no room. Members alone see it."""
        self.ensure_one()
        room = self.sudo().room_id
        return f"/discuss/channel/{room.id}" if room else None

    def _open_room(self):
        """Make the room where there is none, let whoever starts in, and return its page."""
        self.ensure_one()
        session = self.sudo()
        if not session.room_id:
            session.room_id = (
                self.env["discuss.channel"]
                .sudo()
                .create(
                    {
                        "name": session.company_id._telehealth_neutral_name(),
                        "channel_type": "group",
                        "default_display_mode": "video_full_screen",
                        # With it anybody who has the invitation's address comes in, signed in or not.
                        "uuid": False,
                        "channel_partner_ids": [fields.Command.link(session.provider_id.partner_id.id)],
                    }
                )
            )
        session._admit(session.provider_id.partner_id)
        return session._room_path()

    def _admit(self, partner):
        """Let a person of the session into its room. Elsewhere the link is enough.

        :param partner: ``res.partner`` record
        """
        # Members are added by whoever is one already; here the session says who comes in.
        self.sudo().room_id._add_members(partners=partner, post_joined_message=False)

    def _follow_attendees(self):
        """Whoever is none of the session's people any more leaves its room, and the call in it."""
        super()._follow_attendees()
        for session in self.sudo().filtered("room_id"):
            for person in session.room_id.channel_member_ids.partner_id - session._people():
                session.room_id._action_unfollow(partner=person, post_leave_message=False)

    def _close_rooms(self):
        """End what is going on in these sessions' rooms, and delete them with their texts."""
        rooms = self.sudo().room_id
        if rooms:
            rooms.rtc_session_ids.unlink()
            rooms.with_context(**{CLOSING_CONTEXT: True}).unlink()

    def _happened(self, values):
        result = super()._happened(values)
        if self.state != "live":
            self._close_rooms()
        return result

    def _follow_event(self, values):
        result = super()._follow_event(values)
        if {"place", "state"} & values.keys():
            self.filtered(lambda session: session.state != "live")._close_rooms()
        return result
