from odoo import fields, models

from .telehealth_service import MODALITIES, PLACES


class ResCompanyPlaces(models.Model):
    """Where a practice holds its sessions."""

    _inherit = "res.company"

    telehealth_place = fields.Selection(
        PLACES,
        "Place without Zoom",
        default="zoom",
        help="Where new sessions are held of providers who have not connected Zoom; the others' are held on Zoom.",
    )
    telehealth_modality = fields.Selection(MODALITIES, "Video or audio", default="video")
    telehealth_link_ids = fields.One2many("telehealth.video.link", "company_id", groups=fields.NO_ACCESS)

    def _telehealth_link(self):
        """Return the practice's own video link, or False."""
        self.ensure_one()
        return self.sudo().telehealth_link_ids._readable("address")
