"""Exact weights. A standard's points are its share of its project's points, kept as fractions, so that a total of
155 standards is exactly 100 and an old score can be recomputed to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def exact(given: object) -> Fraction:
    """``"4/5"``, ``"2"``, ``"0.8"`` or a number as an exact fraction; ValueError for anything else.

    A float is read by its shortest decimal writing (0.1 is one tenth): that is what the sheet shows.
    """
    if isinstance(given, bool) or given is None:
        raise ValueError(f"not a number: {given!r}")
    if isinstance(given, int | Fraction):
        return Fraction(given)
    try:
        return Fraction(str(given).strip())
    except ZeroDivisionError:
        raise ValueError(f"not a number: {given!r}") from None


def points(project: Fraction, relative: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Each standard's points of its framework's 100: ``project`` points shared out by ``relative`` weights.

    ``relative`` maps the codes of all standards of the project to their relative weights; ValueError when they
    sum to nothing.
    """
    total = sum(relative.values(), Fraction())
    if total <= 0:
        raise ValueError("relative weights sum to nothing")
    return {code: project * weight / total for code, weight in relative.items()}
