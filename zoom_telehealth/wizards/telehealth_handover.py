from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .. import clock
from ..models.zoom_connection import WORKING

MOST_SHOWN = 200
MOST_OVERLAPS_NAMED = 5


class TelehealthHandover(models.TransientModel):
    """Hands a provider's coming sessions over to a colleague: of a period, or all. Says beforehand what that does.

    What is handed over is the calendar's; the meetings move at Zoom by themselves, right after (R7).
    """

    _name = "telehealth.handover"
    _description = "Hand sessions over"

    company_id = fields.Many2one(
        "res.company", "Practice", required=True, readonly=True, default=lambda self: self.env.company
    )
    from_id = fields.Many2one("res.users", required=True)
    to_id = fields.Many2one("res.users")
    first_day = fields.Date("From day", required=True, default=lambda self: fields.Date.context_today(self))
    last_day = fields.Date("To day", help="Empty: all that is booked.")
    leaves_overlaps = fields.Boolean("Leave those that overlap with what the new provider holds")
    session_ids = fields.Many2many("telehealth.session", string="Sessions", compute="_compute_preview")
    count = fields.Integer("Coming sessions", compute="_compute_preview")
    summary = fields.Char(compute="_compute_preview")
    overlap_count = fields.Integer(compute="_compute_preview")
    overlaps = fields.Text(compute="_compute_preview")
    refuses_overlaps = fields.Boolean(related="company_id.telehealth_overlap_blocked")
    no_video = fields.Char(compute="_compute_connections")
    orphans = fields.Char(compute="_compute_connections")

    # === PREVIEW === #

    @api.depends("from_id", "to_id", "first_day", "last_day", "company_id")
    def _compute_preview(self):
        for dialog in self:
            sessions = dialog._sessions()
            overlaps = dialog._overlaps(sessions)
            dialog.session_ids = sessions[:MOST_SHOWN]
            dialog.count, dialog.overlap_count = len(sessions), len(overlaps)
            dialog.overlaps = "\n".join(list(overlaps.values())[:MOST_OVERLAPS_NAMED])
            dialog.summary = bool(sessions) and self.env._(
                "%(count)s sessions, from %(first)s to %(last)s",
                count=len(sessions),
                first=format_date(self.env, sessions[0].start),
                last=format_date(self.env, sessions[-1].start),
            )

    @api.depends("from_id", "to_id", "session_ids")
    def _compute_connections(self):
        connections = self.env["zoom.connection"].sudo()
        for dialog in self:
            to = dialog.to_id._origin
            on_zoom = dialog._sessions().filtered(lambda session: session.place == "zoom")
            missing = bool(to and on_zoom) and not connections._for_session(to, dialog.company_id)
            dialog.no_video = missing and self.env._(
                "%s has not connected Zoom: these sessions have no video until they do.", to.name
            )
            # As superuser: schedulers see no connections, and are told a number alone.
            meetings = on_zoom.sudo().meeting_ids.filtered(lambda meeting: meeting.state == "live")
            stranded = len(meetings.filtered(lambda meeting: meeting.connection_id.state not in WORKING))
            dialog.orphans = bool(stranded) and self.env._(
                "%(count)s meetings stand at Zoom in the name of %(provider)s, whose connection does not work. Odoo "
                "removes them should it be connected again; until then they are in the list of Zoom meetings as “To "
                "be removed”.",
                count=stranded,
                provider=dialog.from_id.name,
            )

    def _sessions(self):
        """Return what is handed over: coming sessions that the user may see, the nearest first."""
        self.ensure_one()
        if not self.from_id or not self.first_day:
            return self.env["telehealth.session"]
        begin = max(clock.now(), self._midnight(self.first_day))
        domain = [
            ("company_id", "=", self.company_id.id),
            ("provider_id", "=", self.from_id._origin.id),
            ("state", "=", "scheduled"),
            ("start", ">=", begin),
        ]
        if self.last_day:
            domain.append(("start", "<", self._midnight(fields.Date.add(self.last_day, days=1))))
        return self.env["telehealth.session"].search(domain, order="start, id")

    def _midnight(self, day):
        """Return where a day begins for the user, naive UTC."""
        return self.env["telehealth.session"]._day_begins(day, self.env.user.tz)

    def _overlaps(self, sessions):
        """Return a sentence for each session at whose time the new provider holds another, by session id."""
        to = self.to_id._origin
        asked = {one.id: (one.id, to.id, one.place, one.start, one.stop) for one in sessions}
        return self.env["telehealth.session"]._overlap_sentences(asked) if to else {}

    # === DOING IT === #

    def action_hand_over(self):
        """Hand the sessions over, all or none, and show them."""
        self.ensure_one()
        self._check_may_hand_over()
        sessions = self._sessions()
        if self.leaves_overlaps:
            sessions -= sessions.browse(self._overlaps(sessions))
        if not sessions:
            raise UserError(self.env._("There is no session to hand over in these days."))
        sessions._hand_over(self.to_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handed over to %s", self.to_id.name),
            "res_model": "telehealth.session",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", sessions.ids)],
        }

    def _check_may_hand_over(self):
        """
        :raises AccessError: for who schedules nothing in this practice
        :raises UserError: nobody, or nobody who holds sessions there, is named to take over
        """
        if not self.env.user.has_group("zoom_telehealth.group_scheduler") or self.company_id not in self.env.companies:
            raise AccessError(self.env._("A scheduler of this practice hands its sessions over."))
        to = self.to_id
        if not to or to == self.from_id:
            raise UserError(self.env._("Choose another provider who takes over."))
        if not to.sudo().has_group("zoom_telehealth.group_provider") or self.company_id not in to.sudo().company_ids:
            raise UserError(self.env._("%s holds no sessions in this practice.", to.name))
