"""`python3 -m dev setup`: everything that the other commands need, without running any of them."""

from __future__ import annotations

from dev import browser, odoo_source, postgres
from dev.console import say


def main(_arguments: list[str]) -> int:
    """Get Odoo, PostgreSQL, a browser and the template databases."""
    odoo_source.ensure()
    browser.ensure()
    with postgres.running():
        pass
    say("Ready.")
    return 0
