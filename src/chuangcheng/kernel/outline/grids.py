"""The tables of a file as grids of text: workbooks by :mod:`chuangcheng.kernel.sheets`, Word by python-docx."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sheets import BROKEN_ZIP, MAX_BYTES, Merge, RawSheet, open_sheets, parts_of
from chuangcheng.kernel.values import as_text

MAX_ROWS = 20_000  #: of one table; the largest assessment systems have some hundred
MAX_COLUMNS = 60
MAX_WORD = 60 * 2**20  #: largest document once unzipped
_TRAILING = " \t\r\n\u3000\xa0\ufeff\u200b"


@dataclass(slots=True)
class Grid:
    """One table. ``rows`` are texts with their leading blanks, all of one width; a cell merged downwards stands in each
    of its rows.

    Rows count from 0 here. ``uncalculated`` and ``errors`` are (row, column) of formulas without a value and of error
    values; ``spanned`` are rows that hold one cell across the table.
    """

    name: str
    rows: list[list[str]]
    hidden: list[int] = field(default_factory=list)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    spanned: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The grid as plain JSON."""
        return asdict(self)

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Grid:
        """The inverse of :meth:`as_json`."""
        pairs = {name: [(row, column) for row, column in given[name]] for name in ("uncalculated", "errors")}
        return cls(given["name"], given["rows"], list(given["hidden"]), spanned=list(given["spanned"]), **pairs)


def open_grids(source: Path | bytes, name: str) -> list[Grid]:
    """Every visible table of a workbook, CSV or Word document that holds anything.

    Raises ``tables.*``; ``tables.empty`` when there is no table at all.
    """
    head = source[:4] if isinstance(source, bytes) else _head(source)
    if head == b"PK\x03\x04" and _is_word(source, name):
        found = list(_word(source, name))
    else:
        found = [_grid(sheet, name) for sheet in open_sheets(source, name)]
        _mark_hidden(found, source)
    kept = [grid for grid in found if any(any(cell.strip() for cell in row) for row in grid.rows)]
    if not kept:
        raise Refused("tables.empty", name=name)
    return kept


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _opened(source: Path | bytes) -> io.BytesIO | Path:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _is_word(source: Path | bytes, name: str) -> bool:
    try:
        with zipfile.ZipFile(_opened(source)) as archive:
            return "word/document.xml" in archive.namelist()
    except BROKEN_ZIP as error:
        raise Refused("tables.broken", name=name, where="zip") from error


def _grid(sheet: RawSheet, name: str) -> Grid:
    rows = [[_text(cell) for cell in row[:MAX_COLUMNS]] for row in islice(sheet.rows(), MAX_ROWS + 1)]
    if len(rows) > MAX_ROWS:
        raise Refused("tables.too_large", name=name, limit=f"{MAX_ROWS:,}")
    width = max(map(len, rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]  # a CSV may be ragged
    spanned = _fill(rows, sheet.merges)
    return Grid(sheet.name, rows, uncalculated=list(sheet.scan.uncalculated), errors=list(sheet.scan.errors),
                spanned=spanned)  # fmt: skip


def _text(value: object) -> str:
    """The cell as text; blanks before it may say how deep it stands."""
    return value.rstrip(_TRAILING) if isinstance(value, str) else as_text(value)


def _fill(rows: list[list[str]], merges: list[Merge]) -> list[int]:
    """Repeat what is merged downwards; the rows that are one merged cell."""
    spanned = []
    for (top, left), (bottom, right) in merges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        if right - left >= 2 and top == bottom and not any(rows[top][:left]) and not any(rows[top][right + 1 :]):
            spanned.append(top)
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row):
                row[left] = rows[top][left]
    return spanned


_HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')


def _mark_hidden(grids: list[Grid], source: Path | bytes) -> None:
    """Note the hidden rows of an xlsx; other kinds of files do not tell."""
    if not zipfile.is_zipfile(_opened(source)):
        return
    by_name = {grid.name: grid for grid in grids}
    with zipfile.ZipFile(_opened(source)) as archive:
        for sheet, part in parts_of(archive).items():
            if sheet in by_name:
                by_name[sheet].hidden = [int(m[1]) - 1 for m in _HIDDEN.finditer(archive.read(part))]


def _word(source: Path | bytes, name: str) -> Iterator[Grid]:
    """The tables of a Word document in order; a table that goes on after a page break is one with the one before."""
    try:
        with zipfile.ZipFile(_opened(source)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > min(MAX_WORD, MAX_BYTES):
                raise Refused("tables.too_large", name=name, limit=f"{MAX_WORD >> 20} MB")
        document = docx.Document(str(source) if isinstance(source, Path) else io.BytesIO(source))
    except Refused:
        raise
    except Exception as error:  # python-docx lets through whatever its parser raises
        raise Refused("tables.broken", name=name, where="docx") from error
    last: Grid | None = None
    for number, table in enumerate(document.tables, 1):
        grid = _word_grid(table, number)
        if last is not None and grid.rows and _goes_on(last, grid):
            shift = len(last.rows)
            last.rows += grid.rows
            last.spanned += [row + shift for row in grid.spanned]
            continue
        if last is not None:
            yield last
        last = grid
    if last is not None:
        yield last


def _goes_on(last: Grid, grid: Grid) -> bool:
    """As wide as the one before, and with the same header or with none."""
    if not last.rows or len(last.rows[0]) != len(grid.rows[0]):
        return False
    return grid.rows[0] == last.rows[0] or grid.rows[0][0] == "" or any(ch.isdigit() for ch in "".join(grid.rows[0]))


def _word_grid(table: Table, number: int) -> Grid:
    rows: list[list[str]] = []
    spanned = []
    for index, line in enumerate(table._tbl.tr_lst):
        row: list[str] = [""] * line.grid_before
        for cell in line.tc_lst:
            text = "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in cell.p_lst).rstrip(_TRAILING)
            if cell.vMerge == "continue" and rows and len(row) < len(rows[-1]):
                text = rows[-1][len(row)]
            row += [text, *[""] * (cell.grid_span - 1)]
        if len(line.tc_lst) == 1 and len(row) > 2:
            spanned.append(index)
        rows.append(row[:MAX_COLUMNS])
        if len(rows) > MAX_ROWS:
            raise Refused("tables.too_large", name=table.style.name if table.style else "", limit=f"{MAX_ROWS:,}")
    width = max((len(row) for row in rows), default=0)
    return Grid(f"表{number}", [row + [""] * (width - len(row)) for row in rows], spanned=spanned)
