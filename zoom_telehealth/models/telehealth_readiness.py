"""“Is my practice set up right?”: one page for each practice and one for each of its providers, line by line."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import clock
from ..zoom.readiness import AMBER, RED

LEVELS = [("green", "Right"), ("amber", "Look at it"), ("red", "Must be mended")]


class TelehealthReadiness(models.Model):
    """How a practice, or one provider in it, is set up. The checks write it; people read it and have it renewed.

    Lines that need nothing of Zoom's are always those of now; what Zoom is asked, a scheduled action asks
    (``telehealth_readiness_check``), nightly and when a person wants it.
    """

    _name = "telehealth.readiness"
    _description = "Readiness"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "user_id desc, id"

    company_id = fields.Many2one(
        "res.company", "Practice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", "Provider", readonly=True, index="btree_not_null", ondelete="cascade", help="Empty: the practice."
    )
    line_ids = fields.One2many("telehealth.readiness.line", "readiness_id", "Lines", readonly=True)
    level = fields.Selection(LEVELS, readonly=True)
    red = fields.Integer("Red lines", readonly=True)
    amber = fields.Integer("Amber lines", readonly=True)
    provider_page_ids = fields.One2many("telehealth.readiness", compute="_compute_provider_pages")
    wanted_at = fields.Datetime(readonly=True, help="When a person asked for a look that is still to come.")
    wanted_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    looked_at = fields.Datetime("Last looked", readonly=True)
    # Named as on sessions, so that the same live widget follows it.
    telehealth_status = fields.Selection(
        [("pending", "Looking …"), ("ready", "Looked")], "Check", compute="_compute_telehealth_status"
    )
    settings_seen = fields.Json(readonly=True, help="Names and values of some settings, as Zoom told them last.")
    settings_known = fields.Json(readonly=True, help="The same when a person last looked at them.")
    unseen = fields.Char(readonly=True, help="Why settings could not be seen.")
    seconds_ahead = fields.Float(readonly=True, help="This server's clock against Zoom's.")
    clock_at = fields.Datetime(readonly=True)
    red_when_looked = fields.Char(readonly=True, help="The lines that were red when Zoom was asked last.")
    announced = fields.Char(readonly=True, help="The lines of which people were told.")

    _one_each = models.UniqueIndex("(company_id, user_id) WHERE user_id IS NOT NULL")
    _one_practice = models.UniqueIndex("(company_id) WHERE user_id IS NULL")
    _wanted = models.Index("(wanted_at) WHERE wanted_at IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("company_id", "user_id")
    def _compute_display_name(self):
        for readiness in self:
            readiness.display_name = readiness.user_id.name or readiness.company_id.name

    @api.depends("wanted_at")
    def _compute_telehealth_status(self):
        for readiness in self:
            lately = readiness.wanted_at and readiness.wanted_at > clock.now() - timedelta(minutes=10)
            readiness.telehealth_status = "pending" if lately else "ready"

    @api.depends("company_id")
    def _compute_provider_pages(self):
        for readiness in self:
            pages = [("company_id", "=", readiness.company_id.id), ("user_id", "!=", False)]
            readiness.provider_page_ids = not readiness.user_id and self.search(pages)

    # === PAGES === #

    @api.model
    def action_open_practice(self):
        """Open the page of the present practice."""
        self._require_manager()
        return self._open(self.sudo()._page(self.env.company), self.env._("Is my practice set up right?"))

    @api.model
    def action_open_mine(self):
        """Open the page of the present provider."""
        if not self.env.user.has_group("zoom_telehealth.group_provider"):
            raise AccessError(self.env._("This page is for those who hold sessions."))
        return self._open(self.sudo()._page(self.env.company, self.env.user), self.env._("Is my Zoom set up right?"))

    @api.model
    def _open(self, page, name):
        page._refresh()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": page.id,
            "views": [[False, "form"]],
        }

    @api.model
    def _page(self, company, user=None):
        """Return the page of a practice, or of a provider in it; made at first need."""
        owner = {"company_id": company.id, "user_id": user.id if user else False}
        return self.search([(name, "=", value) for name, value in owner.items()]) or self.create(owner)

    def action_look(self):
        """Have Zoom asked now; the page follows."""
        self.check_access("read")
        pages = self | self.provider_page_ids
        pages.sudo()._want(by=self.env.user)
        return True

    def action_seen(self):
        """Take the settings as they are for known."""
        self.check_access("read")
        for readiness in self.sudo():
            readiness.settings_known = readiness.settings_seen
            readiness._refresh()
        return True

    def _want(self, by=None):
        """Have these pages looked at soon after this commit."""
        self.write({"wanted_at": clock.now(), "wanted_by_id": by.id if by else False})
        cron = self.env.ref("zoom_telehealth.ir_cron_readiness", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _require_manager(self):
        if not self.env.user.has_group("zoom_telehealth.group_manager"):
            raise AccessError(self.env._("This page is for the practice's telehealth managers."))

    # === LINES === #

    @api.model
    def _refresh_of(self, companies):
        """Bring the pages of these practices up to date by what is known, without asking Zoom."""
        self.search([("company_id", "in", companies.ids)])._refresh()

    def _refresh(self):
        """Bring lines up to date by what is known, without asking Zoom. As superuser."""
        for readiness in self:
            readiness._keep(readiness._lines())

    def _keep(self, lines):
        """Write down these lines; one that stands as before keeps its date.

        :param lines: list of :class:`~..zoom.readiness.Line`
        """
        self.ensure_one()
        rows = {row.key: row for row in self.line_ids}
        for sequence, line in enumerate(lines):
            row = rows.pop(line.key, self.env["telehealth.readiness.line"])
            row._keep(self, line, sequence)
        self.env["telehealth.readiness.line"].union(*rows.values()).unlink()
        levels = [line.level for line in lines]
        values = {
            "level": RED if RED in levels else AMBER if AMBER in levels else "green",
            "red": levels.count(RED),
            "amber": levels.count(AMBER),
        }
        if any(self[name] != value for name, value in values.items()):
            self.write(values)
