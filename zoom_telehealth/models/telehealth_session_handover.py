"""Sessions change hands: in bulk by a scheduler, when a provider leaves, is away, or is archived."""

from datetime import datetime, time

import pytz

from odoo import api, models

from .. import clock, notice


class TelehealthSessionHandover(models.Model):
    _inherit = "telehealth.session"

    @api.model
    def _day_begins(self, day, zone):
        """Return where a day begins in a time zone, naive UTC."""
        local = pytz.timezone(zone or "UTC").localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _hand_over(self, provider):
        """Give these coming sessions to another provider, and tell that one once.

        :param provider: ``res.users`` record
        """
        events = self.event_id
        # One invitation for each of them would bury what matters: the new provider is told once, below.
        events.with_context(skip_attendee_notification=True).write({"user_id": provider.id})
        events._let_series_go_on_from_here()
        if provider != self.env.user:
            self._tell_new_provider(provider)

    def _tell_new_provider(self, provider):
        """Write to who took over: how many, and where to find them. No name of a client is in it."""
        told = self.with_context(lang=provider.lang)
        provider.sudo().partner_id.message_notify(
            partner_ids=provider.partner_id.ids,
            subject=told.env._("Sessions were handed over to you"),
            body=told.env._(
                "%(count)s sessions were handed over to you by %(who)s. You find them under Telehealth ▸ Sessions; "
                "the Zoom meetings of those on Zoom move to your account by themselves.",
                count=len(self),
                who=self.env.user.name,
            ),
        )


class CalendarEventHandover(models.Model):
    _inherit = "calendar.event"

    def _let_series_go_on_from_here(self):
        """Make the coming events of a series one of their own, where its base event stays behind.

        Core makes a series anew from its base event: one that is past still has the former provider, to whom an edit
        of the whole series would give the coming ones back. As core's “this and following events”, but no row is
        made or archived.
        """
        for recurrence in self.recurrence_id.sudo():
            coming = recurrence.calendar_event_ids.filtered(lambda event: event.start >= clock.now())
            if recurrence.base_event_id not in coming and coming <= self:
                recurrence._split_from(coming.sorted("start")[:1])


class ResUsersHandover(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if vals.get("active") is False else self.browse()
        result = super().write(vals)
        for user, companies in leaving._telehealth_left_behind().items():
            user._tell_managers_of_sessions_left(companies)
        return result

    def action_archive(self):
        """Archive, and lead to where the coming sessions are handed over, or say who does that."""
        result = super().action_archive()
        left = self._telehealth_left_behind()
        if not left:
            return result
        user, companies = next(iter(left.items()))
        here = self.env.company if self.env.company in companies else next(iter(companies))
        if self.env.user.has_group("zoom_telehealth.group_scheduler") and here in self.env.companies:
            return user.with_company(here).action_telehealth_hand_over()
        return notice.warning(
            self.env._(
                "%(provider)s has %(count)s coming telehealth sessions. A scheduler hands them over: Telehealth ▸ "
                "Configuration ▸ Hand Over. The practice's telehealth managers were told.",
                provider=user.name,
                count=sum(companies.values()),
            )
        )

    def action_telehealth_hand_over(self):
        """Open the dialog that hands this provider's coming sessions over."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_telehealth_handover")
        context = {"default_from_id": self.id, "default_company_id": self.env.company.id}
        return action | {"context": context}

    def _telehealth_left_behind(self):
        """Return the archived ones among these with coming sessions, as ``{user: {company: number}}``.

        As superuser: who archives a user need not see sessions, and is told a number alone.
        """
        gone = self.filtered(lambda user: not user.active)
        left = {}
        if gone:
            rows = (
                self.env["telehealth.session"]
                .sudo()
                ._read_group(
                    [("provider_id", "in", gone.ids), ("state", "=", "scheduled"), ("start", ">=", clock.now())],
                    ["provider_id", "company_id"],
                    ["__count"],
                )
            )
            for user, company, count in rows:
                left.setdefault(self.browse(user.id), {})[company.with_env(self.env)] = count
        return left

    def _tell_managers_of_sessions_left(self, companies):
        """Tell each practice's telehealth managers what an archived provider leaves behind, in their languages.

        :param companies: dict of ``res.company`` to the number of coming sessions
        """
        for company, count in companies.items():
            for lang, readers in company._telehealth_people("manager").grouped("lang").items():
                told = self.with_context(lang=lang)
                self.sudo().partner_id.message_notify(
                    partner_ids=readers.partner_id.ids,
                    subject=told.env._("Sessions have no provider any more"),
                    body=told.env._(
                        "%(provider)s was archived and has %(count)s coming telehealth sessions in %(practice)s. Hand "
                        "them over under Telehealth ▸ Configuration ▸ Hand Over, or cancel them.",
                        provider=self.name,
                        count=count,
                        practice=company.sudo().name,
                    ),
                )
