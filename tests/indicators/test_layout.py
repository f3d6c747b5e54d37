"""Sheets of readings as offices lay them out. In memory: a CSV is a sheet."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from chuangcheng.indicators.layout import Cell, cells, layout_of
from chuangcheng.kernel.problems import Refused


def read(text: str, encoding: str = "utf-8") -> list[Cell]:
    return cells(text.encode(encoding), "读数.csv")


def told(found: list[Cell]) -> list[tuple[Any, ...]]:
    return [
        (
            one.row,
            one.values.get("code") or one.values.get("name"),
            one.period and one.period[1].isoformat()[:7],
            one.values.get("value"),
        )
        for one in found
    ]


LONG = "编号,期间,数值,来源\nSEWAGE,2026年8月,93.1%,水务月报\nSEWAGE,2026-07,0.95,\nSEWAGE,,,\nGREEN,202608,41.5,\n"
WIDE = "编号,指标,2026年7月,2026年8月\nSEWAGE,污水集中处理率,0.95,93.1%\nGREEN,绿化覆盖率,,41.5\n"


def test_a_row_a_reading() -> None:
    assert told(read(LONG)) == [
        (2, "SEWAGE", "2026-08", "93.1%"),
        (3, "SEWAGE", "2026-07", "0.95"),
        (5, "GREEN", "2026-08", "41.5"),
    ]
    assert read(LONG)[0].values["source"] == "水务月报"


def test_a_column_a_month() -> None:
    assert told(read(WIDE)) == [
        (2, "SEWAGE", "2026-07", "0.95"),
        (2, "SEWAGE", "2026-08", "93.1%"),
        (3, "GREEN", "2026-08", "41.5"),
    ]
    assert [one.column for one in read(WIDE)] == ["2026年7月", "2026年8月", "2026年8月"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", [LONG, WIDE])
def test_any_encoding_of_an_office(text: str, encoding: str) -> None:
    assert told(read(text, encoding)) == told(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026年,,,\n编号,7月,8月\nSEWAGE,0.95,0.93\n",
        "创城指标月报表（2026年）,,\n填报单位：水务局,,\n编号,7月份,8月份\nSEWAGE,0.95,0.93\n",
        ",2026年,\n编号,7月,8月\nSEWAGE,0.95,0.93\n",
        "编号（必填）,2026-07,2026-08\nSEWAGE,0.95,0.93\n",
        "代码,2026.7,2026.8\nSEWAGE,0.95,0.93\n",
        "指标名称,2026/7,2026/8,备注\nSEWAGE,0.95,0.93,同比上升\n",
    ],
)
def test_the_year_may_stand_above_the_months(text: str) -> None:
    assert told(read(text)) == [
        (read(text)[0].row, "SEWAGE", "2026-07", "0.95"),
        (read(text)[0].row, "SEWAGE", "2026-08", "0.93"),
    ]


def test_months_of_two_years_are_told_apart() -> None:
    found = read(
        "编号,2025年,,2026年,\n,11月,12月,1月,2月\n".replace("编号,2025年", ",2025年").replace("\n,11月", "\n编号,11月")
        + "SEWAGE,0.1,0.2,0.3,0.4\n"
    )
    assert [one.period and one.period[1] for one in found] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_quarters_and_years_are_columns_too() -> None:
    found = read("2026年,,,\n指标,一季度,二季度,2025年\n满意度,90%,91%,89%\n")
    assert [one.period for one in found] == [
        ("quarter", date(2026, 1, 1)),
        ("quarter", date(2026, 4, 1)),
        ("year", date(2025, 1, 1)),
    ]


def test_the_year_may_be_a_column_of_its_own() -> None:
    found = read("指标,年份,月份,分子,分母\n污水,2026,8月,931,1000\n污水,2026年,7月,95,100\n污水,,6月,1,1\n")
    assert [(one.period and one.period[1], one.values["numerator"]) for one in found] == [
        (date(2026, 8, 1), "931"),
        (date(2026, 7, 1), "95"),
        (None, "1"),
    ]
    assert found[2].period_given == "6月"


def test_strokes_and_blanks_are_no_readings() -> None:
    assert told(read("编号,2026年7月,2026年8月\nA,-,—\nB,/,\nC,0,\n注：按月报送,,\n")) == [(4, "C", "2026-07", "0")]


def test_dates_as_headers_are_months() -> None:
    """What a spreadsheet makes of 2026年8月 when it is typed."""
    layout = layout_of([["编号", datetime(2026, 8, 1), date(2026, 9, 1)], ["A", 1, 2]])
    assert layout is not None and list(layout.periods.values()) == [
        ("month", date(2026, 8, 1)),
        ("month", date(2026, 9, 1)),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("编号,7月,8月\nA,1,2\n", r"indicators\.no_year"),
        ("指标,一季度,二季度\nA,1,2\n", r"indicators\.no_year"),
        ("a,b\n1,2\n", r"indicators\.no_readings"),
        ("编号,数值\nA,1\n", r"indicators\.no_readings"),
        ("2026年7月,2026年8月\n1,2\n", r"indicators\.no_readings"),
        ("编号,期间,分子\nA,2026-08,1\n", r"indicators\.no_readings"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read(text)


def test_a_long_sheet_goes_before_months_that_stand_by() -> None:
    layout = layout_of([["编号", "期间", "数值", "2026年7月"]])
    assert layout is not None and layout.is_long and layout.periods == {}
    assert layout_of([["备注"], ["编号"]]) is None
    assert layout_of([]) is None
