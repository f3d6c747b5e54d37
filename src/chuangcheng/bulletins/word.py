"""The report as a Word file in the layout of official documents (GB/T 9704-2012): A4, margins 37/35/28/26 mm, title in
二号小标宋, body in 三号仿宋 with a fixed line of 28 pt and two characters of indent, red head and line, page numbers in
四号宋体. Fonts are named, not embedded: an office has them, and Word falls back to its own otherwise."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from chuangcheng.bulletins.document import Document, Section, Table, compose
from chuangcheng.bulletins.layout import LINE as ACROSS
from chuangcheng.bulletins.layout import WIDE_LINE, parts, title_lines
from chuangcheng.bulletins.models import Weekly

TITLE, BODY, HEADING, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
SECOND, THIRD, FOURTH, TABLE = Pt(22), Pt(16), Pt(14), Pt(10.5)  # 二号, 三号, 四号, 五号
RED = RGBColor(0xC0, 0x00, 0x00)
LINE = Pt(28)


def write_docx(weekly: Weekly) -> bytes:
    """The file's bytes."""
    return print_document(compose(weekly))


def print_document(document: Document) -> bytes:
    """Any report in this layout."""
    word = docx.Document()
    _page(word, wide=document.wide)
    _head(word, document)
    _title(word, document)
    for number, section in enumerate(document.sections):
        _section(word, section, WIDE_LINE if document.wide else ACROSS)
        if not number:
            _signature(word, document.signature, annexed=len(document.sections) > 1)
    for remark in document.remarks:
        _paragraph(word, remark, font=BODY, size=FOURTH)
    _properties(word, document)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _page(word: Any, *, wide: bool) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    if wide:
        page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
        page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(28), Mm(26), Mm(37), Mm(35)
    page.footer_distance = page.bottom_margin - Mm(12)  # 一字线上距版心下边缘 7 mm
    word.settings.odd_and_even_pages_header_footer = True
    _number(page.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number(page.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _number(footer: Any, side: Any) -> None:
    """The page's number: odd ones at the right, even ones at the left, a letter from the edge."""
    footer.alignment = side
    footer.paragraph_format.right_indent = footer.paragraph_format.left_indent = FOURTH
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
    across = WIDE_LINE if document.wide else ACROSS
    line.paragraph_format.tab_stops.add_tab_stop(Mm(across), WD_TAB_ALIGNMENT.RIGHT)
    _rule(line)


def _rule(paragraph: Any) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "12", "space": "6", "color": "C00000"}.items():
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _title(word: Any, document: Document) -> None:
    _paragraph(word, "", font=BODY, size=THIRD)
    _paragraph(
        word,
        "\n".join(title_lines(document.title, document.organisation)),
        font=TITLE,
        size=SECOND,
        centred=True,
        line=Pt(36),
    )
    _paragraph(word, document.period, font="楷体", size=THIRD, centred=True)
    _paragraph(word, "", font=BODY, size=THIRD)


def _section(word: Any, section: Section, across: int) -> None:
    font = BODY if section.address else HEADING
    lines = [_paragraph(word, section.heading, font=font, size=THIRD, indent=not section.address)]
    lines += [_paragraph(word, text, font=BODY, size=THIRD) for text in section.paragraphs]
    lines[0].paragraph_format.keep_with_next = True  # a heading never ends a page
    if section.table:
        lines[-1].paragraph_format.keep_with_next = True
        _table(word, section.table, across)


def _signature(word: Any, lines: tuple[str, ...], *, annexed: bool) -> None:
    """落款: to the right, two characters from the edge. What is annexed begins on a page of its own."""
    if not lines:
        return
    _paragraph(word, "", font=BODY, size=THIRD)
    for text in lines:
        line = _paragraph(word, text, font=BODY, size=THIRD, indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = THIRD * 2
    if annexed:
        line.add_run().add_break(WD_BREAK.PAGE)


def _table(word: Any, table: Table, across: int) -> None:
    grid = word.add_table(rows=1, cols=len(table.headers), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _margins(grid)
    _repeat(grid.rows[0])
    for cell, text in zip(grid.rows[0].cells, table.headers, strict=True):
        _cell(cell, text, font=HEADING, side=WD_ALIGN_PARAGRAPH.CENTER)
    for row in table.rows:
        line = grid.add_row()
        _whole(line)
        for cell, text, right in zip(line.cells, row, table.right, strict=True):
            side = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
            _cell(cell, text, font=PLAIN, side=side)
    widths = table.widths or parts(table.headers, table.rows, across)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(across * width / sum(widths))  # Word reads the cells' widths, others the grid's
        for cell in column.cells:
            cell.width = column.width


def _margins(grid: Any) -> None:
    """A millimetre at the sides of each cell instead of two, so that figures fit."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), "57")
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    look = grid._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins)


def _whole(row: Any) -> None:
    """The row is not cut at the end of a page."""
    element = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(element)


def _repeat(row: Any) -> None:
    """The head of a table stands on every page."""
    element = OxmlElement("w:tblHeader")
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _cell(cell: Any, text: str, *, font: str, side: Any) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(2)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(15)
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
