"""The time, read in one place, so that tests can move the addon's clock and the simulator's together.

The addon decides nothing by SQL ``now()``, ``write_date`` or a scheduled action's ``nextcall``.
"""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import conf


def now() -> datetime:
    """Return the present as naive UTC, which is how Odoo stores a datetime."""
    return datetime.now(timezone.utc).replace(tzinfo=None) + _offset()


def _offset() -> timedelta:
    path = conf.clock_file()
    if not path:
        return timedelta(0)
    try:
        return timedelta(seconds=float(Path(path).read_text() or 0))
    except FileNotFoundError:
        return timedelta(0)
