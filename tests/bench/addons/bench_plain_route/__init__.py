"""The plainest route that keeps what it is sent: no signature, no encryption, no double looked for."""

from odoo import fields, http, models
from odoo.http import request


class PlainRow(models.Model):
    _name = "bench.plain.row"
    _description = "What was sent"

    body = fields.Text()
    received_at = fields.Datetime()


class PlainRoute(http.Controller):
    @http.route("/bench/plain", type="http", auth="public", methods=["POST"], csrf=False, save_session=False)
    def receive(self):
        body = request.httprequest.get_data().decode()
        request.env["bench.plain.row"].sudo().create({"body": body, "received_at": fields.Datetime.now()})
        return request.make_response("")
