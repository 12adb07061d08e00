"""Ends connections on a person's word: coming meetings removed first where that is wished, within a deadline."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .. import clock
from ..zoom.removal import REMOVE_APP
from .zoom_connection import ENDED
from .zoom_meeting import CURRENT, OPEN

_logger = logging.getLogger(__name__)

# So long the tokens are kept to remove the coming meetings. Then they are erased, whatever Zoom does.
PARTING = timedelta(minutes=10)


class ZoomConnectionParting(models.Model):
    _inherit = "zoom.connection"

    parting_until = fields.Datetime(
        "Removing coming meetings until", readonly=True, help="When the tokens are erased, at the latest."
    )

    removal = fields.Char("At Zoom", compute="_compute_removal")

    _parting = models.Index("(parting_until) WHERE parting_until IS NOT NULL")

    def _disconnect(self, reason, remove_meetings=False):
        """End these connections: at once for everybody here, and at Zoom after the commit. Runs as superuser.

        :param reason: one of :data:`REASONS`
        :param remove_meetings: keep the tokens until the coming meetings are removed at Zoom, ten minutes at most
        """
        tokens = self.env["zoom.connection.token"]
        for connection in self:
            meetings = connection._meetings_ahead() if remove_meetings and tokens._of(connection) else ()
            connection._mark("disconnected", reason)
            connection.move_asked = False
            if meetings:
                meetings._let_go()
                connection.parting_until = clock.now() + PARTING
                self.env["zoom.reconciler"]._trigger(at=fields.Datetime.now() + PARTING)
            else:
                connection.parting_until = False
                tokens._give_up(connection)
        self.env["zoom.reconciler"]._wake()

    @api.model
    def _finish_parting(self):
        """Give up the tokens of connections whose meetings are removed, or whose time for that is over. Commits each.

        Called by the reconciler's loop.
        """
        for connection in self.search([("parting_until", "!=", False)]):
            left = connection._let_go_meetings()
            if left and connection.parting_until > clock.now():
                continue
            if left:
                _logger.warning(
                    "Zoom connection %s is ended; these meetings could not be removed and stay at Zoom: %s",
                    connection.id,
                    ", ".join(left.mapped("reference")),
                )
            left.filtered(lambda meeting: meeting.state in CURRENT).let_go = False
            connection.parting_until = False
            self.env["zoom.connection.token"]._give_up(connection)
            connection._announce_change()
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _take_up(self):
        """Have the meetings that still stand kept: their connection works again."""
        self.env["zoom.meeting"].search(
            [("connection_id", "in", self.ids), ("state", "in", CURRENT), ("let_go", "=", True)]
        ).let_go = False

    def _meetings_ahead(self, company=None):
        """Return the meetings of coming sessions that stand at Zoom, or may, by these connections, nearest first.

        :param company: ``res.company``; of this practice's sessions alone
        """
        domain = [
            ("connection_id", "in", self.ids),
            ("state", "in", CURRENT),
            ("session_id.state", "=", "scheduled"),
            ("session_id.start", ">", clock.now()),
        ]
        if company:
            domain.append(("company_id", "=", company.id))
        return self.env["zoom.meeting"].search(domain).sorted("start")

    def _let_go_meetings(self):
        return self.env["zoom.meeting"].search(
            [("connection_id", "in", self.ids), ("state", "in", OPEN), ("let_go", "=", True)]
        )

    def _serves_only(self, company):
        """Return those of these connections that serve no other practice on Zoom than this one."""
        return self.filtered(
            lambda connection: not (connection.app_id.company_ids - company).filtered("telehealth_zoom_allowed")
        )

    # === AT ZOOM === #

    def _compute_removal(self):
        self.removal = self._removal_sentence()

    @api.model
    def _removal_sentence(self):
        """Say how the app is seen and removed on Zoom's side, and when that was looked at last."""
        return self.env._(
            "See or remove the app at Zoom: %(address)s, %(path)s (checked %(day)s).",
            address=REMOVE_APP.url.removeprefix("https://"),
            path=REMOVE_APP.path,
            day=format_date(self.env, REMOVE_APP.checked),
        )

    # === ACTIONS === #

    def action_ask_disconnect(self):
        """Open the dialog that says what disconnecting does."""
        return self.env["zoom.disconnect"]._open({"connection_ids": self.ids})


class ZoomMeetingLetGo(models.Model):
    _inherit = "zoom.meeting"

    def _let_go(self):
        """Have these meetings removed at Zoom though their sessions are still to come."""
        self.write({"let_go": True, "next_try": False})


class ResCompanySwitchedOff(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        """Switching Zoom off for a practice ends its connections, whoever does it and on whichever form."""
        if "telehealth_zoom_allowed" not in vals:
            return super().write(vals)
        was_on = self.filtered("telehealth_zoom_allowed")
        result = super().write(vals)
        if vals["telehealth_zoom_allowed"]:
            (self - was_on).sudo()._take_zoom_up()
        else:
            was_on.sudo()._part_from_zoom()
        return result

    def _part_from_zoom(self):
        """End the practices' connections that serve no other practice.

        The context's ``zoom_remove_meetings`` has the practices' coming meetings removed at Zoom first.
        """
        remove = bool(self.env.context.get("zoom_remove_meetings"))
        for company in self:
            connections = company._zoom_connections()
            only_here = connections._serves_only(company)
            only_here._disconnect("practice", remove_meetings=remove)
            if remove:
                (connections - only_here)._meetings_ahead(company)._let_go()
        self.env["zoom.reconciler"]._wake()

    def _take_zoom_up(self):
        """Keep what meetings of the practices still stand."""
        self.env["zoom.meeting"].search(
            [
                ("company_id", "in", self.ids),
                ("state", "in", CURRENT),
                ("let_go", "=", True),
                ("connection_id.parting_until", "=", False),
            ]
        ).let_go = False

    def _zoom_connections(self):
        """Return all connections through apps of these practices that are not ended already."""
        return self.env["zoom.connection"].search([("app_id.company_ids", "in", self.ids), ("state", "not in", ENDED)])
