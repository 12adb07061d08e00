"""Asks Zoom for a participant's own join link at their click, no transaction open meanwhile (design rules 1, 2)."""

import logging

from odoo.http import request

from ..models.zoom_connection_token import ConnectionUnusable
from ..zoom import errors
from ..zoom.personal_link import LIFE_SECONDS
from ..zoom.transport import CLICK
from .minute_limit import MinuteLimit

_logger = logging.getLogger(__name__)

# Clicks of one person on one session for which a process asks Zoom in a minute: more than anybody needs, and too few
# for one client to use up what Zoom takes of the practice's account.
MOST_A_MINUTE = 6

_limit = MinuteLimit(MOST_A_MINUTE)


def personal_link(session, partner):
    """Return a fresh join link of a participant's own, or None where the meeting's stored one is used. Commits.

    Whatever else goes wrong, the stored one opens the same waiting room: nobody stays outside for want of an own link.
    A click takes five seconds at most, the renewal of a token among them.

    :param session: ``telehealth.session`` record whose door is open to this participant
    :param partner: ``res.partner`` record of the participant
    :raises MeetingGone: Zoom said twice that it has no such meeting, which is looked at and made anew
    """
    wish = session._personal_link_wish(partner)
    if not wish or _limit.is_over((request.db, session.id, partner.id)):
        return None
    connection, zoom_id, name = wish
    # Zoom is asked with no transaction of ours open.
    request.env.cr.commit()  # pylint: disable=invalid-commit
    try:
        return connection._ask(lambda client: _own_link(client, zoom_id, name), timeout=CLICK.altogether(CLICK.total))
    except errors.MeetingGone:
        session._miss(zoom_id)
        raise
    except (ConnectionUnusable, errors.ZoomError) as trouble:
        _logger.info("No personal link for session %s: %s", session.id, trouble)
    except Exception as trouble:
        _logger.error("No personal link for session %s: %s", session.id, errors.unforeseen(trouble))
    return None


def _own_link(client, zoom_id, name):
    """Ask for the link, and where Zoom has no such meeting once more for that: twice it is believed (design rule 7).

    :raises MeetingGone: it said so twice
    :raises ZoomError: it did not answer, or contradicts itself
    """
    try:
        return client.invite_link(zoom_id, name, LIFE_SECONDS)
    except errors.MeetingGone:
        client.meeting(zoom_id)
    raise errors.OutcomeUnknown
