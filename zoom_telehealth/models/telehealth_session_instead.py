from odoo import api, fields, models

from .. import clock
from .res_company_fallback import WAYS


class TelehealthSessionInstead(models.Model):
    """What is offered while the door is open and Zoom does not work: the practice's other way, if it has one.

    Both sides are offered the same, and told that it is not Zoom. The provider takes it by a click; until then the
    session is Zoom's, and nothing switches by itself (R5).
    """

    _inherit = "telehealth.session"

    fallback = fields.Selection(WAYS, "Held without Zoom, by", readonly=True, copy=False)
    start_failed_at = fields.Datetime(readonly=True, copy=False, help="When Start last found that Zoom does not work.")

    # === WHETHER ZOOM WORKS === #

    def _zoom_is_out(self):
        """Whether Zoom does not work for this session at present.

        That is: it has no video, its meeting is missing and could not be made, its door is shut for what Zoom has set,
        or Start failed and did not succeed since. A meeting that is being made is no such case.
        """
        self.ensure_one()
        if self.place != "zoom":
            return False
        if self.start_failed_at and self.start_failed_at >= self._window()[0]:
            return True
        if not self._has_video():
            return True
        meeting = self._current_meeting()
        unusable = meeting.state != "live" or meeting.missing or meeting._is_shut()
        return bool(meeting.shut_by) or (unusable and bool(meeting.failure))

    def _start_failed(self):
        """Note that the provider could not start on Zoom, so that the client is offered what the provider is."""
        self.ensure_one()
        if self._door() == "open":
            self.start_failed_at = clock.now()
            self._announce_change()

    # === WHAT IS OFFERED === #

    def _is_held_otherwise(self):
        """Whether the session is being held by the practice's other way."""
        self.ensure_one()
        return bool(self.fallback) and self.state == "live"

    def _instead(self):
        """Return what is offered in Zoom's place as a dict for pages, or False.

        ``way``: one of ``WAYS``; ``taken``: whether the provider took it; ``open``: whether a click leads there;
        ``phone``: the number to call.
        """
        self.ensure_one()
        taken = self._is_held_otherwise()
        if self._door() != "open" or not (taken or self._zoom_is_out()):
            return False
        company = self.company_id.sudo()
        way = self.fallback if taken else company.telehealth_fallback
        phone = company.telehealth_fallback_phone
        if not way or (way == "phone" and not phone) or (way == "manual" and not self._instead_link()):
            return False
        return {
            "way": way,
            "taken": taken,
            "open": way == "manual" or (way == "discuss" and bool(self._room_path())),
            "phone": phone if way == "phone" else False,
        }

    def _instead_link(self):
        """Return the video link of the practice's other way: the provider's, or else the practice's."""
        self.ensure_one()
        return self._manual_link() or self.company_id._telehealth_link()

    def _portal_values(self, user):
        return super()._portal_values(user) | {"instead": self._instead()}

    def _join_link(self):
        """Nobody is at Zoom while the session is held otherwise."""
        return None if self._is_held_otherwise() else super()._join_link()

    def _join_link_instead(self):
        """Return where a participant's click on what is offered leads, or None."""
        offer = self._instead()
        if not offer or not offer["open"]:
            return None
        return self._room_path() if offer["way"] == "discuss" else self._instead_link()

    def _take_instead(self):
        """Hold the session by what is offered, and return where the provider's click leads: None by phone.

        :raises ValueError: nothing is offered
        """
        self.ensure_one()
        offer = self._instead()
        if not offer:
            raise ValueError("Nothing is offered in Zoom's place.")
        way = offer["way"]
        if not offer["taken"]:
            super()._mark_live()
            self.fallback = way
            self._announce_change()
        if way == "discuss":
            return self._open_room()
        return self._instead_link() if way == "manual" else None

    # === WHAT HAPPENED === #

    def _mark_live(self):
        """On Zoom after all, or where it was to be: what was taken or offered in its place is over."""
        super()._mark_live()
        back = self.filtered(lambda session: session.fallback or session.start_failed_at)
        for session in back.filtered(lambda session: session._door() == "open"):
            session.write({"fallback": False, "start_failed_at": False})
            if session.place == "zoom":
                session._close_rooms()
            session._announce_change()

    # What Zoom knows of a session that is held otherwise says nothing of it.

    def _follow_instances(self):
        return super(TelehealthSessionInstead, self.filtered(lambda session: not session.fallback))._follow_instances()

    def _mark_not_running(self, held_is_known=False):
        on_zoom = self.filtered(lambda session: not session._is_held_otherwise())
        return super(TelehealthSessionInstead, on_zoom)._mark_not_running(held_is_known)

    def _lost_its_meeting(self):
        on_zoom = self.filtered(lambda session: not session._is_held_otherwise())
        return super(TelehealthSessionInstead, on_zoom)._lost_its_meeting()

    # === WHAT THE SESSION SAYS === #

    @api.depends("fallback")
    def _compute_meeting_status(self):
        super()._compute_meeting_status()
        ways = dict(self._fields["fallback"]._description_selection(self.env))
        for session in self.filtered(lambda session: session._is_held_otherwise()):
            session.meeting_status = "live"
            session.meeting_sentence = self.env._(
                "Zoom did not work, so the session is held by: %s. Choose Finish when it is over.",
                ways[session.fallback],
            )
