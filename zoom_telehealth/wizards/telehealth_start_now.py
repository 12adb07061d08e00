from odoo import api, fields, models
from odoo.fields import Command

from .. import clock


class TelehealthStartNow(models.TransientModel):
    """Asks once before a session begins at once: who is called in, for what, and what stands in the way."""

    _name = "telehealth.start.now"
    _description = "Start a session now"

    client_ids = fields.Many2many("res.partner")
    service_id = fields.Many2one(
        "telehealth.service", default=lambda self: self.env.company.sudo().telehealth_now_service_id
    )
    minutes = fields.Integer(related="service_id.minutes")
    trouble = fields.Char(compute="_compute_trouble")
    overlap = fields.Char(compute="_compute_trouble")
    help_sentence = fields.Char(compute="_compute_trouble")
    unreached = fields.Char(compute="_compute_unreached")

    @api.model
    def _open(self, clients):
        """Return the action that opens the dialog for clients."""
        action = self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_telehealth_start_now")
        return action | {"context": {"default_client_ids": [Command.set(clients.ids)]}}

    @api.depends("service_id")
    def _compute_trouble(self):
        sessions = self.env["telehealth.session"]
        trouble, now = sessions._start_now_trouble(), clock.now()
        for dialog in self:
            dialog.trouble = trouble
            dialog.help_sentence = self.env.company.sudo()._telehealth_help_sentence()
            times = now, now + sessions._length_now(dialog.service_id)
            asked = {0: (False, self.env.uid, sessions._place_now(), *times)}
            dialog.overlap = sessions._overlap_sentences(asked).get(0, False)

    @api.depends("client_ids")
    def _compute_unreached(self):
        for dialog in self:
            clients = dialog.client_ids._origin
            without = clients.filtered(lambda client: not client.email or not client.telehealth_portal_access)
            names = ", ".join(without.mapped("name"))
            dialog.unreached = names and self.env._(
                "%s cannot come in by themselves: they need an e-mail address for the invitation, and portal access "
                "to sign in.",
                names,
            )

    def action_start(self):
        """Book the session and go to its start page."""
        self.ensure_one()
        return self.env["telehealth.session"]._start_now(self.client_ids, self.service_id).action_begin()
