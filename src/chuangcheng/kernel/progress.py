"""A measured target: where its plan would have it, where it stands, and when it would be reached if it went on so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from chuangcheng.kernel.label import Label

#: Within this share of the whole way a target counts as on its plan.
TOLERANCE = Fraction(1, 50)
#: A reading older than this no longer says where things stand.
STALE = timedelta(days=21)
#: How far behind: beyond each of these shares of the whole way a band is worse; the first is behind at all.
BANDS = (TOLERANCE, Fraction(1, 10), Fraction(1, 4))
#: News about one target come no oftener.
PAUSE = timedelta(days=7)
#: No forecast goes further.
HORIZON = timedelta(days=5 * 366)

STANDINGS: dict[str, Label] = {
    "reached": Label("已完成", "Reached"),
    "ahead": Label("超前", "Ahead of plan"),
    "on_plan": Label("按计划", "On plan"),
    "behind": Label("落后", "Behind plan"),
    "no_reading": Label("无读数", "No reading"),
    "not_begun": Label("未开始", "Not begun"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day."""

    day: date
    value: Fraction


@dataclass(frozen=True, slots=True)
class Course:
    """The plan of a target: from ``baseline`` on the first day to ``goal`` on the last, through ``points`` between
    them (straight where there are none). The goal may lie below the baseline: then less is better."""

    start: date
    end: date
    baseline: Fraction
    goal: Fraction
    points: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("the end must come after the start")
        days = [point.day for point in self.points]
        if days != sorted(set(days)) or any(not self.start <= day <= self.end for day in days):
            raise ValueError("points of a plan stand in order of their days, within its days, one a day")

    def _corners(self) -> list[Point]:
        inner = list(self.points)
        if not inner or inner[0].day != self.start:
            inner.insert(0, Point(self.start, self.baseline))
        if inner[-1].day != self.end:
            inner.append(Point(self.end, self.goal))
        return inner

    def planned(self, day: date) -> Fraction:
        """The value that the plan has for ``day``: the baseline before it begins, its last value afterwards."""
        corners = self._corners()
        if day <= corners[0].day:
            return corners[0].value
        for left, right in pairwise(corners):
            if day <= right.day:
                return left.value + (right.value - left.value) * Fraction(
                    (day - left.day).days, (right.day - left.day).days
                )
        return corners[-1].value

    def share(self, value: Fraction) -> Fraction:
        """How much of the way from the baseline to the goal is done; may be below 0 and above 1. A target that asks
        to keep what there is counts as done as long as it does."""
        if self.goal == self.baseline:
            return Fraction(int(value >= self.goal))
        return (value - self.baseline) / (self.goal - self.baseline)


@dataclass(frozen=True, slots=True)
class Standing:
    """A target against its plan on a day; shares of the whole way, ``gap`` in the target's own measure (below 0 is
    behind, whichever way is better)."""

    code: str
    value: Fraction | None
    planned: Fraction
    share: Fraction
    planned_share: Fraction
    gap: Fraction

    @property
    def lag(self) -> Fraction:
        """How much of the way is missing to the plan; 0 for one that is not behind."""
        return (
            max(self.planned_share - self.share, Fraction(0)) if self.code in ("behind", "no_reading") else Fraction(0)
        )


def band(standing: Standing) -> int:
    """How far behind its plan: 0 for on plan or better, up to 3; without any reading by what the plan has for today."""
    return sum(standing.lag > bound for bound in BANDS)


def news(now: int, told: int, told_on: date | None, today: date) -> bool:
    """Whether a band is news to those who heard of ``told`` (0: of none) on ``told_on``: it is worse, and a week has
    passed. Getting better is no news; what is back on its plan may fall behind anew."""
    return now > told and (told_on is None or today - told_on >= PAUSE)


def stands(course: Course, latest: Fraction | None, today: date) -> Standing:
    """How a target with its latest reading stands today."""
    planned = course.planned(today)
    due = course.share(planned)
    if latest is None:
        code = "not_begun" if today <= course.start else "no_reading"
        return Standing(code, None, planned, Fraction(0), due, Fraction(0))
    share = course.share(latest)
    distance = latest - planned
    gap = -distance if course.goal < course.baseline else distance
    if share >= 1:
        code = "reached"
    elif share > due + TOLERANCE:
        code = "ahead"
    else:
        code = "behind" if share < due - TOLERANCE else "on_plan"
    return Standing(code, latest, planned, share, due, gap)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The straight line through the first and the last of ``readings`` readings, and the day it meets the goal; None
    with the reason why there is none: ``reached``, ``too_few``, ``not_moving``, ``too_far``. ``stale`` says that the
    last reading is old."""

    day: date | None
    why: str
    readings: int
    first: date | None = None
    last: date | None = None
    stale: bool = False


def forecast(course: Course, readings: Sequence[Point], today: date) -> Forecast:
    """When the goal is met if it goes on as between the first and the last reading; a guess, and it says from what.

    ``readings`` in order of their days, one a day.
    """
    count = len(readings)
    if not count:
        return Forecast(None, "too_few", 0)
    first, last = readings[0], readings[-1]
    stale = today - last.day > STALE
    if course.share(last.value) >= 1:
        return Forecast(None, "reached", count, first.day, last.day, stale)
    if count < 2:
        return Forecast(None, "too_few", count, first.day, last.day, stale)
    moved = course.share(last.value) - course.share(first.value)
    if moved <= 0:
        return Forecast(None, "not_moving", count, first.day, last.day, stale)
    left = (1 - course.share(last.value)) / moved * (last.day - first.day).days
    if left > HORIZON.days:
        return Forecast(None, "too_far", count, first.day, last.day, stale)
    return Forecast(last.day + timedelta(days=-(-left.numerator // left.denominator)), "straight", count, first.day,
                    last.day, stale)  # fmt: skip


def doubts(
    readings: Sequence[Point], new: Point, *, cumulative: bool, low: Fraction | None, high: Fraction | None,
    falling: bool = False,
) -> str:  # fmt: skip
    """Why a new reading is asked back: ``low`` or ``high`` outside of the plausible range, ``backwards`` where a
    cumulative figure went back from the one before it, ``overtaken`` where one after it is less far; "" for none."""
    if low is not None and new.value < low:
        return "low"
    if high is not None and new.value > high:
        return "high"
    if not cumulative:
        return ""
    sign = -1 if falling else 1
    before = [point.value for point in readings if point.day < new.day]
    after = [point.value for point in readings if point.day > new.day]
    if before and sign * new.value < sign * before[-1]:
        return "backwards"
    return "overtaken" if after and sign * new.value > sign * after[0] else ""
