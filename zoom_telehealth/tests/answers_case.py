"""A connected provider, and what people answered to a session's invitation."""

from .reconciler_case import ReconcilerCase
from .simulator import DANA


def attendee_of(session, user):
    return session.event_id.attendee_ids.filtered(lambda attendee: attendee.partner_id == user.partner_id)


class AnswersCase(ReconcilerCase):
    def setUp(self):
        super().setUp()
        self.connect(self.dana, DANA)

    def seen_by(self, user, session):
        return self.as_user("telehealth.session", user).browse(session.id)

    def activities(self):
        return self.env["mail.activity"].search([("user_id", "=", self.dana.id)])
