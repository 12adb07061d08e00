"""A session that was cancelled by mistake comes back: the same record, behind the same link."""

from odoo import models
from odoo.exceptions import UserError

from .. import clock


class TelehealthSessionRestore(models.Model):
    _inherit = "telehealth.session"

    def action_restore(self):
        """Put cancelled sessions back on the calendar, and invite their people again if they are still to come.

        As the user, who writes the events. What a provider has to accept awaits them again, unless they restore it
        themselves. Zoom's meeting went with the cancelling: the reconciler makes another.

        :raises UserError: the event of one of them was deleted
        """
        cancelled = self.filtered(lambda session: session.state == "cancelled")
        if not all(session.event_id for session in cancelled):
            raise UserError(self.env._("This session was cancelled and its calendar event is gone. Book a new one."))
        events = cancelled._events()
        # Archived where it was cancelled; a plain event where its switch was turned off. Writing what is so already
        # would tell the calendars beside Odoo of a change.
        events.filtered(lambda event: not event.active).action_unarchive()
        events.filtered(lambda event: not event.telehealth).write({"telehealth": True})
        coming = cancelled.filtered(lambda session: session.start > clock.now())
        # As superuser: answers are their attendees' own. Who is invited again answers again.
        coming.sudo()._forget_declines()
        awaiting = cancelled._await_again()
        own = cancelled.filtered(lambda session: session.provider_id == self.env.user)
        declined = own.filtered(lambda session: "declined" in session.sudo()._provider_attendee().mapped("state"))
        (own & awaiting | declined).action_accept()
        (coming - awaiting).event_id.attendee_ids._send_invitation_emails()
        return True

    def _await_again(self):
        """Return those that their provider has to accept first, as superuser; their people are invited then."""
        sessions = self.sudo()
        sessions._await_provider()
        awaiting = sessions.filtered(lambda session: session.confirmation == "awaiting")
        awaiting._hold_back()
        return awaiting
