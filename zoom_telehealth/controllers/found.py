"""Lists a provider's own upcoming Zoom meetings, with no transaction open while Zoom is asked (design rule 2)."""

import logging

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..models.zoom_connection_token import ConnectionUnusable, KeyUnusable
from ..models.zoom_database import DatabaseInDoubt
from ..zoom import errors
from ..zoom.transport import CLICK
from .page import render_page
from .unanswered import UNANSWERED, way_of

_logger = logging.getLogger(__name__)

FOUND_ACTION = "/odoo/action-zoom_telehealth.action_zoom_found_meeting"


class ZoomFoundController(http.Controller):
    @http.route("/zoom_telehealth/found/<int:company_id>", type="http", auth="user", methods=["POST"], sitemap=False)
    def found(self, company_id):
        """Read the list for the signed-in provider, keep it for a while, and show it."""
        user = request.env.user
        company = user.company_ids.filtered(lambda one: one.id == company_id)
        if not company or not user.has_group("zoom_telehealth.group_provider"):
            raise NotFound
        connection = request.env["zoom.connection"]._for_session(user, company)
        if not connection:
            return self._trouble(company, "reconnect")
        request.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            found = connection._ask(lambda client: list(client.upcoming_meetings()), timeout=CLICK)
        except ConnectionUnusable:
            return self._trouble(company, "reconnect")
        except (DatabaseInDoubt, KeyUnusable):
            return self._trouble(company, "server")
        except errors.ScopeMissing:
            return self._trouble(company, "scope")
        except errors.ClientRefused:
            return self._trouble(company, "misconfigured")
        except UNANSWERED as trouble:
            _logger.info("The meetings of connection %s could not be listed: %s", connection.id, trouble)
            return self._trouble(company, "unanswered", way=way_of(trouble))
        except errors.ZoomError as trouble:
            _logger.warning("The meetings of connection %s could not be listed: %s", connection.id, trouble)
            return self._trouble(company, "refused")
        request.env["zoom.found.meeting"].sudo()._keep(connection, company, found)
        return request.redirect(FOUND_ACTION)

    def _trouble(self, company, cause, **more):
        values = {"cause": cause, "help_lines": company.sudo()._telehealth_help_lines()}
        return render_page("zoom_telehealth.found_trouble", values | {"again": request.httprequest.path} | more)
