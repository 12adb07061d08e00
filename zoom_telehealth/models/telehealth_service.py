from odoo import fields, models

PLACES = [("zoom", "Zoom"), ("in_person", "In person")]


class TelehealthService(models.Model):
    """What a practice offers: names sessions for reports and says how long they take and where they are held."""

    _name = "telehealth.service"
    _description = "Telehealth service"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    minutes = fields.Integer(required=True, default=50)
    place = fields.Selection(PLACES, "Default place", required=True, default="zoom")
    company_id = fields.Many2one(
        "res.company", "Practice", index=True, default=lambda self: self.env.company, help="Empty: every practice."
    )

    _minutes_sane = models.Constraint(
        "CHECK (minutes BETWEEN 1 AND 1440)", "A session takes between a minute and a day."
    )
