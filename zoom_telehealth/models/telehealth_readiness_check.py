"""Asks Zoom how its users are set up, nightly and when a person wants it, and tells of what turned red."""

import logging
from contextlib import suppress
from datetime import timedelta

import psycopg2

from odoo import api, models

from .. import clock
from ..zoom import errors
from ..zoom.readiness import RED
from .zoom_connection import WORKING
from .zoom_connection_alert import ACTIVITY
from .zoom_connection_token import ConnectionUnusable

_logger = logging.getLogger(__name__)

# Nightly, with some play for when the scheduler comes to it.
LOOKED_EVERY = timedelta(hours=20)
BATCH = 20
# Told of though they are not red: a date comes near.
REMINDED = ("renew",)


class TelehealthReadinessCheck(models.Model):
    _inherit = "telehealth.readiness"

    # === THE LOOP === #

    @api.model
    def _run(self):
        """Look at what a person wants looked at, and at all that was not looked at today. Commits each."""
        progress = self.env["ir.cron"]
        self._keep_pages()
        due = self._due(BATCH)
        time_left = progress._commit_progress(remaining=len(due))
        while due and time_left:
            for readiness in due:
                readiness._look()
                time_left = progress._commit_progress(1)
                if not time_left:
                    break
            due = self._due(BATCH)
        progress._commit_progress(remaining=len(due))

    @api.model
    def _keep_pages(self):
        """Have a page for each practice that uses Zoom and each of its providers, and none for who is none any more."""
        companies = self.env["res.company"].search([("telehealth_zoom_allowed", "=", True)])
        pages = self.search([("company_id", "in", companies.ids)])
        known = {(page.company_id.id, page.user_id.id): page.id for page in pages}
        owners = {(company.id, False) for company in companies}
        owners |= {(company.id, user.id) for company in companies for user in company._telehealth_people("provider")}
        self.browse(page for owner, page in known.items() if owner not in owners).unlink()
        self.create([{"company_id": company, "user_id": user} for company, user in sorted(owners - known.keys())])

    @api.model
    def _due(self, limit):
        """Return pages to look at: the wanted ones first, a practice's own after those of its providers.

        :param limit: most to return
        """
        today = [("company_id.telehealth_zoom_allowed", "=", True), "|", ("looked_at", "=", False)]
        today.append(("looked_at", "<", clock.now() - LOOKED_EVERY))
        wanted = self.search([("wanted_at", "!=", False)], limit=limit, order="id")
        return (wanted or self.search(today, limit=limit, order="id")).sorted(lambda page: (not page.user_id, page.id))

    # === ONE PAGE === #

    def _look(self):
        """Ask Zoom about one page's matters, write down what it said, and tell of what turned red. Commits."""
        self.ensure_one()
        told = self._asked_of_zoom() if self.user_id else {}
        known = self.settings_known or told.get("settings_seen")
        first = not self.looked_at
        self.write({**told, "settings_known": known, "looked_at": clock.now(), "wanted_at": False})
        self._refresh()
        self._announce(first)
        (self.wanted_by_id | self.user_id).partner_id._bus_send("zoom_telehealth.changed", {})

    def _asked_of_zoom(self):
        """Return values that Zoom's answers make true; none where it could not be asked. Commits before it asks."""
        connection = self._connection()
        if connection.state not in WORKING:
            return {}
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            told, zoom_user = connection._ask(lambda client: (self._answers(client), client.me()))
        except ConnectionUnusable:
            return self._afresh({})
        except errors.ZoomError as trouble:
            _logger.info("Readiness %s could not ask Zoom: %s", self.id, trouble)
            return self._afresh({})
        told = self._afresh(told)
        connection.sudo().write(connection._told_of(zoom_user))
        return told

    def _afresh(self, told):
        """Return what was told, with a snapshot that knows what others committed while Zoom was asked."""
        self.env.cr.rollback()
        self.env.invalidate_all()
        return told

    def _answers(self, client):
        told = {"seconds_ahead": client.seconds_ahead_of_zoom() or 0.0, "clock_at": clock.now()}
        told["settings_seen"] = False
        if self.company_id.sudo().telehealth_setup_check:
            # A missing scope hides these lines, and nothing else.
            with suppress(errors.ScopeMissing):
                told["settings_seen"] = dict(client.settings().values)
        return told

    # === TELLING === #

    def _announce(self, first):
        """Tell those who can mend it once what turned red since the last look; take it back when none of it is left.

        Not by the lines of before: they follow what is known here whenever somebody opens the page.

        :param first: it was never looked at: what is red then is a step of setting up, and no news
        """
        worth_telling = self.line_ids.filtered(lambda line: line.level == RED or line.finding in REMINDED)
        now = set(worth_telling.mapped("key"))
        told = set((self.announced or "").split()) & now
        news = set() if first else now - set((self.red_when_looked or "").split())
        if news:
            self.activity_unlink([ACTIVITY])
            for user in self._who_is_told():
                self._tell(user, worth_telling.filtered(lambda line: line.key in news | told))
        elif self.announced and not told:
            self.activity_unlink([ACTIVITY])
        self.write({"announced": _joined(told | news), "red_when_looked": _joined(now)})

    def _tell(self, user, lines):
        page = self.with_context(lang=user.lang, tz=user.tz)
        self.activity_schedule(
            ACTIVITY,
            summary=page.env._("%s: something turned red", self.display_name),
            note=page.env["ir.qweb"]._render("zoom_telehealth.readiness_alert", {"lines": lines.with_env(page.env)}),
            user_id=user.id,
        )

    def _who_is_told(self):
        return self.user_id | self.company_id._telehealth_people("manager")


class ZoomConnectionReadiness(models.Model):
    """Right after connecting it is looked at whether this Zoom user may host, and how they are set up."""

    _inherit = "zoom.connection"

    @api.model
    def _store_grant(self, user, app, token_set, zoom_user):
        connection = super()._store_grant(user, app, token_set, zoom_user)
        # In a cursor of its own, and never in the way: Zoom's code is used up, so the grant must not be lost for this.
        with suppress(psycopg2.Error), self.env.registry.cursor() as cr:
            pages = self.env["telehealth.readiness"].with_env(self.env(cr=cr, su=True))
            # The app may serve a practice in which they do not work, and whose managers know nothing of them.
            for company in pages.env["res.company"].browse((app.company_ids & user.company_ids).ids):
                pages._page(company, pages.env["res.users"].browse(user.id))._want(by=user)
        return connection


def _joined(keys):
    return " ".join(sorted(keys)) or False
