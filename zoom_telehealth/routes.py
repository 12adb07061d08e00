"""The two addresses of a session: what leaves Odoo leads to the first (rule 1), its provider starts by the second."""

JOIN_ROUTE = "/telehealth/join/"
START_ROUTE = "/telehealth/start/"
