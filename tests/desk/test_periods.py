"""The filters by days: both days included, in the city's time, and never more rows than asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases.models import Case
from chuangcheng.desk.periods import days_of, midnight
from chuangcheng.kernel.clock import CITY_ZONE

SINCE, UNTIL = days_of("filed", "filed_at", "立案自", "立案至")


def filed(moment: str) -> Case:
    return Case.objects.create(
        number=f"AJ{moment[5:19]}", text="问题", source="patrol", filed_at=datetime.fromisoformat(moment), state="filed"
    )


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2200, 1, 1)))
def test_a_day_begins_at_the_citys_midnight(day: date) -> None:
    instant = midnight(day.isoformat())
    assert instant.astimezone(CITY_ZONE).date() == day
    assert (instant - timedelta(seconds=1)).astimezone(CITY_ZONE).date() < day


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [("2026-09-14", "2026-09-14", ["a", "b"]), ("2026-09-15", "2026-09-15", ["c"]), ("2026-09-14", "2026-09-15", ["a", "b", "c"]),
     ("2026-09-16", "2026-09-14", [])],
)  # fmt: skip
def test_both_days_are_included(db: None, first: str, last: str, found: list[str]) -> None:
    rows = {
        "a": filed("2026-09-14T00:00:00+08:00").pk,
        "b": filed("2026-09-14T23:59:59+08:00").pk,
        "c": filed("2026-09-15T00:00:00+08:00").pk,
    }
    chosen = UNTIL.apply(SINCE.apply(Case.objects.all(), first), last)
    assert {name for name, pk in rows.items() if chosen.filter(pk=pk).exists()} == set(found)


@pytest.mark.parametrize("value", ["", "yesterday", "2026-02-30", "9999-12-31", "2026-9-1", "'; --"])
def test_what_is_no_day_finds_nothing(db: None, value: str) -> None:
    filed("2026-09-14T08:00:00+08:00")
    assert not SINCE.apply(Case.objects.all(), value).exists()
    if value != "9999-12-31":  # a day after which there is no other
        assert not UNTIL.apply(Case.objects.all(), value).exists()


def test_they_are_quiet_dates() -> None:
    assert [(each.key, each.kind, each.quiet) for each in (SINCE, UNTIL)] == [
        ("filed_from", "date", True), ("filed_to", "date", True),
    ]  # fmt: skip
