"""The report as a PDF, set by typst in the same layout as the Word file.

typst prints blanks, silently, for letters that no font has: the CJK fonts come from a package and system fonts are
shut out, so that the page looks the same on every machine.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import pylopdf_fonts_zh_cn
import typst

from chuangcheng.bulletins.document import Document, Table, compose
from chuangcheng.bulletins.layout import LINE, WIDE_LINE, parts, title_lines
from chuangcheng.bulletins.models import Weekly


def write_pdf(weekly: Weekly) -> bytes:
    """The file's bytes; the same report gives the same bytes."""
    return print_document(compose(weekly), weekly.assembled_at)


def print_document(document: Document, made_at: datetime) -> bytes:
    """Any report in this layout."""
    pdf: bytes = typst.compile(
        template(),
        font_paths=fonts(),
        sys_inputs={"document": json.dumps(plain(document), ensure_ascii=False)},
        format="pdf",
        timestamp=int(made_at.astimezone(UTC).timestamp()),
    )
    return pdf


@cache
def fonts() -> typst.Fonts:
    """The package's fonts alone, read once a process."""
    folder = str(pylopdf_fonts_zh_cn.serif_path().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def template() -> bytes:
    """The typst source, which reads the document from its inputs: no text of ours is ever parsed as markup."""
    return (files("chuangcheng.bulletins") / "weekly.typ").read_bytes()


def plain(document: Document) -> dict[str, object]:
    """The document as JSON for the template."""
    return {
        "organisation": document.organisation,
        "wide": document.wide,
        "series": document.series + ("（草稿）" if document.draft else ""),
        "issue": document.issue,
        "issued_on": document.issued_on,
        "title": document.title,
        "title_lines": title_lines(document.title, document.organisation),
        "period": document.period,
        "remarks": list(document.remarks),
        "signature": list(document.signature),
        "sections": [
            {
                "heading": section.heading,
                "address": section.address,
                "paragraphs": list(section.paragraphs),
                "table": _table(section.table, document.wide) if section.table else None,
            }
            for section in document.sections
        ],
    }


def _table(table: Table, wide: bool) -> dict[str, object]:
    widths = table.widths or parts(table.headers, table.rows, WIDE_LINE if wide else LINE)
    return {"headers": table.headers, "rows": table.rows, "right": table.right, "widths": widths}
