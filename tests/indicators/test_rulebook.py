"""Which version of a definition judges which period, held against the plainest way to say it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.indicators import rulebook, selectors
from chuangcheng.indicators.actions import define_indicator, record_reading
from chuangcheng.indicators.models import Definition, Indicator, Reading
from chuangcheng.kernel.actor import SYSTEM

MONTHS = st.integers(1, 12).map(lambda month: date(2026, month, 1))


def version(number: int, valid_from: date | None) -> Definition:
    return Definition(number=number, valid_from=valid_from, scoring={"n": number})


@given(starts=st.lists(st.none() | MONTHS, min_size=1, max_size=6), period=MONTHS)
def test_the_newest_version_in_force_judges(starts: list[date | None], period: date) -> None:
    versions = [version(number, start) for number, start in enumerate(starts, 1)][::-1]
    in_force = [one.number for one in versions if one.valid_from is None or one.valid_from <= period]
    found = rulebook.at(Indicator(), versions, period)
    assert isinstance(found, Definition)
    assert found.number == (max(in_force) if in_force else 1)


def test_without_versions_an_indicator_judges_by_itself() -> None:
    indicator = Indicator(scoring={"kind": "threshold", "target": 1})
    assert rulebook.at(indicator, [], date(2026, 8, 1)) is indicator


@pytest.mark.parametrize(
    ("numerator", "denominator", "parts"),
    [
        ("", "", False),
        ("处理量", "", False),
        ("", "排放量", False),
        ("处理量", "排放量", True),
    ],
)
def test_parts_come_together(numerator: str, denominator: str, parts: bool) -> None:
    assert Indicator(numerator_zh=numerator, denominator_zh=denominator).has_parts is parts


@pytest.mark.parametrize(
    ("value", "numerator", "denominator", "expected"),
    [
        ("0.95", None, None, Decimal("0.95")),
        ("0.95", "1", None, Decimal("0.95")),
        ("0.95", "94996", "100000", Decimal("0.94996")),
        ("0", "5", "0", Decimal(0)),
        ("9.2", "920", "100", Decimal("9.2")),
    ],
)
def test_the_exact_value_comes_from_the_parts(
    value: str, numerator: str | None, denominator: str | None, expected: Decimal
) -> None:
    reading = Reading(
        value=Decimal(value),
        numerator=None if numerator is None else Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
    )
    assert reading.exact == expected


def test_a_rulebook_reads_once_for_all(sewage: Indicator, noon: datetime, django_assert_num_queries: Any) -> None:
    other = define_indicator(
        actor=SYSTEM,
        code="PARKS",
        zh="人均公园绿地",
        unit_of_measure="m²",
        scoring={"kind": "threshold", "op": ">=", "target": 9},
    )
    with django_assert_num_queries(1):
        book = rulebook.Rulebook([sewage, other])
        for month in range(1, 13):
            assert book.scoring(sewage, date(2026, month, 1))["target"] == 0.95
            assert book.scoring(other, date(2026, month, 1))["target"] == 9


def test_a_version_keeps_all_that_was_said(sewage: Indicator, noon: datetime, small_city: Any) -> None:
    said: dict[str, Any] = {
        "zh": "污水集中处理率",
        "en": "Sewage treated",
        "unit_of_measure": "ratio",
        "scoring": {"kind": "threshold", "op": ">=", "A": 0.97, "B": 0.9},
        "frequency": "month",
        "source_unit": small_city.units["office"],
        "low": Decimal("0.5"),
        "high": Decimal(1),
        "numerator_zh": "处理量",
        "denominator_zh": "排放量",
        "due_days": 8,
        "note": "按月报",
    }
    define_indicator(actor=SYSTEM, code="SEWAGE", **said)
    kept = Definition.objects.get(indicator=sewage, number=2)
    assert {name: getattr(kept, name) for name in said} == said
    assert kept.made_at == noon
    first = Definition.objects.get(indicator=sewage, number=1)
    assert (first.scoring["target"], first.note, first.has_parts) == (0.95, "", False)


def test_the_same_definition_again_is_no_version(sewage: Indicator, noon: datetime) -> None:
    again = {
        "actor": SYSTEM,
        "code": "SEWAGE",
        "zh": "污水集中处理率",
        "unit_of_measure": "ratio",
        "scoring": sewage.scoring,
        "source_unit": sewage.source_unit,
    }
    for _ in range(3):
        define_indicator(**again)
    assert Definition.objects.count() == 1
    define_indicator(**again, note="口径")
    assert Definition.objects.count() == 2


def test_grades_of_a_year_follow_their_versions(sewage: Indicator, noon: datetime) -> None:
    """The same value all year, the bound raised twice: each month keeps the bound of its time."""
    values = {
        "actor": SYSTEM,
        "code": "SEWAGE",
        "zh": "污水集中处理率",
        "unit_of_measure": "ratio",
        "source_unit": sewage.source_unit,
    }
    for month in range(1, 10):
        record_reading(
            actor=SYSTEM,
            indicator_code="SEWAGE",
            period_start=date(2026, month, 1),
            value=Decimal("0.955"),
        )
    for target, start in ((0.96, date(2026, 4, 1)), (0.90, date(2026, 7, 1))):
        define_indicator(
            **values,
            scoring={"kind": "threshold", "op": ">=", "target": target},
            valid_from=start,
        )
    book = rulebook.Rulebook([sewage])
    grades = "".join(selectors.verdict_of(one, book).grade[0] for one in selectors.series(sewage))
    assert grades == "AAACCCAAA"


def test_reading_the_judge_of_one_reading_costs_one_query(
    sewage: Indicator, noon: datetime, django_assert_num_queries: Any
) -> None:
    reading = record_reading(
        actor=SYSTEM,
        indicator_code="SEWAGE",
        period_start=date(2026, 8, 1),
        value=Decimal("0.95"),
    )
    with django_assert_num_queries(1) as caught:
        assert selectors.verdict_of(reading).grade == "A"
    assert isinstance(caught, CaptureQueriesContext)
