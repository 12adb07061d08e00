"""What a developer's machine needs: Odoo 19, PostgreSQL, a browser, and the commands that run the project with them."""
