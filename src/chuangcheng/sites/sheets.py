"""Workbooks of the registers: rows in by code, all or nothing, and the template to fill in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import xlsxwriter

from chuangcheng.history.whole import whole
from chuangcheng.kernel import tables
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.places.models import Division

T = TypeVar("T")
DATUMS = {"WGS-84": "wgs84", "CGCS2000": "cgcs2000", "GCJ-02": "gcj02", "BD-09": "bd09"}
#: The same, and each by its own code.
DATUM_WORDS = DATUMS | {code: code for code in DATUMS.values()}
#: Field → the headers it may go by (the first stands in the template), and its hint.
Columns = Mapping[str, tuple[tuple[str, ...], str]]


class Blamed(Exception):
    """A problem of one column of a row."""

    def __init__(self, field: str, refused: Refused) -> None:
        super().__init__(refused.code)
        self.field, self.refused = field, refused


@dataclass(frozen=True, slots=True)
class Sheet:
    """A register's sheet: its name, its columns, which may be empty, and which hold one of a list."""

    name: str
    columns: Columns
    required: Collection[str]
    lists: Mapping[str, Sequence[str]]

    def rows(self, path: Path | bytes, name: str) -> list[tables.Row]:
        """The data rows; ``tables.*`` where the file cannot be read or lacks a column that must be there."""
        wanted = {field: names for field, (names, _) in self.columns.items()}
        optional = [field for field in self.columns if field not in self.required]
        return list(tables.read_table(path, name=name or self._name(path), wanted=wanted, optional=optional).rows)

    def _name(self, path: Path | bytes) -> str:
        return path.name if isinstance(path, Path) else self.name

    def header(self, field: str) -> str:
        """The column's header in the template."""
        return self.columns[field][0][0]


class Reader:
    """The cells of one row, each blamed on its own column."""

    def __init__(self, sheet: Sheet, row: tables.Row) -> None:
        self._sheet, self._row = sheet, row

    def text(self, field: str) -> str:
        """The cell as text; ``sites.missing`` for an empty one that must be filled."""
        text = self._read(field, tables.as_text)
        if not text and field in self._sheet.required:
            raise Blamed(field, Refused("sites.missing", column=self._sheet.header(field)))
        return text

    def number(self, field: str) -> Decimal | None:
        """The cell as a number."""
        return self._read(field, tables.as_decimal)

    def count(self, field: str) -> int | None:
        """The cell as a whole number."""
        return self._read(field, tables.as_int)

    def degrees(self, field: str) -> float | None:
        """The cell as degrees."""
        number = self.number(field)
        return float(number) if number is not None else None

    def day(self, field: str) -> date | None:
        """The cell as a day of the city."""
        moment: datetime | None = self._read(field, lambda value: tables.as_datetime(value, CITY_ZONE))
        return moment.astimezone(CITY_ZONE).date() if moment else None

    def one_of(self, field: str, known: Mapping[str, T], default: T) -> T:
        """What the cell's word stands for; ``sites.unknown_choice`` for any other."""
        text = self.text(field)
        if text and text not in known:
            raise Blamed(field, Refused("sites.unknown_choice", column=self._sheet.header(field), given=text))
        return known[text] if text else default

    def _read(self, field: str, convert: Callable[[object], T]) -> T:
        try:
            return convert(self._row.values.get(field))
        except Refused as refused:
            raise Blamed(field, refused) from refused


def run(
    sheet: Sheet, rows: Sequence[tables.Row], take: Callable[[Reader], bool], write: Callable[[], None], *,
    preview: bool = False, key: Callable[[Reader], str] = lambda reader: reader.text("code"),
) -> ImportReport:  # fmt: skip
    """Every row through ``take`` (whether it changes anything), then ``write``; one problem and nothing is kept.

    ``extra["applied"]`` says whether anything was. Codes, or what ``key`` makes of a row, are unique within the file.
    """
    report = ImportReport()
    seen: dict[str, int] = {}
    with whole(report, preview=preview):
        for row in rows:
            _one(sheet, row, take, report, (key, seen))
        if not (report.rejected or preview):
            write()
    return report


def _one(
    sheet: Sheet, row: tables.Row, take: Callable[[Reader], bool], report: ImportReport,
    keyed: tuple[Callable[[Reader], str], dict[str, int]],
) -> None:  # fmt: skip
    report.rows += 1
    key, seen = keyed
    reader = Reader(sheet, row)
    try:
        code = key(reader)
        if code in seen:
            raise Blamed("code", Refused("sites.duplicate", given=code, first=seen[code]))
        seen[code] = row.number
        changed = take(reader)
    except Blamed as blamed:
        report.reject(RowProblem.of(row.number, blamed.refused, sheet.header(blamed.field)))
    except Refused as refused:
        report.reject(RowProblem.of(row.number, refused, ""))
    else:
        report.imported += changed
        report.unchanged += not changed


def divisions() -> dict[str, Division]:
    """Divisions by code and by name; a name that two of them share means neither."""
    found: dict[str, Division] = {}
    shared: set[str] = set()
    every = list(Division.objects.all())
    for division in every:
        shared.update({division.name} & set(found))
        found[division.name] = division
    by_code = {division.code: division for division in every}
    return {name: row for name, row in found.items() if name not in shared} | by_code


def by_word(labels: Mapping[str, str] | Mapping[str, Label]) -> dict[str, str]:
    """Code and Chinese word → code."""
    words = {str(label.zh if isinstance(label, Label) else label): code for code, label in labels.items()}
    return words | {code: code for code in labels}


def write_template(sheet: Sheet, path: Path | str | Any) -> None:
    """An empty workbook with a comment on each header and drop-downs where a list is short."""
    with xlsxwriter.Workbook(path if hasattr(path, "write") else str(path),
                             {"strings_to_numbers": False, "strings_to_formulas": False}) as book:  # fmt: skip
        page = book.add_worksheet(sheet.name)
        text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
        for index, (field, (names, hint)) in enumerate(sheet.columns.items()):
            page.set_column(index, index, 18, text if field == "code" else None)
            page.write_string(0, index, names[0], head)
            if hint:
                page.write_comment(0, index, hint)
            if field in sheet.lists:
                source = {"validate": "list", "source": list(sheet.lists[field])}
                page.data_validation(1, index, 20_000, index, source)
        page.freeze_panes(1, 0)
