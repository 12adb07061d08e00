"""What installing and uninstalling do beyond data files."""


def post_init_hook(env):
    """Give every practice the neutral name: the column's default does not reach companies that exist already."""
    env["res.company"].search([("telehealth_event_name", "=", False)]).telehealth_event_name = env[
        "res.company"
    ].default_get(["telehealth_event_name"])["telehealth_event_name"]


def uninstall_hook(env):
    """Leave plain calendar events behind: our join route ends with the addon."""
    env["calendar.event"].with_context(active_test=False).search([("telehealth", "=", True)]).write(
        {"telehealth": False}
    )
