"""Gathers what Odoo knows of a practice and its providers, for the pure lines."""

from datetime import timedelta

from odoo import models
from odoo.tools import config, format_datetime

from .. import clock, conf
from ..zoom import features
from ..zoom.addresses import ZoomAddresses
from ..zoom.practice_readiness import PracticeFacts, practice_lines
from ..zoom.readiness import ProviderFacts, provider_lines
from ..zoom.user_settings import SettingsSeen
from .res_company_features import SWITCHES

# A scheduled action counts as stopped after so many of its intervals, and an hour for what else keeps a server busy.
MISSED_INTERVALS, GRACE = 3, timedelta(hours=1)
# Base64 of 32 random bytes uses about thirty different characters.
FEWEST_KEY_CHARACTERS = 12


class TelehealthReadinessFacts(models.Model):
    _inherit = "telehealth.readiness"

    def _lines(self):
        """Return this page's lines as they stand now."""
        self.ensure_one()
        return provider_lines(self._provider_facts()) if self.user_id else practice_lines(self._practice_facts())

    # === A PROVIDER === #

    def _connection(self):
        """Return the provider's newest connection that serves the practice, a working one first."""
        connections = self.env["zoom.connection"].sudo()
        served = [("user_id", "=", self.user_id.id), ("app_id.company_ids", "in", self.company_id.ids)]
        return connections._for_session(self.user_id, self.company_id) or connections.search(served, limit=1)

    def _provider_facts(self):
        company, connection = self.company_id.sudo(), self._connection()
        seen = SettingsSeen(self.settings_seen) if self.settings_seen else None
        return ProviderFacts(
            connection=connection.state or "",
            user_type=int(connection.zoom_user_type) if connection.zoom_user_type else None,
            lowest_plan=company.telehealth_lowest_plan,
            plan=company._telehealth_attested_plan(),
            refused_to_host=self._refused_to_host(connection),
            granted=frozenset((connection.scopes or "").split()),
            on=frozenset(filter(company._telehealth_feature_on, SWITCHES)),
            settings=seen,
            unseen=self._unseen(connection),
            changed=seen.changed_since(self.settings_known or {}) if seen else (),
            consent_first=company.telehealth_consent_first,
        )

    def _unseen(self, connection):
        if not self.company_id.sudo().telehealth_setup_check:
            return "off"
        granted = (connection.scopes or "").split()
        return "trouble" if features.READ_SETTINGS in granted else "scope"

    def _refused_to_host(self, connection):
        """Whether Zoom's last word on this connection's meetings was that its user may not host."""
        meetings = self.env["zoom.meeting"].sudo()
        refused = meetings.search([("connection_id", "=", connection.id), ("failure", "=", "not_host")], limit=1)
        return bool(connection and refused)

    # === A PRACTICE === #

    def _practice_facts(self):
        company = self.company_id.sudo()
        app = self.env["zoom.app"].sudo().search([("company_ids", "in", company.ids), ("user_id", "=", False)], limit=1)
        attestations = self.env["telehealth.attestation"].sudo()._newest(company)
        providers, connected = self._provider_counts(company)
        return PracticeFacts(
            today=clock.now().date(),
            allowed=company.telehealth_zoom_allowed,
            lowest_plan=company.telehealth_lowest_plan,
            plan=company._telehealth_attested_plan(),
            app="none" if not app else "entered" if app.has_client_secret else "no_secret",
            credentials=self._credentials(company),
            redirect_uri=app._redirect_uri(),
            reached=bool(connected or app.webhook_validated_at),
            webhook=app.webhook_state or "off",
            webhook_last=format_datetime(self.env, app.webhook_delivered_at, dt_format="short") or "–",
            key=self._key(),
            seconds_ahead=self._seconds_ahead(company),
            actions=self._stopped_actions(),
            mail=self._mail(),
            sms=self._sms(),
            strays=self.env["zoom.stray.meeting"]
            .sudo()
            .search_count([("company_id", "=", company.id), ("kept", "=", False)]),
            test=self._last_test(company),
            providers=providers,
            connected=connected,
            attested={kind: attestation._fact() for kind, attestation in attestations.items()},
        )

    def _provider_counts(self, company):
        providers = company._telehealth_people("provider")
        working = self.env["zoom.connection"].sudo()._by_provider(providers, company)
        return len(providers), len(working)

    def _credentials(self, company):
        """Return what Zoom's answers to this practice's connections tell of its app's ID and secret."""
        served = [("app_id.company_ids", "in", company.ids), ("app_id.user_id", "=", False)]
        connections = self.env["zoom.connection"].sudo().search(served)
        if any(connection.state == "misconfigured" for connection in connections):
            return "refused"
        return "accepted" if any(connection.state == "connected" for connection in connections) else "untried"

    def _key(self):
        keys = self.env["zoom.data.key"].sudo()
        if keys._trouble():
            return "missing"
        first = conf.master_key_text().split(",")[0].strip().rstrip("=")
        if len(set(first)) < FEWEST_KEY_CHARACTERS:
            return "weak"
        is_real = conf.zoom_addresses() == ZoomAddresses.parse() and not conf.clock_file()
        return "good" if is_real else "trial"

    def _seconds_ahead(self, company):
        """Return the newest comparison of clocks that one of the practice's connections made; None where none did."""
        compared = self.search(
            [("company_id", "=", company.id), ("clock_at", "!=", False)], order="clock_at desc", limit=1
        )
        return compared.seconds_ahead if compared else None

    def _stopped_actions(self):
        """Return the names of our scheduled actions that are switched off or late."""
        rows = self.env["ir.model.data"].sudo().search([("module", "=", "zoom_telehealth"), ("model", "=", "ir.cron")])
        crons = self.env["ir.cron"].sudo().with_context(active_test=False).browse(rows.mapped("res_id")).exists()
        return tuple(cron.name for cron in crons if not cron.active or self._is_late(cron))

    def _is_late(self, cron):
        unit = cron.interval_type if cron.interval_type in ("minutes", "hours", "days") else "weeks"
        patience = MISSED_INTERVALS * timedelta(**{unit: cron.interval_number}) + GRACE
        return (cron.lastcall or cron.create_date) < clock.now() - patience

    def _mail(self):
        if not self.env["ir.mail_server"].sudo().search_count([], limit=1) and not config.get("smtp_server"):
            return "none"
        return "failing" if self._failed_lately("mail.mail", "exception") else "able"

    def _sms(self):
        if "sms.sms" not in self.env:
            return "absent"
        return "failing" if self._failed_lately("sms.sms", "error") else "able"

    def _failed_lately(self, model, state):
        yesterday = clock.now() - timedelta(days=1)
        return self.env[model].sudo().search_count([("state", "=", state), ("create_date", ">", yesterday)], limit=1)
