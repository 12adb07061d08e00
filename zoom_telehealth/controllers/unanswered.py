"""How Zoom failed to answer a person's click: each way has words of its own, and none is a verdict on anything."""

from ..zoom import errors

UNANSWERED = (errors.Unreachable, errors.OutcomeUnknown, errors.ServerTrouble, errors.RateLimited)
# What `zoom_telehealth.unanswered` says of each, the more exact one first.
_WAYS = (
    (errors.Unreachable, "unreachable"),
    (errors.MalformedAnswer, "unreadable"),
    (errors.OutcomeUnknown, "silent"),
    (errors.ServerTrouble, "trouble"),
    (errors.RateLimited, "limited"),
)
WAYS = tuple(way for _kind, way in _WAYS)


def way_of(error):
    """Return the name of the way in which Zoom failed to answer.

    :param error: one of :data:`UNANSWERED`
    """
    return next(way for kind, way in _WAYS if isinstance(error, kind))
