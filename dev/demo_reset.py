"""`make demo-reset`: the next `make demo` starts over with a fresh practice and a fresh Zoom."""

from __future__ import annotations

from dev import demo, odoo_source, postgres
from dev.console import say
from dev.database import Databases


def main(_arguments: list[str]) -> int:
    """Throw the demo's data away."""
    source = odoo_source.ensure()
    with postgres.running() as server:
        demo.reset(Databases(source, server))
    say("The demo's data is gone; `make demo` starts over.")
    return 0
