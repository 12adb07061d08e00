from datetime import timedelta

from odoo import fields, models

from .. import clock
from ..fields import Encrypted
from ..zoom.oauth import AppCredentials

# A new secret may be entered before it is in force at Zoom, or the other way round.
ROTATION = timedelta(days=3)


class ZoomAppSecrets(models.Model):
    """Two client secrets while one replaces the other: the new one goes first, the earlier where Zoom refuses it."""

    _inherit = "zoom.app"

    earlier_client_secret = Encrypted(groups=fields.NO_ACCESS)
    earlier_client_secret_until = fields.Datetime("The earlier secret is tried until", readonly=True, copy=False)

    def _rotate_client_secret(self, secret):
        """Take a new client secret; the one before is tried as well for three days."""
        self.ensure_one()
        before = self._readable("client_secret")
        if before == secret:
            return
        values = {"client_secret": secret, "earlier_client_secret": False, "earlier_client_secret_until": False}
        if before:
            values |= {"earlier_client_secret": before, "earlier_client_secret_until": clock.now() + ROTATION}
        self.write(values)

    def _credentials(self):
        """Return the app's :class:`AppCredentials`. Runs as superuser: nobody else reads the secrets."""
        self.ensure_one()
        app = self.sudo()
        until = app.earlier_client_secret_until
        return AppCredentials(
            client_id=app.client_id,
            client_secret=app.client_secret or "",
            earlier_secret=(app.earlier_client_secret or None) if until and until > clock.now() else None,
        )
