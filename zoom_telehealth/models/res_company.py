from odoo import fields, models

DEFAULT_EVENT_NAME = "Telehealth session"


class ResCompany(models.Model):
    """A practice: what it allows, how its sessions behave, and whom its people call for help."""

    _inherit = "res.company"

    telehealth_zoom_allowed = fields.Boolean("Sessions on Zoom", help="Off until the practice decides otherwise.")
    telehealth_default = fields.Boolean("New events are telehealth sessions")
    telehealth_event_name = fields.Char(
        "Neutral name of sessions",
        default=DEFAULT_EVENT_NAME,
        help="What calendars, invitations and Zoom show for every session. It names no client and no reason.",
    )
    telehealth_minutes_before = fields.Integer("Minutes before the start", default=15)
    telehealth_minutes_after = fields.Integer("Minutes after the end", default=15)
    telehealth_horizon_days = fields.Integer(
        "Days ahead",
        default=30,
        help="Zoom meetings are made this many days before their sessions. The link that clients have never changes.",
    )
    telehealth_help_phone = fields.Char("Help by phone")
    telehealth_help_email = fields.Char("Help by e-mail")
    telehealth_help_hours = fields.Char("Help hours", help="For example: Mon–Fri 8:00–18:00")
    telehealth_help_urgent = fields.Char("In an emergency", help="Whom a client calls when it cannot wait.")
    telehealth_attendance = fields.Boolean(
        "Attendance from Zoom", help="Zoom tells who came and went. Off: nothing of it is asked for or kept."
    )
    telehealth_recordings = fields.Boolean(
        "Recordings", help="Zoom tells about recordings of sessions. Off: nothing of it is asked for or kept."
    )

    _telehealth_window_sane = models.Constraint(
        "CHECK (telehealth_minutes_before BETWEEN 0 AND 1440 AND telehealth_minutes_after BETWEEN 0 AND 1440)",
        "The door to a session opens and closes at most a day before and after it.",
    )
    _telehealth_horizon_sane = models.Constraint(
        "CHECK (telehealth_horizon_days BETWEEN 1 AND 365)",
        "Zoom meetings are made between 1 and 365 days ahead.",
    )

    def _telehealth_neutral_name(self):
        """Return the name that calendars and Zoom may show for a session of this practice."""
        return self.telehealth_event_name or DEFAULT_EVENT_NAME

    def _telehealth_has_feature(self, feature):
        """Return whether one of these practices switched a feature on.

        :param str feature: ``attendance`` or ``recordings``
        """
        return any(company.telehealth_zoom_allowed and company[f"telehealth_{feature}"] for company in self)

    def _telehealth_people(self, role):
        """Return the users of these practices who have a telehealth role: those who work there now.

        As superuser: they are told something, or counted, whoever caused it.

        :param str role: ``provider`` or ``manager``
        """
        everybody = self.env.ref(f"zoom_telehealth.group_{role}").sudo().all_user_ids
        return everybody.filtered(lambda user: user.active and not user.share and user.company_ids & self)

    def _telehealth_help_lines(self):
        """Return the help contact as ``(label, text, link)`` rows for pages; empty where the practice set none."""
        rows = [
            (self.env._("Phone"), self.telehealth_help_phone, f"tel:{self.telehealth_help_phone}"),
            (self.env._("E-mail"), self.telehealth_help_email, f"mailto:{self.telehealth_help_email}"),
            (self.env._("Hours"), self.telehealth_help_hours, None),
            (self.env._("In an emergency"), self.telehealth_help_urgent, None),
        ]
        return [row for row in rows if row[1]]

    def _telehealth_help_sentence(self):
        """Return the help contact in one line for forms, or False where the practice set none."""
        return " · ".join(f"{label}: {text}" for label, text, _link in self._telehealth_help_lines()) or False
