from datetime import timedelta

import pytz

from odoo import api, models
from odoo.tools import format_date, format_time

from .. import clock
from ..routes import JOIN_ROUTE
from .telehealth_service import VIDEO_PLACES

EARLY_START = timedelta(hours=12)


class TelehealthSessionDoor(models.Model):
    """Who may come into a session, when, and what their page says."""

    _inherit = "telehealth.session"

    # === THE WINDOW === #

    def _window(self):
        """Return ``(opens, closes)``, both naive UTC: when people may come in, by the practice's settings."""
        self.ensure_one()
        company = self.company_id.sudo()
        return (
            self.start - timedelta(minutes=company.telehealth_minutes_before),
            self.stop + timedelta(minutes=company.telehealth_minutes_after),
        )

    def _door(self):
        """Return where now is in the session's window: ``before``, ``open``, ``after`` or ``cancelled``;
        ``awaiting`` until its provider has accepted it.

        The one function that decides it (design decision 13). A live session's door stays open; one that ended before
        its planned end, by a fault of the network perhaps, can go on until then.
        """
        self.ensure_one()
        if self.state == "cancelled":
            return "cancelled"
        if self.state == "live":
            return "open"
        opens, closes = self._window()
        now = clock.now()
        if self.confirmation == "awaiting" and now <= closes:
            return "awaiting"
        if now < opens:
            return "before"
        return "open" if now <= (self.stop if self.state == "ended" else closes) else "after"

    def _may_start_early(self):
        """Whether its provider may start a session whose door is not open yet: on its day, to prepare or to begin."""
        self.ensure_one()
        return self._door() == "before" and self.start - clock.now() <= EARLY_START

    # === WHO AND WHERETO === #

    @api.model
    def _company_behind(self, address):
        """Return the practice whose session a join address leads to, or none; for the sign-in page."""
        token = (address or "").removeprefix(JOIN_ROUTE)
        session = self.search([("token", "=", token)], limit=1) if (address or "").startswith(JOIN_ROUTE) else self
        return session.company_id

    def _is_participant(self, user):
        """Whether a user is one of the session's clients or guests."""
        self.ensure_one()
        return user.partner_id in self.sudo().participant_ids.partner_id

    def _current_meeting(self):
        """Return the session's meeting as superuser, or none: its row holds links that no role may read."""
        self.ensure_one()
        meetings = self.env["zoom.meeting"].sudo()
        return meetings._current_by_session(self).get(self.id, meetings)

    def _join_link(self):
        """Return Zoom's join link for a participant, or None while there is no meeting."""
        meeting = self._current_meeting()
        return (meeting.state == "live" and not meeting.missing and meeting._readable("join_link")) or None

    def _hurry(self):
        """Have a missing meeting made now: somebody is at the door."""
        self._current_meeting()._hurry()

    def _doubt(self):
        """Have the meeting looked at now: Zoom says that it has none. One that is gone is then made anew."""
        self._current_meeting()._hint()

    def _miss(self, zoom_id):
        """Lead nobody to a meeting before it is looked at: Zoom said twice, at a click, that it has none.

        :param str zoom_id: Zoom's id of the meeting
        """
        meeting = self._current_meeting()
        if meeting.zoom_id == zoom_id:
            meeting.missing = True
            meeting._hint()
            self._announce_change()

    # === THE PORTAL'S PAGE === #

    def _portal_values(self, user):
        """Return what a participant's page may show: named fields, and no record.

        :param user: ``res.users`` record whose language and time zone are used
        """
        ready = self.place in VIDEO_PLACES and bool(self._join_link())
        return self._portal_facts(user) | {"ready": ready}

    def _portal_row(self, user):
        """Return what a list shows of a session: whether there is a way in is looked up where the door is open alone.

        :param user: ``res.users`` record whose language and time zone are used
        """
        return self._portal_values(user) if self._door() == "open" else self._portal_facts(user)

    def _portal_facts(self, user):
        self.ensure_one()
        zone = user.tz or self.provider_id.tz or "UTC"
        practice_zone = self.provider_id.tz or zone
        opens, _closes = self._window()
        return {
            "token": self.token,
            "name": self.company_id._telehealth_neutral_name(),
            "practice": self.company_id.name,
            "provider": self.provider_id.name,
            "place": self.place,
            "door": self._door(),
            "live": self.state == "live",
            "day": format_date(self.env, _local(self.start, zone).date(), date_format="EEEE, d MMMM y"),
            "time": self._time_range(zone),
            "zone": zone.replace("_", " "),
            "practice_time": self._time_range(practice_zone) if self._differs(zone, practice_zone) else False,
            "practice_zone": practice_zone.replace("_", " "),
            "opens_time": format_time(self.env, opens, tz=zone, time_format="short"),
            "opens_in": max(int((opens - clock.now()).total_seconds()), 0),
        }

    def _time_range(self, zone):
        start, stop = (
            format_time(self.env, moment, tz=zone, time_format="short") for moment in (self.start, self.stop)
        )
        return f"{start} – {stop}"

    def _differs(self, zone, other):
        return _local(self.start, zone).utcoffset() != _local(self.start, other).utcoffset()


def _local(moment, zone):
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
