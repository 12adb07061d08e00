"""Meetings that a provider made by hand in Zoom, shown for a while so that they may become sessions."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import clock, notice
from ..fields import Encrypted
from .zoom_meeting import OPEN


class ZoomFoundMeeting(models.TransientModel):
    """One upcoming meeting at Zoom without a marker of ours, as the provider's own list told it.

    Its topic may name a client: it is encrypted, never logged, and erased with the row: at the next look, when it was
    taken over, or when Odoo next clears what is transient, which it does daily.
    """

    _name = "zoom.found.meeting"
    _description = "Meeting found at Zoom"
    _inherit = ["encrypted.row.mixin"]
    _order = "start, id"
    _rec_name = "start"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    connection_id = fields.Many2one(
        "zoom.connection", required=True, readonly=True, ondelete="cascade", groups=fields.NO_ACCESS
    )
    company_id = fields.Many2one("res.company", "Practice", required=True, readonly=True, ondelete="cascade")
    zoom_id = fields.Char("Zoom meeting ID", required=True, readonly=True)
    topic = Encrypted(readonly=True)
    start = fields.Datetime("When", required=True, readonly=True)
    minutes = fields.Integer(readonly=True)
    repeats = fields.Boolean(readonly=True, help="Zoom lists each time of it under one number.")
    client_ids = fields.Many2many("res.partner", string="Clients")

    def write(self, vals):
        """People say who comes, and nothing else of what Zoom told."""
        if not self.env.su and vals.keys() - {"client_ids"}:
            raise UserError(self.env._("Choose who comes; the rest is as Zoom told it."))
        return super().write(vals)

    @api.model
    def _keep(self, connection, company, found):
        """Keep what a look showed in place of what an earlier one did. As superuser.

        :param connection: ``zoom.connection`` record that was asked
        :param company: ``res.company`` whose sessions they may become
        :param found: list of :class:`~..zoom.payloads.MeetingSeen`
        """
        self.search([("user_id", "=", connection.user_id.id)]).unlink()
        known = self.env["zoom.meeting"].search([("zoom_id", "in", [seen.id for seen in found]), ("state", "in", OPEN)])
        ours = set(known.mapped("zoom_id"))
        return self.create(
            [
                {
                    "user_id": connection.user_id.id,
                    "connection_id": connection.id,
                    "company_id": company.id,
                    "zoom_id": seen.id,
                    "topic": seen.topic,
                    "start": seen.start,
                    "minutes": seen.duration_minutes or 0,
                    "repeats": seen.repeats,
                }
                for seen in found
                if seen.id not in ours and not seen.reference and seen.start and seen.start > clock.now()
            ]
        )

    def action_take_over(self):
        """Make a session of it at its time; its meeting becomes the session's, where one meeting is one time.

        The reconciler then gives it the neutral topic with our marker, a passcode of its own and the practice's
        settings. One that repeats is left alone, and the session gets a meeting of its own.
        """
        self.ensure_one()
        self.check_access("write")
        found = self.sudo()
        if found.user_id != self.env.user or not found.client_ids:
            raise UserError(self.env._("Choose who comes to this session."))
        if self.env["zoom.meeting"].sudo().search_count([("zoom_id", "=", found.zoom_id), ("state", "in", OPEN)]):
            raise UserError(self.env._("This meeting is a session's already."))
        session = (
            self.env["telehealth.session"]
            .with_company(found.company_id)
            .create(
                {
                    "client_ids": [Command.set(found.client_ids.ids)],
                    "start": found.start,
                    "stop": found.start + timedelta(minutes=found.minutes or 50),
                    "label": found.topic,
                    "place": "zoom",
                }
            )
        )
        repeats = found.repeats
        if not repeats:
            found._give_to(session)
        found.unlink()
        action = {
            "type": "ir.actions.act_window",
            "res_model": "telehealth.session",
            "res_id": session.id,
            "views": [(False, "form")],
        }
        if not repeats:
            return action
        return notice.warning(
            self.env._(
                "The session gets a Zoom meeting of its own. The old one repeats and was left alone: delete it in Zoom "
                "when all its times are taken over."
            ),
            then=action,
        )

    def _give_to(self, session):
        """Let the meeting be the session's: version 0 agrees with nothing, so Zoom is told all that it must be."""
        meetings = self.env["zoom.meeting"]
        as_listed = {"zoom_id": self.zoom_id, "start": self.start, "duration": self.minutes}
        meetings.create(
            meetings._values_for(session.sudo(), self.connection_id)
            | {**as_listed, "state": "live", "agreed_version": 0}
        )
        self.env["zoom.reconciler"]._wake()


class ResUsersFound(models.Model):
    _inherit = "res.users"

    def action_zoom_find_meetings(self):
        """Have the user's own list at Zoom read, outside this transaction."""
        address = f"/zoom_telehealth/found/{self.env.company.id}"
        return {"type": "ir.actions.client", "tag": "zoom_telehealth.post_page", "params": {"address": address}}
