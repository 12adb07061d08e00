from odoo import models
from odoo.tools import format_datetime

from .zoom_connection_alert import ACTIVITY


class ResUsersQuestions(models.Model):
    """Asks a provider about sessions of theirs. The activity names no client: it is mailed, and stored as it is."""

    _inherit = "res.users"

    def _telehealth_ask(self, sessions, summary):
        """Return an activity that asks this provider about sessions; it stands on their own contact.

        :param sessions: ``telehealth.session`` records of this provider, at least one
        :param str summary: the question, of nobody by name
        """
        self.ensure_one()
        told = self.sudo().with_context(lang=self.lang, tz=self.tz)
        base = self.browse().get_base_url()
        note = self.env["ir.qweb"]._render(
            "zoom_telehealth.session_question",
            {
                "sessions": [
                    (
                        format_datetime(told.env, session.start, tz=self.tz, dt_format="short"),
                        f"{base}/odoo/telehealth.session/{session.id}",
                    )
                    for session in sessions
                ]
            },
            lang=self.lang,
        )
        return told.partner_id.activity_schedule(ACTIVITY, summary=summary, note=note, user_id=self.id)
