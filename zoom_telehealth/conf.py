"""What the server's administrator says in ``odoo.conf``: the one place where the addon reads it.

Zoom's addresses and the clock are never read from the database, so that nobody who can merely write to the
database can send tokens elsewhere or move the time.
"""

import os

from odoo.tools import config

from .zoom.addresses import ZoomAddresses

MASTER_KEY_OPTION = "zoom_telehealth_key"
MASTER_KEY_ENVIRONMENT = "ZOOM_TELEHEALTH_KEY"


def master_key_text() -> str:
    """Return the master key as written by the administrator, or an empty string where none is set."""
    return config.get(MASTER_KEY_OPTION) or os.environ.get(MASTER_KEY_ENVIRONMENT) or ""


def zoom_addresses() -> ZoomAddresses:
    """Return where Zoom is; only tests and the demo name another place than Zoom's own.

    :raises BadAddress: when ``odoo.conf`` names an address that is neither https nor a loopback one
    """
    return ZoomAddresses.parse(config.get("zoom_telehealth_zoom_url"), config.get("zoom_telehealth_api_url"))


def clock_file() -> str:
    """Return the path of the file by which tests move the clock; empty in production."""
    return config.get("zoom_telehealth_clock_file") or ""
