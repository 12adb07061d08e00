"""Which scopes each feature needs, has and lacks, on the page of the practice's settings (R10)."""

from odoo import api, fields, models

from ..models.res_company_features import JOIN_LINKS_HELP, SWITCHES
from ..zoom import features

MORE_SWITCHES = ("telehealth_join_links", "telehealth_recording_deletion", "telehealth_setup_check")


class TelehealthSettingsFeatures(models.TransientModel):
    _inherit = "telehealth.settings"

    telehealth_join_links = fields.Boolean("Personal join links", help=JOIN_LINKS_HELP)
    telehealth_recording_deletion = fields.Boolean("Deletion of recordings")
    telehealth_setup_check = fields.Boolean("Check settings in Zoom")
    feature_table = fields.Html(compute="_compute_feature_table", sanitize=False)

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in MORE_SWITCHES if name in fields}

    @api.depends("company_id")
    def _compute_feature_table(self):
        for settings in self:
            settings.feature_table = self.env["ir.qweb"]._render(
                "zoom_telehealth.feature_table",
                {
                    "rows": settings.company_id.sudo()._telehealth_feature_rows(),
                    "names": settings._feature_names(),
                    "never": [(settings._never_asked_names()[name], marks) for name, marks in features.NEVER_ASKED],
                },
            )

    def _feature_names(self):
        names = {
            name: self.company_id._fields[switch].get_description(self.env, ["string"])["string"]
            for name, switch in SWITCHES.items()
        }
        return names | {
            features.MEETINGS: self.env._("Meetings"),
            features.RECORDINGS: self.env._("Recordings and transcripts"),
        }

    def _never_asked_names(self):
        return {
            "everybody": self.env._("anything of other people or of the whole Zoom account"),
            "host_key": self.env._("the key by which somebody else could start a provider's meetings"),
            "change_person": self.env._("changing a provider's Zoom profile or settings"),
            "messages": self.env._("Team Chat messages"),
            "mail_calendar": self.env._("Zoom Mail, Calendar and Scheduler"),
            "contacts_phone": self.env._("contacts, Zoom Phone and text messages"),
            "live_stream": self.env._("streaming a meeting to the public"),
        }

    def action_save(self):
        result = super().action_save()
        # After the check of who saves; as superuser for the same reason as there.
        self.company_id.sudo().write({name: self[name] for name in MORE_SWITCHES})
        return result
