"""A readiness page as PDF, for an audit: what stood on the page, when, and who attested what. Knows no Odoo.

The font is embedded by its file, since reportlab's own know Latin letters only: names are written in many scripts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

FONT = "ReadinessSans"
MARGIN = 15 * mm
LEVEL_COLORS = {
    "green": colors.HexColor("#1e7e34"),
    "amber": colors.HexColor("#b35900"),
    "red": colors.HexColor("#b02a37"),
}
GRID = colors.HexColor("#c8c8c8")
HEAD = colors.HexColor("#f0f0f0")


@dataclass(frozen=True)
class Row:
    """One line of the table: its level's key, then the texts of its cells, the first of which names the level."""

    level: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Section:
    """A table with its heading."""

    title: str
    heads: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Row]


def write(font_file: str, title: str, under_title: str, sections: Sequence[Section]) -> bytes:
    """Return the PDF.

    :param font_file: path of a TrueType font with the letters that names may have
    :param under_title: one line: when, and by whom
    """
    pdfmetrics.registerFont(TTFont(FONT, font_file))
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=landscape(A4), title=title, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN,
    )  # fmt: skip
    story = [Paragraph(escape(title), _style(16)), Paragraph(escape(under_title), _style(9)), Spacer(0, 6 * mm)]
    for section in sections:
        story += [Paragraph(escape(section.title), _style(12)), Spacer(0, 2 * mm), _table(section, document.width)]
        story.append(Spacer(0, 6 * mm))
    document.build(story, onFirstPage=_page_number, onLaterPages=_page_number)
    return out.getvalue()


def _table(section: Section, width: float) -> Table:
    head = [Paragraph(escape(text), _style(9)) for text in section.heads]
    body = [
        [
            Paragraph(escape(text), _style(8, LEVEL_COLORS.get(row.level) if not place else None))
            for place, text in enumerate(row.cells)
        ]
        for row in section.rows
    ]
    table = Table([head, *body], colWidths=[share * width for share in section.widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, GRID),
                ("BACKGROUND", (0, 0), (-1, 0), HEAD),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def _style(size: float, color: colors.Color | None = None) -> ParagraphStyle:
    return ParagraphStyle(
        f"{FONT}{size}", fontName=FONT, fontSize=size, leading=size * 1.3, textColor=color or colors.black,
        splitLongWords=True,
    )  # fmt: skip


def _page_number(canvas: object, document: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 8)  # type: ignore[attr-defined]
    canvas.drawRightString(landscape(A4)[0] - MARGIN, 8 * mm, str(document.page))  # type: ignore[attr-defined]
