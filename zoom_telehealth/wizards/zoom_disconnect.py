from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from ..models.zoom_connection_parting import PARTING


class ZoomDisconnect(models.TransientModel):
    """Says what disconnecting does before it is done, and offers to remove the coming meetings at Zoom first.

    For connections, or for all of a practice that is to be switched off.
    """

    _name = "zoom.disconnect"
    _description = "Disconnect Zoom"

    connection_ids = fields.Many2many("zoom.connection", string="Connections", readonly=True)
    company_id = fields.Many2one("res.company", "Practice to switch off", readonly=True)
    ending_ids = fields.Many2many("zoom.connection", compute="_compute_effect", string="Are disconnected")
    staying_ids = fields.Many2many("zoom.connection", compute="_compute_effect", string="Stay, for other practices")
    coming = fields.Integer("Coming meetings at Zoom", compute="_compute_effect")
    coming_until = fields.Char(compute="_compute_effect")
    minutes = fields.Integer(compute="_compute_effect")
    remove_meetings = fields.Boolean("Remove the coming meetings at Zoom first")
    removal = fields.Char(compute="_compute_effect")
    help_sentence = fields.Char(compute="_compute_effect")

    @api.model
    def _open(self, values):
        """Return the action that opens the dialog."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disconnect Zoom"),
            "res_model": self._name,
            "res_id": self.create(values).id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.depends("connection_ids", "company_id")
    def _compute_effect(self):
        for dialog in self:
            company = dialog.company_id.sudo()
            concerned = company._zoom_connections() if company else dialog.connection_ids.sudo()
            ending = concerned._serves_only(company) if company else concerned
            meetings = concerned._meetings_ahead(company or None)
            dialog.ending_ids = ending
            # Of an app that serves another practice as well, its people are not named here.
            dialog.staying_ids = (concerned - ending).sudo(False)._filtered_access("read")
            dialog.coming = len(meetings)
            # How many are lost says what this does, also of another practice's; when those are, is not told.
            own = meetings.company_id <= self.env.user.company_ids
            last = meetings[-1:].session_id.start
            dialog.coming_until = own and format_datetime(self.env, last, dt_format="short")
            dialog.minutes = PARTING.total_seconds() // 60
            dialog.removal = self.env["zoom.connection"]._removal_sentence()
            dialog.help_sentence = (company or self.env.company.sudo())._telehealth_help_sentence()

    def action_disconnect(self):
        """Do what the dialog says."""
        self.ensure_one()
        if not self.company_id:
            return self.connection_ids.action_disconnect(remove_meetings=self.remove_meetings)
        if not self.env.user.has_group("zoom_telehealth.group_manager") or self.company_id not in self.env.companies:
            raise AccessError(self.env._("A telehealth manager of this practice switches Zoom off for it."))
        company = self.company_id.sudo().with_context(zoom_remove_meetings=self.remove_meetings)
        company.telehealth_zoom_allowed = False
        return {"type": "ir.actions.client", "tag": "reload"}
