"""What installing and uninstalling do beyond data files."""

import logging

from markupsafe import Markup

_logger = logging.getLogger(__name__)


def post_init_hook(env):
    """Give every practice the neutral name: the column's default does not reach companies that exist already."""
    env["res.company"].search([("telehealth_event_name", "=", False)]).telehealth_event_name = env[
        "res.company"
    ].default_get(["telehealth_event_name"])["telehealth_event_name"]


def uninstall_hook(env):
    """Clean up at Zoom, and leave plain calendar events behind: our join route ends with the addon."""
    _tell_what_stays(env, env["zoom.removal"]._leave_zoom())
    env["calendar.event"].with_context(active_test=False).search([("telehealth", "=", True)]).write(
        {"telehealth": False}
    )


def _tell_what_stays(env, sentences):
    """Write what could not be cleaned up at Zoom into the log, and to the managers and administrators."""
    if not sentences:
        return
    for sentence in sentences:
        _logger.warning("Uninstalling zoom_telehealth: %s", sentence)
    managers = env.ref("zoom_telehealth.group_manager").all_user_ids | env.ref("base.group_system").all_user_ids
    env["mail.thread"].message_notify(
        partner_ids=managers.filtered("active").partner_id.ids,
        subject=env._("Zoom Telehealth was uninstalled; this stays at Zoom"),
        body=Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences),
    )
