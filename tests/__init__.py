"""Tests outside Odoo. A package, so that `tests` is never the addon's folder of that name."""
