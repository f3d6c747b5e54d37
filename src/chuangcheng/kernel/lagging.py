"""Who is among the last: a share from below, or below a floor, over enough rows to be fair. Pure reckoning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Why = Literal["share", "floor"]


@dataclass(frozen=True, slots=True)
class Cut:
    """``share`` of those counted from below, and everybody at ``floor`` or worse; ``high`` says that much is good. Who
    has fewer than ``base`` rows is not judged. ``most`` bounds the list."""

    share: Fraction | None
    floor: Fraction | None
    high: bool
    base: int = 0
    most: int = 10


@dataclass(frozen=True, slots=True)
class Stand:
    """A unit with its figure; ``order`` is its place in official order, ``ranked`` False for outside units."""

    key: str
    order: int
    value: Fraction | None
    base: int
    ranked: bool = True


@dataclass(frozen=True, slots=True)
class Drawn:
    """``listed`` are the last, in official order, with why; ``counted`` all that were compared, the worst first;
    ``small`` had too few rows, ``outside`` are never ranked."""

    listed: tuple[tuple[Stand, Why], ...]
    counted: tuple[Stand, ...]
    small: tuple[Stand, ...]
    outside: tuple[Stand, ...]


def draw(rows: Iterable[Stand], cut: Cut) -> Drawn:
    """Draw the list. Equals are treated alike: where a tie would be cut apart, nobody of it is listed for the share;
    for the same reason nobody is when all are equal."""
    rows = sorted(rows, key=lambda row: (row.order, row.key))
    outside = tuple(row for row in rows if not row.ranked)
    judged = [row for row in rows if row.ranked and row.value is not None and row.base >= cut.base]
    small = tuple(row for row in rows if row.ranked and row not in judged)
    counted = sorted(judged, key=lambda row: -_bad(row, cut))
    found: dict[str, Why] = {}
    for row in counted[: _whole(counted, cut)]:
        found[row.key] = "share"
    for row in counted:
        if cut.floor is not None and _bad(row, cut) > _badness(cut.floor, cut) and row.key not in found:
            found[row.key] = "floor"
    last = [row for row in counted if row.key in found][: cut.most]
    listed = sorted(last, key=lambda row: (row.order, row.key))
    return Drawn(tuple((row, found[row.key]) for row in listed), tuple(counted), small, outside)


def _badness(value: Fraction, cut: Cut) -> Fraction:
    return -value if cut.high else value


def _bad(row: Stand, cut: Cut) -> Fraction:
    return _badness(row.value if row.value is not None else Fraction(0), cut)


def _whole(counted: list[Stand], cut: Cut) -> int:
    """How many of the worst stand in the share without cutting a tie apart."""
    number = min(int(len(counted) * cut.share), cut.most) if cut.share is not None else 0
    while 0 < number < len(counted) and counted[number].value == counted[number - 1].value:
        number -= 1
    all_alike = number == len(counted) and number and counted[0].value == counted[-1].value
    return 0 if all_alike else number
