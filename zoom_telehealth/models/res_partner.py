from odoo import api, fields, models

SESSIONS_SHOWN = 20


class ResPartner(models.Model):
    """A client, seen from their own page: their sessions, and what they need for joining from the portal."""

    _inherit = "res.partner"

    # Core's relation: a search through it by ids skips the rules of calendar.event, and would tell any employee who
    # comes to a hidden session. Core counts meetings by SQL with the rules, and no view shows the field.
    meeting_ids = fields.Many2many(groups=fields.NO_ACCESS)
    telehealth_session_count = fields.Integer(
        "Sessions",
        compute="_compute_telehealth_session_count",
        groups="zoom_telehealth.group_provider,zoom_telehealth.group_scheduler",
    )
    telehealth_session_ids = fields.Many2many(
        "telehealth.session",
        string="Coming and past sessions",
        compute="_compute_telehealth_session_ids",
        groups="zoom_telehealth.group_provider,zoom_telehealth.group_scheduler",
    )
    telehealth_portal_access = fields.Boolean(
        "Portal access",
        compute="_compute_telehealth_portal_access",
        groups="base.group_user",
        help="Clients sign in to the portal to join their sessions.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_telehealth_session_count(self):
        participants = self.env["telehealth.participant"]._read_group(
            [("partner_id", "in", self.ids), ("session_id.state", "!=", "cancelled")], ["partner_id"], ["__count"]
        )
        counts = {partner.id: count for partner, count in participants}
        for partner in self:
            partner.telehealth_session_count = counts.get(partner.id, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_telehealth_session_ids(self):
        for partner in self:
            # A form's field: one person at a time, and no more than fits on their page.
            partner.telehealth_session_ids = self.env["telehealth.session"].search(
                [("participant_ids.partner_id", "=", partner.id)], limit=SESSIONS_SHOWN
            )

    @api.depends("user_ids.active")
    def _compute_telehealth_portal_access(self):
        for partner in self:
            # Whether there is a login, which other employees may not read from the user itself.
            partner.telehealth_portal_access = any(user.active for user in partner.sudo().user_ids)

    def action_open_telehealth_sessions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_telehealth_session_of_client")
        action["domain"] = [("participant_ids.partner_id", "=", self.id)]
        action["context"] = {"default_client_ids": [fields.Command.link(self.id)]}
        return action

    def _get_busy_calendar_events(self, start_datetime, end_datetime):
        """Count sessions that the user may not see as busy time.

        Read as superuser, since the times of a hidden session are all that is used of it (decision 3); the caller
        compares intervals and shows none of the events.
        """
        return super(ResPartner, self.sudo())._get_busy_calendar_events(start_datetime, end_datetime)
