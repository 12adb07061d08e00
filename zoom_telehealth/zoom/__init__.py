"""Zoom's world, free of Odoo: addresses, transport, errors, OAuth, payloads and the REST client."""
