from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.fields import Domain
from odoo.http import request

from .. import clock
from .join import session_of
from .page import render_page

SESSIONS_A_PAGE = 20


class TelehealthPortal(CustomerPortal):
    """A client's sessions in the portal. Clients have no access rights to our models: named fields are handed out."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "telehealth_session_count" in counters:
            values["telehealth_session_count"] = (
                request.env["telehealth.session"].sudo().search_count(self._coming_domain())
            )
        return values

    def _own_domain(self):
        return Domain("participant_ids.partner_id", "=", request.env.user.partner_id.id)

    def _to_come(self):
        """What is still to be held: a session that runs past its planned end counts too, as its door is open."""
        return Domain("state", "=", "live") | Domain("state", "=", "scheduled") & Domain("stop", ">=", clock.now())

    def _coming_domain(self):
        return self._own_domain() & self._to_come()

    @http.route(["/my/sessions", "/my/sessions/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_sessions(self, page=1, **_unused):
        """List what is to come, the next first, and behind it what was before, the latest first; page by page."""
        Session = request.env["telehealth.session"].sudo()
        coming_domain, own_domain = self._coming_domain(), self._own_domain()
        to_come, total = Session.search_count(coming_domain), Session.search_count(own_domain)
        pages = pager(url="/my/sessions", total=total, page=page, step=SESSIONS_A_PAGE)
        offset = pages["offset"]
        coming = Session.search(coming_domain, order="start, id", limit=SESSIONS_A_PAGE, offset=offset)
        earlier, room = Session, SESSIONS_A_PAGE - len(coming)
        if room:  # a limit of 0 would be none
            earlier_domain = own_domain & ~self._to_come()
            earlier = Session.search(
                earlier_domain, order="start desc, id desc", limit=room, offset=max(offset - to_come, 0)
            )
        return render_page(
            "zoom_telehealth.portal_my_sessions",
            {
                "page_name": "telehealth_sessions",
                "pager": pages,
                "to_come": to_come,
                "coming": [session._portal_row(request.env.user) for session in coming],
                "earlier": [session._portal_row(request.env.user) for session in earlier],
                "help_lines": (coming or earlier)[:1].company_id._telehealth_help_lines(),
            },
        )

    @http.route("/my/sessions/<string:token>", type="http", auth="user", website=True, methods=["GET"])
    def portal_my_session(self, token, **_unused):
        """One session's page; another's session does not exist."""
        session = session_of(token)
        if not session._is_participant(request.env.user):
            return request.not_found()
        upcoming = (
            request.env["telehealth.session"]
            .sudo()
            .search(
                self._coming_domain() & Domain("id", "!=", session.id) & Domain("start", ">", session.start),
                order="start, id",
                limit=1,
            )
        )
        return render_page(
            "zoom_telehealth.portal_my_session",
            {
                "page_name": "telehealth_session",
                "session": session._portal_values(request.env.user),
                "next_session": upcoming and upcoming._portal_values(request.env.user),
                "help_lines": session.company_id._telehealth_help_lines(),
            },
        )
