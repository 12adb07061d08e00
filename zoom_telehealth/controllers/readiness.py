"""Downloads of a readiness page: the PDF for an audit, and the file for support."""

import json

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .. import clock


class ReadinessController(http.Controller):
    @http.route(
        "/zoom_telehealth/readiness/<int:page_id>.pdf", type="http", auth="user", methods=["GET"], sitemap=False
    )
    def pdf(self, page_id):
        return _download(lambda: _page(page_id)._pdf(), "application/pdf", "pdf")

    @http.route(
        "/zoom_telehealth/readiness/<int:page_id>/diagnostics.json",
        type="http", auth="user", methods=["GET"], sitemap=False,
    )  # fmt: skip
    def diagnostics(self, page_id):
        return _download(lambda: json.dumps(_page(page_id)._diagnostics(), indent=1), "application/json", "json")


def _page(page_id):
    user = request.env.user
    pages = request.env["telehealth.readiness"].with_context(allowed_company_ids=user.company_ids.ids)
    return pages.browse(page_id)


def _download(content, mimetype, extension):
    """Answer with a file that no cache keeps; whoever may not read the page gets the same 404 as for none."""
    try:
        body = content()
    except (AccessError, MissingError):
        raise request.not_found() from None
    name = f"telehealth-readiness-{clock.now():%Y-%m-%d}.{extension}"
    headers = [
        ("Content-Type", mimetype),
        ("Content-Disposition", http.content_disposition(name)),
        ("Cache-Control", "no-store"),
    ]
    return request.make_response(body, headers)
