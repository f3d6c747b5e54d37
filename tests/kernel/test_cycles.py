"""Years, phases and days of a cycle, by hand and by random plans."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.cycles import PHASES, Span, coming, days_left, months_on, running, year_of

START = date(2025, 1, 1)
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        first = draw(DAYS)
        kind = draw(st.sampled_from([*PHASES]))
        found.append(Span(str(number), 1, kind, first, first + timedelta(days=draw(st.integers(0, 200)))))
    return found


@pytest.mark.parametrize(("start", "months", "end"), [
    (date(2025, 1, 31), 1, date(2025, 2, 28)),
    (date(2024, 1, 31), 1, date(2024, 2, 29)),
    (date(2025, 12, 1), 1, date(2026, 1, 1)),
    (date(2025, 1, 1), -1, date(2024, 12, 1)),
    (date(2025, 3, 31), -1, date(2025, 2, 28)),
    (date(2025, 5, 17), 0, date(2025, 5, 17)),
    (date(2025, 5, 17), 36, date(2028, 5, 17)),
])  # fmt: skip
def test_months_on(start: date, months: int, end: date) -> None:
    assert months_on(start, months) == end


@pytest.mark.parametrize(("day", "year"), [
    (date(2024, 12, 31), None),
    (date(2025, 1, 1), 1),
    (date(2025, 12, 31), 1),
    (date(2026, 1, 1), 2),
    (date(2027, 12, 31), 3),
    (date(2028, 1, 1), None),
])  # fmt: skip
def test_year_of_a_cycle(day: date, year: int | None) -> None:
    assert year_of(START, 3, day) == year


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(1, 6), st.integers(-400, 3000))
def test_a_year_holds_the_day(start: date, years: int, away: int) -> None:
    start = start.replace(day=1)
    day = start + timedelta(days=away)
    year = year_of(start, years, day)
    if year is None:
        assert day < start or day >= months_on(start, 12 * years)
    else:
        assert months_on(start, 12 * (year - 1)) <= day < months_on(start, 12 * year)


@given(spans(), DAYS)
def test_what_runs_contains_the_day(some: list[Span], day: date) -> None:
    found = running(some, day)
    now = [span for span in some if span.from_on <= day <= span.to_on]
    assert (found is None) == (not now)
    if found is not None:
        assert found in now and found.when(day) == "now"
        assert all(other.from_on <= found.from_on for other in now)


@given(spans(), DAYS, st.sampled_from(["", "national", "rehearse"]))
def test_what_comes_is_the_nearest_of_its_kind(some: list[Span], day: date, kind: str) -> None:
    found = coming(some, day, kind)
    ahead = [span for span in some if span.from_on > day and (not kind or span.kind == kind)]
    assert (found is None) == (not ahead)
    if found is not None:
        assert found in ahead and all(found.from_on <= other.from_on for other in ahead)


@given(spans(), DAYS)
def test_nothing_is_both_ahead_and_past(some: list[Span], day: date) -> None:
    order = {"past": 0, "now": 1, "ahead": 2}
    for span in some:
        later = span.when(day + timedelta(days=1))
        assert order[later] <= order[span.when(day)], "time does not run back"


def test_days_left_never_go_below_nothing() -> None:
    assert [days_left(START, START + timedelta(days=n)) for n in (-3, 0, 1, 40)] == [0, 0, 1, 40]


def test_phases_have_names_in_both_languages() -> None:
    assert all(label.zh and label.en for label in PHASES.values()) and list(PHASES)[-1] == "upkeep"
