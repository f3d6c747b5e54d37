"""Workbooks of readings: tried, taken whole or not at all, and harmless when they come twice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from chuangcheng.indicators import selectors
from chuangcheng.indicators.actions import define_indicator
from chuangcheng.indicators.imports import import_readings, write_template
from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport

WIDE = "编号,指标,区划,2026年7月,2026年8月\nSEWAGE,污水集中处理率,,95%,93.1\n,人均公园绿地,,9.2,9.3\nSEWAGE,,河东街道,0.9,\n"


@pytest.fixture
def parks(sewage: Indicator, small_city: Any) -> Indicator:
    return define_indicator(
        actor=SYSTEM,
        code="PARKS",
        zh="人均公园绿地",
        unit_of_measure="m²",
        scoring={"kind": "threshold", "op": ">=", "target": 9},
        source_unit=small_city.units["department"],
    )


def take(text: str | bytes, actor: Actor = SYSTEM, **more: Any) -> ImportReport:
    return import_readings(actor, text if isinstance(text, bytes) else text.encode(), name="读数.csv", **more)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.imported, report.unchanged, report.rejected


def workbook(rows: Sequence[Sequence[object]], formats: dict[tuple[int, int], str] | None = None) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("指标")
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                style = book.add_format({"num_format": (formats or {}).get((y, x), "General")})
                page.write(y, x, value, style)
    return file.getvalue()


@pytest.mark.usefixtures("parks", "noon")
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_wide_sheet_is_tried_taken_and_taken_again(encoding: str, personas: dict[str, Actor]) -> None:
    data = WIDE.encode(encoding)
    tried = take(data, personas["department"], preview=True)
    assert counts(tried) == (5, 5, 0, 0) and tried.extra == {"doubtful": 0, "applied": False}
    assert not Reading.objects.exists()
    assert counts(take(data, personas["department"])) == (5, 5, 0, 0)
    found = {
        (row.indicator.code, row.division.name if row.division else "", row.period_start.month): str(row.value)
        for row in Reading.objects.select_related("indicator", "division")
    }
    assert found == {
        ("SEWAGE", "", 7): "0.9500",
        ("SEWAGE", "", 8): "0.9310",
        ("PARKS", "", 7): "9.2000",
        ("PARKS", "", 8): "9.3000",
        ("SEWAGE", "河东街道", 7): "0.9000",
    }
    assert set(Reading.objects.values_list("channel", "recorded_by")) == {("import", personas["department"].person_id)}
    again = take(data, personas["department"])
    assert counts(again) == (5, 0, 5, 0) and again.extra["applied"] and Reading.objects.count() == 5


@pytest.mark.usefixtures("parks", "noon")
def test_a_long_workbook_with_parts_and_percent_cells() -> None:
    rows = [
        ["2026年8月创城指标", "", "", "", "", ""],
        ["编号", "期间", "分子", "分母", "数值", "来源"],
        ["SEWAGE", datetime(2026, 8, 1), 931, 1000, "", "水务月报"],
        ["SEWAGE", "2026-07", "", "", 0.95, ""],
        ["PARKS", "2026年8月", "", "", 9.25, ""],
    ]
    report = import_readings(SYSTEM, workbook(rows, {(2, 1): "yyyy-mm", (3, 4): "0.0%"}), name="指标.xlsx")
    assert counts(report) == (3, 3, 0, 0), report.problems
    august = Reading.objects.get(indicator__code="SEWAGE", period_start=date(2026, 8, 1))
    assert (august.value, august.numerator, august.denominator, august.source) == (
        Decimal("0.931"),
        931,
        1000,
        "水务月报",
    )


@pytest.mark.usefixtures("parks", "noon")
@pytest.mark.parametrize(
    ("line", "where", "code"),
    [
        ("GREEN,,,1,", "2026年7月", "indicators.unknown"),
        (",没有的指标,,1,", "2026年7月", "indicators.unknown"),
        ("PARKS,,火星区,9,", "2026年7月", "indicators.unknown_division"),
        ("PARKS,,河东街道,约9,", "2026年7月", "tables.not_a_number"),
        ("SEWAGE,,河东街道,,1.5", "2026年8月", "indicators.percent_unclear"),
        ("SEWAGE,,全市,0.93,", "2026年7月", "indicators.twice"),
    ],
)
def test_one_bad_cell_and_nothing_is_kept(line: str, where: str, code: str) -> None:
    text = WIDE + line + "\n"
    report = take(text)
    assert [(one.row, one.field, one.code) for one in report.problems] == [(5, where, code)]
    assert counts(report) == (6, 0, 0, 1) and report.extra["applied"] is False and not Reading.objects.exists()


@pytest.mark.usefixtures("parks", "noon")
def test_a_correction_names_its_reason() -> None:
    take(WIDE)
    changed = WIDE.replace("93.1", "94%")
    assert [one.code for one in take(changed).problems] == ["indicators.reason_needed"]
    head, *rows = changed.splitlines()
    reasoned = "\n".join([head + ",更正原因", *[row + ",漏报" for row in rows]])
    report = take(reasoned)
    assert counts(report) == (5, 1, 4, 0)
    assert Reading.objects.get(value=Decimal("0.94")).reason == "漏报"


@pytest.mark.usefixtures("parks", "noon")
def test_what_is_doubtful_is_no_problem_but_told_apart() -> None:
    text = "编号,期间,分子,分母\nSEWAGE,2026年7月,12,10\nSEWAGE,2026年8月,9,10\nSEWAGE,2026年12月,9,10\n"
    tried = take(text, preview=True)
    assert tried.extra["doubtful"] == 2 and not Doubt.objects.exists()
    report = take(text)
    assert counts(report) == (3, 3, 0, 0) and report.extra == {"doubtful": 2, "applied": True}
    assert [(one.row, one.code) for one in report.problems] == [(2, "indicators.doubtful"), (4, "indicators.doubtful")]
    assert "分子大于分母" in report.problems[0].message and "尚未开始" in report.problems[1].message
    assert (Reading.objects.count(), Doubt.objects.count()) == (1, 2)
    assert counts(take(text)) == (3, 0, 3, 0), "the doubtful ones are known, too"


@pytest.mark.usefixtures("noon")
def test_coarser_indicators_take_finer_periods_and_never_the_other_way(sewage: Indicator, parks: Indicator) -> None:
    define_indicator(
        actor=SYSTEM,
        code="PARKS",
        zh="人均公园绿地",
        unit_of_measure="m²",
        scoring=parks.scoring,
        frequency="quarter",
        source_unit=parks.source_unit,
    )
    assert counts(take("编号,2026年6月\nPARKS,9.2\n")) == (1, 1, 0, 0)
    assert Reading.objects.get().period_start == date(2026, 4, 1)
    assert [one.code for one in take("编号,2026年5月,2026年6月\nPARKS,9.2,9.2\n").problems] == ["indicators.twice"]
    refused = take("编号,2026年\nPARKS,9.2\n")
    assert [one.code for one in refused.problems] == ["indicators.bad_period"]
    assert [one.code for one in take("编号,2026Q2\nSEWAGE,0.9\n").problems] == ["indicators.bad_period"]


@pytest.mark.usefixtures("parks", "noon")
def test_a_unit_brings_only_what_it_reports(personas: dict[str, Actor], small_city: Any) -> None:
    Indicator.objects.filter(code="PARKS").update(source_unit=small_city.units["office"])
    report = take(WIDE, personas["department"])
    assert {(one.row, one.code) for one in report.problems} == {(3, "indicators.unknown")}
    for role in ("leader", "street", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            take(WIDE, personas[role])
    assert counts(take(WIDE, personas["office"])) == (5, 5, 0, 0)
    define_indicator(
        actor=SYSTEM, code="PARKS2", zh="人均公园绿地", unit_of_measure="m²", scoring={"kind": "threshold", "target": 9}
    )
    assert {one.code for one in take(WIDE).problems} == {"indicators.ambiguous"}


def test_the_template_comes_in_as_it_goes_out(parks: Indicator, noon: datetime, tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(str(path))
    assert counts(import_readings(SYSTEM, path)) == (0, 0, 0, 0)
    book = openpyxl.load_workbook(path)
    long, wide = book["逐行填报"], book["按月横排"]
    assert [cell.value for cell in long[1]][:4] == ["编号", "指标", "区划", "期间"]
    for column, value in enumerate(["SEWAGE", None, None, "2026年7月", 95, 100], 1):
        long.cell(2, column, value)
    wide.cell(3, 1, "PARKS")
    wide.cell(3, 11, 9.4)
    book.save(path)
    report = import_readings(SYSTEM, path)
    assert counts(report) == (2, 2, 0, 0), report.problems
    assert {(row.indicator.code, row.period_start.month) for row in Reading.objects.select_related("indicator")} == {
        ("SEWAGE", 7),
        ("PARKS", 8),
    }
    assert selectors.latest(parks).value == Decimal("9.4")  # type: ignore[union-attr]


def test_formulas_without_a_value_and_merged_names(parks: Indicator, noon: datetime) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("指标")
        page.write_row(0, 0, ["指标名称", "区划", "2026年8月"])
        page.merge_range(1, 0, 2, 0, "污水集中处理率")
        page.write_row(1, 1, ["", 0.95])
        page.write_row(2, 1, ["河东街道", 0.91])
    report = import_readings(SYSTEM, file.getvalue(), name="指标.xlsx")
    assert counts(report) == (2, 2, 0, 0), report.problems
    assert Reading.objects.exclude(division=None).get().value == Decimal("0.91")
    bare = openpyxl.Workbook()
    bare.active.append(["编号", "2026年7月"])  # type: ignore[union-attr]
    bare.active.append(["PARKS", "=9+0.3"])  # type: ignore[union-attr]
    out = io.BytesIO()
    bare.save(out)
    with pytest.raises(Refused, match=r"tables\.formula_without_value"):
        import_readings(SYSTEM, out.getvalue(), name="指标.xlsx")
