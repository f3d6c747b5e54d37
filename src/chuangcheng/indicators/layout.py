"""How an office lays readings out in a sheet: long (a row a reading) or wide (a column a period)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from chuangcheng.indicators.periods import read_period
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sheets import RawRow, RawSheet, column_letter, open_sheets
from chuangcheng.kernel.tables import HEADER_WITHIN, as_header, as_text

#: Field → the headers it may go by; the first stands in the template.
COLUMNS = {
    "code": ("编号", "指标编号", "代码", "code"),
    "name": ("指标", "指标名称", "名称", "项目", "indicator"),
    "division": ("区划", "区县", "区域", "地区", "街道", "division"),
    "year": ("年份", "年度", "year"),
    "period": ("期间", "时间", "月份", "季度", "统计期", "period"),
    "numerator": ("分子", "numerator"),
    "denominator": ("分母", "denominator"),
    "value": ("数值", "读数", "指标值", "完成值", "实际值", "value"),
    "source": ("来源", "数据来源", "资料来源", "source"),
    "reason": ("更正原因", "原因", "reason"),
}
_YEAR = re.compile(r"((?:19|20)\d\d)\s*(?:年|$)")
_YEARLESS = re.compile(r"(?:1[0-2]|0?[1-9])月份?|第?[1-4一二三四]季度?")

Named = tuple[str, date]  #: frequency and first day of a period


@dataclass(frozen=True, slots=True)
class Cell:
    """One reading as it stands in a sheet: where, of what, and its cells unread. ``period`` is None where it names
    none that is known; then ``period_given`` is what stands there."""

    sheet: str
    row: int
    column: str
    values: dict[str, object]
    period: Named | None
    period_given: str


@dataclass(slots=True)
class Layout:
    """The header of a sheet: its row from 0, the column of each field, and in a wide sheet each period's column."""

    row: int
    fields: dict[str, int] = field(default_factory=dict)
    periods: dict[int, Named] = field(default_factory=dict)
    yearless: list[str] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        """A value and its period in every row."""
        parts = {"numerator", "denominator"} <= set(self.fields)
        return "period" in self.fields and ("value" in self.fields or parts)

    @property
    def is_whole(self) -> bool:
        """Whether readings can be read at all."""
        return bool({"code", "name"} & set(self.fields)) and (self.is_long or bool(self.periods))


def cells(source: Path | bytes, name: str) -> list[Cell]:
    """Every reading in a file, of all sheets that hold any. Raises ``tables.*``, ``indicators.no_readings`` for a file
    without such a sheet, ``indicators.no_year`` for months of no year."""
    found: list[Cell] = []
    known = False
    for raw in open_sheets(source, name):
        rows = [list(row) for row in raw.rows()]
        layout = layout_of(rows)
        if layout is None:
            continue
        known = True
        _refuse_formulas(raw, name, layout)
        _fill(rows, raw, layout)
        found += _read(raw.name, rows, layout)
    if not known:
        raise Refused("indicators.no_readings")
    return found


def layout_of(rows: Sequence[RawRow]) -> Layout | None:
    """The header that says most, or None; a long one goes before a wide one in the same row."""
    best: Layout | None = None
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        found = _header(rows, index, row)
        if found.yearless and not found.periods and {"code", "name"} & set(found.fields) and not found.is_long:
            raise Refused("indicators.no_year", given=found.yearless[0])
        if found.is_whole and (best is None or _weight(found) > _weight(best)):
            best = found
    return best


def _weight(layout: Layout) -> int:
    return len(layout.fields) + len(layout.periods)


def _header(rows: Sequence[RawRow], index: int, row: RawRow) -> Layout:
    layout = Layout(index)
    texts = [re.sub(r"[(\[【][^)\]】]*[)\]】]$", "", as_header(cell)) for cell in row]
    for name, words in COLUMNS.items():
        place = next((texts.index(word) for word in words if word in texts), None)
        if place is not None:
            layout.fields[name] = place
    taken = set(layout.fields.values())
    for column, cell in enumerate(row):
        if column in taken or cell in ("", None):
            continue
        period = read_period(cell, _year_above(rows, index, column))
        if period is not None and not isinstance(cell, int | float):
            layout.periods[column] = period
        elif _YEARLESS.fullmatch(as_header(cell)):
            layout.yearless.append(as_text(cell))
    if layout.is_long:
        layout.periods = {}
    return layout


def _year_above(rows: Sequence[RawRow], index: int, column: int) -> int | None:
    """The year that stands above a column, in the nearest row that names one: left of it or right above."""
    for row in reversed(rows[:index]):
        for cell in reversed(row[: column + 1]):
            match = _YEAR.search(as_header(cell))
            if match:
                return int(match[1])
    return None


def _refuse_formulas(raw: RawSheet, name: str, layout: Layout) -> None:
    used = {*layout.fields.values(), *layout.periods}
    marked = (("tables.formula_without_value", raw.scan.uncalculated), ("tables.error_value", raw.scan.errors))
    for code, places in marked:
        bad = [place for place in places if place[0] > layout.row and place[1] in used]
        if bad:
            cell = f"{column_letter(bad[0][1])}{bad[0][0] + 1}"
            raise Refused(code, name=name, sheet=raw.name, cell=cell, count=len(bad))


def _fill(rows: list[RawRow], raw: RawSheet, layout: Layout) -> None:
    """Repeat a name that is merged over several rows."""
    keys = {layout.fields[name] for name in ("code", "name", "division", "year", "period") if name in layout.fields}
    for (top, left), (bottom, _right) in raw.merges:
        if left in keys and top > layout.row:
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]


def _read(sheet: str, rows: list[RawRow], layout: Layout) -> Iterator[Cell]:
    for index in range(layout.row + 1, len(rows)):
        row = rows[index]
        values = {name: row[column] if column < len(row) else None for name, column in layout.fields.items()}
        if layout.is_long:
            if any(values.get(name) not in ("", None) for name in ("value", "numerator", "denominator")):
                given = as_text(values.get("period"))
                period = read_period(values.get("period"), _year_of(values.get("year")))
                yield Cell(sheet, index + 1, "", values, period, given)
            continue
        for column, period in layout.periods.items():
            cell = row[column] if column < len(row) else None
            if as_text(cell) not in ("", "-", "—", "/"):
                head = as_text(rows[layout.row][column])
                yield Cell(sheet, index + 1, head, {**values, "value": cell}, period, head)


def _year_of(cell: object) -> int | None:
    match = re.search(r"(?:19|20)\d\d", as_text(cell))
    return int(match[0]) if match else None
