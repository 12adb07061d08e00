from odoo import api, fields, models


class TelehealthSessionPeople(models.Model):
    """Who comes to a session: its participants, who follow the event's attendees, never the reverse (decision 3).

    They do so until the session is over: who is taken off one that runs does not come in any more.
    """

    _inherit = "telehealth.session"

    participant_ids = fields.One2many("telehealth.participant", "session_id", "Participants")
    client_ids = fields.Many2many(
        "res.partner",
        string="Clients",
        compute="_compute_client_ids",
        inverse="_inverse_client_ids",
        search="_search_client_ids",
    )

    @api.depends("participant_ids.role", "participant_ids.partner_id")
    def _compute_client_ids(self):
        for session in self:
            session.client_ids = session.participant_ids.filtered(lambda person: person.role == "client").partner_id

    def _inverse_client_ids(self):
        """Nothing: :meth:`create` and :meth:`write` hand clients to the event, whose attendees they are."""

    @api.model
    def _search_client_ids(self, operator, value):
        return [("participant_ids", "any", [("role", "=", "client"), ("partner_id", operator, value)])]

    @api.model
    def _attendee_commands(self, vals, session):
        """Return the commands that write a session's people to its event.

        :param vals: dict of session values, which may say who the clients are
        :param session: ``telehealth.session`` record, or None where it is still to be made
        """
        commands = [tuple(command) for command in vals.get("client_ids") or []]
        if session is None:
            provider = self.env["res.users"].browse(vals.get("provider_id") or self.env.uid)
            chosen = self.new({"client_ids": commands}).client_ids._origin.ids
            return [fields.Command.set(chosen + provider.partner_id.ids)]
        kept = session.participant_ids.filtered(lambda person: person.role != "client").partner_id
        clients = session.new({"client_ids": commands}, origin=session).client_ids._origin
        return [fields.Command.set((clients | kept | session.provider_id.partner_id).ids)]

    def _follow_attendees(self):
        """Make the participants follow the events' attendees, all sessions at once."""
        open_sessions = self.filtered(lambda session: session.event_id and session.state != "ended")
        known = {(person.session_id.id, person.partner_id.id): person for person in open_sessions.participant_ids}
        wanted = {
            (session.id, partner.id): partner
            for session in open_sessions
            for partner in session.event_id.partner_ids - session.provider_id.partner_id
        }
        gone = [person.id for key, person in known.items() if key not in wanted]
        self.env["telehealth.participant"].browse(gone).unlink()
        self.env["telehealth.participant"].create(
            [
                {"session_id": key[0], "partner_id": key[1], "role": "client" if partner.partner_share else "guest"}
                for key, partner in wanted.items()
                if key not in known
            ]
        )

    def _people(self):
        """Return all who belong to these sessions: providers, clients and guests."""
        return self.provider_id.partner_id | self.participant_ids.partner_id

    def _announce_change(self):
        """Tell the people of these sessions that something changed: a hint without content, their page then asks."""
        for person in self._people():
            person._bus_send("zoom_telehealth.changed", {})
