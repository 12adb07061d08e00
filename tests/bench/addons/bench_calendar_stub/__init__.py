"""Both calendars' addresses are constants of Odoo's: here they lead to the stub that odoo.conf names."""

from odoo import api, models
from odoo.addons.google_account.models import google_service
from odoo.addons.google_account.models.google_service import TIMEOUT
from odoo.addons.microsoft_account.models import microsoft_service
from odoo.tools import config

STUB = config.get("bench_calendar_stub_url") or "http://127.0.0.1:9"
DAY_SECONDS = 86400

google_service.GOOGLE_API_BASE_URL = STUB
google_service.GOOGLE_TOKEN_ENDPOINT = f"{STUB}/token"
microsoft_service.DEFAULT_MICROSOFT_GRAPH_ENDPOINT = STUB
microsoft_service.DEFAULT_MICROSOFT_TOKEN_ENDPOINT = f"{STUB}/token"


class GoogleService(models.AbstractModel):
    _inherit = "google.service"

    @api.model
    def _do_request(self, uri, params=None, headers=None, method="POST", preuri=STUB, timeout=TIMEOUT):
        return super()._do_request(uri, params, headers, method, preuri, timeout)


class MicrosoftService(models.AbstractModel):
    _inherit = "microsoft.service"

    @api.model
    def _do_request(self, uri, params=None, headers=None, method="POST", preuri=STUB, timeout=TIMEOUT):
        return super()._do_request(uri, params, headers, method, preuri, timeout)


class ResUsers(models.Model):
    _inherit = "res.users"

    def bench_use_google(self):
        """Let these users sync with Google; their token names them."""
        for user in self:
            settings = self.env["res.users.settings"]._find_or_create_for_user(user)
            settings._set_google_auth_tokens(f"google-{user.login}", "refresh", DAY_SECONDS)

    def bench_use_outlook(self):
        """Let these users sync with Outlook; their token names them."""
        for user in self:
            user._set_microsoft_auth_tokens(f"outlook-{user.login}", "refresh", DAY_SECONDS)
