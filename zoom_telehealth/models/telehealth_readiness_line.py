from urllib.parse import quote

from odoo import api, fields, models

from .. import clock
from ..zoom import plans, readiness
from .telehealth_readiness import LEVELS
from .telehealth_readiness_words import MISSING_SCOPES, SENTENCES, STATEMENTS, STEPS, TITLES, UNTOLD

WHO = [
    (readiness.PROVIDER, "The provider"),
    (readiness.MANAGER, "A telehealth manager"),
    (readiness.ZOOM_ADMINISTRATOR, "The Zoom account's administrator"),
    (readiness.SERVER_ADMINISTRATOR, "The server's administrator"),
]


class TelehealthReadinessLine(models.Model):
    """One matter of a readiness page. What it says is put into words for whoever reads it."""

    _name = "telehealth.readiness.line"
    _description = "Readiness line"
    _order = "readiness_id, sequence, id"
    _rec_name = "key"

    readiness_id = fields.Many2one("telehealth.readiness", required=True, readonly=True, index=True, ondelete="cascade")
    sequence = fields.Integer(readonly=True)
    key = fields.Char(required=True, readonly=True)
    level = fields.Selection(LEVELS, required=True, readonly=True)
    finding = fields.Char(required=True, readonly=True)
    facts = fields.Json(readonly=True)
    since = fields.Datetime(readonly=True)
    # Text, so that lists break these lines rather than cut them.
    title = fields.Text("Matter", compute="_compute_words")
    sentence = fields.Text("How it stands", compute="_compute_words")
    steps = fields.Text("What mends it", compute="_compute_words")
    place = fields.Text("Where in Zoom", compute="_compute_words")
    who = fields.Selection(WHO, "Who mends it", compute="_compute_words")
    request = fields.Text("Text to send", compute="_compute_request")
    mail_address = fields.Char(compute="_compute_request")
    is_attested = fields.Boolean(compute="_compute_is_attested")

    _one_each = models.UniqueIndex("(readiness_id, key)")

    # === COMPUTE METHODS === #

    @api.depends("key", "finding", "facts", "level")
    @api.depends_context("lang")
    def _compute_words(self):
        for line in self:
            pure, mended = line._pure(), line.level == readiness.GREEN
            line.title = line._said(TITLES.get(line.key))
            line.sentence = line._sentence()
            line.steps = "" if mended else line._said(STEPS.get(line._matter()))
            line.place = "" if mended else pure.place
            line.who = False if mended else pure.who

    def _sentence(self):
        if self.finding == "untold":
            return self._said(UNTOLD)
        if self.finding == "missing" and self._matter() == "scopes":
            return self._said(MISSING_SCOPES)
        return self._said(SENTENCES.get((self.key, self.finding)))

    def _said(self, text):
        """Return a text of ours in the reader's language, with this line's facts filled in."""
        if not text:
            return ""
        said = self.env._(text)
        return said % self.facts if self.facts else said

    def _matter(self):
        return "scopes" if self.key.startswith("scopes") else self.key

    def _pure(self):
        return readiness.Line(self._matter(), self.level, self.finding, self.facts or {})

    @api.depends("key", "level")
    @api.depends_context("lang")
    def _compute_request(self):
        for line in self:
            line.request, line.mail_address = False, False
            if line.level == readiness.GREEN:
                continue
            if line.key == "baa":
                line.request = line._baa_request()
                line.mail_address = (
                    f"mailto:{plans.BAA_MAIL}?subject={quote(plans.BAA_SUBJECT)}&body={quote(line.request)}"
                )
            elif line.who == readiness.ZOOM_ADMINISTRATOR:
                line.request = line._administrator_request()

    def _baa_request(self):
        return self.env._(
            "To: %(address)s\nSubject: %(subject)s\n\nPlease send us a Business Associate Agreement for our Zoom "
            "account. We are a healthcare practice (%(practice)s) and hold telehealth sessions on Zoom.",
            address=plans.BAA_MAIL,
            subject=plans.BAA_SUBJECT,
            practice=self.readiness_id.company_id.name,
        )

    def _administrator_request(self):
        return self.env._(
            "Our practice holds telehealth sessions on Zoom. Please see to this in our account: %(title)s. "
            "%(sentence)s %(steps)s Place: %(place)s",
            title=self.title,
            sentence=self.sentence,
            steps=self.steps,
            place=self.place,
        )

    @api.depends("key")
    def _compute_is_attested(self):
        for line in self:
            line.is_attested = line.key in STATEMENTS

    # === ACTIONS === #

    def action_attest(self):
        """Open the dialog in which a manager attests this matter."""
        self.ensure_one()
        self.env["telehealth.readiness"]._require_manager()
        return {
            "type": "ir.actions.act_window",
            "name": self.title,
            "res_model": "telehealth.attestation",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_kind": self.key, "default_company_id": self.readiness_id.company_id.id},
        }

    def action_show_request(self):
        """Open the text that is to be sent to whoever mends this."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Text to send"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[self.env.ref("zoom_telehealth.view_telehealth_readiness_line_form").id, "form"]],
            "target": "new",
        }

    # === WRITING === #

    def _keep(self, page, line, sequence):
        """Write a line down on its page, if it says something new."""
        said = {"level": line.level, "finding": line.finding, "facts": dict(line.facts) or False, "sequence": sequence}
        if not self:
            self.create({**said, "readiness_id": page.id, "key": line.key, "since": clock.now()})
        elif any((self[name] or False) != (value or False) for name, value in said.items()):
            turned = {"since": clock.now()} if self.level != line.level else {}
            self.write(said | turned)
