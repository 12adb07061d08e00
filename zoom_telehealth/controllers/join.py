import logging

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..models.zoom_connection import BROKEN
from ..models.zoom_connection_token import ConnectionUnusable, KeyUnusable
from ..models.zoom_database import DatabaseInDoubt
from ..routes import JOIN_ROUTE, START_ROUTE
from ..zoom import errors
from ..zoom.transport import CLICK
from .page import render_page
from .personal_link import personal_link
from .unanswered import UNANSWERED, way_of

_logger = logging.getLogger(__name__)

# Causes for which Start failed at Zoom, and not because there was nothing to start.
ZOOM_FAILED = ("reconnect", "misconfigured", "copy", "key", "unanswered", "refused")


class TelehealthJoinController(http.Controller):
    """The one link that leaves Odoo, and the two ways into the meeting (design rules 1 and 2, decision 9)."""

    # Not auth="user": an unknown token is a 404 for everybody, signed in or not.
    @http.route(JOIN_ROUTE + "<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def join(self, token):
        """Lead each to their side of the session: the client to the portal page, the provider to the back office."""
        session = session_of(token)
        user = request.env.user
        if user._is_public():
            return request.redirect_query("/web/login", {"redirect": JOIN_ROUTE + token})
        if session.provider_id != user and session._is_participant(user):
            return request.redirect(f"/my/sessions/{token}")
        if not session.with_user(user).has_access("read"):
            raise NotFound
        return request.redirect(f"/odoo/telehealth.session/{session.id}")

    @http.route(JOIN_ROUTE + "<string:token>/enter", type="http", auth="user", methods=["POST"], sitemap=False)
    def enter(self, token):
        """Let a participant in while the door is open. Makes no meeting: it marks a missing one urgent."""
        session = session_of(token)
        if not session._is_participant(request.env.user):
            raise NotFound
        link = session._join_link() if session._door() == "open" else None
        if not link:
            session._hurry()
            return request.redirect(f"/my/sessions/{token}")
        session._admit(request.env.user.partner_id)
        try:
            return leave_for(personal_link(session, request.env.user.partner_id) or link)
        except errors.MeetingGone:
            return request.redirect(f"/my/sessions/{token}")

    @http.route(START_ROUTE + "<string:token>", type="http", auth="user", methods=["GET"], sitemap=False)
    def start(self, token, zoom=None, alone=None):
        """Send the provider to where the session is held, as host.

        :param zoom: given where Zoom is to be tried though the session is being held otherwise
        :param alone: given where the provider read that clients are not let in, and starts all the same
        """
        session = session_of(token)
        if session.provider_id != request.env.user:
            raise NotFound
        if not session.with_user(request.env.user).can_start:
            return self._trouble(session, "closed")
        if session._is_held_otherwise() and not zoom:
            return self._trouble(session, "instead")
        if session.place != "zoom":
            return self._start_elsewhere(session)
        if session.state != "live" and session._was_deleted_in_zoom():
            return self._trouble(session, "deleted")
        if session.state != "live" and session._is_shut() and not alone:
            return self._trouble(session, "shut")
        return self._start_on_zoom(session)

    def _start_on_zoom(self, session):
        """Lead to Zoom by a start link fetched at this click and kept nowhere."""
        meeting = session._current_meeting()
        if meeting.state != "live":
            session._hurry()
            return self._without_meeting(session)
        connection, zoom_id = meeting.connection_id, meeting.zoom_id
        # Zoom is asked with no transaction of ours open.
        request.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            link = connection._ask(lambda client: client.start_link(zoom_id), timeout=CLICK)
        except ConnectionUnusable:
            return self._reconnect(session, connection)
        except errors.ClientRefused:
            return self._trouble(session, "misconfigured")
        except errors.MeetingGone:
            session._doubt()
            return self._trouble(session, "gone")
        except DatabaseInDoubt:
            return self._trouble(session, "copy")
        except KeyUnusable:
            return self._trouble(session, "key")
        except UNANSWERED as trouble:
            _logger.info("No start link for session %s: %s", session.id, trouble)
            return self._trouble(session, "unanswered", way=way_of(trouble))
        except errors.ZoomError as trouble:
            _logger.warning("No start link for session %s: %s", session.id, trouble)
            return self._trouble(session, "refused")
        session._mark_live()
        return leave_for(link)

    @http.route(START_ROUTE + "<string:token>/state", type="http", auth="user", methods=["GET"], sitemap=False)
    def start_state(self, token):
        """Tell the page that waits for the meeting how it stands; asks Zoom nothing."""
        session = session_of(token)
        if session.provider_id != request.env.user:
            raise NotFound
        state = session.with_user(request.env.user)._start_state()
        return request.make_json_response(state, headers={"Cache-Control": "no-store"})

    def _start_elsewhere(self, session):
        """Lead to the place of a session that is not on Zoom; Zoom is not asked."""
        link = session._start_link()
        if not link:
            return self._trouble(session, "no_link")
        session._mark_live()
        return leave_for(link)

    def _without_meeting(self, session):
        """Say why there is no meeting yet: where no connection works, that and not that it is being made."""
        provider, company = session.provider_id, session.company_id
        connection = provider._zoom_connection(company)
        if connection.move_asked or request.env["zoom.connection"]._for_session(provider, company):
            return self._trouble(session, "preparing" if session._has_video() else "no_video")
        if connection.state in BROKEN:
            return self._reconnect(session, connection)
        return self._trouble(session, "no_video", connect=company.telehealth_zoom_allowed)

    def _reconnect(self, session, connection):
        """Say why the connection does not work, with the way to connect again."""
        # What ended it was committed elsewhere; this request's snapshot is older.
        request.env.cr.commit()  # pylint: disable=invalid-commit
        request.env.invalidate_all()
        return self._trouble(session, "reconnect", reason=connection._reason_sentence())

    def _trouble(self, session, cause, **more):
        if cause in ZOOM_FAILED:
            session._start_failed()
        values = {"session": session, "cause": cause, "help_lines": session.company_id._telehealth_help_lines()}
        values |= {"instead": session._instead(), "state": session.with_user(request.env.user)._start_state()}
        return render_page("zoom_telehealth.start_trouble", values | more)


def session_of(token):
    """Return the session of a join token as superuser; who may do what with it is checked by the caller.

    :raises NotFound: no session has this token
    """
    session = request.env["telehealth.session"].sudo().search([("token", "=", token)], limit=1)
    if not session:
        raise NotFound
    return session


def leave_for(link):
    """Send the browser to the meeting; neither the link nor where it came from is kept by anybody on the way."""
    response = request.redirect(link, code=303, local=False)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
