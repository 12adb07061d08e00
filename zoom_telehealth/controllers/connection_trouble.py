"""A page for what may stand between a provider and Zoom, where Zoom's own page tells Odoo nothing of it."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from .page import render_page


class ConnectionTroubleController(http.Controller):
    @http.route("/zoom_telehealth/oauth/trouble", type="http", auth="user", methods=["GET"], sitemap=False)
    def trouble(self):
        """Say, by what the provider sees, what to do about it."""
        if not request.env.user.has_group("zoom_telehealth.group_provider"):
            raise NotFound
        company = request.env.company
        return render_page(
            "zoom_telehealth.connection_trouble",
            {
                "approval_request": request.env["zoom.app"]
                ._for_provider(request.env.user, company)
                ._approval_request(),
                "removal": request.env["zoom.connection"]._removal_sentence(),
                "help_lines": company.sudo()._telehealth_help_lines(),
            },
        )
