"""What a telehealth event's times must be: hours of a day, and not another session's."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CalendarEventOverlap(models.Model):
    _inherit = "calendar.event"

    telehealth_overlap = fields.Char(compute="_compute_telehealth_overlap", groups="base.group_user")

    @api.depends("telehealth", "start", "stop", "user_id", "telehealth_place", "active")
    @api.depends_context("uid", "lang", "tz")
    def _compute_telehealth_overlap(self):
        # Others see when a colleague is busy, and not that it is with a session.
        may_know = self._may_book_telehealth()
        asked = {
            number: (
                event._origin.sudo().telehealth_session_ids.id,
                event.user_id._origin.id,
                event.telehealth_place,
                event.start,
                event.stop,
            )
            for number, event in enumerate(self)
            if may_know and event.telehealth and event.active and not event.allday
        }
        sentences = self.env["telehealth.session"]._overlap_sentences(asked)
        for number, event in enumerate(self):
            event.telehealth_overlap = sentences.get(number, False)

    # === ALL DAY === #

    @api.model
    def default_get(self, fields):
        """Leave a day that was clicked in the month's view a plain event: a session has its hours."""
        defaults = super().default_get(fields)
        if defaults.get("allday") and not self.env.context.get("default_telehealth"):
            defaults.pop("telehealth", None)
        return defaults

    @api.onchange("telehealth", "allday")
    def _onchange_telehealth_allday(self):
        if self.telehealth and self.allday:
            return {"warning": {"title": self.env._("All day"), "message": self._all_day_sentence()}}
        return None

    @api.constrains("telehealth", "allday")
    def _check_telehealth_allday(self):
        if any(event.telehealth and event.allday for event in self):
            raise ValidationError(self._all_day_sentence())

    def _all_day_sentence(self):
        return self.env._(
            "A telehealth session has a start and an end: switch “All Day” off and give its time, or switch "
            "“Telehealth” off."
        )
