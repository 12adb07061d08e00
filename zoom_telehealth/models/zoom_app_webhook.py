import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import clock
from ..fields import Encrypted
from ..zoom import webhook

WEBHOOK_ROUTE = "/zoom_telehealth/webhook/"
# Zoom checks an address every 72 hours: within a rotation both secret tokens are seen to work or not.
ROTATION = timedelta(days=3)
# What every request needs to be verified.
READ_ALONG = ["row_key", "webhook_secret", "earlier_webhook_secret", "earlier_webhook_secret_until"]


class ZoomAppWebhook(models.Model):
    """The door at which Zoom tells what happened: its address, and the secret token by which it is believed."""

    _inherit = "zoom.app"

    key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(12),
        help="Names the app in the address to which Zoom sends its events; no secret.",
    )
    webhook_url = fields.Char("Event notification endpoint URL", compute="_compute_webhook_url")
    webhook_secret = Encrypted("Secret token (encrypted)", groups=fields.NO_ACCESS)
    earlier_webhook_secret = Encrypted(groups=fields.NO_ACCESS)
    earlier_webhook_secret_until = fields.Datetime("The earlier secret token works until", readonly=True, copy=False)
    webhook_secret_entry = fields.Char(
        "Secret token",
        compute="_compute_webhook_secret_entry",
        inverse="_inverse_webhook_secret_entry",
        store=False,
        copy=False,
        help="Write-only: it is stored encrypted and never shown again.",
    )
    has_webhook_secret = fields.Boolean(compute="_compute_has_webhook_secret")
    delivery_days = fields.Integer(
        "Days that events are kept", default=7, help="What Zoom's events contain is erased after so many days."
    )

    _key_unique = models.UniqueIndex("(key)")
    _delivery_days_sane = models.Constraint(
        "CHECK (delivery_days BETWEEN 1 AND 30)", "What Zoom's events contain is kept for 1 to 30 days."
    )

    def _init_column(self, column_name):
        """Give each app that was entered before there was a key one of its own, where Odoo would give all the same."""
        if column_name != "key":
            super()._init_column(column_name)
            return
        self.env.cr.execute("SELECT id FROM zoom_app WHERE key IS NULL")
        for [app_id] in self.env.cr.fetchall():
            self.env.cr.execute("UPDATE zoom_app SET key = %s WHERE id = %s", [secrets.token_urlsafe(12), app_id])

    # === COMPUTE METHODS === #

    @api.depends("key")
    def _compute_webhook_url(self):
        base = self.browse().get_base_url()
        for app in self:
            app.webhook_url = f"{base}{WEBHOOK_ROUTE}{app.key}"

    def _compute_webhook_secret_entry(self):
        self.webhook_secret_entry = False

    def _inverse_webhook_secret_entry(self):
        for app in self:
            entered = (app.webhook_secret_entry or "").strip()
            if entered:
                app.sudo()._rotate_webhook_secret(entered)
                app.invalidate_recordset(["webhook_secret_entry", "has_webhook_secret"])

    def _compute_has_webhook_secret(self):
        # Whether one is set, read without decrypting it.
        with_secret = self.sudo().search([("id", "in", self.ids), ("webhook_secret", "!=", False)])
        for app in self:
            app.has_webhook_secret = app._origin in with_secret

    # === THE SECRET TOKENS === #

    def _rotate_webhook_secret(self, secret):
        """Take a new secret token; the one before works on for three days, since Zoom's retries bear it."""
        self.ensure_one()
        before = self.webhook_secret
        if before == secret:
            return
        values = {"webhook_secret": secret}
        if before:
            values |= {
                "earlier_webhook_secret": before,
                "earlier_webhook_secret_until": clock.now() + ROTATION,
            }
        self.write(values)

    def action_forget_webhook_secret(self):
        """Stop believing Zoom's events: the person unsubscribed at Zoom, or starts over."""
        self.check_access("write")
        self.sudo().write(
            {
                "webhook_secret": False,
                "earlier_webhook_secret": False,
                "earlier_webhook_secret_until": False,
                "webhook_validated_at": False,
                "webhook_first_validated_at": False,
            }
        )

    def _webhook_secrets(self):
        """Return the secret tokens that are valid now, the newest first."""
        self.ensure_one()
        valid = [self.webhook_secret]
        if self.earlier_webhook_secret_until and self.earlier_webhook_secret_until > clock.now():
            valid.append(self.earlier_webhook_secret)
        return [secret for secret in valid if secret]

    @api.model
    def _by_key(self, key):
        """Return the app behind a webhook's address, as superuser, or none; what it is verified by is read along."""
        if "\x00" in key:
            return self.browse()  # PostgreSQL knows no zero byte
        # An archived app's connections go on working, so it is listened to as well.
        return self.sudo().with_context(active_test=False).search_fetch([("key", "=", key)], READ_ALONG)

    def _has_feature(self, feature):
        """Return whether one of the app's practices switched a feature on: by one query, as each event asks.

        :param str feature: ``attendance`` or ``recordings``
        """
        self.ensure_one()
        self.env["res.company"].flush_model(["active", "telehealth_zoom_allowed", f"telehealth_{feature}"])
        self.flush_recordset(["company_ids"])
        self.env.cr.execute(
            SQL(
                """
                SELECT EXISTS (
                    SELECT FROM res_company c JOIN zoom_app_res_company_rel r ON r.company_id = c.id
                     WHERE r.app_id = %s AND c.active AND c.telehealth_zoom_allowed AND c.%s)
                """,
                self.id,
                SQL.identifier(f"telehealth_{feature}"),
            )
        )
        return self.env.cr.fetchone()[0]

    def _verified_secret(self, timestamp, signature, body):
        """Return the secret token under which Zoom signed a request.

        :param timestamp: the header's text, or None
        :param signature: the header's text, or None
        :param bytes body: as it came
        :raises webhook.Refused: it is not to be believed
        """
        return webhook.verified_secret(self._webhook_secrets(), timestamp, signature, body, clock.now())
