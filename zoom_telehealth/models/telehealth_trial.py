"""The end-to-end test: one click makes a meeting at Zoom, reads it, changes it, waits for its event and deletes it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying

from .. import clock
from ..fields import Encrypted
from ..zoom import errors, trial
from ..zoom.payloads import MeetingWish, neutral_topic, new_passcode, new_reference
from .zoom_connection_token import ConnectionUnusable

# Zoom tells of a change within seconds; past this it does not reach us.
HEARD_WITHIN = timedelta(minutes=3)
DELETE_TRIES = 3
AGAIN_AFTER = timedelta(minutes=1)
# The test's meeting lies ahead and is short-lived, so that nobody comes upon it.
STARTS_IN = timedelta(days=1)
MINUTES = 30
KEPT = timedelta(days=365)
GOOD, BAD, SKIPPED = "good", "bad", "skipped"


class TelehealthTrial(models.Model):
    """One run of the test, over one provider's connection. Its steps are worked on by a scheduled action.

    What is about to be asked is committed before each call, and its result right after it, so that a process that is
    killed leaves a test that ends, and no meeting at Zoom.
    """

    _name = "telehealth.trial"
    _description = "End-to-end test"
    _inherit = ["encrypted.row.mixin"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", "Practice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("zoom.connection", required=True, readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(related="connection_id.user_id", string="On the account of", store=True)
    asked_by_id = fields.Many2one("res.users", "Asked for by", readonly=True, ondelete="set null")
    began_at = fields.Datetime("Began", required=True, readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("passed", "Passed"), ("failed", "Failed")], required=True, readonly=True
    )
    telehealth_status = fields.Selection(
        [("pending", "Running"), ("ready", "Ended")], compute="_compute_telehealth_status"
    )
    step = fields.Char(readonly=True, help="What is done next.")
    attempt = fields.Char(readonly=True, help="What was begun; emptied with its result.")
    tries = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    results = fields.Json(readonly=True)
    steps_html = fields.Html("Steps", compute="_compute_steps_html", sanitize=False)
    reference = fields.Char(required=True, readonly=True)
    passcode = Encrypted(groups=fields.NO_ACCESS)
    start = fields.Datetime(required=True, readonly=True)
    zoom_id = fields.Char("Zoom meeting ID", readonly=True)
    heard_at = fields.Datetime("Event received", readonly=True)

    _running = models.Index("(next_try) WHERE state = 'running'")

    # === COMPUTE METHODS === #

    @api.depends("began_at", "user_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._("End-to-end test on the account of %s", one.user_id.name)

    @api.depends("state")
    def _compute_telehealth_status(self):
        for one in self:
            one.telehealth_status = "pending" if one.state == "running" else "ready"

    @api.depends("results", "step", "state")
    @api.depends_context("lang")
    def _compute_steps_html(self):
        for one in self:
            one.steps_html = self.env["ir.qweb"]._render("zoom_telehealth.trial_steps", {"steps": one._shown_steps()})

    def _shown_steps(self):
        """Return each step as ``(title, result, sentence)``; a step that is to come has no result."""
        titles = {
            trial.CREATE: self.env._("Make a test meeting"),
            trial.READ: self.env._("Read it back"),
            trial.CHANGE: self.env._("Change it"),
            trial.HEAR: self.env._("Receive Zoom's event"),
            trial.DELETE: self.env._("Delete it"),
        }
        done = {row["step"]: row for row in self.results or []}
        return [(title, done.get(step, {}).get("result"), self._said(done.get(step))) for step, title in titles.items()]

    def _said(self, row):
        if not row:
            return ""
        because = {
            "no_events": self.env._("The Zoom app sends no events yet: enter its secret token."),
            "not_heard": self.env._("No event came within three minutes: look at the Zoom app's event subscription."),
            "interrupted": self.env._("The server stopped meanwhile. Run the test again."),
            "no_connection": self.env._("The connection does not work: the provider connects again."),
            "other_topic": self.env._("Zoom has another topic than it was told."),
            "not_reached": self.env._("Not reached."),
        }.get(row.get("because"), "")
        differs = self.env._("The account keeps otherwise: %s", row["differs"]) if row.get("differs") else ""
        return " ".join(filter(None, [because, row.get("error"), differs]))

    # === ASKING FOR IT === #

    @api.model
    def _ask_for(self, page, user):
        """Begin a test for a readiness page, to be worked on right after this commit. As superuser.

        :param page: ``telehealth.readiness`` record
        :param user: who asks
        :raises UserError: no connection works
        """
        connection = self._connection_for(page, user)
        if not connection:
            raise UserError(self.env._("No Zoom connection works here yet: a provider connects first."))
        running = self.search([("connection_id", "=", connection.id), ("state", "=", "running")], limit=1)
        if running:
            return running
        company = page.company_id
        begun = self.create(
            {
                "company_id": company.id,
                "connection_id": connection.id,
                "asked_by_id": user.id,
                "began_at": clock.now(),
                "state": "running",
                "step": trial.CREATE,
                "next_try": clock.now(),
                "reference": new_reference(self.env["zoom.meeting"]._practice_mark(company)),
                "passcode": new_passcode(),
                "start": (clock.now() + STARTS_IN).replace(second=0, microsecond=0),
            }
        )
        self._wake()
        return begun

    @api.model
    def _connection_for(self, page, user):
        """Return a provider's page's working connection; on a practice's page the asker's own, or a colleague's."""
        connections = self.env["zoom.connection"]
        if page.user_id:
            return connections._for_session(page.user_id, page.company_id)
        own = connections._for_session(user, page.company_id)
        colleagues = [*connections._domain_of_people(page.company_id), ("state", "=", "connected")]
        return own or connections.search(colleagues, order="id", limit=1)

    @api.model
    def _wake(self, at=None):
        cron = self.env.ref("zoom_telehealth.ir_cron_trial", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(at=at)

    # === WORKING === #

    @api.model
    def _run(self):
        """Take the running tests as far as they go now. Commits each step."""
        progress = self.env["ir.cron"]
        time_left = progress._commit_progress(remaining=len(self._due()))
        while time_left and self._due():
            for one in self._due():
                one._advance()
                time_left = progress._commit_progress(1)
                if not time_left:
                    break
        waiting = self.search([("state", "=", "running")], order="next_try", limit=1)
        if waiting:
            self._wake(at=max(waiting.next_try, fields.Datetime.now()))
        progress._commit_progress(remaining=0)

    @api.model
    def _due(self):
        return self.search([("state", "=", "running"), ("next_try", "<=", clock.now())], order="next_try", limit=10)

    def _advance(self):
        """Do the next step. Commits before Zoom is asked, and after."""
        self.ensure_one()
        if self.step == trial.HEAR:
            retrying(self._listen, self.env)
        elif self.attempt == trial.CREATE:
            # The process that made this attempt never came back; the delete step looks for what it may have left.
            retrying(lambda: self._note(trial.CREATE, BAD, because="interrupted"), self.env)
        else:
            self.attempt = self.step
            self.env.cr.commit()  # pylint: disable=invalid-commit
            result = self._call()
            self.env.cr.rollback()  # what was heard meanwhile is newer than our snapshot
            self.env.invalidate_all()
            retrying(lambda: self._record(result), self.env)
        self._announce_change()

    def _call(self):
        """Ask Zoom, with no transaction open.

        :return: :class:`~..zoom.trial.StepResult`, or None where the connection does not work
        """
        connection, step = self.connection_id, self.step
        asked = (self._wish(), self.reference, self.zoom_id or "")
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            return connection._ask(lambda client: trial.take(step, client, *asked))
        except ConnectionUnusable:
            return None
        except errors.ZoomError as error:
            return trial.StepResult(False, asked[2], error=error)

    def _wish(self):
        company = self.company_id
        return MeetingWish(
            topic=neutral_topic(company._telehealth_neutral_name(), self.reference),
            start=self.start,
            duration_minutes=MINUTES,
            timezone=self.user_id.tz or "UTC",
            passcode=self.passcode,
        )

    def _record(self, result):
        """Write down what came of the step that was attempted."""
        step = self.attempt
        if result is None:
            self._note(step, BAD, because="no_connection")
        elif result.good:
            self.zoom_id = result.meeting_id or self.zoom_id
            self._note(step, GOOD, differs=", ".join(result.differs))
        elif step == trial.DELETE and result.error and result.error.worth_retrying and self.tries < DELETE_TRIES:
            self.write({"attempt": False, "tries": self.tries + 1, "next_try": clock.now() + AGAIN_AFTER})
        else:
            because = "" if result.error else "other_topic"
            self._note(step, BAD, because=because, error=str(result.error or ""))

    def _listen(self):
        """See whether Zoom's event came, or wait on; where the app sends none, it is left out."""
        if not self.connection_id.app_id.has_webhook_secret:
            self._note(trial.HEAR, SKIPPED, because="no_events")
        elif self.heard_at:
            self._note(trial.HEAR, GOOD)
        elif clock.now() >= self._hear_until():
            self._note(trial.HEAR, BAD, because="not_heard")
        else:
            self.next_try = self._hear_until()

    def _hear_until(self):
        return self.began_at + HEARD_WITHIN

    def _note(self, step, result, because="", error="", differs=""):
        """Keep a step's result and go on: to the next step, after a bad one to the last, after that to the end."""
        row = {"step": step, "result": result, "because": because, "error": error, "differs": differs}
        results = [*(self.results or []), row]
        after = trial.STEPS.index(step) + 1
        if result == BAD and step in (trial.CREATE, trial.READ, trial.CHANGE):
            missed = trial.STEPS[after:-1]
            results += [{"step": one, "result": SKIPPED, "because": "not_reached"} for one in missed]
            after = len(trial.STEPS) - 1
        self.write({"results": results, "attempt": False, "next_try": clock.now()})
        if after < len(trial.STEPS):
            self.step = trial.STEPS[after]
        else:
            good = all(one["result"] != BAD for one in results)
            self.write({"state": "passed" if good else "failed", "ended_at": clock.now(), "step": False})
            self.env["telehealth.readiness"].sudo()._refresh_of(self.company_id)

    def _announce_change(self):
        self.asked_by_id.partner_id._bus_send("zoom_telehealth.changed", {})

    # === WHAT ZOOM TELLS === #

    @api.model
    def _heard(self, app, zoom_id):
        """Note that an event came about a test's meeting.

        :return: whether it is one
        """
        running = self.search(
            [("state", "=", "running"), ("zoom_id", "=", zoom_id), ("connection_id.app_id", "=", app.id)]
        )
        running.filtered(lambda one: not one.heard_at).write({"heard_at": clock.now(), "next_try": clock.now()})
        if running:
            self._wake()
        return bool(running)

    @api.autovacuum
    def _gc_old(self):
        self.search([("state", "!=", "running"), ("began_at", "<", clock.now() - KEPT)]).unlink()


class TelehealthReadinessTrial(models.Model):
    _inherit = "telehealth.readiness"

    def action_test(self):
        """Begin the end-to-end test and open its page."""
        self.ensure_one()
        self.check_access("read")
        begun = self.env["telehealth.trial"].sudo()._ask_for(self.sudo(), self.env.user)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("End-to-end test"),
            "res_model": "telehealth.trial",
            "res_id": begun.id,
            "views": [[False, "form"]],
        }

    def _last_test(self, company):
        """Return how the practice's last end-to-end test came out, in the words of the pure lines."""
        last = (
            self.env["telehealth.trial"]
            .sudo()
            .search([("company_id", "=", company.id), ("state", "!=", "running")], limit=1)
        )
        if not last:
            return "never"
        if last.state == "passed" and last.ended_at < clock.now() - timedelta(days=30):
            return "old"
        return last.state
