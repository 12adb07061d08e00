from odoo import api, fields, models

from .telehealth_service import MODALITIES, PLACES


class CalendarEvent(models.Model):
    """The neutral face of a session in the calendar.

    Every employee may read an event, a portal attendee reads its fields over RPC, and calendars of others get copies
    of it. So it carries no clinical text, no passcode and no address of Zoom's: only our own join route. What matters
    hangs on ``telehealth.session`` (design decisions 3 and 4).
    """

    _inherit = "calendar.event"

    telehealth = fields.Boolean(index="btree_not_null")
    # Columns, not relations: access to a new event is checked before its session can exist.
    telehealth_company_id = fields.Many2one(
        "res.company", "Practice", readonly=True, copy=False, groups="base.group_user", index="btree_not_null"
    )
    # Core lets a portal attendee read these over RPC, though it calls them internal.
    notes = fields.Html(groups="base.group_user")
    telehealth_session_ids = fields.One2many("telehealth.session", "event_id", "Sessions", groups="base.group_user")
    telehealth_session_id = fields.Many2one(
        "telehealth.session", "Session", compute="_compute_telehealth_session_id", groups="base.group_user"
    )
    telehealth_label = fields.Char(
        "Title", compute="_compute_telehealth_booking", inverse="_inverse_telehealth_label", groups="base.group_user"
    )
    telehealth_service_id = fields.Many2one(
        "telehealth.service",
        "Service",
        compute="_compute_telehealth_booking",
        inverse="_inverse_telehealth_service_id",
        groups="base.group_user",
    )
    telehealth_place = fields.Selection(
        PLACES,
        "Place",
        compute="_compute_telehealth_booking",
        inverse="_inverse_telehealth_place",
        groups="base.group_user",
    )
    telehealth_modality = fields.Selection(
        MODALITIES,
        "Video or audio",
        compute="_compute_telehealth_booking",
        inverse="_inverse_telehealth_modality",
        groups="base.group_user",
    )
    telehealth_available = fields.Boolean(compute="_compute_telehealth_available", groups="base.group_user")
    telehealth_sentence = fields.Char("Video", compute="_compute_telehealth_status", groups="base.group_user")
    telehealth_status = fields.Char(compute="_compute_telehealth_status", groups="base.group_user")
    telehealth_can_start = fields.Boolean(compute="_compute_telehealth_status", groups="base.group_user")

    # === COMPUTE METHODS === #

    @api.depends("telehealth_session_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_telehealth_session_id(self):
        visible = self._visible_sessions()
        for event in self:
            event.telehealth_session_id = visible.get(event._origin.id)

    def _visible_sessions(self):
        """Return the sessions of these events that the user may see, as a dict by event id; in one query."""
        Session = self.env["telehealth.session"]
        if not self._origin.ids or not Session.has_access("read"):
            return {}
        return {session.event_id.id: session for session in Session.search([("event_id", "in", self._origin.ids)])}

    @api.depends("telehealth_session_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_telehealth_booking(self):
        visible = self._visible_sessions()
        fresh = self.filtered(lambda event: event._origin.id not in visible)
        # Who books no sessions is not told which colleague connected Zoom.
        hosts = fresh.user_id if self._may_book_telehealth() else fresh.user_id.browse()
        places = self.env["telehealth.session"]._default_places(hosts, self.env.company)
        for event in self:
            session = visible.get(event._origin.id, self.env["telehealth.session"])
            event.telehealth_label = session.label
            event.telehealth_service_id = session.service_id
            event.telehealth_modality = session.modality or self.env.company.sudo().telehealth_modality or "video"
            event.telehealth_place = session.place or places.get(event.user_id.id, "zoom")

    @api.depends("telehealth_session_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_telehealth_status(self):
        visible = self._visible_sessions()
        for event in self:
            session = visible.get(event._origin.id, self.env["telehealth.session"])
            event.telehealth_sentence = session.meeting_sentence
            event.telehealth_status = session.meeting_status
            event.telehealth_can_start = session.can_start

    def _inverse_telehealth_label(self):
        for label, events in self.filtered("telehealth").grouped("telehealth_label").items():
            events._book({"label": label})

    def _inverse_telehealth_service_id(self):
        for service, events in self.filtered("telehealth").grouped("telehealth_service_id").items():
            events._book({"service_id": service.id})

    def _inverse_telehealth_place(self):
        for place, events in self.filtered("telehealth").grouped("telehealth_place").items():
            events._book({"place": place or "zoom"})

    def _inverse_telehealth_modality(self):
        for modality, events in self.filtered("telehealth").grouped("telehealth_modality").items():
            events._book({"modality": modality or "video"})

    def _book(self, values):
        """Keep on the sessions what was booked on their events; in :meth:`create` they are made with it.

        :raises AccessError: when the user may edit the event and not the session behind it
        :raises UserError: when a session has begun
        """
        self._check_may_change_sessions()
        sessions = self.sudo().telehealth_session_ids
        if values.keys() - {"label"}:
            sessions._check_not_begun()
        sessions._follow_event(values)

    def _check_may_change_sessions(self):
        """Core lets every attendee edit an event; a session's event is edited by those who may edit the session.

        :raises AccessError: for a guest, and for anybody without a telehealth role
        """
        sessions = self.sudo().telehealth_session_ids.with_env(self.env)
        if sessions and not self.env.su:
            sessions.check_access("write")

    @api.depends_context("uid", "company")
    def _compute_telehealth_available(self):
        self.telehealth_available = self.env.company.telehealth_zoom_allowed and self._may_book_telehealth()

    @api.model
    def _may_book_telehealth(self):
        user = self.env.user
        return user.has_group("zoom_telehealth.group_provider") or user.has_group("zoom_telehealth.group_scheduler")

    @api.depends("telehealth", "telehealth_session_ids.label", "telehealth_session_ids.participant_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """Show the session's own title to those who may see it; everybody and everything else gets the neutral name.

        Neutral under superuser too: subjects of mails and record names of messages are made there.
        """
        super()._compute_display_name()
        if self.env.su:
            return
        for event_id, session in self.filtered("telehealth")._visible_sessions().items():
            self.browse(event_id).display_name = session.display_name

    @api.onchange("telehealth")
    def _onchange_telehealth(self):
        neutral = self.env.company._telehealth_neutral_name()
        if self.telehealth and self.name != neutral:
            self.telehealth_label, self.name = self.name or self.telehealth_label, neutral
        elif not self.telehealth and self.name == neutral:
            self.name = self.telehealth_label

    @api.onchange("telehealth_service_id")
    def _onchange_telehealth_service_id(self):
        if self.telehealth_service_id:
            self.telehealth_place = self.telehealth_service_id.place or self.telehealth_place
            self.telehealth_modality = self.telehealth_service_id.modality or self.telehealth_modality
            self.duration = self.telehealth_service_id.minutes / 60

    @api.onchange("user_id")
    def _onchange_telehealth_provider(self):
        if not self._origin and not self.telehealth_service_id.place:
            self.telehealth_place = self.env["telehealth.session"]._default_place(self.user_id, self.env.company)

    # === ACTIONS === #

    def action_join_video_call(self):
        session = self.telehealth_session_id
        return session.action_start() if session.can_start else super().action_join_video_call()

    def action_start_telehealth(self):
        return self.telehealth_session_id.action_start()

    def action_open_telehealth_session(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "telehealth.session",
            "res_id": self.telehealth_session_id.id,
            "views": [(False, "form")],
        }
