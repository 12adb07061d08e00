"""A substitute: a colleague takes over a session that was offered for cover, where the practice allows it.

Nobody starts a meeting in somebody else's name (design rule 1): who steps in becomes the provider, and the meeting
moves to their own Zoom account.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from .. import clock


class TelehealthSessionCover(models.Model):
    _inherit = "telehealth.session"

    to_cover = fields.Boolean("Offered for cover", readonly=True, copy=False)
    covered_for_id = fields.Many2one("res.users", "Taken over from", readonly=True, copy=False)
    covered_at = fields.Datetime("Taken over on", readonly=True, copy=False)
    cover_allowed = fields.Boolean(compute="_compute_cover_allowed")

    _to_cover = models.Index("(company_id, start) WHERE to_cover")

    @api.depends("company_id")
    def _compute_cover_allowed(self):
        for session in self:
            session.cover_allowed = session.company_id.sudo().telehealth_cover_allowed

    def write(self, vals):
        """Whoever holds it now did not offer it."""
        if "provider_id" in vals and self.env.context.get("from_calendar_event"):
            vals = {**vals, "to_cover": False}
        return super().write(vals)

    def action_offer_cover(self):
        """Let the practice's other providers take these sessions over.

        :raises UserError: the practice does not allow it, or a session has begun or is cancelled
        """
        self.check_access("write")
        for session in self:
            if not session.cover_allowed:
                raise UserError(
                    self.env._(
                        "Your practice does not let providers cover for each other. A telehealth manager can allow it, "
                        "or a scheduler hands the session over."
                    )
                )
            if session.state != "scheduled":
                raise UserError(self.env._("This session has begun, is over or was cancelled: nobody can cover it."))
        # Written by the system alone; who may edit a session may offer it.
        self.sudo().to_cover = True
        return True

    def action_withdraw_cover(self):
        """Take the offer back."""
        self.check_access("write")
        self.sudo().to_cover = False
        return True

    @api.model
    def _offers(self):
        """Return what is offered in the user's practices, as superuser: they see no more of it than the dialog shows.

        :raises AccessError: for who holds no sessions
        """
        if not self.env.user.has_group("zoom_telehealth.group_provider"):
            raise AccessError(self.env._("Providers take sessions over. A telehealth manager gives that role."))
        return self.sudo().search(
            [
                ("to_cover", "=", True),
                ("company_id", "in", self.env.companies.filtered("telehealth_cover_allowed").ids),
                ("state", "=", "scheduled"),
                ("stop", ">", clock.now()),
                ("provider_id", "!=", self.env.uid),
            ],
            order="start, id",
        )

    @api.model
    def _take_cover(self, session_id):
        """Make an offered session the user's own, and write down from whom and when.

        :param session_id: id of the session, as the dialog showed it
        :raises UserError: it is not offered to them (any more)
        :return: the session, as the user
        """
        session = self._offers().filtered(lambda one: one.id == session_id)
        if not session:
            raise UserError(self.env._("This session is not offered any more: somebody else may have taken it."))
        former = session.provider_id
        session._hand_over(self.env.user)
        session.write({"covered_for_id": former.id, "covered_at": clock.now()})
        told = self.with_context(lang=former.lang)
        former.sudo().partner_id.message_notify(
            partner_ids=former.partner_id.ids,
            subject=told.env._("Your session was taken over"),
            body=told.env._(
                "%(who)s took over your session of %(when)s.",
                who=self.env.user.name,
                when=format_datetime(told.env, session.start, tz=former.tz or "UTC", dt_format="short"),
            ),
        )
        return session.sudo(False)


class IrUiMenuCover(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Hide what none of the user's practices allows. Core keeps a user's menus: the setting has them made anew."""
        hidden = super()._load_menus_blacklist()
        menu = self.env.ref("zoom_telehealth.menu_telehealth_cover", raise_if_not_found=False)
        # As superuser: who asks for menus need not read the practices.
        if menu and not any(self.env.user.sudo().company_ids.mapped("telehealth_cover_allowed")):
            hidden.append(menu.id)
        return hidden
