"""`python3 -m dev setup`: what the other commands need, without running any of them."""

from __future__ import annotations

from dev import browser, odoo_source, postgres
from dev.console import say


def main(_arguments: list[str]) -> int:
    """Get Python's packages, Odoo, a browser and PostgreSQL."""
    odoo_source.ensure()
    browser.ensure()
    with postgres.running():
        pass
    say("Ready.")
    return 0
