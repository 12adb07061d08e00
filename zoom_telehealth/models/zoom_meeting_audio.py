from dataclasses import replace

from odoo import fields, models

from ..fields import Encrypted


class ZoomMeetingAudio(models.Model):
    """Sessions by audio: the meeting begins with all cameras off, and people may come in by phone."""

    _inherit = "zoom.meeting"

    dial_in = Encrypted(groups=fields.NO_ACCESS)

    def _is_by_audio(self):
        self.ensure_one()
        return self.session_id.modality == "audio"

    def _wish(self):
        by_video = not self._is_by_audio()
        return replace(super()._wish(), host_video=by_video, participant_video=by_video)

    def _see(self, seen, version):
        super()._see(seen, version)
        if seen.settings:  # a list's entry tells nothing of phones
            told = seen.dial_in.as_text() if seen.dial_in and self._is_by_audio() else False
            if self._readable("dial_in") != told:
                self.dial_in = told
