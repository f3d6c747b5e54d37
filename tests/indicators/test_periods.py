"""Names of periods as offices write them, and when a reading of one is owed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.indicators.periods import before, due_on, ended, following, name_of, read_period, start_of

FREQUENCIES = ["month", "quarter", "year"]
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("given_", "year", "expected"),
    [
        ("2026年8月", None, ("month", date(2026, 8, 1))),
        ("2026年08月份", None, ("month", date(2026, 8, 1))),
        ("2026-08", None, ("month", date(2026, 8, 1))),
        ("2026/8", None, ("month", date(2026, 8, 1))),
        ("2026.12", None, ("month", date(2026, 12, 1))),
        ("202608", None, ("month", date(2026, 8, 1))),
        (202608.0, None, ("month", date(2026, 8, 1))),
        ("2026-08-15", None, ("month", date(2026, 8, 1))),
        ("2026年8月15日", None, ("month", date(2026, 8, 1))),
        (datetime(2026, 8, 3), None, ("month", date(2026, 8, 1))),
        (date(2026, 8, 3), None, ("month", date(2026, 8, 1))),
        ("２０２６年 ８月", None, ("month", date(2026, 8, 1))),
        ("8月", 2026, ("month", date(2026, 8, 1))),
        ("12月份", 2025, ("month", date(2025, 12, 1))),
        ("2026年第3季度", None, ("quarter", date(2026, 7, 1))),
        ("2026年三季度", None, ("quarter", date(2026, 7, 1))),
        ("2026Q4", None, ("quarter", date(2026, 10, 1))),
        ("一季度", 2026, ("quarter", date(2026, 1, 1))),
        ("第2季度", 2026, ("quarter", date(2026, 4, 1))),
        ("2026年", None, ("year", date(2026, 1, 1))),
        ("2026年度", None, ("year", date(2026, 1, 1))),
        (2026, None, ("year", date(2026, 1, 1))),
    ],
)
def test_a_period_is_read(given_: object, year: int | None, expected: tuple[str, date]) -> None:
    assert read_period(given_, year) == expected


@pytest.mark.parametrize(
    "given_",
    [
        "8月",
        "三季度",
        "Q3",
        "",
        None,
        "合计",
        "20268",
        "2026-13",
        "13月",
        "2026年第5季度",
        "12",
        8,
        "8",
        "0月",
        "备注",
        "2126年8月",
        "累计8月",
        "2026年8月至9月",
    ],
)
def test_what_names_no_period_is_none(given_: object) -> None:
    assert read_period(given_) is None


@pytest.mark.parametrize("given_", ["12", "8", 8, "合计", "2026年13月", "五季度"])
def test_a_bare_number_is_no_month_even_within_a_year(given_: object) -> None:
    assert read_period(given_, 2026) is None


@given(DAYS, st.sampled_from(FREQUENCIES))
def test_every_name_is_read_back(day: date, frequency: str) -> None:
    start = start_of(frequency, day)
    assert read_period(name_of(frequency, start)) == (frequency, start)


@given(DAYS, st.sampled_from(FREQUENCIES))
def test_periods_touch_and_never_overlap(day: date, frequency: str) -> None:
    start = start_of(frequency, day)
    upcoming = following(frequency, start)
    assert start <= day < upcoming
    assert start_of(frequency, upcoming) == upcoming
    assert start_of(frequency, upcoming - timedelta(days=1)) == start
    assert before(frequency, upcoming) == start


@pytest.mark.parametrize(
    ("frequency", "start", "days", "expected"),
    [
        ("month", date(2026, 8, 1), None, date(2026, 9, 10)),
        ("month", date(2026, 8, 1), 5, date(2026, 9, 5)),
        ("month", date(2026, 12, 1), 1, date(2027, 1, 1)),
        ("quarter", date(2026, 7, 1), None, date(2026, 10, 15)),
        ("year", date(2026, 1, 1), None, date(2027, 1, 31)),
    ],
)
def test_a_reading_is_due_so_many_days_after_its_period(
    frequency: str, start: date, days: int | None, expected: date
) -> None:
    assert due_on(frequency, start, days) == expected


@pytest.mark.parametrize(
    ("frequency", "first", "today", "expected"),
    [
        ("month", date(2026, 6, 15), date(2026, 9, 1), [6, 7, 8]),
        ("month", date(2026, 6, 15), date(2026, 8, 31), [6, 7]),
        ("month", date(2026, 9, 1), date(2026, 9, 30), []),
        ("quarter", date(2026, 2, 1), date(2026, 9, 30), [1, 4]),
        ("quarter", date(2026, 2, 1), date(2026, 10, 1), [1, 4, 7]),
        ("year", date(2026, 1, 1), date(2026, 12, 31), []),
    ],
)
def test_only_periods_that_have_ended_are_asked_for(
    frequency: str, first: date, today: date, expected: list[int]
) -> None:
    assert [start.month for start in ended(frequency, first, today)] == expected


@given(DAYS, st.sampled_from(FREQUENCIES), st.integers(0, 800))
def test_ended_periods_follow_each_other(first: date, frequency: str, days: int) -> None:
    today = first + timedelta(days=days)
    found: list[Any] = list(ended(frequency, first, today))
    assert all(following(frequency, one) == other for one, other in pairwise(found))
    assert all(following(frequency, one) <= today for one in found)
    assert not found or found[0] == start_of(frequency, first)
