"""Watch rules by hand and by random figures."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.watching import Bounds, Figure, Outcome, evaluate, replay

MANY = Bounds(threshold=Fraction(5), clear=Fraction(3), base=2)
FEW = Bounds(threshold=Fraction(1, 2), clear=Fraction(3, 5), at_least=False)
KEYS = st.sampled_from("abcde")
FIGURES = st.dictionaries(KEYS, st.builds(Figure, st.integers(0, 9).map(Fraction), st.integers(0, 5)), max_size=5)
STANDING = st.dictionaries(KEYS, st.sampled_from(["live", "relieved"]), max_size=5)
BOUNDS = st.builds(
    lambda threshold, apart, at_least, base, days: Bounds(
        Fraction(threshold), Fraction(threshold - apart if at_least else threshold + apart), at_least, base, days
    ),
    st.integers(0, 9),
    st.integers(0, 3),
    st.booleans(),
    st.integers(0, 3),
    st.sampled_from([1, 7, 30, 92]),
)


def one(value: int | Fraction, base: int = 10) -> Figure:
    return Figure(Fraction(value), base)


@pytest.mark.parametrize(
    ("bounds", "figure", "fires", "recovers"),
    [
        (MANY, one(5), True, False),
        (MANY, one(9), True, False),
        (MANY, one(4), False, False),
        (MANY, one(3), False, False),
        (MANY, one(2), False, True),
        (MANY, one(9, base=1), False, False),
        (MANY, one(9, base=2), True, False),
        (MANY, None, False, True),
        (FEW, one(Fraction(1, 2)), True, False),
        (FEW, one(Fraction(2, 5)), True, False),
        (FEW, one(Fraction(3, 5)), False, False),
        (FEW, one(Fraction(4, 5)), False, True),
        (FEW, None, False, False),
    ],
)
def test_when_a_figure_fires_and_recovers(bounds: Bounds, figure: Figure | None, fires: bool, recovers: bool) -> None:
    assert (bounds.fires(figure), bounds.recovers(figure)) == (fires, recovers)


@pytest.mark.parametrize(
    ("days", "day", "first"),
    [
        (7, date(2026, 9, 15), date(2026, 9, 14)),
        (7, date(2026, 9, 14), date(2026, 9, 14)),
        (7, date(2026, 9, 20), date(2026, 9, 14)),
        (7, date(2026, 9, 21), date(2026, 9, 21)),
        (1, date(2026, 9, 15), date(2026, 9, 15)),
        (7, date(2023, 12, 31), date(2023, 12, 25)),
    ],
)
def test_windows_begin_on_settled_days(days: int, day: date, first: date) -> None:
    assert Bounds(Fraction(1), Fraction(1), days=days).window(day) == first


@given(BOUNDS, st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_window_holds_its_day_and_nothing_more(bounds: Bounds, day: date) -> None:
    first = bounds.window(day)
    assert first <= day < first + timedelta(days=bounds.days)
    assert bounds.window(first) == first
    assert bounds.window(first - timedelta(days=1)) == first - timedelta(days=bounds.days)


def test_a_look_by_hand() -> None:
    figures = {"new": one(6), "worse": one(8), "same": one(4), "well": one(1), "again": one(7), "shut": one(9)}
    standing = {
        "worse": "live",
        "same": "live",
        "well": "live",
        "gone": "live",
        "again": "relieved",
        "calm": "relieved",
    }
    assert evaluate(MANY, figures, standing, {"shut"}) == Outcome(  # type: ignore[arg-type]
        raised=("new",),
        kept=("same", "worse"),
        relieved=("gone", "well"),
        back=("again",),
    )


@given(BOUNDS, FIGURES, STANDING, st.sets(KEYS))
def test_each_subject_comes_to_one_thing(bounds: Bounds, figures: dict, standing: dict, ended: set) -> None:  # type: ignore[type-arg]
    found = evaluate(bounds, figures, standing, ended)
    groups = [set(found.raised), set(found.kept), set(found.relieved), set(found.back)]
    assert sum(map(len, groups)) == len(set().union(*groups)), "no subject stands twice"
    assert set(found.raised) == {
        k for k, f in figures.items() if k not in standing and k not in ended and bounds.fires(f)
    }
    live = {key for key, state in standing.items() if state == "live"}
    assert groups[1] | groups[2] == live, "whatever stands is kept or relieved"
    assert all(bounds.fires(figures.get(key)) for key in found.back)


@given(BOUNDS, FIGURES, STANDING)
def test_a_second_look_at_the_same_changes_nothing(bounds: Bounds, figures: dict, standing: dict) -> None:  # type: ignore[type-arg]
    first = evaluate(bounds, figures, standing)
    after = dict(standing) | dict.fromkeys((*first.raised, *first.back), "live")
    after |= dict.fromkeys(first.relieved, "relieved")
    second = evaluate(bounds, figures, after)
    assert second.raised == second.back == ()
    assert set(second.relieved) <= {key for key in first.raised + first.back if bounds.recovers(figures.get(key))}


def test_a_quarter_replayed() -> None:
    monday = date(2026, 6, 1)
    values = [2, 5, 6, 4, 2, 7, 1]
    series = [(monday + timedelta(days=7 * n), {"a": one(value)}) for n, value in enumerate(values)]
    looks = replay(MANY, series)
    told = [(look.outcome.raised, look.outcome.relieved, look.outcome.back) for look in looks]
    nothing: tuple[str, ...] = ()
    assert told == [
        (nothing, nothing, nothing),
        (("a",), nothing, nothing),
        (nothing, nothing, nothing),
        (nothing, nothing, nothing),
        (nothing, ("a",), nothing),
        (nothing, nothing, ("a",)),
        (nothing, ("a",), nothing),
    ]
    assert [look.day for look in looks] == [day for day, _figures in series]


@given(BOUNDS, st.lists(FIGURES, max_size=8))
def test_a_replay_raises_each_subject_once(bounds: Bounds, series: list) -> None:  # type: ignore[type-arg]
    days = [(date(2026, 1, 1) + timedelta(days=n), figures) for n, figures in enumerate(series)]
    raised = [key for look in replay(bounds, days) for key in look.outcome.raised]
    assert len(raised) == len(set(raised))
