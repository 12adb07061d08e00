"""One question to Zoom on behalf of a connection: where its access token is refused, renewed once and asked again."""

from odoo import models

from ..zoom import errors
from ..zoom.transport import BACKGROUND, new_session


class ZoomConnectionAsking(models.Model):
    _inherit = "zoom.connection"

    def _ask(self, question, *, timeout=BACKGROUND, renewed_after=None):
        """Return what Zoom answers. The caller has closed its transaction: none is held while Zoom is asked.

        :param question: function of a :class:`~..zoom.client.ZoomClient`; it may be called twice, so it only reads
        :param timeout: :class:`~..zoom.transport.Timeouts` of each call
        :param renewed_after: naive UTC; an access token that is older than this is renewed first
        :raises ConnectionUnusable: there is no token to ask with
        :raises ZoomError: Zoom did not answer, or refused
        """
        self.ensure_one()
        tokens = self.env["zoom.connection.token"].sudo()
        access_token = tokens._access_token(self, timeout=timeout, renewed_after=renewed_after)
        with new_session() as session:
            try:
                return question(self._client(session, access_token, timeout=timeout))
            except errors.TokenRefused:
                access_token = tokens._access_token(self, refused=access_token, timeout=timeout)
            return question(self._client(session, access_token, timeout=timeout))
