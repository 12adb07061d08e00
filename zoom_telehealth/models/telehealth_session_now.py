"""A session that nobody booked: a client calls in a crisis, and the provider begins at once."""

from datetime import datetime, timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import clock
from .telehealth_service import VIDEO_PLACES
from .telehealth_session import DEFAULT_MINUTES

MINUTE = timedelta(minutes=1)


class TelehealthSessionNow(models.Model):
    _inherit = "telehealth.session"

    @api.model
    def _start_now_trouble(self):
        """Return why the user cannot begin a session here now, as a sentence that says who must act; else False."""
        user, company = self.env.user, self.env.company
        if not user.has_group("zoom_telehealth.group_provider"):
            return self.env._("Providers hold sessions. A telehealth manager gives that role.")
        place = self._place_now()
        if place == "discuss" or (place == "manual" and user._telehealth_link()):
            return False
        if not company.telehealth_zoom_allowed:
            return self.env._("Zoom is switched off for this practice. A telehealth manager can allow it.")
        if not self.env["zoom.connection"]._for_session(user, company):
            if user.zoom_reason:
                return self.env._(
                    "Your Zoom connection does not work. %s Open “My Preferences”, tab “Telehealth”, and choose "
                    "Connect.",
                    user.zoom_reason,
                )
            return self.env._(
                "You have not connected Zoom yet: open “My Preferences”, tab “Telehealth”, and choose Connect."
            )
        return self.env["zoom.database"].sudo()._trouble()

    @api.model
    def _place_now(self):
        """Return where the user's session is held that begins now: by video, on Zoom once they connected it."""
        place = self._default_place(self.env.user, self.env.company)
        return place if place in VIDEO_PLACES else "zoom"

    @api.model
    def _start_now(self, clients, service):
        """Book a session of the user's that begins with the next minute, and invite the clients.

        Zoom is not asked here (design rule 2): the commit wakes the reconciler, to which the nearest session comes
        first, and the start page waits for it.

        :param clients: ``res.partner`` records, at least one
        :param service: ``telehealth.service`` record, or none
        :raises UserError: no meeting could be made for it
        :return: the session
        """
        trouble = self._start_now_trouble()
        if trouble:
            raise UserError(trouble)
        if not clients:
            raise UserError(self.env._("Choose who is to come."))
        now = clock.now()
        # Zoom knows no start in the past: the next full minute is still to come when it is told.
        start = now + (datetime.min - now) % MINUTE
        session = self.create(
            {
                "client_ids": [Command.set(clients.ids)],
                "service_id": service.id,
                "place": self._place_now(),
                "start": start,
                "stop": start + self._length_now(service),
            }
        )
        # The system's word, which nobody else may write: no other session stands in the way of a crisis.
        session.sudo().unscheduled = True
        return session

    @api.model
    def _length_now(self, service):
        return timedelta(minutes=service.minutes or DEFAULT_MINUTES)

    def _window(self):
        """Let in at once whoever was called in."""
        opens, closes = super()._window()
        return (min(opens, self.start - MINUTE), closes) if self.unscheduled else (opens, closes)

    # === THE START PAGE === #

    def _start_state(self):
        """Return what the page that waits for the meeting needs: whether to go on, and what to say and offer meanwhile.

        As the provider; what is offered in Zoom's place is read as superuser, as the page itself is.
        """
        self.ensure_one()
        meeting = self._current_meeting()
        # One that is looked at anew may be gone: to go on would lead back here.
        ready = bool(self.can_start and meeting.state == "live" and not meeting.hinted_at)
        trouble = not ready and self.meeting_status not in ("pending", "ready", "live", "later")
        return {
            "ready": ready,
            "trouble": trouble,
            "sentence": self.meeting_sentence or "",
            "offered": bool(self.sudo()._instead()),
        }

    def action_begin(self):
        """Go to the start page in a new tab, and close the dialog that led there."""
        return self.action_start() | {"close": True}


class ResPartnerNow(models.Model):
    _inherit = "res.partner"

    def action_telehealth_start_now(self):
        """Ask once before a client is called in."""
        self.ensure_one()
        return self.env["telehealth.start.now"]._open(self)
