from odoo import fields, models

PLACES = [("zoom", "Zoom"), ("discuss", "Odoo Discuss"), ("manual", "Own video link"), ("in_person", "In person")]
# Held by video, so that people come in by the join route; all but Zoom needs no Zoom.
VIDEO_PLACES = ("zoom", "discuss", "manual")
MODALITIES = [("video", "Video"), ("audio", "Audio only")]


class TelehealthService(models.Model):
    """What a practice offers: names sessions for reports and says how long they take and where they are held."""

    _name = "telehealth.service"
    _description = "Telehealth service"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    minutes = fields.Integer(required=True, default=50)
    place = fields.Selection(
        PLACES, "Default place", help="Empty: Zoom for providers who connected it, else the practice's place."
    )
    modality = fields.Selection(MODALITIES, "Video or audio", help="Empty: as the practice sets.")
    company_id = fields.Many2one(
        "res.company", "Practice", index=True, default=lambda self: self.env.company, help="Empty: every practice."
    )

    _minutes_sane = models.Constraint(
        "CHECK (minutes BETWEEN 1 AND 1440)", "A session takes between a minute and a day."
    )
