from odoo import fields, models


class ResCompanyPos(models.Model):
    """Which place of service code a practice's sessions begin with."""

    _inherit = "res.company"

    telehealth_pos_id = fields.Many2one(
        "telehealth.pos", "Place of service, telehealth", domain="[('telehealth', '=', True)]", ondelete="restrict"
    )
    telehealth_in_person_pos_id = fields.Many2one(
        "telehealth.pos", "Place of service, in person", domain="[('telehealth', '=', False)]", ondelete="restrict"
    )

    def _telehealth_pos(self, place):
        """Return the code of a session that is held at a place: what the practice chose, else home or office.

        :param str place: of ``PLACES``
        """
        self.ensure_one()
        company = self.sudo()
        if place == "in_person":
            return company.telehealth_in_person_pos_id or self._telehealth_known_pos("pos_11")
        return company.telehealth_pos_id or self._telehealth_known_pos("pos_10")

    def _telehealth_known_pos(self, name):
        found = self.env.ref(f"zoom_telehealth.{name}", raise_if_not_found=False)
        return (found or self.env["telehealth.pos"]).sudo()
