from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from .. import clock
from ..zoom import events, webhook

# Zoom checks an address every 72 hours; a few more for its own delays.
CHECKED_WITHIN = timedelta(hours=76)
LOOKED_BACK = timedelta(days=7)
# One may be a lost answer; two are a pattern (R21).
MISSED_ALARM = 2
REFUSED_ALARM = 3


class ZoomAppHealth(models.Model):
    """Whether Zoom's events arrive: what was seen last, what is wrong, and who is told when it turns bad."""

    _name = "zoom.app"
    _inherit = ["zoom.app", "mail.thread", "mail.activity.mixin"]

    webhook_validated_at = fields.Datetime("Address last checked by Zoom", readonly=True, copy=False)
    webhook_first_validated_at = fields.Datetime(readonly=True, copy=False)
    webhook_delivered_at = fields.Datetime("Last event", compute="_compute_webhook_facts")
    webhook_refused = fields.Integer("Refused in a day", compute="_compute_webhook_facts")
    webhook_missed = fields.Integer("Ends without an event in 7 days", compute="_compute_webhook_facts")
    webhook_parked = fields.Integer("Events that need a person", compute="_compute_webhook_facts")
    webhook_state = fields.Selection(
        [("off", "Not set up"), ("waiting", "Waiting for Zoom"), ("good", "Working"), ("bad", "Needs attention")],
        "Events from Zoom",
        compute="_compute_webhook_state",
    )
    webhook_trouble = fields.Char(compute="_compute_webhook_state")
    webhook_sentence = fields.Char(compute="_compute_webhook_state")
    webhook_announced = fields.Char(readonly=True, copy=False, help="The trouble of which people were told.")

    # === COMPUTE METHODS === #

    @api.depends("key")
    def _compute_webhook_facts(self):
        """Read what deliveries, refusals and meetings tell, for all these apps at once.

        As superuser: a provider may see how their app fares, and no delivery.
        """
        deliveries = self.env["zoom.delivery"].sudo()
        of_these = [("app_id", "in", self.ids)]
        received = self._last_deliveries()
        parked = _by_app(deliveries._read_group([*of_these, ("state", "=", "parked")], ["app_id"], ["__count"]))
        lately = [*of_these, ("day", ">=", (clock.now() - timedelta(days=1)).date())]
        refused = _by_app(self.env["zoom.webhook.refusal"].sudo()._read_group(lately, ["app_id"], ["count:sum"]))
        missed = self._missed_ends()
        for app in self:
            app.webhook_delivered_at = received.get(app._origin.id)
            app.webhook_parked = parked.get(app._origin.id, 0)
            app.webhook_refused = refused.get(app._origin.id, 0)
            app.webhook_missed = missed.get(app._origin.id, 0)

    def _last_deliveries(self):
        """Return when the newest event was received, as a dict by app id: one look at an index for each."""
        self.env["zoom.delivery"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT a.id, newest.received_at
                  FROM unnest(%s) AS a(id)
                 CROSS JOIN LATERAL (
                       SELECT received_at FROM zoom_delivery d WHERE d.app_id = a.id AND d.event <> %s
                     ORDER BY received_at DESC LIMIT 1) AS newest
                """,
                self.ids,
                events.VALIDATION,
            )
        )
        return dict(self.env.cr.fetchall())

    def _missed_ends(self):
        """Return how many meetings ended lately without an event, since there could be one, as a dict by app id."""
        self.env.cr.execute(
            SQL(
                """
                SELECT k.app_id, count(*)
                  FROM zoom_meeting_instance i
                  JOIN zoom_meeting m ON m.id = i.meeting_id
                  JOIN zoom_connection k ON k.id = m.connection_id
                  JOIN zoom_app a ON a.id = k.app_id
                 WHERE i.end_was_asked AND i.ended_at > GREATEST(%s, a.webhook_first_validated_at)
                   AND k.app_id = ANY(%s)
              GROUP BY k.app_id
                """,
                clock.now() - LOOKED_BACK,
                self.ids,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.depends("key", "has_webhook_secret")
    def _compute_webhook_state(self):
        for app in self:
            trouble = app.webhook_trouble = app._webhook_trouble()
            if not app.has_webhook_secret:
                app.webhook_state, app.webhook_sentence = (
                    "off",
                    self.env._(
                        "Without Zoom's events, Odoo asks Zoom: that a session began or ended is seen a quarter of an "
                        "hour later, or more. All else works. A server that Zoom cannot reach stays like this."
                    ),
                )
            elif trouble:
                app.webhook_state, app.webhook_sentence = "bad", app._trouble_sentence(trouble)
            elif not app.webhook_validated_at:
                app.webhook_state, app.webhook_sentence = (
                    "waiting",
                    self.env._(
                        "Zoom has not checked the address yet: in your Zoom app, open the event subscription and "
                        "choose Validate."
                    ),
                )
            else:
                app.webhook_state, app.webhook_sentence = (
                    "good",
                    self.env._("Zoom checked the address on %s.", app._validated_on()),
                )

    def _validated_on(self):
        return format_datetime(self.env, self.webhook_validated_at, dt_format="short")

    def _webhook_trouble(self):
        """Return the name of what is wrong with this app's events, or False; what a person mends first comes first."""
        self.ensure_one()
        if not self.has_webhook_secret:
            return False
        if self._lately_refused(webhook.BAD_SIGNATURE):
            return "secret"
        # Looked at after the signature: whoever sent them knows the secret token.
        if self._lately_refused(webhook.TOO_OLD, webhook.TOO_NEW):
            return "clock"
        if self.webhook_validated_at and self.webhook_validated_at < clock.now() - CHECKED_WITHIN:
            return "unchecked"
        if self.webhook_validated_at and self.webhook_missed >= MISSED_ALARM:
            return "missed"
        return "parked" if self.webhook_parked else False

    def _lately_refused(self, *reasons):
        """Whether requests were refused for these reasons, several of them, and none was believed since."""
        refusal = self.env["zoom.webhook.refusal"].sudo()
        rows = refusal.search(
            [
                ("app_id", "=", self._origin.id),
                ("reason", "in", reasons),
                ("day", ">=", (clock.now() - timedelta(days=1)).date()),
            ]
        )
        believed = max(filter(None, [self.webhook_validated_at, self.webhook_delivered_at]), default=None)
        unanswered = rows.filtered(lambda row: not believed or row.last_at > believed)
        return sum(unanswered.mapped("count")) >= REFUSED_ALARM

    def _trouble_sentence(self, trouble):
        return {
            "secret": self.env._(
                "Requests come that are signed with another secret token, and they are refused. If they are Zoom's, "
                "copy the Secret Token from the Zoom app's Features page into the field here, and choose Validate "
                "there."
            ),
            "clock": self.env._(
                "Requests that Zoom signed are refused for their time: too old, or from the future. As a rule this "
                "server's clock is wrong, and the server's administrator sets it right. What they told is found by "
                "asking Zoom."
            ),
            "unchecked": self.env._(
                "Zoom checks the address every 72 hours and has not done so since %s: after six failed checks it stops "
                "sending. See that this server can be reached from the internet, then choose Validate in the Zoom app.",
                self._validated_on(),
            ),
            "missed": self.env._(
                "%s sessions of the last 7 days ended without an event from Zoom; Odoo found out by asking. In the "
                "Zoom app, see that the events listed here are subscribed to, and look at its webhook logs.",
                self.webhook_missed,
            ),
            "parked": self.env._(
                "%s events could not be worked on. Open them to see the cause, have it mended, and choose Retry.",
                self.webhook_parked,
            ),
        }[trouble]

    def _validated(self, at):
        """Note that Zoom checked the address and was answered rightly.

        :param at: naive UTC
        """
        self.ensure_one()
        self.write(
            {
                "webhook_validated_at": max(filter(None, [self.webhook_validated_at, at])),
                "webhook_first_validated_at": self.webhook_first_validated_at or at,
            }
        )

    # === TELLING PEOPLE === #

    @api.model
    def _watch_webhooks(self):
        """Tell those who can mend it when an app's events turn bad, once, and take it back when they are well again."""
        for app in self.with_context(active_test=False).search([("webhook_secret", "!=", False)]):
            trouble = app._webhook_trouble() or False
            if trouble == (app.webhook_announced or False):
                continue
            app.activity_unlink(["mail.mail_activity_data_warning"])
            if trouble:
                app._announce(trouble)
            app.webhook_announced = trouble

    def _announce(self, trouble):
        for user in self._who_mends():
            told = self.with_context(lang=user.lang, tz=user.tz)
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=told.env._("Zoom's events do not arrive as they should"),
                note=told._trouble_sentence(trouble),
                user_id=user.id,
            )

    def _who_mends(self):
        """Return the provider whose own app this is, else the telehealth managers of its practices."""
        self.ensure_one()
        return self.user_id or self.company_ids._telehealth_people("manager")

    # === ACTIONS === #

    def action_open_deliveries(self):
        return self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_zoom_delivery") | {
            "domain": [("app_id", "=", self.id)],
            "context": {"search_default_parked": bool(self.webhook_parked)},
        }

    def action_open_refusals(self):
        return self.env["ir.actions.act_window"]._for_xml_id("zoom_telehealth.action_zoom_webhook_refusal") | {
            "domain": [("app_id", "=", self.id)]
        }


def _by_app(groups):
    return {app.id: value for app, value in groups}
