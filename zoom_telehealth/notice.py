"""What a click leaves at the edge of the page: one way to say it."""


def success(message):
    """Return the client action that says that something was done, and goes by itself.

    :param str message: in the user's language
    """
    return _notice("success", message)


def warning(message, then=None):
    """Return the client action that says what is left for somebody to do; it stays until it is closed.

    :param str message: in the user's language
    :param dict then: action that follows
    """
    return _notice("warning", message, sticky=True, next=then)


def _notice(kind, message, **params):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, **params},
    }
