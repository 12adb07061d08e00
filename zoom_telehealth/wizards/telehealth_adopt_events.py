from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import clock

MOST_EVENTS = 500


class TelehealthAdoptEvents(models.TransientModel):
    """Offers a provider's existing calendar events with people from outside, to be taken over as sessions.

    Nothing of an event is copied here: each line shows what its reader may see in the calendar anyway.
    """

    _name = "telehealth.adopt.events"
    _description = "Take calendar events over"

    provider_id = fields.Many2one("res.users", required=True, default=lambda self: self.env.user)
    is_scheduler = fields.Boolean(compute="_compute_is_scheduler")
    line_ids = fields.One2many("telehealth.adopt.event", "dialog_id", "Events")
    invites = fields.Boolean("Send each an invitation with the new link")

    @api.depends_context("uid")
    def _compute_is_scheduler(self):
        self.is_scheduler = self.env.user.has_group("zoom_telehealth.group_scheduler")

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if "line_ids" in fields and "line_ids" not in defaults:
            provider = self.env["res.users"].browse(defaults.get("provider_id") or self.env.uid)
            defaults["line_ids"] = self._lines(provider)
        return defaults

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        self.line_ids = [Command.clear(), *self._lines(self.provider_id._origin)]

    @api.model
    def _events_of(self, provider):
        """Return a provider's coming events with people from outside that are no sessions and that the user may see."""
        found = self.env["calendar.event"].search(
            [
                ("telehealth", "=", False),
                ("user_id", "=", provider.id),
                ("start", ">", clock.now()),
                ("allday", "=", False),
                ("partner_ids.partner_share", "=", True),
            ],
            order="start, id",
            limit=MOST_EVENTS,
        )
        # Core finds private ones for everybody and lets nobody else change them: one of them would stop all others.
        return found.filtered(lambda event: not event._check_private_event_conditions())

    @api.model
    def _lines(self, provider):
        """Return commands for one line an event, and one for all coming occurrences of a series."""
        series, lines = set(), []
        for event in self._events_of(provider):
            if event.recurrence_id and event.recurrence_id in series:
                continue
            series.add(event.recurrence_id)
            # What another app made (an interview, a leave) is rarely a session.
            lines.append(Command.create({"event_id": event.id, "chosen": not event.res_model}))
        return lines

    def action_adopt(self):
        """Make sessions of the chosen events, all or none."""
        self.ensure_one()
        chosen = self.line_ids.filtered("chosen").event_id
        events = self._events_of(self.provider_id).filtered(
            lambda event: event in chosen or (event.recurrence_id and event.recurrence_id in chosen.recurrence_id)
        )
        if not events:
            raise UserError(self.env._("Tick the events that are to become telehealth sessions."))
        events.with_context(skip_attendee_notification=True).write({"telehealth": True})
        events._let_series_go_on_from_here()
        if self.invites:
            # One for each event, and for a series the one for its next occurrence.
            next_ones = [of_series[:1] for series, of_series in events.grouped("recurrence_id").items() if series]
            alone = events.filtered(lambda event: not event.recurrence_id)
            alone.union(*next_ones).attendee_ids._send_invitation_emails()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Taken over"),
            "res_model": "telehealth.session",
            "views": [(False, "list"), (False, "form")],
            "domain": [("event_id", "in", events.ids)],
        }


class TelehealthAdoptEvent(models.TransientModel):
    _name = "telehealth.adopt.event"
    _description = "Calendar event to take over"

    dialog_id = fields.Many2one("telehealth.adopt.events", required=True, ondelete="cascade")
    event_id = fields.Many2one("calendar.event", required=True, ondelete="cascade")
    chosen = fields.Boolean("Take over", default=True)
    # Not as superuser, as related fields are by default: anybody may name any event here.
    start = fields.Datetime(related="event_id.start", related_sudo=False, string="When")
    partner_ids = fields.Many2many(related="event_id.partner_ids", related_sudo=False, string="Who")
    is_series = fields.Boolean(
        "Is of a series",
        related="event_id.recurrency",
        related_sudo=False,
        help="All its coming occurrences are taken over with it.",
    )
