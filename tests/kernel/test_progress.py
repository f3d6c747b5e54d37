"""A target against its plan: by hand on few figures, and by property."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import progress
from chuangcheng.kernel.progress import Course, Point, doubts, forecast, stands

START = date(2026, 7, 1)
END = START + timedelta(days=100)


def day(number: int) -> date:
    return START + timedelta(days=number)


def points(*pairs: tuple[int, int]) -> list[Point]:
    return [Point(day(number), Fraction(value)) for number, value in pairs]


RISING = Course(START, END, Fraction(0), Fraction(1000))
FALLING = Course(START, END, Fraction(500), Fraction(100))
BENT = Course(START, END, Fraction(0), Fraction(1000), tuple(points((50, 200), (80, 900))))
KEPT = Course(START, END, Fraction(95), Fraction(95))


@pytest.mark.parametrize(
    ("course", "number", "value"),
    [
        (RISING, -5, 0),
        (RISING, 0, 0),
        (RISING, 25, 250),
        (RISING, 100, 1000),
        (RISING, 300, 1000),
        (FALLING, 50, 300),
        (FALLING, 100, 100),
        (KEPT, 40, 95),
        (BENT, 25, 100),
        (BENT, 50, 200),
        (BENT, 65, 550),
        (BENT, 80, 900),
        (BENT, 90, 950),
    ],
)
def test_the_plan_on_a_day(course: Course, number: int, value: int) -> None:
    assert course.planned(day(number)) == value


@pytest.mark.parametrize(
    ("course", "latest", "number", "code", "gap"),
    [
        (RISING, None, 0, "not_begun", 0),
        (RISING, None, 1, "no_reading", 0),
        (RISING, 500, 50, "on_plan", 0),
        (RISING, 481, 50, "on_plan", -19),
        (RISING, 479, 50, "behind", -21),
        (RISING, 519, 50, "on_plan", 19),
        (RISING, 521, 50, "ahead", 21),
        (RISING, 1000, 99, "reached", 10),
        (RISING, 1200, 120, "reached", 200),
        (RISING, -50, 50, "behind", -550),
        (FALLING, 300, 50, "on_plan", 0),
        (FALLING, 400, 50, "behind", -100),
        (FALLING, 200, 50, "ahead", 100),
        (FALLING, 90, 100, "reached", 10),
        (KEPT, 96, 50, "reached", 1),
        (KEPT, 94, 50, "behind", -1),
        (BENT, 200, 50, "on_plan", 0),
    ],
)
def test_how_it_stands(course: Course, latest: int | None, number: int, code: str, gap: int) -> None:
    found = stands(course, None if latest is None else Fraction(latest), day(number))
    assert (found.code, found.gap) == (code, gap)
    assert code in progress.STANDINGS
    assert (found.lag > 0) is (code in ("behind", "no_reading"))


@pytest.mark.parametrize(
    ("read", "number", "expected", "why", "stale"),
    [
        ((), 50, None, "too_few", False),
        (((10, 100),), 50, None, "too_few", True),
        (((10, 100), (30, 300)), 31, 100, "straight", False),
        (((0, 0), (50, 250)), 50, 200, "straight", False),
        (((0, 0), (50, 250)), 90, 200, "straight", True),
        (((10, 100), (20, 100)), 20, None, "not_moving", False),
        (((10, 300), (20, 100)), 20, None, "not_moving", False),
        (((10, 100), (20, 1000)), 20, None, "reached", False),
        (((10, 0), (99, 1)), 99, None, "too_far", False),
        (((0, 0), (3, 100)), 3, 30, "straight", False),
    ],
)
def test_a_forecast_says_from_what_it_was_made(
    read: tuple[tuple[int, int], ...], number: int, expected: int | None, why: str, stale: bool
) -> None:
    found = forecast(RISING, points(*read), day(number))
    assert (found.day, found.why, found.stale) == (None if expected is None else day(expected), why, stale)
    assert found.readings == len(read)
    assert (found.first is None) is (not read)


@pytest.mark.parametrize(
    ("new", "options", "why"),
    [
        ((40, 350), {}, ""),
        ((40, 250), {}, "backwards"),
        ((15, 150), {}, ""),
        ((15, 250), {}, "overtaken"),
        ((40, 250), {"cumulative": False}, ""),
        ((40, 5), {"low": Fraction(10)}, "low"),
        ((40, 5000), {"high": Fraction(4000)}, "high"),
        ((5, 1), {}, ""),
        ((40, 350), {"falling": True}, "backwards"),
        ((40, 250), {"falling": True}, ""),
        ((15, 90), {}, "backwards"),
    ],
)
def test_a_reading_is_asked_back(new: tuple[int, int], options: dict[str, object], why: str) -> None:
    given_options = {"cumulative": True, "low": None, "high": None, "falling": False, **options}
    found = doubts(points((10, 100), (20, 200), (30, 300)), points(new)[0], **given_options)  # type: ignore[arg-type]
    assert found == why


@pytest.mark.parametrize("inner", [((50, 1), (50, 2)), ((60, 1), (50, 2)), ((-1, 1),), ((101, 1),)])
def test_points_outside_or_out_of_order_are_no_plan(inner: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="points"):
        Course(START, END, Fraction(0), Fraction(1), tuple(points(*inner)))
    with pytest.raises(ValueError, match="end"):
        Course(START, START, Fraction(0), Fraction(1))


numbers = st.integers(-1000, 1000)


@given(
    numbers,
    numbers,
    st.lists(st.tuples(st.integers(0, 100), numbers), unique_by=lambda pair: pair[0]),
    st.integers(-9, 120),
)
def test_the_plan_never_leaves_its_corners(low: int, high: int, inner: list[tuple[int, int]], number: int) -> None:
    course = Course(START, END, Fraction(low), Fraction(high), tuple(points(*sorted(inner))))
    corners = [low, high, *(value for _, value in inner)]
    assert min(corners) <= course.planned(day(number)) <= max(corners)
    for place, value in inner:
        assert course.planned(day(place)) == value


@given(numbers, numbers, numbers, st.integers(0, 100))
def test_more_of_the_way_never_stands_worse(base: int, goal: int, value: int, number: int) -> None:
    course = Course(START, END, Fraction(base), Fraction(goal))
    order = ["behind", "on_plan", "ahead", "reached"]
    better = value + (1 if goal >= base else -1)
    now, then = (stands(course, Fraction(each), day(number)) for each in (value, better))
    assert order.index(now.code) <= order.index(then.code)
    assert now.share <= then.share and now.gap < then.gap
    assert now.lag >= then.lag >= 0


@given(st.integers(1, 500), st.integers(1, 499), st.integers(1, 60))
def test_a_forecast_lies_on_the_straight_line(goal: int, done: int, days: int) -> None:
    course = Course(START, END, Fraction(0), Fraction(goal))
    if done >= goal:
        return
    found = forecast(course, points((0, 0), (days, done)), day(days))
    left = Fraction(goal - done, done) * days
    if left > progress.HORIZON.days:
        assert found.why == "too_far"
        return
    assert found.day is not None
    reached = Fraction(done, days) * (found.day - START).days
    assert reached >= goal > Fraction(done, days) * ((found.day - START).days - 1)
