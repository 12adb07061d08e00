"""The readiness page as PDF, for an audit."""

from odoo import models
from odoo.tools import file_path, format_date, format_datetime

from .. import clock
from ..report import readiness_pdf

FONT_FILE = "web/static/fonts/sign/NotoSans-Reg.ttf"


class TelehealthReadinessPdf(models.Model):
    _inherit = "telehealth.readiness"

    def action_pdf(self):
        """Download this page, and on a practice's page those of its providers, as PDF."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/zoom_telehealth/readiness/{self.id}.pdf", "target": "download"}

    def _pdf(self):
        """Return the PDF's bytes; what the reader may not see is not in it."""
        self.ensure_one()
        self.check_access("read")
        pages = self | self.provider_page_ids
        sections = [page._pdf_section() for page in pages]
        if not self.user_id:
            sections.append(self._pdf_attestations())
        return readiness_pdf.write(
            file_path(FONT_FILE),
            self.env._("Readiness for telehealth: %s", self.display_name),
            self.env._(
                "Written on %(time)s (%(zone)s) for %(name)s",
                time=format_datetime(self.env, clock.now()),
                zone=self.env.user.tz or "UTC",
                name=self.env.user.name,
            ),
            sections,
        )

    def _pdf_section(self):
        asked = format_datetime(self.env, self.looked_at) if self.looked_at else self.env._("not yet")
        levels = dict(self.line_ids._fields["level"]._description_selection(self.env))
        who = dict(self.line_ids._fields["who"]._description_selection(self.env))
        return readiness_pdf.Section(
            title=self.env._("%(name)s · Zoom was asked: %(asked)s", name=self.display_name, asked=asked),
            heads=[
                self.env._("Level"),
                self.env._("Matter"),
                self.env._("How it stands"),
                self.env._("What mends it"),
                self.env._("Who"),
                self.env._("Since"),
            ],
            widths=[0.1, 0.15, 0.3, 0.24, 0.11, 0.1],
            rows=[
                readiness_pdf.Row(
                    line.level,
                    [
                        levels[line.level],
                        line.title,
                        line.sentence,
                        " ".join(filter(None, [line.steps, line.place])),
                        who.get(line.who, ""),
                        format_datetime(self.env, line.since) if line.since else "",
                    ],
                )
                for line in self.line_ids
            ],
        )

    def _pdf_attestations(self):
        attestations = self.env["telehealth.attestation"].search([("company_id", "=", self.company_id.id)])
        kinds = dict(attestations._fields["kind"]._description_selection(self.env))
        return readiness_pdf.Section(
            title=self.env._("Attestations"),
            heads=[
                self.env._("About"),
                self.env._("By"),
                self.env._("On"),
                self.env._("Renew by"),
                self.env._("Words"),
            ],
            widths=[0.2, 0.15, 0.1, 0.1, 0.45],
            rows=[
                readiness_pdf.Row(
                    "",
                    [
                        kinds[one.kind],
                        one.by_id.name,
                        format_date(self.env, one.on),
                        format_date(self.env, one.until) if one.until else "",
                        self.env._("Requested") if one.is_request else one.statement or "",
                    ],
                )
                for one in attestations
            ],
        )
