"""The report as a Word file in the layout of official documents (GB/T 9704-2012): A4, margins 37/35/28/26 mm, title in
二号小标宋, body in 三号仿宋 with a fixed line of 28 pt and two characters of indent, red head and line, page numbers in
四号宋体. Fonts are named, not embedded: an office has them, and Word falls back to its own otherwise."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from chuangcheng.bulletins.document import Document, Section, Table, compose
from chuangcheng.bulletins.models import Weekly

TITLE, BODY, HEADING, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
SECOND, THIRD, FOURTH, TABLE = Pt(22), Pt(16), Pt(14), Pt(12)  # 二号, 三号, 四号, 小四
RED = RGBColor(0xC0, 0x00, 0x00)
LINE = Pt(28)
_LINE_MM = 156  # between the margins


def write_docx(weekly: Weekly) -> bytes:
    """The file's bytes."""
    return print_document(compose(weekly))


def print_document(document: Document) -> bytes:
    """Any report in this layout."""
    word = docx.Document()
    _page(word)
    _head(word, document)
    _title(word, document)
    for number, section in enumerate(document.sections):
        _section(word, section)
        if not number:
            _signature(word, document.signature)
    for remark in document.remarks:
        _paragraph(word, remark, font=BODY, size=FOURTH)
    _properties(word, document)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _page(word: Any) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    page.footer_distance = Mm(28)
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for piece in ("— ", "PAGE", " —"):
        run = footer.add_run("" if piece == "PAGE" else piece)
        _font(run, PLAIN, FOURTH)
        if piece == "PAGE":
            _field(run, piece)


def _field(run: Any, name: str) -> None:
    """A field such as the page number, which Word fills in."""
    for kind in ("begin", None, "end"):
        if kind is None:
            element = OxmlElement("w:instrText")
            element.text = name
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _head(word: Any, document: Document) -> None:
    """版头: the series in red, issue, organisation and date, a red line below."""
    draft = "（草稿）" if document.draft else ""
    _paragraph(word, document.series + draft, font=TITLE, size=Pt(36), colour=RED, centred=True, line=Pt(48))
    _paragraph(word, document.issue, font=BODY, size=THIRD, centred=True)
    line = _paragraph(word, f"{document.organisation}\t{document.issued_on}", font=BODY, size=THIRD, indent=False)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
    _rule(line)


def _rule(paragraph: Any) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "12", "space": "6", "color": "C00000"}.items():
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _title(word: Any, document: Document) -> None:
    _paragraph(word, "", font=BODY, size=THIRD)
    _paragraph(word, document.title, font=TITLE, size=SECOND, centred=True, line=Pt(36))
    _paragraph(word, document.period, font="楷体", size=THIRD, centred=True)
    _paragraph(word, "", font=BODY, size=THIRD)


def _section(word: Any, section: Section) -> None:
    _paragraph(word, section.heading, font=HEADING, size=THIRD)
    for text in section.paragraphs:
        _paragraph(word, text, font=BODY, size=THIRD)
    if section.table:
        _table(word, section.table)


def _signature(word: Any, lines: tuple[str, ...]) -> None:
    """落款: to the right, two characters from the edge."""
    if lines:
        _paragraph(word, "", font=BODY, size=THIRD)
    for text in lines:
        line = _paragraph(word, text, font=BODY, size=THIRD, indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = THIRD * 2


def _table(word: Any, table: Table) -> None:
    grid = word.add_table(rows=1, cols=len(table.headers), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    _repeat(grid.rows[0])
    for cell, text in zip(grid.rows[0].cells, table.headers, strict=True):
        _cell(cell, text, font=HEADING, right=False)
    for row in table.rows:
        for cell, text, right in zip(grid.add_row().cells, row, table.right, strict=True):
            _cell(cell, text, font=PLAIN, right=right)
    grid.autofit = not table.widths
    for column, width in enumerate(table.widths):
        for cell in grid.columns[column].cells:
            cell.width = Mm(_LINE_MM * width / sum(table.widths))


def _repeat(row: Any) -> None:
    """The head of a table stands on every page."""
    element = OxmlElement("w:tblHeader")
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _cell(cell: Any, text: str, *, font: str, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    _font(paragraph.add_run(text), font, TABLE)


def _paragraph(
    word: Any,
    text: str,
    *,
    font: str,
    size: Any,
    colour: RGBColor | None = None,
    centred: bool = False,
    indent: bool = True,
    line: Any = LINE,
) -> Any:
    paragraph = word.add_paragraph()
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif indent:
        layout.first_line_indent = size * 2
    run = paragraph.add_run(text)
    _font(run, font, size)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _font(run: Any, name: str, size: Any) -> None:
    """Chinese letters take the East Asian name; figures and Latin letters the same one, as offices print them."""
    run.font.name, run.font.size = name, size
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _properties(word: Any, document: Document) -> None:
    properties = word.core_properties
    properties.title, properties.author, properties.comments = document.title, document.organisation, ""
