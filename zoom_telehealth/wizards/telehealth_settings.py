from odoo import api, fields, models
from odoo.exceptions import AccessError

PRACTICE_FIELDS = (
    "telehealth_zoom_allowed",
    "telehealth_default",
    "telehealth_event_name",
    "telehealth_minutes_before",
    "telehealth_minutes_after",
    "telehealth_horizon_days",
    "telehealth_attendance",
    "telehealth_recordings",
    "telehealth_help_phone",
    "telehealth_help_email",
    "telehealth_help_hours",
    "telehealth_help_urgent",
)


class TelehealthSettings(models.TransientModel):
    """A practice's telehealth settings, for telehealth managers, who need no system right for them.

    The fields stand on ``res.company``; this form writes them, and nothing else of the company.
    """

    _name = "telehealth.settings"
    _description = "Telehealth settings"

    company_id = fields.Many2one(
        "res.company", "Practice", required=True, readonly=True, default=lambda self: self.env.company
    )
    telehealth_zoom_allowed = fields.Boolean("Sessions on Zoom")
    telehealth_default = fields.Boolean("New events are telehealth sessions")
    telehealth_event_name = fields.Char("Neutral name of sessions")
    telehealth_minutes_before = fields.Integer("Minutes before the start")
    telehealth_minutes_after = fields.Integer("Minutes after the end")
    telehealth_horizon_days = fields.Integer("Days ahead")
    telehealth_attendance = fields.Boolean("Attendance from Zoom")
    telehealth_recordings = fields.Boolean("Recordings")
    telehealth_help_phone = fields.Char("Help by phone")
    telehealth_help_email = fields.Char("Help by e-mail")
    telehealth_help_hours = fields.Char("Help hours")
    telehealth_help_urgent = fields.Char("In an emergency")
    app_ids = fields.Many2many("zoom.app", compute="_compute_app_ids", string="Zoom apps")
    redirect_uri = fields.Char("OAuth redirect URL", compute="_compute_app_ids")
    key_trouble = fields.Char(compute="_compute_key_trouble")
    key_is_lost = fields.Boolean(compute="_compute_key_trouble")
    database_trouble = fields.Char(compute="_compute_key_trouble")

    def default_get(self, fields):
        company = self.env.company
        return super().default_get(fields) | {name: company[name] for name in PRACTICE_FIELDS if name in fields}

    @api.depends("company_id")
    def _compute_app_ids(self):
        for settings in self:
            settings.app_ids = self.env["zoom.app"].search([("company_ids", "in", settings.company_id.ids)])
            settings.redirect_uri = self.env["zoom.app"]._redirect_uri()

    @api.depends("company_id")
    def _compute_key_trouble(self):
        self.key_trouble = self.env["zoom.data.key"].sudo()._trouble()
        self.key_is_lost = self.env["zoom.data.key"].sudo()._is_lost()
        self.database_trouble = self.env["zoom.database"].sudo()._trouble()

    def action_save(self):
        """Write the settings to the practice."""
        self.ensure_one()
        if not self.env.user.has_group("zoom_telehealth.group_manager") or self.company_id not in self.env.companies:
            raise AccessError(self.env._("A telehealth manager of this practice changes its settings."))
        if self.telehealth_zoom_allowed:
            self.env["zoom.data.key"].sudo()._require_master_key()
        # These fields alone, as superuser: writing companies is otherwise a system administrator's right.
        values = {name: self[name] for name in PRACTICE_FIELDS}
        asks = self._asks_before_switching_off()
        if asks:
            values.pop("telehealth_zoom_allowed")  # the dialog's to write
        self.company_id.sudo().write(values)
        self.env["zoom.reconciler"]._wake()
        return asks or {"type": "ir.actions.client", "tag": "reload"}

    def _asks_before_switching_off(self):
        """Return the dialog that says what switching Zoom off does, where it ends connections; else None."""
        company = self.company_id.sudo()
        if self.telehealth_zoom_allowed or not company.telehealth_zoom_allowed or not company._zoom_connections():
            return None
        return self.env["zoom.disconnect"]._open({"company_id": company.id})

    def action_open_database(self):
        return self.env["zoom.database"].action_open()

    def action_open_apps(self):
        return self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_zoom_app")
