from odoo import fields, models

ROLES = [("client", "Client"), ("guest", "Guest")]


class TelehealthParticipant(models.Model):
    """A client or guest of a session. Participants follow the event's attendees, never the reverse (decision 3)."""

    _name = "telehealth.participant"
    _description = "Session participant"
    _order = "session_id, id"
    _rec_name = "partner_id"

    session_id = fields.Many2one("telehealth.session", required=True, readonly=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Person", required=True, readonly=True, index=True, ondelete="restrict")
    role = fields.Selection(ROLES, required=True, default="client")
    company_id = fields.Many2one(related="session_id.company_id", store=True, index=True)
    provider_id = fields.Many2one(related="session_id.provider_id", store=True)

    _person_unique = models.UniqueIndex("(session_id, partner_id)")
