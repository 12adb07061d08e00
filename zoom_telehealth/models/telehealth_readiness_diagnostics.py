"""A file for support: versions, states, last errors and counts. Nothing secret is in it, and no names."""

import platform

import cryptography
import requests

from odoo import models, release

from .. import clock, conf
from ..zoom import features
from ..zoom.addresses import ZoomAddresses

STATES_OF = {
    "telehealth.session": "state",
    "zoom.connection": "state",
    "zoom.meeting": "state",
    "zoom.delivery": "state",
    "telehealth.trial": "state",
}
MOST_ERRORS = 20


class TelehealthReadinessDiagnostics(models.Model):
    _inherit = "telehealth.readiness"

    def action_diagnostics(self):
        """Download the file for support."""
        self.ensure_one()
        self._require_manager()
        return {
            "type": "ir.actions.act_url",
            "url": f"/zoom_telehealth/readiness/{self.id}/diagnostics.json",
            "target": "download",
        }

    def _diagnostics(self):
        """Return what support needs to know of this practice, as a dict that goes into JSON.

        Every value is a version, a state of ours, a code of Zoom's, a number or a time: nothing that a person typed.
        """
        self.ensure_one()
        self._require_manager()
        self.check_access("read")
        company = self.company_id
        page = self.sudo()
        return {
            "written_at": _time(clock.now()),
            "versions": page._versions(),
            "server": page._server(),
            "practice": page._practice(company.sudo()),
            "counts": {model: page._count_by(model, field, company) for model, field in STATES_OF.items()},
            "connections": page._connection_states(company),
            "last_errors": page._last_errors(company),
            "webhooks": page._webhook_states(company),
            "actions": page._action_states(),
            "lines": [
                {"page": "provider" if one.user_id else "practice", "key": line.key, "level": line.level,
                 "finding": line.finding, "since": _time(line.since)}
                for one in page | page.provider_page_ids
                for line in one.line_ids
            ],
        }  # fmt: skip

    def _versions(self):
        addon = self.env["ir.module.module"].search([("name", "=", "zoom_telehealth")])
        return {
            "odoo": release.version,
            "zoom_telehealth": addon.installed_version,
            "python": platform.python_version(),
            "postgresql": self.env.cr._cnx.server_version,
            "requests": requests.__version__,
            "cryptography": cryptography.__version__,
        }

    def _server(self):
        addresses = conf.zoom_addresses()
        return {
            "key": self._key(),
            "zooms_own_addresses": addresses == ZoomAddresses.parse(),
            "clock_moved": bool(conf.clock_file()),
            "https": self.get_base_url().startswith("https://"),
            "seconds_ahead_of_zoom": self._seconds_ahead(self.company_id),
            "mail": self._mail(),
            "sms": self._sms(),
        }

    def _practice(self, company):
        return {
            "allowed": company.telehealth_zoom_allowed,
            "lowest_plan": company.telehealth_lowest_plan,
            "features_on": [row["feature"] for row in company._telehealth_feature_rows() if row["on"]],
            "horizon_days": company.telehealth_horizon_days,
            "providers": len(company._telehealth_people("provider")),
        }

    def _count_by(self, model, field, company):
        of_practice = "company_id" if "company_id" in self.env[model]._fields else "app_id.company_ids"
        domain = [(of_practice, "in", company.ids)]
        if model == "zoom.connection":
            domain = self.env[model]._domain_of_people(company)
        return dict(self.env[model]._read_group(domain, [field], ["__count"]))

    def _connection_states(self, company):
        connections = self.env["zoom.connection"]
        connections = connections.search(connections._domain_of_people(company), order="id")
        return [
            {
                "id": one.id,
                "state": one.state,
                "reason": one.reason or None,
                "since": _time(one.state_at),
                "last_seen_to_work": _time(one.verified_at),
                "user_type": one.zoom_user_type or None,
                "lacks": _lacking(one),
            }
            for one in connections
        ]

    def _last_errors(self, company):
        failing = self.env["zoom.meeting"].search(
            [("company_id", "=", company.id), ("failure", "!=", False)], order="id desc", limit=MOST_ERRORS
        )
        return [
            {"meeting": one.id, "failure": one.failure, "facts": one.failure_facts or None, "failures": one.failures,
             "next_try": _time(one.next_try)}
            for one in failing
        ]  # fmt: skip

    def _webhook_states(self, company):
        apps = self.env["zoom.app"].search([("company_ids", "in", company.ids)], order="id")
        return [
            {
                "app": app.id,
                "state": app.webhook_state,
                "validated_at": _time(app.webhook_validated_at),
                "last_event_at": _time(app.webhook_delivered_at),
                "refused_in_a_day": app.webhook_refused,
                "missed_ends": app.webhook_missed,
                "parked": app.webhook_parked,
            }
            for app in apps
        ]

    def _action_states(self):
        rows = self.env["ir.model.data"].search([("module", "=", "zoom_telehealth"), ("model", "=", "ir.cron")])
        crons = {row.name: self.env["ir.cron"].with_context(active_test=False).browse(row.res_id) for row in rows}
        return {
            name: {"active": cron.active, "last": _time(cron.lastcall), "failures": cron.failure_count}
            for name, cron in crons.items()
        }


def _lacking(connection):
    granted = (connection.scopes or "").split()
    return {name: feature.missing(granted) for name, feature in features.FEATURES.items() if feature.missing(granted)}


def _time(moment):
    return moment.isoformat(timespec="seconds") + "Z" if moment else None
