"""A workbook as LibreOffice writes it: what a clerk does in it, and what the program does to the file by itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl

#: Day 0 of a spreadsheet's days.
EPOCH = datetime(1899, 12, 30)


def saved(source: bytes, edit: Callable[[Any], None] = lambda sheet: None) -> bytes:
    """The workbook opened, edited (the first sheet is given) and saved the LibreOffice way: other styles, attributes
    spelt out at every row and cell, formulas with values, and empty rows down to the last one a sheet can have."""
    book = openpyxl.load_workbook(io.BytesIO(source))
    edit(book.worksheets[0])
    file = io.BytesIO()
    book.save(file)
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, _sheet(data.decode()) if name.startswith("xl/worksheets/sheet") else data)
    return out.getvalue()


def _sheet(xml: str) -> str:
    xml = re.sub(r'<row r="(\d+)"[^>]*>', r'<row r="\1" customFormat="false" hidden="false" outlineLevel="0">', xml)
    formula = r'<c r="(\w+)"[^>]*><f>"([^<"]*)"</f><v ?/?>(?:</v>)?</c>'
    xml = re.sub(formula, r'<c r="\1" t="str"><f aca="false">"\2"</f><v>\2</v></c>', xml)
    tail = "".join(f'<row r="{row}" customFormat="false" outlineLevel="0"></row>' for row in (1048575, 1048576))
    return xml.replace("</sheetData>", f"{tail}</sheetData>")


def columns(sheet: Any) -> dict[str, int]:
    """Header → number of its column, as openpyxl counts."""
    return {cell.value: cell.column for cell in sheet[1]}


def as_day(sheet: Any, row: int, name: str, day: str) -> None:
    """A day as the program stores one that was typed: a number with a format."""
    cell = sheet.cell(row, columns(sheet)[name])
    cell.value, cell.number_format = (datetime.fromisoformat(day) - EPOCH) / timedelta(days=1), "yyyy/m/d"


def as_share(sheet: Any, row: int, name: str, part: float) -> None:
    """Per cents as the program stores them: 0.45 with a format."""
    cell = sheet.cell(row, columns(sheet)[name])
    cell.value, cell.number_format = part, "0%"


def moved(sheet: Any, order: list[str], rows: slice) -> None:
    """Columns in another order (the named first), and some rows carried to the end."""
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head, body = table[0], table[1:]
    taken = [head.index(name) for name in order]
    taken += [index for index in range(len(head)) if index not in taken]
    picked = body[rows]
    for number, row in enumerate([head, *(row for row in body if row not in picked), *picked], 1):
        for column, index in enumerate(taken, 1):
            cell = sheet.cell(number, column, row[index])
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type  # a text that looks like one
