"""Targets: less is better as more is, a plan walked day by day, and readings that are asked back both ways."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.progress import HORIZON, STALE, TOLERANCE, Course, Point, doubts, forecast, stands

START = date(2026, 1, 1)
VALUES = st.fractions(-500, 500, max_denominator=8)
DAYS = st.integers(0, 400)


def on(number: int) -> date:
    return START + timedelta(days=number)


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """A plan over 10 to 300 days with up to three corners."""
    length = draw(st.integers(10, 300))
    baseline, goal = draw(VALUES), draw(VALUES)
    assume(baseline != goal)
    days = sorted(draw(st.sets(st.integers(0, length), max_size=3)))
    return Course(START, on(length), baseline, goal, tuple(Point(on(day), draw(VALUES)) for day in days))


def mirrored(course: Course) -> Course:
    """The same plan with every value turned round."""
    points = tuple(Point(point.day, -point.value) for point in course.points)
    return Course(course.start, course.end, -course.baseline, -course.goal, points)


@settings(max_examples=40)
@given(courses(), DAYS, st.none() | VALUES)
def test_less_is_better_in_the_very_same_way(course: Course, number: int, latest: Fraction | None) -> None:
    there = stands(course, latest, on(number))
    back = stands(mirrored(course), None if latest is None else -latest, on(number))
    assert (there.code, there.share, there.planned_share, there.gap, there.lag) == (
        back.code, back.share, back.planned_share, back.gap, back.lag,
    )  # fmt: skip
    assert there.planned == -back.planned


@settings(max_examples=40)
@given(courses(), DAYS, VALUES)
def test_words_and_numbers_of_a_standing_agree(course: Course, number: int, latest: Fraction) -> None:
    found = stands(course, latest, on(number))
    assert (found.lag > 0) is (found.code == "behind")
    assert (found.code == "reached") is (found.share >= 1)
    if found.code == "on_plan":
        assert abs(found.share - found.planned_share) <= TOLERANCE
    if found.code in ("ahead", "behind"):
        assert (found.gap > 0) is (found.code == "ahead"), "the gap's sign is the word's, whichever way is better"


@pytest.mark.parametrize(("over", "code"), [(0, "on_plan"), (1, "ahead"), (-1, "behind")])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_tolerance_belongs_to_the_plan_on_both_sides(over: int, code: str, sign: int) -> None:
    course = Course(START, on(100), Fraction(0), Fraction(sign * 100))
    edge = Fraction(50) + (1 if over >= 0 else -1) * TOLERANCE * 100 + Fraction(over, 1000)
    assert stands(course, sign * edge, on(50)).code == code


@settings(max_examples=40)
@given(courses(), st.integers(-20, 330))
def test_between_two_neighbouring_days_a_plan_takes_its_corners_steps_only(course: Course, number: int) -> None:
    corners = {course.start: course.baseline, course.end: course.goal} | {p.day: p.value for p in course.points}
    today, tomorrow = (course.planned(on(number + step)) for step in (0, 1))
    if on(number) in corners:
        assert today == corners[on(number)]
    later = min((day for day in corners if day > on(number)), default=None)
    earlier = max((day for day in corners if day <= on(number)), default=None)
    if later and earlier:
        step = (corners[later] - corners[earlier]) / (later - earlier).days
        assert tomorrow - today == step
    else:
        assert today == tomorrow if later is None else today == corners[course.start]


@pytest.mark.parametrize(
    ("kept", "latest", "code"), [(80, 80, "reached"), (80, 95, "reached"), (80, 79, "behind"), (80, None, "no_reading")]
)
def test_a_target_that_keeps_what_there_is(kept: int, latest: int | None, code: str) -> None:
    course = Course(START, on(100), Fraction(kept), Fraction(kept))
    assert stands(course, None if latest is None else Fraction(latest), on(50)).code == code


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(2, 300), st.integers(1, 40))
def test_a_forecast_is_the_first_day_that_the_line_reaches(first: int, moved: int, goal: int, days: int) -> None:
    assume(first + moved < goal)
    readings = [Point(on(0), Fraction(first)), Point(on(days), Fraction(first + moved))]
    found = forecast(Course(START, on(900), Fraction(0), Fraction(goal)), readings, on(days))
    per_day = Fraction(moved, days)
    assert found.why in ("straight", "too_far")
    if found.why == "too_far":
        assert first + moved + per_day * HORIZON.days < goal
    else:
        assert found.day is not None
        left = (found.day - on(days)).days
        assert first + moved + per_day * left >= goal > first + moved + per_day * (left - 1)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "too_few"), ([5], "too_few"), ([100], "reached"), ([5, 5], "not_moving"), ([9, 5], "not_moving"),
        ([5, 100], "reached"), ([5, 120, 90], "straight"), ([5, 3, 8], "straight"), ([5, 3, 6], "too_far"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("age", "is_stale"), [(0, False), (STALE.days, False), (STALE.days + 1, True)])
def test_why_there_is_no_forecast_and_how_old_it_is(values: list[int], why: str, age: int, is_stale: bool) -> None:
    readings = [Point(on(10 * number), Fraction(value)) for number, value in enumerate(values)]
    last = readings[-1].day if readings else START
    found = forecast(Course(START, on(200), Fraction(0), Fraction(100)), readings, last + timedelta(days=age))
    assert (found.why, found.readings, found.day is not None) == (why, len(values), why == "straight")
    assert found.stale is (is_stale and bool(values))
    assert (found.first, found.last) == ((readings[0].day, last) if readings else (None, None))


@settings(max_examples=40)
@given(st.lists(VALUES, min_size=1, max_size=5), VALUES, st.integers(-3, 53), st.booleans())
def test_a_falling_count_is_asked_back_as_a_rising_one(
    values: list[Fraction], new: Fraction, number: int, cumulative: bool
) -> None:
    def why(sign: int) -> str:
        readings = [Point(on(10 * place), sign * value) for place, value in enumerate(values)]
        point = Point(on(number), sign * new)
        return doubts(readings, point, cumulative=cumulative, low=None, high=None, falling=sign < 0)

    assert why(1) == why(-1)
    before = [value for place, value in enumerate(values) if 10 * place < number]
    after = [value for place, value in enumerate(values) if 10 * place > number]
    backwards = cumulative and bool(before) and new < before[-1]
    overtaken = cumulative and bool(after) and new > after[0]
    assert why(1) == ("backwards" if backwards else "overtaken" if overtaken else "")


@pytest.mark.parametrize(
    ("value", "why"), [(9, "low"), (10, ""), (20, ""), (21, "high"), (-1, "low")]
)  # fmt: skip
@pytest.mark.parametrize("cumulative", [True, False])
def test_the_plausible_range_holds_its_own_ends(value: int, why: str, cumulative: bool) -> None:
    new = Point(START, Fraction(value))
    assert doubts([], new, cumulative=cumulative, low=Fraction(10), high=Fraction(20)) == why
    assert doubts([], new, cumulative=cumulative, low=None, high=None) == ""


@pytest.mark.parametrize(
    ("start", "end", "days", "is_sound"),
    [(0, 10, (), True), (0, 10, (0, 10), True), (0, 10, (5, 5), False), (0, 10, (6, 5), False), (0, 10, (11,), False),
     (0, 10, (-1,), False), (0, 0, (), False), (5, 4, (), False)],
)  # fmt: skip
def test_a_plan_has_days_in_order_within_its_own(start: int, end: int, days: tuple[int, ...], is_sound: bool) -> None:
    points = tuple(Point(on(day), Fraction(day)) for day in days)
    if is_sound:
        assert Course(on(start), on(end), Fraction(0), Fraction(1), points).planned(on(end)) in (1, 10)
    else:
        with pytest.raises(ValueError, match=r"end|points"):
            Course(on(start), on(end), Fraction(0), Fraction(1), points)
