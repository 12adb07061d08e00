import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools import html2plaintext, is_html_empty

from ..routes import JOIN_ROUTE

# The line of ours, as a link or as the bare address that other calendars make of it.
JOIN_LINE = re.compile(
    rf"<a\b[^>]*{JOIN_ROUTE}[^>]*>.*?</a>|https?://[^\s<>\"']*{JOIN_ROUTE}[\w-]+", re.IGNORECASE | re.DOTALL
)


class CalendarEventDescription(models.Model):
    """A session's description: the join route and nothing else, so that whatever copies an event carries it.

    Others read descriptions, and core writes names into them. What people type there goes to the internal notes.
    """

    _inherit = "calendar.event"

    @api.model
    def _link_values(self, url):
        """Return the values of an event with this join route; in the description a bare link needs no language."""
        return {"videocall_location": url, "description": Markup('<p><a href="%s">%s</a></p>') % (url, url)}

    @api.model
    def _typed_description(self, description):
        """Return what people wrote into a description beside our line, or an empty text."""
        typed = JOIN_LINE.sub("", description or "")
        return Markup() if is_html_empty(typed) else Markup(typed)

    @api.model
    def _move_description(self, vals, notes=None):
        """Take the description out of an event's values; what people typed there follows what its notes say.

        :param vals: dict of the event's values, changed here
        :param notes: what the notes say, where ``vals`` says nothing of them
        """
        typed = self._typed_description(vals.pop("description", None))
        notes = vals.get("notes") or notes or ""
        # A copy in another calendar says it again at each sync.
        if typed and html2plaintext(typed) not in html2plaintext(notes):
            vals["notes"] = Markup(notes) + typed
