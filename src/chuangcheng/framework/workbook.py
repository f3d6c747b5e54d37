"""Editions in and out as workbooks that an office fills in: drop-downs, a comment on each header, no loss."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from chuangcheng.framework import flat
from chuangcheng.framework.columns import ABOUT_SHEET, ITEMS, NODES, SHEETS, SITE_KINDS, Column, Sheet
from chuangcheng.framework.documents import checked, dump_edition
from chuangcheng.framework.models import Edition
from chuangcheng.framework.rules import DEFAULTS
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import as_text, read_table

_NEEDED = (ABOUT_SHEET, NODES)
_LAST_ROW = 5000  # drop-downs reach this far down
#: Without them "4/5" would become a date, "06010" a number and "=…" a formula.
_OPTIONS = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}


def read_workbook(source: Path | str | bytes, name: str = "") -> dict[str, Any]:
    """The document of a workbook, checked as a whole.

    Raises ``framework.invalid`` naming sheet, column and row of each mistake, or ``tables.*`` where the file itself
    cannot be read. Only the sheets 说明 and 测评标准 must be there.
    """
    shown = name or (Path(source).name if isinstance(source, Path | str) else "workbook")
    raw = {sheet.name: _read(source, shown, sheet) for sheet in SHEETS}
    return checked(flat.parse(raw))


def _read(source: Path | str | bytes, name: str, sheet: Sheet) -> list[flat.Line]:
    wanted = {column.name: (column.header,) for column in sheet.columns}
    optional = [column.name for column in sheet.columns if not column.needed]
    try:
        table = read_table(source, name=name, sheet=sheet.title, wanted=wanted, optional=optional)
    except Refused as refused:
        if refused.code in {"tables.no_sheet", "tables.empty"} and sheet not in _NEEDED:
            return []
        raise
    return [
        flat.Line(row.number, {key: as_text(value) for key, value in row.values.items()})
        for row in table.rows
        if any(as_text(value) for value in row.values.values())
    ]


def write_workbook(edition: Edition, path: Path | str) -> None:
    """Write the edition to ``path``; reading it again gives the same document."""
    write_document(dump_edition(edition), path)


def write_template(path: Path | str) -> None:
    """An empty workbook to fill in, with the usual rules already standing in 说明."""
    write_document({"rules": DEFAULTS}, path)


def write_document(document: Mapping[str, Any], path: Path | str) -> None:
    """Write any document, sound or not, so that somebody can mend it in a spreadsheet."""
    rows = flat.flatten(document)
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.title)
            _head(page, sheet, head, text)
            for line in rows[sheet.name]:
                for index, column in enumerate(sheet.columns):
                    page.write_string(line.number - 1, index, flat.cell(column, line.values.get(column.name)), text)
            page.freeze_panes(1, 2)
            page.autofilter(0, 0, max(1, len(rows[sheet.name])), len(sheet.columns) - 1)


def _head(page: Any, sheet: Sheet, head: Any, text: Any) -> None:
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width, text)
        page.write_string(0, index, column.header, head)
        comment = _comment(column)
        if comment:
            page.write_comment(0, index, comment, {"x_scale": 2, "author": ""})
        choices = _choices(sheet, column)
        if choices:
            rule = {"validate": "list", "source": choices, "ignore_blank": True, "error_title": column.header}
            page.data_validation(1, index, _LAST_ROW, index, rule)


def _comment(column: Column) -> str:
    return "；".join(part for part in ("必填" if column.needed else "", column.comment) if part)


def _choices(sheet: Sheet, column: Column) -> list[str] | str:
    """The words of a drop-down, or the column of another sheet that holds them."""
    if sheet is ITEMS and column.name == "kind":
        return f"='{SITE_KINDS.title}'!$A$2:$A${_LAST_ROW}"
    return [choice for choice in column.choices if choice]
