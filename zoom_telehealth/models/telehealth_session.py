import math
import secrets
from collections import defaultdict
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import clock
from ..fields import Encrypted
from ..routes import JOIN_ROUTE
from .telehealth_service import MODALITIES, PLACES, VIDEO_PLACES

STATES = [("scheduled", "Scheduled"), ("live", "Live"), ("ended", "Ended"), ("cancelled", "Cancelled")]
DEFAULT_MINUTES = 50
# What a person edits on a session is the event's to keep: it is written there and comes back (decision 2).
EVENT_FIELDS = {"start", "stop", "provider_id", "label", "client_ids", "service_id", "place", "modality"}
# What people write on the session itself; its event knows nothing of it.
OWN_FIELDS = {"manual_link", "pos_id"}
# What Zoom's meeting is made from. A change of one of these makes Zoom's copy old.
WISH_FIELDS = {"start", "stop", "provider_id", "place", "modality", "state"}


class TelehealthSession(models.Model):
    """The practice's own record behind a telehealth event: what is wanted, and what really happened.

    It outlives the event. Users' transactions write what is wanted and raise ``version``; the reconciler reads it and
    writes ``zoom.meeting`` alone (design decision 1).
    """

    _name = "telehealth.session"
    _description = "Telehealth session"
    _inherit = ["encrypted.row.mixin"]
    _order = "start desc, id desc"
    _check_company_auto = True

    event_id = fields.Many2one(
        "calendar.event", "Calendar event", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", "Practice", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )
    provider_id = fields.Many2one("res.users", index=True, default=lambda self: self.env.user)
    service_id = fields.Many2one("telehealth.service", check_company=True)
    place = fields.Selection(PLACES, required=True, default="zoom")
    modality = fields.Selection(
        MODALITIES,
        "Video or audio",
        required=True,
        default=lambda self: self.env.company.sudo().telehealth_modality or "video",
        help="Audio only: the meeting at Zoom begins with all cameras off, and clients may come in by phone.",
    )
    label = Encrypted(
        "Title", prefetch=True, help="Seen by those who may see the session. Calendars show a neutral name."
    )
    start = fields.Datetime(required=True, index=True, default=lambda self: self._default_start())
    stop = fields.Datetime(
        required=True, default=lambda self: self._default_start() + timedelta(minutes=DEFAULT_MINUTES)
    )
    minutes = fields.Integer(compute="_compute_minutes")
    state = fields.Selection(STATES, required=True, readonly=True, default="scheduled", index=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    ended_at = fields.Datetime(readonly=True, copy=False)
    token = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(24),
        groups=fields.NO_ACCESS,
    )
    version = fields.Integer(required=True, readonly=True, default=1, copy=False)
    meeting_ids = fields.One2many("zoom.meeting", "session_id", "Zoom meetings")
    join_url = fields.Char("Link for clients", compute="_compute_join_url")
    meeting_status = fields.Selection(
        [
            ("none", "No video"),
            ("ready", "Ready"),
            ("live", "Running"),
            ("pending", "In preparation"),
            ("later", "Later"),
            ("waiting", "Waiting for the provider"),
            ("failing", "Trouble at Zoom"),
        ],
        compute="_compute_meeting_status",
    )
    meeting_sentence = fields.Char("Video", compute="_compute_meeting_status")
    help_sentence = fields.Char("Need help?", compute="_compute_help_sentence")
    can_start = fields.Boolean(compute="_compute_can_start")

    _token_unique = models.UniqueIndex("(token)")
    # One session for an event, also when two requests make it at the same time.
    _event_unique = models.UniqueIndex("(event_id) WHERE event_id IS NOT NULL")
    _live = models.Index("(start) WHERE state = 'live'")
    # What the reconciler looks through: coming sessions that want a meeting, and nothing of the past.
    _wanted_by_start = models.Index("(start) WHERE place = 'zoom' AND state IN ('scheduled', 'live')")

    @api.model
    def _default_start(self):
        """Return the next half hour, as the calendar does."""
        now = clock.now()
        return now + (datetime.min - now) % timedelta(minutes=30)

    # === COMPUTE METHODS === #

    @api.depends("start", "stop")
    def _compute_minutes(self):
        for session in self:
            length = (session.stop - session.start) if session.start and session.stop else timedelta()
            session.minutes = math.ceil(length.total_seconds() / 60)

    @api.depends("label", "client_ids", "service_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        for session in self:
            session.display_name = session._title()

    def _title(self):
        """Return what those who may see the session call it: what was typed, else who comes and for what."""
        self.ensure_one()
        label = self._readable("label")
        if label:
            return label
        people = ", ".join(self.client_ids.mapped("name"))
        return " · ".join(part for part in (people, self.service_id.name) if part) or (
            self.company_id.sudo()._telehealth_neutral_name()
        )

    def _compute_join_url(self):
        base = self.browse().get_base_url()
        for session in self:
            session.join_url = session._join_url(base, session.sudo().token)

    @api.model
    def _join_url(self, base, token):
        return f"{base}{JOIN_ROUTE}{token}"

    @api.depends("state", "place", "provider_id", "company_id", "start", "version", "meeting_ids")
    def _compute_meeting_status(self):
        meetings = self.env["zoom.meeting"].sudo()._current_by_session(self)
        connections = self.env["zoom.connection"].sudo()._by_provider(self.provider_id, self.company_id)
        for session in self:
            connection = connections.get((session.provider_id.id, session.company_id.id))
            meeting = meetings.get(session.id)
            if session.state == "live" and meeting and meeting.state == "live":
                status, sentence = "live", self.env._("The session is running on Zoom.")
            else:
                status, sentence = session._meeting_status(meeting, connection)
            session.meeting_status, session.meeting_sentence = status, sentence

    def _meeting_status(self, meeting, connection):
        """Return the meeting's state as ``(key, sentence)``: what is, what happens next, and who must act."""
        self.ensure_one()
        if not self._origin or self.place != "zoom" or self.state in ("cancelled", "ended"):
            return "none", False
        if not self.company_id.telehealth_zoom_allowed:
            return "none", self.env._("Zoom is switched off for this practice. A telehealth manager can allow it.")
        if not self.provider_id.has_group("zoom_telehealth.group_provider"):
            return "waiting", self.env._(
                "%s does not hold sessions. Choose a provider, or have an administrator give that role; "
                "the Zoom meeting is made right after.",
                self.provider_id.name or self.env._("Nobody"),
            )
        if not connection:
            return "waiting", self.env._(
                "%s has not connected Zoom yet: open “My Preferences”, tab “Telehealth”, and choose Connect. "
                "The meeting is made right after.",
                self.provider_id.name or self.env._("The provider"),
            )
        if meeting and meeting.state == "live" and meeting._agrees() and not meeting.missing:
            return "ready", self.env._("The Zoom meeting is ready.")
        if meeting and meeting.failure:
            return "failing", meeting._failure_sentence()
        if self.stop < clock.now():
            return "none", self.env._("This session's time has passed; no Zoom meeting is made for it.")
        if not meeting and self.start > clock.now() + timedelta(days=self.company_id.telehealth_horizon_days):
            return "later", self.env._(
                "The Zoom meeting is made %s days before the session. The link below works then and never changes.",
                self.company_id.telehealth_horizon_days,
            )
        if meeting and meeting.state == "live":
            return "pending", meeting._pending_sentence()
        return "pending", self.env._("The Zoom meeting is being made.")

    @api.depends("company_id")
    def _compute_help_sentence(self):
        for session in self:
            session.help_sentence = session.company_id.sudo()._telehealth_help_sentence()

    @api.depends("state", "place", "provider_id", "start", "stop")
    @api.depends_context("uid")
    def _compute_can_start(self):
        for session in self:
            session.can_start = bool(
                session._origin
                and session.provider_id == self.env.user
                and session.place in VIDEO_PLACES
                and (session._door() == "open" or session._may_start_early())
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Make sessions. One without an event makes its event first, and that makes the session."""
        self._check_event_fields(vals_list)
        if all(vals.get("event_id") for vals in vals_list):
            sessions = super().create(vals_list)
            self.env["zoom.reconciler"]._wake()
            return sessions
        events = self.env["calendar.event"].create([self._event_values(vals) for vals in vals_list])
        return self.browse(events._telehealth_sessions_in_order().ids)

    def write(self, vals):
        """Write, handing to the event what the event keeps."""
        self._check_event_fields([vals])
        forwarded = {name: value for name, value in vals.items() if name in EVENT_FIELDS}
        # A context comes over RPC too: the system alone writes past the event.
        if not forwarded or (self.env.su and self.env.context.get("from_calendar_event")):
            return super().write(vals)
        if forwarded.keys() - {"label"}:
            self._check_not_begun()
        if not all(session.event_id for session in self):
            raise UserError(self.env._("This session was cancelled and its calendar event is gone. Book a new one."))
        # Clients are handed over together with those who stay, who may differ; all else is the same for all.
        alike = self.grouped(
            lambda session: str(self._attendee_commands(vals, session)) if "client_ids" in vals else None
        )
        for sessions in alike.values():
            sessions._events().write(self._event_values(forwarded, sessions[:1]))
        rest = {name: value for name, value in vals.items() if name not in forwarded}
        return super().write(rest) if rest else True

    def _events(self):
        """Return the sessions' events as records that are read together, whatever is forgotten of the sessions."""
        return self.env["calendar.event"].browse(self.event_id.ids)

    def _check_not_begun(self):
        """Refuse to change what was held, or is being held.

        :raises UserError: when one of these sessions has begun
        """
        if any(session.state in ("live", "ended") for session in self):
            raise UserError(self.env._("This session has begun: only its title can still be changed."))

    @api.model
    def _check_event_fields(self, vals_list):
        """Refuse what only the system writes: which practice it is, what became of it, its version and link.

        ``readonly`` on a field binds views alone, and anybody with write access calls this over RPC.
        """
        if not self.env.su and any(vals.keys() - EVENT_FIELDS - OWN_FIELDS for vals in vals_list):
            raise AccessError(self.env._("Of a session, people write when, where, who, which service and its title."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A session is the practice's record and stays. Cancel it instead."))

    @api.model
    def _event_values(self, vals, session=None):
        """Translate a session's values into its event's."""
        event_vals = {} if session else {"telehealth": True}
        names = {"start": "start", "stop": "stop", "provider_id": "user_id", "label": "telehealth_label"}
        names |= {"service_id": "telehealth_service_id", "place": "telehealth_place"}
        names["modality"] = "telehealth_modality"
        event_vals |= {names[name]: value for name, value in vals.items() if name in names}
        if session is None:
            event_vals.setdefault("user_id", self.env.uid)
            if vals.get("start") and not vals.get("stop"):
                minutes = self.env["telehealth.service"].browse(vals.get("service_id")).minutes or DEFAULT_MINUTES
                event_vals["stop"] = fields.Datetime.to_datetime(vals["start"]) + timedelta(minutes=minutes)
        if "client_ids" in vals or session is None:
            event_vals["partner_ids"] = self._attendee_commands(vals, session)
        return event_vals

    @api.onchange("service_id")
    def _onchange_service_id(self):
        if self.service_id:
            self.place = self.service_id.place or self.place
            self.modality = self.service_id.modality or self.modality
            if self.start:
                self.stop = self.start + timedelta(minutes=self.service_id.minutes)

    @api.onchange("start")
    def _onchange_start(self):
        if self.start and (not self.stop or self.stop <= self.start):
            self.stop = self.start + timedelta(minutes=self.service_id.minutes or DEFAULT_MINUTES)

    # === THE WISH === #

    def _follow_event(self, values):
        """Take over what the events now say, and raise the version where Zoom's meeting is made from it.

        Runs as superuser: whoever may edit the event may move its session, and nothing else of it. What changes alike
        is written together.

        :param values: dict of session values, the same for all
        """
        sessions = self.sudo().with_context(from_calendar_event=True)
        alike = defaultdict(list)
        for session in sessions:
            changed = session._changed(values)
            if WISH_FIELDS & changed.keys():
                changed["version"] = session.version + 1
            if changed:
                alike[frozenset(changed.items())].append(session.id)
        for changed, ids in alike.items():
            sessions.browse(ids).with_prefetch(self._prefetch_ids).write(dict(changed))
        self.env["zoom.reconciler"]._wake()

    def _follow_each(self, values_of):
        """Take over for each session what its event says, where that is news.

        :param values_of: dict of session id to dict of session values
        """
        alike = defaultdict(list)
        for session in self.sudo():
            changed = session._changed(values_of[session.id])
            if changed:
                alike[frozenset(changed.items())].append(session.id)
        for values, ids in alike.items():
            self.browse(ids).with_prefetch(self._prefetch_ids)._follow_event(dict(values))

    def _changed(self, values):
        """Return those of some values that the session does not have yet."""
        self.ensure_one()
        return {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_cache(value, self) != self._fields[name].convert_to_cache(self[name], self)
        }

    def _follow_events(self):
        """Keep in step with the events until the session starts; what was held keeps its own times (decision 5)."""
        sessions = self.filtered(lambda session: session.event_id and session.state in ("scheduled", "cancelled"))
        sessions._follow_each(
            {
                session.id: {
                    "start": session.event_id.start,
                    "stop": session.event_id.stop,
                    "provider_id": session.event_id.user_id.id,
                    "planned_start": session._planned_start(),
                    "state": "scheduled" if session.event_id.active and session.event_id.telehealth else "cancelled",
                    "left_out_of_id": not session.event_id.active and session.event_id.recurrence_id.id,
                    "off_rhythm": False,
                }
                for session in sessions
            }
        )
        self._follow_attendees()

    def _cancel(self):
        """Cancel what has not begun; what was held stays as it was."""
        self.filtered(lambda session: session.state == "scheduled")._follow_event({"state": "cancelled"})
