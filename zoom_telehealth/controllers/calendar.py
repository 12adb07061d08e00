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

    @http.route()
    def accept_meeting(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        return self._sign_in_first(token) or super().accept_meeting(token, id, **kwargs)

    @http.route()
    def accept_recurrence(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        return self._sign_in_first(token) or super().accept_recurrence(token, id, **kwargs)

    @http.route()
    def decline_meeting(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        return self._sign_in_first(token) or super().decline_meeting(token, id, **kwargs)

    @http.route()
    def decline_recurrence(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        return self._sign_in_first(token) or super().decline_recurrence(token, id, **kwargs)

    def _sign_in_first(self, token):
        """Have a session's provider sign in before their answer counts, or return None.

        It makes or cancels the session, and programs that look through mails follow every link in them.
        """
        attendee = request.env["calendar.attendee"].sudo().search([("access_token", "=", token)], limit=1)
        event = attendee.event_id
        if event.telehealth and request.env.user._is_public() and attendee.partner_id == event.user_id.partner_id:
            return request.redirect_query("/web/login", {"redirect": request.httprequest.full_path})
        return None

    def _is_telehealth(self, access_token):
        """Whether an event's access token belongs to a session; as superuser, since the visitor may be anybody."""
        event = request.env["calendar.event"].sudo().with_context(active_test=False)
        return bool(event.search_count([("access_token", "=", access_token), ("telehealth", "=", True)], limit=1))
