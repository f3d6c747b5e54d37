"""Which readings count: of several for one day the one that was recorded last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from chuangcheng.campaigns.models import Reading
from chuangcheng.kernel.progress import Point


def in_force(readings: Iterable[Reading]) -> dict[date, Reading]:
    """The reading that stands for each day, in order of the days."""
    listed = sorted(readings, key=lambda row: (row.day, row.recorded_at, str(row.pk)))
    return {row.day: row for row in listed}


def points(readings: Iterable[Reading]) -> list[Point]:
    """The same as the kernel reckons with them."""
    return [Point(day, Fraction(row.value)) for day, row in in_force(readings).items()]
