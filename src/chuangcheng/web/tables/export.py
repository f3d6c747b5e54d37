"""Listings as files: CSV with BOM (Excel reads it as UTF-8) streamed row by row, or XLSX in constant memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.web.tables.columns import Column

KINDS = ("csv", "xlsx")
XLSX_MAX_ROWS = 1_048_576
_CHUNK = 2000
# A cell that starts so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """csv.writer needs a file; this one gives the line back."""

    def write(self, line: str) -> str:
        return line


def plain(value: object) -> object:
    """A value as a cell: city time without zone, plain text that no spreadsheet runs."""
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).replace(tzinfo=None)
    if isinstance(value, Fraction):
        return float(value)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def respond(rows: QuerySet[Any], columns: Sequence[Column], kind: str, name: str) -> HttpResponseBase:
    """The file as a download called ``name``."""
    make = _csv if kind == "csv" else _xlsx
    response = make(rows, columns)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{kind}"
    return response


def _cells(rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[list[object]]:
    for row in rows.iterator(chunk_size=_CHUNK):
        yield [plain(column.value(row)) for column in columns]


def _csv(rows: QuerySet[Any], columns: Sequence[Column]) -> HttpResponseBase:
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([str(column.label) for column in columns])
        for cells in _cells(rows, columns):
            yield writer.writerow(["" if cell is None else cell for cell in cells])

    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")


def _xlsx(rows: QuerySet[Any], columns: Sequence[Column]) -> HttpResponseBase:
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - FileResponse closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, head = book.add_worksheet(), book.add_format({"bold": True})
    time, day = (book.add_format({"num_format": shown}) for shown in ("yyyy-mm-dd hh:mm", "yyyy-mm-dd"))
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), head)
        sheet.set_column(index, index, 40 if column.wide else 16)
    sheet.freeze_panes(1, 0)
    for number, cells in enumerate(_cells(rows, columns), 1):
        if number >= XLSX_MAX_ROWS:
            break  # a sheet holds no more; the CSV has them all
        for index, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(number, index, cell, time if isinstance(cell, datetime) else day)
            elif cell is not None:
                sheet.write(number, index, cell)
    book.close()
    file.seek(0)
    return FileResponse(file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
