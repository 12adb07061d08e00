import secrets

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import is_html_empty

from .. import clock

# A change of one of these on the event is a change of its session.
SESSION_SOURCES = {
    "start", "stop", "start_date", "stop_date", "allday", "duration", "user_id", "active", "telehealth", "partner_ids",
    "attendee_ids", "recurrency", "recurrence_update",
}  # fmt: skip
SERIES_CONTEXT = "telehealth_series"
# Set where the system itself renews a join route; nobody else changes it.
LINK_CONTEXT = "telehealth_join_link"
# What a session keeps and the event only shows; a series hands it to its occurrences.
BOOKED_FIELDS = ("telehealth_label", "telehealth_service_id", "telehealth_place", "telehealth_modality")


class CalendarEventBooking(models.Model):
    """Keeps events and their sessions in step: what is booked, moved, switched or cancelled in the calendar."""

    _inherit = "calendar.event"

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if "telehealth" in fields and "telehealth" not in defaults and self.env.company.telehealth_default:
            # What other modules book (leave, interviews) is no session: create() takes the switch only where it was
            # set, so this default is the form's alone.
            defaults["telehealth"] = self.env.company.telehealth_zoom_allowed and self._may_book_telehealth()
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._with_explicit_switch(vals) for vals in vals_list]
        places = {True: [], False: []}
        for place, vals in enumerate(vals_list):
            places[vals["telehealth"]].append(place)
        if not places[True]:
            return super().create(vals_list)
        created = {}
        if places[False]:
            created |= zip(
                _in_core_order(places[False], vals_list), super().create([vals_list[place] for place in places[False]])
            )
        created |= zip(places[True], self._create_telehealth([vals_list[place] for place in places[True]]))
        return self.browse(created[place].id for place in range(len(vals_list)))

    @api.model
    def _with_explicit_switch(self, vals):
        return dict(vals, telehealth=bool(vals.get("telehealth", self.env.context.get("default_telehealth"))))

    def _create_telehealth(self, vals_list):
        """Create telehealth events and, in one batch, their sessions. Returns the events in order."""
        self._check_may_book_telehealth()
        company = self.env.company
        base = self.get_base_url()
        bookings, prepared = [], []
        providers = self.env["res.users"].browse({vals.get("user_id") or self.env.uid for vals in vals_list})
        places = self.env["telehealth.session"]._default_places(providers, company)
        for vals in vals_list:
            vals = dict(vals)
            self._check_may_choose_provider(vals.get("user_id"))
            booking = self._take_booking(vals, company, places[vals.get("user_id") or self.env.uid])
            vals = self._with_inner_description(vals)
            vals["telehealth_company_id"] = company.id
            booking["token"] = secrets.token_urlsafe(24)
            vals["videocall_location"] = self.env["telehealth.session"]._join_url(base, booking["token"])
            bookings.append(booking)
            prepared.append(vals)
        # Invitations go out below, when the session is there to tell where it is held.
        quiet = self.with_context(skip_contact_description=True, no_mail_to_attendees=True)
        singles = [place for place, vals in enumerate(prepared) if not vals.get("recurrency")]
        created = dict(zip(singles, super(CalendarEventBooking, quiet).create([prepared[place] for place in singles])))
        for place, vals in enumerate(prepared):
            if vals.get("recurrency"):
                # One by one: core makes the occurrences inside, and they take over what was booked.
                series = {name: bookings[place].get(name.removeprefix("telehealth_")) for name in BOOKED_FIELDS}
                inside = quiet.with_context(**{SERIES_CONTEXT: series})
                created[place] = super(CalendarEventBooking, inside).create([vals])
        events = self.browse(created[place].id for place in range(len(prepared)))
        events._make_sessions(bookings)
        events.filtered(lambda event: event.start > clock.now()).attendee_ids._send_invitation_emails()
        return events

    def _with_inner_description(self, vals):
        """Move an event's description to its internal notes: others read it, and core writes names into it."""
        description = vals.get("description")
        if is_html_empty(description):
            return {**vals, "description": False}
        notes = vals.get("notes") or (self.notes if self else False) or Markup()
        return {**vals, "description": False, "notes": Markup(notes) + Markup(description)}

    @api.model
    def _take_booking(self, vals, company, default_place):
        """Take out of an event's values what the session keeps, and leave the neutral name.

        :param default_place: where the session is held if neither these values nor their service say
        """
        series = self.env.context.get(SERIES_CONTEXT) or {}
        booked = {name: vals.pop(name, None) or series.get(name) for name in BOOKED_FIELDS}
        neutral = company._telehealth_neutral_name()
        typed = vals.get("name")
        vals["name"] = neutral
        service = self.env["telehealth.service"].browse(booked["telehealth_service_id"])
        return {
            "label": booked["telehealth_label"] or (typed if typed != neutral else False),
            "service_id": booked["telehealth_service_id"],
            "place": booked["telehealth_place"] or service.place or default_place,
            "modality": booked["telehealth_modality"]
            or service.modality
            or company.sudo().telehealth_modality
            or "video",
        }

    def _make_sessions(self, bookings):
        """Make the sessions of events that have none, and their participants.

        Runs as superuser: whoever may book the event books its session, also for a colleague.

        :param bookings: list of dict of session values, one an event; ``token`` decides the join route
        """
        sessions = (
            self.env["telehealth.session"]
            .sudo()
            .create(
                [
                    {
                        **booking,
                        "event_id": event.id,
                        "company_id": event.telehealth_company_id.id,
                        "provider_id": event.user_id.id,
                        "start": event.start,
                        "stop": event.stop,
                        "state": "scheduled" if event.active else "cancelled",
                    }
                    for event, booking in zip(self.sudo(), bookings)
                ]
            )
        )
        sessions._follow_attendees()

    def write(self, vals):
        switch = vals.get("telehealth")
        of_sessions = self.filtered("telehealth")
        fresh = self - of_sessions if switch else self.browse()
        if of_sessions and SESSION_SOURCES & vals.keys():
            of_sessions._check_may_change_sessions()
        if fresh:
            fresh._check_may_book_telehealth()
            for event in fresh:
                event._switch_on(vals)
            return (self - fresh).write(vals) if self - fresh else True
        if of_sessions and self - of_sessions:
            return of_sessions.write(vals) and (self - of_sessions).write(vals)
        if of_sessions and "user_id" in vals:
            if len(of_sessions.user_id) > 1:
                return all(event.write(vals) for event in of_sessions)
            vals = {**vals, "partner_ids": self._with_new_provider(vals)}
        if of_sessions:
            vals = self._with_neutral_name(vals) if switch is not False else {**vals, "videocall_location": False}
        else:
            vals = dict(vals)  # core takes things out of it
        touched = SESSION_SOURCES & vals.keys()
        result = super().write(vals)
        if touched and of_sessions:
            of_sessions.sudo().telehealth_session_ids._follow_events()
        return result

    def _with_new_provider(self, vals):
        """Return attendee commands that put a new provider in the old one's place: core changes the name alone."""
        self._check_may_choose_provider(vals["user_id"])
        old, new = self.user_id.partner_id, self.env["res.users"].browse(vals["user_id"]).partner_id
        commands = list(vals.get("partner_ids") or [])
        commands += [Command.unlink(partner.id) for partner in old - new]
        return commands + [Command.link(partner.id) for partner in new]

    def _with_neutral_name(self, vals):
        """Hand a typed or synced title to the session's encrypted label; nothing else may set the video link."""
        renews_link = self.env.context.get(LINK_CONTEXT)
        vals = {name: value for name, value in vals.items() if renews_link or name != "videocall_location"}
        if "description" in vals:
            vals = self[:1]._with_inner_description(vals)
        typed = vals.pop("name", None)
        neutral = (self[:1].telehealth_company_id or self.env.company).sudo()._telehealth_neutral_name()
        if typed and typed != neutral:
            vals.setdefault("telehealth_label", typed)
        return vals

    def _switch_on(self, vals):
        """Turn an existing event into a session: its title moves to the session, the neutral face takes its place."""
        self.ensure_one()
        former = self.sudo().telehealth_session_ids
        company = former.company_id or self.env.company
        given = vals
        vals = {"name": self.name, **vals}
        provider = self.env["res.users"].browse(vals.get("user_id") or self.user_id.id or self.env.uid)
        default_place = self.env["telehealth.session"]._default_place(provider, company)
        booking = self._take_booking(vals, company.sudo(), default_place)
        booking["token"] = former.token or secrets.token_urlsafe(24)
        vals |= {
            "telehealth_company_id": company.id,
            "videocall_location": self.env["telehealth.session"]._join_url(self.get_base_url(), booking["token"]),
            # The Discuss room bears the old title, its members and its link.
            "videocall_channel_id": False,
            "access_token": False,
        }
        vals = self._with_inner_description({"description": self.description, **vals})
        result = super().write(vals)
        if former:
            # What was booked before holds, but for what is said now.
            said = {name.removeprefix("telehealth_") for name in BOOKED_FIELDS if name in given} | {"label"}
            former._follow_event({name: value for name, value in booking.items() if name in said and value})
            former._follow_events()
        else:
            self._make_sessions([booking])
        return result

    def copy_data(self, default=None):
        """Copies and occurrences are sessions of their own with what was booked; links and addresses are not copied."""
        data = super().copy_data(default)
        for event, vals in zip(self, data):
            if vals.get("telehealth"):
                vals.pop("videocall_location", None)
                # Called over RPC too: the label is for those who may see the session.
                session = event.telehealth_session_ids if self.env.su else event._visible_sessions().get(event.id)
                if session:
                    vals |= {
                        "telehealth_label": session.label,
                        "telehealth_service_id": session.service_id.id,
                        "telehealth_place": session.place,
                        "telehealth_modality": session.modality,
                    }
        return data

    def unlink(self):
        self._check_may_change_sessions()
        self.sudo().telehealth_session_ids._cancel()
        return super().unlink()

    def _check_may_book_telehealth(self):
        if not self.env.su and not self._may_book_telehealth():
            raise AccessError(
                self.env._(
                    "Telehealth sessions are booked by providers and schedulers. A telehealth manager gives that role."
                )
            )

    @api.model
    def _check_may_choose_provider(self, user_id):
        """Refuse with a sentence what the record rules would refuse half-way: giving a session to somebody else.

        :raises AccessError: for a provider who is no scheduler
        """
        others = user_id and user_id != self.env.uid
        if others and not self.env.su and not self.env.user.has_group("zoom_telehealth.group_scheduler"):
            raise AccessError(self.env._("Providers book their own sessions. A scheduler books for others."))

    def _telehealth_sessions_in_order(self):
        """Return the sessions of these events in the events' order."""
        by_event = {session.event_id.id: session.id for session in self.sudo().telehealth_session_ids}
        return self.env["telehealth.session"].browse(by_event[event.id] for event in self)


def _in_core_order(places, vals_list):
    """Return places in the order in which core's create returns its events: recurring ones last."""
    return sorted(places, key=lambda place: bool(vals_list[place].get("recurrency")))
