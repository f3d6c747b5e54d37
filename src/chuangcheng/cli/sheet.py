"""Tables out: a workbook written row by row, or CSV that a spreadsheet opens with the right letters."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from chuangcheng.kernel.clock import CITY_ZONE

#: A cell that begins so would run as a formula when the file is opened.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTH = 18


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write ``.csv`` or a workbook by the file's name; times in the city's zone. Returns the number of rows."""
    return (_csv if path.suffix.lower() == ".csv" else _workbook)(path, columns, rows)


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for count, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
            writer.writerow([_harmless(_plain(value)) for value in row])
    return count


def _workbook(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "default_date_format": "yyyy-mm-dd hh:mm"}  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet()
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(columns) - 1, 0), WIDTH)
        page.write_row(0, 0, columns, book.add_format({"bold": True, "bottom": 1}))
        for count, row in enumerate(rows, 1):
            for index, value in enumerate(row):
                page.write(count, index, _plain(value))
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).replace(tzinfo=None)
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)


def _harmless(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
