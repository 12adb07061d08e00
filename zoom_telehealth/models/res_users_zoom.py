"""What a provider's preferences say beyond the state: what is being removed, what is asked, what to do at Zoom."""

from odoo import api, fields, models
from odoo.tools import format_datetime


class ResUsersZoom(models.Model):
    _inherit = "res.users"

    zoom_removal = fields.Char("At Zoom", compute="_compute_zoom_removal")
    zoom_parting = fields.Char(compute="_compute_zoom_removal")
    zoom_move_question = fields.Char(compute="_compute_zoom_removal")
    zoom_database_trouble = fields.Char(compute="_compute_zoom_removal")

    @property
    def SELF_READABLE_FIELDS(self):
        names = ["zoom_removal", "zoom_parting", "zoom_move_question", "zoom_database_trouble"]
        return super().SELF_READABLE_FIELDS + names

    @api.depends("zoom_connection_ids.state", "zoom_connection_ids.parting_until", "zoom_connection_ids.move_asked")
    @api.depends_context("uid", "company")
    def _compute_zoom_removal(self):
        self.zoom_removal = self.env["zoom.connection"]._removal_sentence()
        self.zoom_database_trouble = self.env["zoom.database"].sudo()._trouble()
        self.zoom_parting = self.zoom_move_question = False
        for user in self.filtered(lambda user: user == self.env.user):
            connections = user.sudo().zoom_connection_ids
            parting = connections.filtered("parting_until")[:1]
            if parting:
                user.zoom_parting = self.env._(
                    "Disconnected. Your coming meetings are being removed at Zoom, until %s at the latest; then the "
                    "tokens are erased.",
                    format_datetime(self.env, parting.parting_until, dt_format="short"),
                )
            asking = connections.filtered("move_asked")[:1]
            if asking:
                user.zoom_move_question = asking._move_question()

    def action_zoom_disconnect(self):
        """Open the dialog that says what disconnecting does."""
        return self.env.user._zoom_connection(self.env.company).with_env(self.env).action_ask_disconnect()

    def action_zoom_move(self):
        """Have the coming meetings moved to the Zoom account connected last."""
        for connection in self._zoom_asking():
            connection._move_meetings_here()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_zoom_move_not(self):
        """End the connection that was made last: the meetings stay where they are."""
        self._zoom_asking()._disconnect("person")
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _zoom_asking(self):
        """Return the present user's own connections that wait for an answer, as superuser."""
        return self.env["zoom.connection"].sudo().search([("user_id", "=", self.env.uid), ("move_asked", "=", True)])
