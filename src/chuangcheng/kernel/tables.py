"""One table out of an office's file: finds the sheet and the header, maps columns by synonyms, yields rows.

Understands title rows above the header, two-row headers, merged cells and rows of nothing. Everything else that would
need a guess is refused with a ``tables.*`` problem that names sheet, row and column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sheets import RawRow, RawSheet, column_letter, open_sheets
from chuangcheng.kernel.values import as_datetime as as_datetime
from chuangcheng.kernel.values import as_decimal as as_decimal
from chuangcheng.kernel.values import as_int as as_int
from chuangcheng.kernel.values import as_text as as_text

HEADER_WITHIN = 20  #: the header is looked for in the first rows only


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: ``number`` counts from 1 as the sheet shows it; absent and empty cells are None."""

    number: int
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its header understood. ``rows`` can be walked once; wholly empty rows are left out.

    ``columns`` maps each field to its column (from 0); without ``wanted`` the fields are the headers themselves.
    ``header_row`` counts from 1 and is the lower one of a two-row header.
    """

    sheet: str
    header_row: int
    columns: dict[str, int]
    headers: list[str]
    rows: Iterator[Row]


@dataclass(slots=True)
class _Header:
    """A guess at the header: the rows it takes, the names of each column, and the fields found."""

    last_row: int
    names: list[tuple[str, ...]]
    columns: dict[str, int] = field(default_factory=dict)
    clashes: list[tuple[str, list[int]]] = field(default_factory=list)

    def shown(self) -> list[str]:
        """The headers as people read them, one a column."""
        return [names[0] if names else "" for names in self.names]


def read_table(
    path_or_bytes: Path | str | bytes,
    *,
    name: str,
    sheet: str | None = None,
    wanted: Mapping[str, Sequence[str]] | None = None,
    optional: Collection[str] = (),
) -> Table:
    """Open a table.

    ``wanted`` maps our fields to the headers they may go by, best first; those not in ``optional`` must be there.
    Without ``sheet`` the first visible one that has the required columns is taken. Raises :class:`Refused` with
    ``tables.*``; nothing has been read into the database by then.
    """
    source = Path(path_or_bytes) if isinstance(path_or_bytes, str) else path_or_bytes
    failure: Refused | None = None
    seen: list[str] = []
    for raw in open_sheets(source, name):
        seen.append(raw.name)
        if sheet is not None and raw.name != sheet:
            continue
        try:
            return _table(raw, name, wanted, frozenset(optional))
        except Refused as refused:
            if refused.code not in {"tables.empty", "tables.missing_columns"}:
                raise
            failure = _better(failure, refused)
    if failure is not None:
        raise failure
    if sheet is not None:
        raise Refused("tables.no_sheet", name=name, sheet=sheet, found="、".join(seen))
    raise Refused("tables.empty", name=name)


def _better(old: Refused | None, new: Refused) -> Refused:
    """The more telling of two failures: the sheet that lacks the fewest columns."""
    if old is None or old.code == "tables.empty":
        return new
    if new.code == "tables.empty":
        return old
    return min(old, new, key=lambda refused: str(refused.params["missing"]).count("、"))


def _table(raw: RawSheet, name: str, wanted: Mapping[str, Sequence[str]] | None, optional: frozenset[str]) -> Table:
    top = [list(row) for row in islice(raw.rows(), HEADER_WITHIN + 1)]
    if not any(as_header(cell) for row in top for cell in row):
        raise Refused("tables.empty", name=name)
    header = _named(raw, top) if wanted is None else _best(top, wanted, optional)
    if wanted is not None:
        missing = [names[0] for key, names in wanted.items() if key not in optional and key not in header.columns]
        if missing:
            found = "、".join(text for text in header.shown() if text) or "—"
            raise Refused(
                "tables.missing_columns", name=name, sheet=raw.name, missing="、".join(missing), found=found[:300]
            )
    for text, clash in header.clashes:
        cells = "、".join(column_letter(column) for column in clash)
        raise Refused(
            "tables.duplicate_header", name=name, sheet=raw.name, row=header.last_row + 1, header=text, cells=cells
        )
    _refuse_cells(raw, name, header, "tables.formula_without_value", raw.scan.uncalculated)
    _refuse_cells(raw, name, header, "tables.error_value", raw.scan.errors)
    return Table(raw.name, header.last_row + 1, header.columns, header.shown(), _rows(raw, header))


def _refuse_cells(raw: RawSheet, name: str, header: _Header, code: str, cells: tuple[tuple[int, int], ...]) -> None:
    used = set(header.columns.values())
    bad = [cell for cell in cells if cell[0] > header.last_row and cell[1] in used]
    if bad:
        row, column = bad[0]
        raise Refused(code, name=name, sheet=raw.name, cell=f"{column_letter(column)}{row + 1}", count=len(bad))


def as_header(value: object) -> str:
    """A header cell folded for comparison: NFKC, no blanks, no star for obligatory, lower case."""
    try:
        text = as_text(value)
    except Refused:  # a number too long for a float is data, and its own row will be told so
        return ""
    return re.sub(r"[\s*＊\u200b\ufeff]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _best(top: list[RawRow], wanted: Mapping[str, Sequence[str]], optional: frozenset[str]) -> _Header:
    """The row, or pair of rows, with most of the wanted columns; the upper and the single one wins ties."""
    best, best_score = _Header(0, []), (-1, -1)
    for index, row in enumerate(top[:HEADER_WITHIN]):
        guesses = [_Header(index, [_variants(cell) for cell in row])]
        if index + 1 < len(top):
            guesses.append(_Header(index + 1, _two_rows(row, top[index + 1])))
        for guess in guesses:
            _match(guess, wanted)
            score = (sum(key not in optional for key in guess.columns), len(guess.columns))
            if score > best_score:
                best, best_score = guess, score
    return best


def _variants(cell: object) -> tuple[str, ...]:
    """The header itself and the header without a remark in brackets: 联系电话（必填） is 联系电话."""
    text = as_header(cell) if isinstance(cell, str) else ""
    bare = re.sub(r"[(\[【][^)\]】]*[)\]】]$", "", text)
    return tuple(dict.fromkeys(name for name in (text, bare) if name))


def _two_rows(upper: RawRow, lower: RawRow) -> list[tuple[str, ...]]:
    """Names under a spanning title: its own, title and own joined; or the title's when nothing stands below it."""
    names, title = [], ""
    for column in range(max(len(upper), len(lower))):
        top = as_header(upper[column]) if column < len(upper) and isinstance(upper[column], str) else ""
        own = lower[column] if column < len(lower) else ""
        title = top or title
        if not as_header(own):
            names.append(_variants(top))
        else:
            names.append(tuple(dict.fromkeys((*_variants(own), *(title + text for text in _variants(own))))))
    return names


def _match(header: _Header, wanted: Mapping[str, Sequence[str]]) -> None:
    """Give each field the column of its best synonym; a synonym found twice is a clash."""
    for key, synonyms in wanted.items():
        for synonym in map(as_header, synonyms):
            found = [column for column, names in enumerate(header.names) if synonym in names]
            exact = [column for column in found if header.names[column][0] == synonym]
            found = exact or found
            if found:
                header.columns[key] = found[0]
                if len(found) > 1:
                    header.clashes.append((synonym, found))
                break


def _named(raw: RawSheet, top: list[RawRow]) -> _Header:
    """Without a wish list: the first row with the most texts, joined with the row below it where cells are merged."""
    counts = [sum(isinstance(cell, str) and bool(as_header(cell)) for cell in row) for row in top[:HEADER_WITHIN]]
    index = counts.index(max(counts))
    spanned = [m for m in raw.merges if m[0][0] == index and m[1][1] > m[0][1] and m[1][0] == index]
    if spanned and index + 1 < len(top):
        names = [(_joined(top[index], top[index + 1], column),) for column in range(len(top[index + 1]))]
        header = _Header(index + 1, list(names))
    else:
        header = _Header(index, [(as_text(cell),) for cell in top[index]])
    for column, (text,) in enumerate(header.names):
        if text and text in header.columns:
            header.clashes.append((text, [header.columns[text], column]))
        elif text:
            header.columns[text] = column
    return header


def _joined(upper: RawRow, lower: RawRow, column: int) -> str:
    titles = [as_text(cell) for cell in upper[: column + 1] if as_text(cell)]
    own = as_text(lower[column])
    top = as_text(upper[column]) if column < len(upper) else ""
    return top if not own else f"{titles[-1]}{own}" if titles and titles[-1] != own else own


def _rows(raw: RawSheet, header: _Header) -> Iterator[Row]:
    columns = list(header.columns.items())
    fills = _fills(raw, header.last_row)
    anchors: dict[tuple[int, int], object] = {}
    for index, row in enumerate(raw.rows()):
        if index <= header.last_row:
            continue
        filled = fills.get(index)
        if filled:
            row = _fill(row, index, filled, anchors)
        if any(cell not in ("", None) and not _blank(cell) for cell in row):
            width = len(row)
            values = {key: _cell(row[column]) if column < width else None for key, column in columns}
            yield Row(index + 1, values)


def _blank(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _cell(value: object) -> object:
    return None if value == "" and isinstance(value, str) else value


def _fills(raw: RawSheet, last_header: int) -> dict[int, list[tuple[int, tuple[int, int]]]]:
    """For each row the columns that belong to a merged block, with the block's upper left cell."""
    fills: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    for (top, left), (bottom, right) in raw.merges:
        if top <= last_header or top == bottom:
            continue
        for row in range(top, bottom + 1):
            fills.setdefault(row, []).extend((column, (top, left)) for column in range(left, right + 1))
    return fills


def _fill(
    row: RawRow, index: int, filled: list[tuple[int, tuple[int, int]]], anchors: dict[tuple[int, int], object]
) -> RawRow:
    """The row with the merged blocks' values in it; a block's value is learnt from its first row."""
    row = row + [""] * (max(column for column, _ in filled) + 1 - len(row))
    for column, anchor in filled:
        if anchor == (index, column):
            anchors[anchor] = row[column]
        elif column == anchor[1]:
            row[column] = anchors.get(anchor, "")
    return row
