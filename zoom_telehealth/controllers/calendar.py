from odoo import http
from odoo.addons.calendar.controllers.main import CalendarController
from odoo.http import request


class TelehealthCalendarController(CalendarController):
    """Core's token routes, closed or replaced for telehealth events (design decision 3).

    Core's join routes let any signed-in user become an attendee, and its view page lists everybody.
    """

    @http.route()
    def calendar_join_meeting(self, token, **kwargs):
        if self._is_telehealth(token):
            return request.not_found()
        return super().calendar_join_meeting(token, **kwargs)

    @http.route()
    def calendar_join_videocall(self, access_token):
        if self._is_telehealth(access_token):
            return request.not_found()
        return super().calendar_join_videocall(access_token)

    @http.route()
    def view_meeting(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        attendee = (
            request.env["calendar.attendee"].sudo().search([("access_token", "=", token), ("event_id", "=", int(id))])
        )
        if not attendee.event_id.telehealth or request.env.user._is_internal():
            return super().view_meeting(token, id, **kwargs)
        language = attendee.partner_id.lang or request.env.lang
        values = attendee.with_context(lang=language)._session_page_values()
        page = (
            request.env["ir.ui.view"]
            .with_context(lang=language)
            ._render_template("zoom_telehealth.invitation_page", values)
        )
        return request.make_response(page, headers=[("Content-Type", "text/html"), ("Cache-Control", "no-store")])

    def _is_telehealth(self, access_token):
        """Whether an event's access token belongs to a session; as superuser, since the visitor may be anybody."""
        event = request.env["calendar.event"].sudo().with_context(active_test=False)
        return bool(event.search_count([("access_token", "=", access_token), ("telehealth", "=", True)], limit=1))
