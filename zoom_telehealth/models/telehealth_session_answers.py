"""What follows when a provider accepts or declines a session, and when its clients decline."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from .. import clock


class TelehealthSessionAnswers(models.Model):
    _inherit = "telehealth.session"

    meeting_status = fields.Selection(selection_add=[("awaiting", "Not accepted yet")])
    confirmation = fields.Selection(
        [("confirmed", "Confirmed"), ("awaiting", "Awaits the provider")],
        readonly=True,
        default="confirmed",
        copy=False,
    )
    is_held_back = fields.Boolean(readonly=True, copy=False, help="Its people are invited once the provider accepts.")
    client_decline = fields.Selection(
        [("asked", "The provider is asked"), ("kept", "Held all the same")], readonly=True, copy=False
    )
    decline_activity_id = fields.Many2one("mail.activity", readonly=True, copy=False, ondelete="set null")
    can_answer = fields.Boolean(compute="_compute_can_answer")
    declined_sentence = fields.Char("Declined", compute="_compute_declined_sentence")

    _awaiting = models.Index("(company_id) WHERE confirmation = 'awaiting'")
    _decline_asked = models.Index("(decline_activity_id) WHERE decline_activity_id IS NOT NULL")

    # === WHAT THE SESSION SAYS === #

    @api.depends("confirmation", "state", "provider_id")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for session in self:
            awaiting = session.confirmation == "awaiting" and session.state == "scheduled"
            session.can_answer = awaiting and session.provider_id == self.env.user

    @api.depends("event_id", "participant_ids")
    def _compute_declined_sentence(self):
        # As superuser: who may see the session may see who declined it.
        declined = self.sudo().event_id.attendee_ids.filtered(lambda attendee: attendee.state == "declined")
        by_event = declined.grouped("event_id")
        for session in self:
            people = (
                by_event.get(session.sudo().event_id, declined.browse()).partner_id - session.provider_id.partner_id
            )
            session.declined_sentence = bool(people) and self.env._("Declined: %s", ", ".join(people.mapped("name")))

    @api.depends("confirmation")
    def _compute_meeting_status(self):
        super()._compute_meeting_status()
        for session in self.filtered(lambda one: one.confirmation == "awaiting" and one.state == "scheduled"):
            session.meeting_status = "awaiting"
            session.meeting_sentence = self.env._(
                "%s has not accepted this session yet. When they do, its people are invited and the video is prepared.",
                session.provider_id.name,
            )

    # === AWAITING === #

    @api.model_create_multi
    def create(self, vals_list):
        sessions = super().create(vals_list)
        if all(vals.get("event_id") for vals in vals_list):
            sessions.sudo()._await_provider()._hold_back()
        return sessions

    def _await_provider(self):
        """Have those confirmed first that somebody else booked for their provider, and return them."""
        awaiting = self.filtered(
            lambda session: (
                session.state == "scheduled"
                and session.provider_id
                and session.provider_id != self.env.user
                and session.company_id.telehealth_confirmation
                and "accepted" not in session._provider_attendee().mapped("state")
            )
        )
        awaiting.confirmation = "awaiting"
        return awaiting

    def _hold_back(self):
        self.is_held_back = True

    def _provider_attendee(self):
        """Return the provider's own attendee of each of these sessions."""
        return self.event_id.attendee_ids.filtered(lambda attendee: attendee.partner_id in self.provider_id.partner_id)

    def _follow_event(self, values):
        """Another provider's session awaits that provider, unless they took it over; a new time is answered anew."""
        handed = self.browse()
        if "provider_id" in values:
            handed = self.sudo().filtered(lambda session: session.provider_id.id != values["provider_id"])
        result = super()._follow_event(values)
        if values.get("state") == "cancelled":
            self.sudo()._drop_decline_question()
        elif "start" in values:
            self.sudo()._forget_declines()
        handed._await_provider()
        handed.filtered(lambda session: session.provider_id == self.env.user)._confirm()
        return result

    def _confirm(self):
        """Take these sessions as accepted: their people are invited, and Zoom is told."""
        awaiting = self.filtered(lambda session: session.confirmation == "awaiting")
        if not awaiting:
            return
        held_back = awaiting.filtered("is_held_back")
        awaiting.write({"confirmation": "confirmed", "is_held_back": False})
        coming = held_back.filtered(lambda session: session.state == "scheduled" and session.start > clock.now())
        invited = coming.event_id.attendee_ids - coming._provider_attendee()
        if invited:
            invited._send_invitation_emails()
        self.env["zoom.reconciler"]._wake()
        for session in awaiting:
            session._announce_change()

    def action_accept(self):
        """Accept, as the provider, what somebody else booked."""
        self._check_is_provider()
        sessions = self.sudo()
        sessions._provider_attendee().do_accept()
        sessions._confirm()
        return True

    def action_decline(self):
        """Decline, as the provider: the session is cancelled, and its people are told where they were invited."""
        self._check_is_provider()
        attendees = self.sudo()._provider_attendee()
        attendees.do_decline()
        # One without an attendee of the provider's has nobody whose answer could be written.
        return self.filtered(lambda session: session.state == "scheduled").action_cancel()

    def _check_is_provider(self):
        self.check_access("write")
        if any(session.provider_id != self.env.user for session in self):
            raise AccessError(self.env._("The provider of a session accepts or declines it."))

    # === ANSWERS === #

    def _take_answers(self, attendees):
        """Draw the conclusions of what attendees answered, by whichever way they did.

        :param attendees: ``calendar.attendee`` records whose state has changed, of these sessions' events
        """
        now = clock.now()
        coming = self.filtered(lambda session: session.state == "scheduled" and session.stop > now)
        by_event = {session.event_id: session for session in coming}
        accepted = declined = open_again = answered = self.browse()
        for attendee in attendees.filtered(lambda attendee: attendee.event_id in by_event):
            session = by_event[attendee.event_id]
            if attendee.partner_id != session.provider_id.partner_id:
                answered |= session
            elif attendee.state == "accepted":
                accepted |= session
            elif attendee.state == "declined":
                declined |= session
            else:
                open_again |= session
        accepted.filtered(lambda session: session._is_spoken_for())._confirm()
        open_again._await_provider()
        declined = declined.filtered(lambda session: session._is_spoken_for())
        declined.action_cancel()
        (answered - declined)._weigh_declines()

    def _is_spoken_for(self):
        """Whether the provider themself answers: signed in, or by a way that has no user of its own."""
        user = self.env.user
        return user == self.provider_id or user._is_public() or user.id == SUPERUSER_ID

    def _weigh_declines(self):
        """Ask the providers of sessions that every client declined, or cancel these, as their practices say."""
        forsaken = self.filtered(lambda session: session._is_forsaken())
        (self - forsaken)._drop_decline_question()
        removed = forsaken.filtered(lambda session: session.company_id.telehealth_client_decline == "remove")
        removed.action_cancel()
        asked = (forsaken - removed).filtered(lambda session: not session.client_decline)
        for provider, sessions in asked.grouped("provider_id").items():
            told = provider.with_context(lang=provider.lang)
            summary = told.env._("Declined by every client: keep the session, or cancel it?")
            activity = provider and provider._telehealth_ask(sessions, summary)
            sessions.write({"client_decline": "asked", "decline_activity_id": activity and activity.id})
            for session in sessions:
                session._announce_change()

    def _forget_declines(self):
        """Take back what clients and guests declined: it was another time. Core writes to them of the new one."""
        declined = self.event_id.attendee_ids.filtered(lambda attendee: attendee.state == "declined")
        (declined - self._provider_attendee()).write({"state": "needsAction"})
        self._drop_decline_question()

    def _is_forsaken(self):
        """Whether the session has clients, and none who has not declined."""
        self.ensure_one()
        clients = self.participant_ids.filtered(lambda person: person.role == "client").partner_id
        declined = self.event_id.attendee_ids.filtered(lambda attendee: attendee.state == "declined").partner_id
        return bool(clients) and not clients - declined

    def _drop_decline_question(self, answer=False):
        asked = self.filtered("client_decline")
        if not asked:
            return
        activities = asked.decline_activity_id
        asked.write({"client_decline": answer, "decline_activity_id": False})
        # One activity asks about several where several were declined at once.
        open_still = self.search([("decline_activity_id", "in", activities.ids)]).decline_activity_id
        (activities - open_still).unlink()

    def action_keep_declined(self):
        """Hold the session though every client declined it."""
        self.check_access("write")
        self.sudo().filtered(lambda session: session.client_decline == "asked")._drop_decline_question("kept")
        return True
