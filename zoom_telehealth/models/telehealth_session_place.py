"""Sessions that are not on Zoom: where a new one is held, and the video link that a provider typed."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import clock
from ..fields import Encrypted
from .telehealth_session import OWN_FIELDS

# Held by video, and not on Zoom.
ELSEWHERE = ("discuss", "manual")


class TelehealthSessionPlace(models.Model):
    _inherit = "telehealth.session"

    place = fields.Selection(default=lambda self: self._default_place(self.env.user, self.env.company))
    manual_link = Encrypted(
        "Video link",
        prefetch=True,
        help="Start and Join lead there. Empty: the provider's own link from “My Preferences”. It is stored encrypted "
        "and stands in no mail and no calendar.",
    )

    # === WHERE A NEW ONE IS HELD === #

    @api.model
    def _default_places(self, providers, company):
        """Return where new sessions are held as a dict by provider's id: on Zoom once they connected it.

        :param providers: ``res.users`` records
        :param company: ``res.company`` record
        """
        company = company.sudo()
        connected = self.env["zoom.connection"].sudo()._by_provider(providers, company)
        return {
            provider.id: "zoom" if (provider.id, company.id) in connected else company.telehealth_place or "zoom"
            for provider in providers
        }

    @api.model
    def _default_place(self, provider, company):
        return self._default_places(provider, company).get(provider.id, "zoom")

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        if not self._origin and not self.service_id.place:
            self.place = self._default_place(self.provider_id, self.company_id)

    # === WRITING === #

    @api.model_create_multi
    def create(self, vals_list):
        """Make sessions; what people say of the session itself is kept once it is there."""
        if all(vals.get("event_id") for vals in vals_list):
            return super().create(vals_list)
        self._check_event_fields(vals_list)
        sessions = super().create(
            [{name: value for name, value in vals.items() if name not in OWN_FIELDS} for vals in vals_list]
        )
        for session, vals in zip(sessions, vals_list):
            session._keep_own({name: vals[name] for name in OWN_FIELDS & vals.keys() if vals[name]})
        return sessions

    def write(self, vals):
        own = {name: vals[name] for name in OWN_FIELDS & vals.keys()}
        if not own or (self.env.su and self.env.context.get("from_calendar_event")):
            return super().write(vals)
        self._check_event_fields([vals])
        rest = {name: value for name, value in vals.items() if name not in OWN_FIELDS}
        if rest:
            super().write(rest)
        self._keep_own(own)
        return True

    def _keep_own(self, values):
        """Write what people may say of the session itself.

        :param values: dict of values of ``OWN_FIELDS``
        :raises AccessError: for who may not edit the session
        """
        if not values:
            return
        self.check_access("write")
        if "manual_link" in values:
            values = {**values, "manual_link": (values["manual_link"] or "").strip() or False}
            if self.filtered(lambda session: session.state in ("ended", "cancelled")):
                raise UserError(self.env._("This session is over or cancelled: its video link cannot be changed."))
        self._follow_event(values)

    def _follow_event(self, values):
        """A link that was typed is the provider's: another provider's session does not lead there."""
        if "provider_id" in values and "manual_link" not in values:
            handed = self.filtered(
                lambda session: session.manual_link and session.provider_id.id != values["provider_id"]
            )
            super(TelehealthSessionPlace, handed)._follow_event({**values, "manual_link": False})
            return super(TelehealthSessionPlace, self - handed)._follow_event(values)
        return super()._follow_event(values)

    @api.constrains("manual_link")
    def _check_manual_link(self):
        for session in self.filtered("manual_link"):
            self.env["telehealth.video.link"]._check(session.manual_link)

    # === COMING IN === #

    def _manual_link(self):
        """Return the link that was typed for this session, or else its provider's own, or False."""
        self.ensure_one()
        return self._readable("manual_link") or self.provider_id._telehealth_link()

    def _join_link(self):
        if self.place == "manual":
            return self._manual_link() or None
        # In person there is no way in, also while Zoom's meeting of before is still being removed.
        return None if self.place == "in_person" else super()._join_link()

    def _start_link(self):
        """Return where Start leads for a session that is not on Zoom, or None where there is no way in yet."""
        self.ensure_one()
        return self._join_link()

    def _may_start_early(self):
        """Elsewhere than at Zoom there is nothing to prepare, and no event tells that it began."""
        return self.place == "zoom" and super()._may_start_early()

    # === WHAT THE SESSION SAYS === #

    def _meeting_status(self, meeting, connection):
        if self._origin and self.place in ELSEWHERE and self.state in ("scheduled", "live"):
            return self._status_elsewhere()
        return super()._meeting_status(meeting, connection)

    def _status_elsewhere(self):
        if self.place == "manual" and not self._manual_link():
            return "waiting", self.env._(
                "There is no video link yet: enter it here, or %s enters one of their own in “My Preferences”, tab "
                "“Telehealth”.",
                self.provider_id.name or self.env._("the provider"),
            )
        if self.state == "live":
            return "live", self.env._("The session is running. Choose Finish when it is over.")
        if self.place == "manual":
            return "ready", self.env._("Start and Join open the provider's own video link.")
        return "ready", self.env._("The room in Odoo Discuss opens when the provider starts.")

    # === ACTIONS === #

    def action_finish(self):
        """Say that a session is over of which nobody else tells: Zoom tells of its own."""
        for session in self.filtered(lambda session: session.state == "live"):
            session.check_access("write")
            # What became of a session is written by the system alone.
            session.sudo()._end(clock.now())
        return True
