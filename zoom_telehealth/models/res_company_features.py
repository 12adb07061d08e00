"""A practice's features: each has its own switch and its own scopes, and fails by its own name (design rule 9, R10)."""

from odoo import fields, models

from ..zoom import features

SWITCHES = {
    features.MEETINGS: "telehealth_zoom_allowed",
    features.JOIN_LINKS: "telehealth_join_links",
    features.ATTENDANCE: "telehealth_attendance",
    features.RECORDINGS: "telehealth_recordings",
    features.RECORDING_DELETION: "telehealth_recording_deletion",
    features.SETUP_CHECK: "telehealth_setup_check",
}

JOIN_LINKS_HELP = (
    "Whoever presses Join gets a link of their own from Zoom, which works for two hours. The waiting room and the "
    "meeting show their initials, as in “A. Q.”; Zoom is sent these and no name. Where Zoom gives no such link, "
    "clients come in by the meeting's own link and type a name, as without it."
)


class ResCompanyFeatures(models.Model):
    _inherit = "res.company"

    telehealth_join_links = fields.Boolean("Personal join links", help=JOIN_LINKS_HELP)
    telehealth_recording_deletion = fields.Boolean(
        "Deletion of recordings", help="Odoo may remove a recording from Zoom once its copy here is complete."
    )
    telehealth_setup_check = fields.Boolean(
        "Check settings in Zoom", default=True, help="Reads what each provider has set in Zoom, and changes nothing."
    )

    def _telehealth_feature_on(self, feature):
        """Whether the practice has a feature switched on; nothing works without Zoom.

        :param str feature: one of ``zoom/features.py``
        """
        self.ensure_one()
        return self.telehealth_zoom_allowed and self[SWITCHES[feature]]

    def _telehealth_feature_rows(self):
        """Return what each feature needs and what the practice's connections lack, in the features' order.

        :return: list of dict: ``feature``, ``on``, ``scopes`` (list of ``(scope, granted, missing for)``),
            ``connections`` (how many were asked), ``works`` (None where nobody is connected)
        """
        self.ensure_one()
        connections = self.env["zoom.connection"].sudo()
        connections = connections.search(
            [*connections._domain_of_people(self), ("state", "=", "connected")], order="user_id, id"
        )
        granted = {connection: set((connection.scopes or "").split()) for connection in connections}
        return [self._telehealth_feature_row(feature, granted) for feature in features.FEATURES.values()]

    def _telehealth_feature_row(self, feature, granted):
        scopes = []
        for scope in sorted(feature.needed) + sorted(feature.better_with):
            lacking = [connection.user_id.name for connection, has in granted.items() if scope not in has]
            scopes.append(
                {
                    "scope": scope,
                    "needed": scope in feature.needed,
                    "granted": len(granted) - len(lacking),
                    "lacking": lacking,
                }
            )
        works = all(not feature.missing(has) for has in granted.values()) if granted else None
        return {
            "feature": feature.name,
            "on": self._telehealth_feature_on(feature.name),
            "scopes": scopes,
            "connections": len(granted),
            "works": works,
        }
