from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..routes import JOIN_ROUTE, START_ROUTE
from .join import leave_for, session_of


class TelehealthInsteadController(http.Controller):
    """The way to what a practice offers where Zoom does not work: the same guards as for the way to Zoom."""

    @http.route(JOIN_ROUTE + "<string:token>/instead", type="http", auth="user", methods=["POST"], sitemap=False)
    def enter(self, token):
        """Let a participant in where the practice's other way is offered now, and stands open."""
        session = session_of(token)
        if not session._is_participant(request.env.user):
            raise NotFound
        link = session._join_link_instead()
        if not link:
            return request.redirect(f"/my/sessions/{token}")
        session._admit(request.env.user.partner_id)
        return leave_for(link)

    @http.route(START_ROUTE + "<string:token>/instead", type="http", auth="user", methods=["POST"], sitemap=False)
    def start(self, token):
        """Hold the session by the practice's other way, where it is offered now."""
        session = session_of(token)
        if session.provider_id != request.env.user:
            raise NotFound
        if not session._instead():
            return request.redirect(START_ROUTE + token)
        link = session._take_instead()
        return leave_for(link) if link else request.redirect(f"/odoo/telehealth.session/{session.id}")
