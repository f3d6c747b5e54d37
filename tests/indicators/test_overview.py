"""What the overview says of an indicator, who sees what, and what is told of divisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from chuangcheng.indicators import selectors
from chuangcheng.indicators.actions import ReadingInput, define_indicator, record_reading, submit_reading
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.stand import SPARK, signed, stand_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor


def read(value: str, month: int = 8, **more: Any) -> Reading:
    return record_reading(
        actor=SYSTEM,
        indicator_code=more.pop("code", "SEWAGE"),
        period_start=date(2026, month, 1),
        value=Decimal(value),
        **more,
    )


@pytest.fixture
def noise(small_city: Any, noon: datetime) -> Indicator:
    """The lower the better, in decibels."""
    return define_indicator(
        actor=SYSTEM,
        code="NOISE",
        zh="区域环境噪声",
        en="Noise",
        unit_of_measure="dB(A)",
        scoring={"kind": "threshold", "op": "<=", "A": 55, "B": 60, "C#": 65},
        source_unit=small_city.units["street"],
    )


def overview(actor: Actor) -> dict[str, Any]:
    return {row.code: row for row in selectors.overview(actor)}


def test_an_indicator_without_a_reading_stands_nowhere(sewage: Indicator, personas: dict[str, Actor]) -> None:
    stand = stand_of(overview(personas["leader"])["SEWAGE"])
    assert (stand.reading, stand.value, stand.grade, stand.gap, stand.trend, stand.as_of) == (
        None,
        "",
        "",
        "",
        (),
        None,
    )
    assert not stand.met


@pytest.mark.parametrize(
    ("value", "shown", "grade", "gap", "met"),
    [
        ("0.961", "96.1%", "A", "+1.1 个百分点", True),
        ("0.95", "95%", "A", "+0 个百分点", True),
        ("0.931", "93.1%", "C#", "−1.9 个百分点", False),
        ("0", "0%", "C#", "−95 个百分点", False),
    ],
)
def test_how_a_share_stands(
    sewage: Indicator,
    personas: dict[str, Actor],
    value: str,
    shown: str,
    grade: str,
    gap: str,
    met: bool,
) -> None:
    reading = read(value)
    stand = stand_of(overview(personas["leader"])["SEWAGE"])
    assert (stand.reading, stand.value, stand.grade, stand.gap, stand.met) == (reading, shown, grade, gap, met)
    assert stand.as_of == reading.recorded_at


@pytest.mark.parametrize(
    ("value", "shown", "grade", "gap", "met"),
    [
        ("52", "52 dB(A)", "A", "+3 dB(A)", True),
        ("55", "55 dB(A)", "A", "+0 dB(A)", True),
        ("58.5", "58.5 dB(A)", "B", "−3.5 dB(A)", False),
        ("63", "63 dB(A)", "C", "−8 dB(A)", False),
        ("70", "70 dB(A)", "C#", "−15 dB(A)", False),
    ],
)
def test_how_a_number_stands_of_which_less_is_better(
    noise: Indicator,
    personas: dict[str, Actor],
    value: str,
    shown: str,
    grade: str,
    gap: str,
    met: bool,
) -> None:
    read(value, code="NOISE")
    stand = stand_of(overview(personas["auditor"])["NOISE"])
    assert (stand.value, stand.grade, stand.gap, stand.met) == (shown, grade, gap, met)


def test_the_distance_is_said_in_the_readers_language(sewage: Indicator) -> None:
    with translation.override("en"):
        assert signed(sewage, Decimal("-0.019")) == "−1.9 points"
    assert signed(sewage, Decimal("0.019")) == "+1.9 个百分点"


def test_the_trend_holds_what_stands_of_the_last_periods(
    sewage: Indicator, personas: dict[str, Actor], noon: datetime
) -> None:
    months = [date(2025, month, 1) for month in range(6, 13)] + [date(2026, month, 1) for month in range(1, 9)]
    for number, month in enumerate(months):
        record_reading(
            actor=SYSTEM,
            indicator_code="SEWAGE",
            period_start=month,
            value=Decimal("0.9") + Decimal(number) / 1000,
        )
    with clock.at(noon + timedelta(hours=1)):
        read("0.5", month=7)
    stand = stand_of(overview(personas["office"])["SEWAGE"])
    assert len(stand.trend) == SPARK
    assert stand.trend[-1] == pytest.approx(0.914) and stand.trend[-2] == pytest.approx(0.5)


def test_a_stand_is_reckoned_once(
    sewage: Indicator, personas: dict[str, Actor], django_assert_num_queries: Any
) -> None:
    read("0.96")
    row = overview(personas["office"])["SEWAGE"]
    with django_assert_num_queries(0):
        assert stand_of(row) is stand_of(row)


def test_the_overview_costs_the_same_for_one_and_for_many(
    sewage: Indicator, noise: Indicator, personas: dict[str, Actor], django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        define_indicator(
            actor=SYSTEM,
            code=f"X{number:02d}",
            zh=f"指标{number}",
            unit_of_measure="条",
            scoring={"kind": "threshold", "target": 3},
        )
        read(str(number), code=f"X{number:02d}")
    overview(personas["office"])
    with django_assert_max_num_queries(4):
        rows = overview(personas["office"])
        assert len([stand_of(row) for row in rows.values()]) == 14


def test_what_is_doubtful_or_of_a_street_does_not_stand_for_the_city(
    sewage: Indicator, personas: dict[str, Actor], small_city: Any
) -> None:
    read("0.80", division=small_city.streets[0])
    given = ReadingInput(indicator_code="SEWAGE", period_start=date(2026, 8, 1), value=Decimal("1.2"))
    assert submit_reading(actor=SYSTEM, given=given).doubt is not None
    row = overview(personas["office"])["SEWAGE"]
    assert stand_of(row).reading is None
    assert row.waiting == 1


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("office", True),
        ("leader", True),
        ("subcommand", True),
        ("district", True),
        ("department", True),
        ("street", True),
        ("auditor", True),
        ("community", False),
        ("grid", False),
        ("inspector", False),
    ],
)
def test_who_sees_the_overview_and_the_readings(
    sewage: Indicator, personas: dict[str, Actor], role: str, sees: bool
) -> None:
    read("0.96")
    assert bool(overview(personas[role])) is sees
    assert selectors.visible_readings(personas[role]).exists() is sees
    assert not selectors.visible_readings(CITIZEN).exists()


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        ("office", {"SEWAGE", "NOISE"}),
        ("department", {"SEWAGE"}),
        ("street", set()),
        ("leader", set()),
        ("auditor", set()),
        ("grid", set()),
    ],
)
def test_what_each_hands_in(
    sewage: Indicator, noise: Indicator, personas: dict[str, Actor], role: str, codes: set[str]
) -> None:
    assert {row.code for row in selectors.reported_by(personas[role])} == codes
    assert selectors.may_record(personas[role], sewage) is ("SEWAGE" in codes)


def test_divisions_are_told_apart_in_order(sewage: Indicator, small_city: Any, noon: datetime) -> None:
    assert selectors.by_division(sewage) == {}
    read("0.96")
    for month, value in ((6, "0.90"), (8, "0.92"), (7, "0.91")):
        read(value, month=month, division=small_city.streets[1])
    read("0.70", division=small_city.streets[0])
    with clock.at(noon + timedelta(minutes=5)):
        read("0.95", month=7, division=small_city.streets[1])
    found = selectors.by_division(sewage)
    assert list(found) == small_city.streets
    assert [str(one.value) for one in found[small_city.streets[1]]] == ["0.9000", "0.9500", "0.9200"]
    assert [len(rows) for rows in selectors.by_division(sewage, periods=2).values()] == [1, 2]


def test_of_a_period_the_last_word_stands() -> None:
    rows = [
        Reading(period_start=date(2026, month, 1), value=Decimal(value))
        for month, value in ((7, 1), (8, 2), (7, 3), (8, 4), (8, 5))
    ]
    assert [int(one.value) for one in selectors.standing(rows)] == [3, 5]
    assert selectors.standing([]) == []


@pytest.mark.parametrize(
    ("scoring", "unit", "expected"),
    [
        ({"kind": "threshold", "op": ">=", "target": 0.95}, "ratio", "≥ 95%"),
        ({"kind": "threshold", "op": ">", "A": 0.9, "B": 0.8}, "ratio", "> 90%"),
        ({"kind": "threshold", "op": "<=", "A": 55}, "dB(A)", "≤ 55 dB(A)"),
        ({"kind": "threshold", "op": "<", "A": 3}, "条", "< 3 条"),
        ({"kind": "threshold", "A": 9}, "m²", "≥ 9 m²"),
        ({"kind": "ratio", "required": 4}, "条", "≥ 4 条"),
        ({"kind": "abc_state"}, "条", ""),
    ],
)
def test_the_bound_is_written_as_offices_write_it(scoring: dict[str, Any], unit: str, expected: str) -> None:
    assert selectors.bound(Indicator(scoring=scoring, unit_of_measure=unit)) == expected
