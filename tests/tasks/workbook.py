"""A workbook as a clerk leaves it: read whole, changed, written anew by another program."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter


def cells(source: Path | bytes) -> list[list[Any]]:
    """The sheet's rows, head first."""
    data = source.read_bytes() if isinstance(source, Path) else source
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


def written(rows: list[list[Any]], merges: tuple[tuple[int, int, int], ...] = ()) -> bytes:
    """The rows as a workbook; ``merges`` are (first row, last row, column) to be merged down."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("台账")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    for first, last, column in merges:
        sheet.merge_range(first, column, last, column, rows[first][column])
    book.close()
    return file.getvalue()


def column(rows: list[list[Any]], name: str) -> int:
    """Where a column stands."""
    return int(rows[0].index(name))
