"""Encryption of fields, free of Odoo: `cipher` seals texts under data keys, `keys` wraps those under the master key."""
