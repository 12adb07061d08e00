import secrets

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from .. import clock
from .series_edit import BOOKED_FIELDS, EDIT_CONTEXT

# A change of one of these on the event is a change of its session.
SESSION_SOURCES = {
    "start", "stop", "start_date", "stop_date", "allday", "duration", "user_id", "active", "telehealth", "partner_ids",
    "attendee_ids", "recurrency", "recurrence_update",
}  # fmt: skip
SERIES_CONTEXT = "telehealth_series"
# Set where the system itself renews a join route; nobody else changes it.
LINK_CONTEXT = "telehealth_join_link"


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
        carried = self._carried_to(vals_list)
        if not places[True] and not any(carried):
            return super().create(vals_list)
        created = {}
        if places[False]:
            created |= zip(
                _in_core_order(places[False], vals_list), super().create([vals_list[place] for place in places[False]])
            )
        created |= zip(places[True], self._create_telehealth([(vals_list[at], carried[at]) for at in places[True]]))
        for place in places[False]:
            if carried[place]:
                created[place]._stand_behind(carried[place])
        return self.browse(created[place].id for place in range(len(vals_list)))

    @api.model
    def _with_explicit_switch(self, vals):
        return dict(vals, telehealth=bool(vals.get("telehealth", self.env.context.get("default_telehealth"))))

    def _create_telehealth(self, rows):
        """Create telehealth events and, in one batch, their sessions. Returns the events in order.

        :param rows: list of ``(values, session that is carried to the event or None)``
        """
        self._check_may_book_telehealth()
        edit = self.env.context.get(EDIT_CONTEXT)
        company = edit.company if edit else self.env.company
        base = self.get_base_url()
        bookings, prepared = [], []
        providers = self.env["res.users"].browse({vals.get("user_id") or self.env.uid for vals, _carried in rows})
        places = self.env["telehealth.session"]._default_places(providers, company)
        for vals, carried in rows:
            vals = dict(vals)
            self._check_may_choose_provider(vals.get("user_id"))
            booking = self._take_booking(vals, company, places[vals.get("user_id") or self.env.uid])
            vals.setdefault("description", self.env.context.get("default_description"))
            self._move_description(vals)
            vals["telehealth_company_id"] = company.id
            booking["token"] = carried.token if carried else secrets.token_urlsafe(24)
            vals |= self._link_values(self.env["telehealth.session"]._join_url(base, booking["token"]))
            bookings.append(booking)
            prepared.append(vals)
        # Invitations go out below, when the session is there to tell where it is held.
        quiet = self.with_context(skip_contact_description=True, no_mail_to_attendees=True)
        # Occurrences that core makes have their recurrence already.
        series = [at for at, vals in enumerate(prepared) if vals.get("recurrency") and not vals.get("recurrence_id")]
        ready = _in_core_order([place for place in range(len(prepared)) if place not in series], prepared)
        created = dict(zip(ready, super(CalendarEventBooking, quiet).create([prepared[place] for place in ready])))
        for place, vals in enumerate(prepared):
            if place in series:
                # One by one: core makes the occurrences inside, and they take over what was booked.
                booked = {name: bookings[place].get(name.removeprefix("telehealth_")) for name in BOOKED_FIELDS}
                inside = quiet.with_context(**{SERIES_CONTEXT: booked})
                created[place] = super(CalendarEventBooking, inside).create([vals])
        events = self.browse(created[place].id for place in range(len(prepared)))
        events._settle_occurrences([carried for _vals, carried in rows], bookings)
        events.filtered(lambda event: event.start > clock.now()).attendee_ids._send_invitation_emails()
        return events

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
                        "planned_start": event.start,
                        "state": "scheduled" if event.active else "cancelled",
                    }
                    for event, booking in zip(self.sudo(), bookings)
                ]
            )
        )
        sessions._follow_attendees()

    def write(self, vals):
        if self._edits_series(vals):
            return self._write_series(vals)
        switch = vals.get("telehealth")
        over = self._over_in_series_edit() if switch else self.browse()
        if over:
            over.write({name: value for name, value in vals.items() if name != "telehealth"})
            return (self - over).write(vals) if self - over else True
        of_sessions = self.filtered("telehealth")
        fresh = self - of_sessions if switch else self.browse()
        if of_sessions and SESSION_SOURCES & vals.keys():
            of_sessions._check_may_change_sessions()
        if fresh:
            fresh._switch_on(vals)
            return (self - fresh).write(vals) if self - fresh else True
        if of_sessions and self - of_sessions:
            return of_sessions.write(vals) and (self - of_sessions).write(vals)
        if of_sessions:
            apart = of_sessions._to_be_written_apart(vals)
            if apart:
                return all(events.write(vals) for events in apart)
            vals = self._with_neutral_face(vals)
        else:
            vals = dict(vals)  # core takes things out of it
        touched = SESSION_SOURCES & vals.keys()
        result = super().write(vals)
        if touched and of_sessions:
            of_sessions._sessions_to_follow()._follow_events()
            of_sessions._make_missing_sessions()
        return result

    def _write_series(self, vals):
        """Let core edit a series, and carry its sessions over to what it makes of it (decision 5)."""
        if len(self) > 1:
            return all(event.write(dict(vals)) for event in self)
        edit, rest = self._begin_series_edit(vals)
        if rest.keys() - {"recurrence_update"}:
            # Core would tell people of single occurrences; of a series they are told once, when it is done.
            inside = {EDIT_CONTEXT: edit, "skip_attendee_notification": True}
            super(CalendarEventBooking, self.with_context(**inside)).write(rest)
        return self._finish_series_edit(edit)

    def _to_be_written_apart(self, vals):
        """Return sessions' events in groups, where what is written depends on what stands there; else nothing."""
        linked = self._partners_to_link(vals)
        typed = "notes" not in vals and self._typed_description(vals.get("description"))
        groups = self.grouped(
            lambda event: (
                event.user_id if "user_id" in vals else None,
                event.notes if typed else None,
                # Core makes an attendee only of those who come to none of the events that are written together.
                event.partner_ids & linked if linked else None,
            )
        )
        return list(groups.values()) if len(groups) > 1 else []

    @api.model
    def _partners_to_link(self, vals):
        """Return the partners whom an event's values let attend, whether they do so already or not."""
        ids = self.env["res.users"].browse(vals.get("user_id") or []).partner_id.ids
        for command in vals.get("partner_ids") or []:
            if isinstance(command, int):
                ids.append(command)
            elif command[0] == Command.LINK:
                ids.append(command[1])
            elif command[0] == Command.SET:
                ids.extend(command[2])
        return self.env["res.partner"].browse(ids)

    def _with_new_provider(self, vals):
        """Return attendee commands that put a new provider in the old one's place: core changes the name alone."""
        self._check_may_choose_provider(vals["user_id"])
        old, new = self.user_id.partner_id, self.env["res.users"].browse(vals["user_id"]).partner_id
        commands = list(vals.get("partner_ids") or [])
        commands += [Command.unlink(partner.id) for partner in old - new]
        return commands + [Command.link(partner.id) for partner in new]

    def _with_neutral_face(self, vals):
        """Return an event's values without what its face must not show: that goes to the session, or to the notes.

        A typed or synced title goes to the session's encrypted label; nothing else may set the video link.
        """
        vals = dict(vals)
        if "user_id" in vals:
            vals["partner_ids"] = self._with_new_provider(vals)
        if "telehealth" in vals and not vals["telehealth"]:
            return {"description": False, **vals, "videocall_location": False}
        link = vals.pop("videocall_location", None)
        self._move_description(vals, self[:1].notes)
        # A context comes over RPC too: the system alone renews a route.
        if link and self.env.su and self.env.context.get(LINK_CONTEXT):
            vals |= self._link_values(link)
        typed = vals.pop("name", None)
        companies = (self.telehealth_company_id or self.env.company).sudo()
        if typed and typed not in {company._telehealth_neutral_name() for company in companies}:
            vals.setdefault("telehealth_label", typed)
        return vals

    def _switch_on(self, vals):
        """Turn existing events into sessions: their titles move to the sessions, the neutral face takes their place."""
        self._check_may_book_telehealth()
        self._check_may_choose_provider(*(self.user_id.ids if "user_id" not in vals else [vals["user_id"]]))
        formers = {session.event_id.id: session for session in self.sudo().telehealth_session_ids}
        of_company = self.grouped(
            lambda event: formers[event.id].company_id if event.id in formers else self.env.company
        )
        for company, events in of_company.items():
            events._switch_on_in(company.sudo(), vals, formers)
        return True

    def _switch_on_in(self, company, vals, formers):
        """Turn events into one practice's sessions.

        :param formers: dict of event id to the session that it was before it was switched off
        """
        base, bookings, own = self.browse().get_base_url(), {}, {}
        me, Session = self.env.user, self.env["telehealth.session"]
        provider_of = {event: me.browse(vals.get("user_id") or event.user_id.id or me.id) for event in self}
        places = Session._default_places(me.union(*provider_of.values()), company)
        for event in self:
            face = {"name": event.name, "description": event.description, **vals}
            bookings[event] = self._take_booking(face, company, places[provider_of[event].id])
            former = formers.get(event.id)
            bookings[event]["token"] = token = former.token if former else secrets.token_urlsafe(24)
            own[event] = self._link_values(Session._join_url(base, token))
            self._move_description(face, event.notes)
            if "notes" in face:
                own[event]["notes"] = face["notes"]
        shared = {name: value for name, value in vals.items() if name not in (*BOOKED_FIELDS, "description")}
        # The Discuss room bears the old title, its members and its link.
        shared |= {"name": company._telehealth_neutral_name(), "videocall_channel_id": False, "access_token": False}
        super().write(shared | {"telehealth_company_id": company.id})
        for event, values in own.items():
            super(CalendarEventBooking, event).write(values)
        again = self.filtered(lambda event: event.id in formers)
        said = {name.removeprefix("telehealth_") for name in BOOKED_FIELDS if name in vals} | {"label"}
        sessions = Session.browse(formers[event.id].id for event in again)
        # What was booked before holds, but for what is said now.
        sessions._follow_each(
            {
                formers[event.id].id: {name: value for name, value in bookings[event].items() if name in said and value}
                for event in again
            }
        )
        sessions.sudo()._follow_events()
        (self - again)._make_sessions([bookings[event] for event in self - again])

    def copy_data(self, default=None):
        """Copies and occurrences are sessions of their own with what was booked; links and addresses are not copied."""
        data = super().copy_data(default)
        for event, vals in zip(self, data):
            if vals.get("telehealth"):
                vals.pop("videocall_location", None)
                vals.pop("description", None)
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
        sessions = self._sessions_to_follow()
        sessions._leave_out_of_series()
        sessions._cancel()
        return super().unlink()

    def _check_may_book_telehealth(self):
        if not self.env.su and not self._may_book_telehealth():
            raise AccessError(
                self.env._(
                    "Telehealth sessions are booked by providers and schedulers. A telehealth manager gives that role."
                )
            )

    @api.model
    def _check_may_choose_provider(self, *user_ids):
        """Refuse with a sentence what the record rules would refuse half-way: giving a session to somebody else.

        :raises AccessError: for a provider who is no scheduler
        """
        others = any(user_id and user_id != self.env.uid for user_id in user_ids)
        if others and not self.env.su and not self.env.user.has_group("zoom_telehealth.group_scheduler"):
            raise AccessError(self.env._("Providers book their own sessions. A scheduler books for others."))

    def _telehealth_sessions_in_order(self):
        """Return the sessions of these events in the events' order."""
        by_event = {session.event_id.id: session.id for session in self.sudo().telehealth_session_ids}
        return self.env["telehealth.session"].browse(by_event[event.id] for event in self)


def _in_core_order(places, vals_list):
    """Return places in the order in which core's create returns its events: recurring ones last."""
    return sorted(places, key=lambda place: bool(vals_list[place].get("recurrency")))
