from odoo import models

from ..zoom.dial_in import DialIn


class TelehealthSessionPhone(models.Model):
    """What a client's page says of a session by audio."""

    _inherit = "telehealth.session"

    def _portal_values(self, user):
        return super()._portal_values(user) | {"audio": self.modality == "audio", "dial_in": self._dial_in()}

    def _dial_in(self):
        """Return how to come in by phone as a dict for pages, or False: while the way to Zoom is open alone."""
        self.ensure_one()
        if self.modality != "audio" or self.place != "zoom" or self._door() != "open" or not self._join_link():
            return False
        meeting = self._current_meeting()
        stored = meeting._readable("dial_in")
        if not stored:
            return False
        told = DialIn.from_text(stored)
        digits = meeting.zoom_id
        return {
            "numbers": told.numbers,
            "meeting": " ".join(filter(None, (digits[:3], digits[3:-4], digits[-4:]))),
            "passcode": told.passcode,
        }
