"""Keeps what stands behind the question mark of our OAuth callback out of Odoo's access log.

Zoom's code and our state come in the query of that one request, and Odoo's development and threaded servers log each
request with its query. Behind a proxy, its log needs the same (see the administrator's guide).
"""

import logging
import re

from ..models.zoom_app import CALLBACK_ROUTE

# Whatever follows up to the end of the request's target: in the request line, or in a message about it.
_QUERY = re.compile(re.escape(CALLBACK_ROUTE) + r"\?[^\s\"']*")
MASKED = CALLBACK_ROUTE + "?…"


class CallbackQueryFilter(logging.Filter):
    """Masks the callback's query in a log record's message and arguments."""

    def filter(self, record):
        message = record.getMessage()
        masked = _QUERY.sub(MASKED, message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


# The loggers that write request lines: werkzeug's (threaded and prefork), gevent's, and Odoo's own.
for _name in (
    "werkzeug",
    "odoo.http",
    "odoo.service.server",
    "odoo.addons.base.models.ir_http",
    "gevent.pywsgi",
    "longpolling",
):
    logging.getLogger(_name).addFilter(CallbackQueryFilter())
