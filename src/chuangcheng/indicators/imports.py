"""Readings out of a workbook: every cell tried like a reading handed in by form, all kept or none."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from chuangcheng.history.whole import whole
from chuangcheng.indicators import selectors
from chuangcheng.indicators.actions import ReadingInput, submit_reading
from chuangcheng.indicators.layout import COLUMNS, Cell, Named, cells
from chuangcheng.indicators.measures import RATIO
from chuangcheng.indicators.models import Channel, Indicator
from chuangcheng.indicators.periods import start_of
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.plausible import DOUBTS, as_figure
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.tables import as_decimal, as_text
from chuangcheng.people import rights
from chuangcheng.places.models import Division
from chuangcheng.sites.sheets import divisions

#: How fine a period is; a finer one stands for the coarser one it lies in, never the other way round.
_FINE = {"month": 0, "quarter": 1, "year": 2}


def import_readings(actor: Actor, source: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Take readings in. One problem and nothing is kept; with ``preview`` nothing is kept either. What is doubtful is
    no problem: it is kept apart, counted in ``extra["doubtful"]`` and named in a remark. A repeated import changes
    nothing. ``rows`` counts readings; ``extra["applied"]`` says whether anything was kept."""
    if actor != SYSTEM:
        rights.require(actor, "indicators.edit")
    listed = cells(source, name or (source.name if isinstance(source, Path) else "readings"))
    report = ImportReport(extra={"doubtful": 0})
    reader = _Reader(actor, several=len({cell.sheet for cell in listed}) > 1)
    with whole(report, preview=preview):
        for cell in listed:
            reader.take(cell, report)
    return report


class _Reader:
    """Takes cells, each blamed on its own row and column."""

    def __init__(self, actor: Actor, *, several: bool) -> None:
        self.actor, self.several = actor, several
        rows = Indicator.objects.all() if actor == SYSTEM else selectors.reported_by(actor)
        self.by_code = {row.code: row for row in rows}
        self.by_name: dict[str, list[Indicator]] = defaultdict(list)
        for row in self.by_code.values():
            self.by_name[row.zh].append(row)
        self.divisions = divisions()
        self.seen: dict[tuple[str, str, date], int] = {}

    def take(self, cell: Cell, report: ImportReport) -> None:
        """One cell through the action."""
        report.rows += 1
        where = f"{cell.sheet} {cell.column}".strip() if self.several else cell.column
        try:
            taken = submit_reading(actor=self.actor, given=self._given(cell))
        except Refused as refused:
            report.reject(RowProblem.of(cell.row, refused, where))
            return
        report.imported += taken.new
        report.unchanged += not taken.new
        if taken.new and taken.doubt is not None:
            report.extra["doubtful"] += 1
            said = [DOUBTS[code] for code in taken.doubt.codes]
            why = Label("、".join(one.zh for one in said), ", ".join(one.en for one in said))
            report.note(RowProblem.of(cell.row, Refused("indicators.doubtful", why=why), where))

    def _given(self, cell: Cell) -> ReadingInput:
        indicator, division = self._indicator(cell), self._division(cell)
        start = _start(indicator, cell.period, cell.period_given)
        key = (indicator.code, division.code if division else "", start)
        if key in self.seen:
            raise Refused("indicators.twice", first=self.seen[key])
        self.seen[key] = cell.row
        parts: dict[str, Any] = {name: as_decimal(cell.values.get(name)) for name in ("numerator", "denominator")}
        value: Decimal | None = None
        if parts["numerator"] is None and parts["denominator"] is None:
            value = as_figure(cell.values.get("value"), is_share=indicator.unit_of_measure == RATIO)
        return ReadingInput(
            indicator_code=indicator.code, period_start=start, value=value, division=division,
            source=as_text(cell.values.get("source")), reason=as_text(cell.values.get("reason")),
            channel=Channel.IMPORT, **parts,
        )  # fmt: skip

    def _indicator(self, cell: Cell) -> Indicator:
        code, name = as_text(cell.values.get("code")), as_text(cell.values.get("name"))
        found = [self.by_code[code]] if code in self.by_code else [] if code else self.by_name.get(name, [])
        if len(found) > 1:
            raise Refused("indicators.ambiguous", given=name[:60])
        if not found:
            raise Refused("indicators.unknown", given=(code or name)[:60])
        return found[0]

    def _division(self, cell: Cell) -> Division | None:
        given = as_text(cell.values.get("division"))
        if given in ("", "全市"):
            return None
        if given not in self.divisions:
            raise Refused("indicators.unknown_division", given=given[:60])
        found = self.divisions[given]
        return None if found.level == "city" else found


def _start(indicator: Indicator, period: Named | None, given: str) -> date:
    if period is None or _FINE[period[0]] > _FINE[indicator.frequency]:
        raise Refused("indicators.bad_period", given=given[:40])
    return start_of(indicator.frequency, period[1])


_HINTS = {
    "code": "编号和指标名称填一个即可",
    "division": "不填为全市",
    "period": "2026年8月、2026-08、2026年第3季度或2026年",
    "value": "有分子、分母时不填；百分数写 93.1%",
    "reason": "该期间已有另一个读数时必填",
}


def write_template(file: Any) -> None:
    """An empty workbook with both layouts: a row a reading, or a column a month."""
    with xlsxwriter.Workbook(file, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        fields = [name for name in COLUMNS if name != "year"]
        sheets = {
            "逐行填报": [(COLUMNS[name][0], _HINTS.get(name, "")) for name in fields],
            "按月横排": [(COLUMNS[name][0], _HINTS.get(name, "")) for name in ("code", "name", "division")]
            + [(f"{month}月", "") for month in range(1, 13)],
        }
        for title, columns in sheets.items():
            page, top = book.add_worksheet(title), int(title == "按月横排")
            if top:
                page.write_string(0, 3, "2026年", head)
                page.write_comment(0, 3, "改成所填的年份")
            for index, (name, hint) in enumerate(columns):
                page.set_column(index, index, 14, text if index < 2 else None)
                page.write_string(top, index, name, head)
                if hint:
                    page.write_comment(top, index, hint)
            page.freeze_panes(top + 1, 2)
