"""The list of laggards, by hand and by random units."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.lagging import Cut, Stand, draw

GOOD = Cut(share=Fraction(1, 5), floor=None, high=True, base=10)
BAD = Cut(share=Fraction(1, 5), floor=None, high=False, base=10)
ROWS = st.lists(
    st.builds(
        lambda value, base, ranked: (value, base, ranked),
        st.one_of(st.none(), st.integers(0, 6).map(Fraction)),
        st.integers(0, 30),
        st.booleans(),
    ),
    max_size=15,
)
CUTS = st.builds(
    Cut,
    st.one_of(st.none(), st.fractions(0, 1, max_denominator=10)),
    st.one_of(st.none(), st.integers(0, 6).map(Fraction)),
    st.booleans(),
    st.integers(0, 20),
    st.integers(1, 10),
)


def units(*values: int | None, base: int = 20) -> list[Stand]:
    """One a value, in official order."""
    return [Stand(str(n), n, None if v is None else Fraction(v), base) for n, v in enumerate(values)]


def keys(rows: object) -> list[str]:
    return [row[0].key if isinstance(row, tuple) else row.key for row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cut", "values", "listed"),
    [
        (GOOD, (9, 8, 1, 7, 6, 5, 4, 3, 2, 10), ["2", "8"]),
        (BAD, (9, 8, 1, 7, 6, 5, 4, 3, 2, 10), ["0", "9"]),
        (GOOD, (5, 5, 5, 5, 5), []),
        (GOOD, (1, 1, 9, 9, 9), []),
        (GOOD, (1, 2, 2, 9, 9, 9, 9, 9, 9, 9), ["0"]),
        (GOOD, (9, 9, 9, 1), []),
        (Cut(Fraction(1), None, True), (3, 2, 1), ["0", "1", "2"]),
        (Cut(None, Fraction(60), True), (59, 60, 61), ["0"]),
        (Cut(None, Fraction(3), False), (2, 3, 4, 5), ["2", "3"]),
        (Cut(Fraction(1, 4), Fraction(5), True), (4, 3, 9, 9), ["0", "1"]),
        (Cut(Fraction(1), None, True, most=2), (3, 2, 1), ["1", "2"]),
        (Cut(None, None, True), (3, 2, 1), []),
        (GOOD, (), []),
    ],
)
def test_who_is_listed(cut: Cut, values: tuple[int, ...], listed: list[str]) -> None:
    assert keys(draw(units(*values), cut).listed) == listed


def test_why_a_unit_is_listed() -> None:
    found = draw(units(4, 3, 9, 9), Cut(Fraction(1, 4), Fraction(5), True))
    assert [(row.key, why) for row, why in found.listed] == [("0", "floor"), ("1", "share")]


def test_small_units_and_outside_ones_are_left_out() -> None:
    rows = [
        *units(9, 8, 7, 6, 5),
        Stand("small", 90, Fraction(0), 2),
        Stand("unknown", 91, None, 50),
        Stand("army", 92, Fraction(0), 50, ranked=False),
    ]
    found = draw(rows, GOOD)
    assert keys(found.listed) == ["4"]
    assert keys(found.small) == ["small", "unknown"] and keys(found.outside) == ["army"]
    assert keys(found.counted) == ["4", "3", "2", "1", "0"]


def test_the_list_stands_in_official_order() -> None:
    rows = [Stand("late", 9, Fraction(1), 20), Stand("early", 1, Fraction(2), 20), Stand("fine", 5, Fraction(9), 20)]
    assert keys(draw(rows, Cut(Fraction(2, 3), None, True)).listed) == ["early", "late"]


def placed(rows: list[tuple[Fraction | None, int, bool]]) -> list[Stand]:
    return [Stand(str(n), n, value, base, ranked) for n, (value, base, ranked) in enumerate(rows)]


@given(ROWS, CUTS)
def test_everybody_stands_in_one_place(rows: list[tuple[Fraction | None, int, bool]], cut: Cut) -> None:
    found = draw(placed(rows), cut)
    together = keys(found.counted) + keys(found.small) + keys(found.outside)
    assert sorted(together) == sorted(str(n) for n in range(len(rows)))
    assert set(keys(found.listed)) <= set(keys(found.counted)) and len(found.listed) <= cut.most
    assert all(row.base >= cut.base and row.ranked for row in found.counted)


@given(ROWS, CUTS)
def test_nobody_better_is_listed_before_somebody_worse(rows: list[tuple[Fraction | None, int, bool]], cut: Cut) -> None:
    found = draw(placed(rows), cut)
    listed = {row.key for row, _why in found.listed}
    worst = [row.key in listed for row in found.counted]
    assert worst == sorted(worst, reverse=True), "the listed are the first of those counted"


@given(ROWS, CUTS)
def test_equals_are_treated_alike_for_the_share(rows: list[tuple[Fraction | None, int, bool]], cut: Cut) -> None:
    found = draw(placed(rows), Cut(cut.share, None, cut.high, cut.base, most=99))
    listed = {row.value for row, _why in found.listed}
    assert all(row.key in keys(found.listed) for row in found.counted if row.value in listed)
