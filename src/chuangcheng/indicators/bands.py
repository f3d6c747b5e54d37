"""Thresholds as bands of values, for charts and for the distance to the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Band:
    """The values that earn a grade: from ``low`` to ``high``, None where there is no end."""

    grade: str
    low: Decimal | None
    high: Decimal | None


def is_falling(scoring: Mapping[str, Any]) -> bool:
    """Whether smaller is better."""
    return str(scoring.get("op", ">=")).startswith("<")


def target_of(scoring: Mapping[str, Any]) -> Decimal | None:
    """The bound that earns full points."""
    best = scoring.get("required") if scoring.get("kind") == "ratio" else scoring.get("A", scoring.get("target"))
    return None if best is None else Decimal(str(best))


def bands(scoring: Mapping[str, Any]) -> list[Band]:
    """The bands from A down, as ``kernel.scoring`` judges a threshold; none for a ratio, which has no steps."""
    target = target_of(scoring)
    if scoring.get("kind") != "threshold" or target is None:
        return []
    steps = [("A", target)]
    if "B" in scoring:
        steps.append(("B", Decimal(str(scoring["B"]))))
    if "C#" in scoring:
        steps.append(("C", Decimal(str(scoring["C#"]))))
    last = "C" if "C" in scoring and "C#" not in scoring else "C#"
    edges = [None, *[bound for _grade, bound in steps], None]
    grades = [*[grade for grade, _bound in steps], last]
    found = [
        Band(grade, edges[n + 1], edges[n]) if not is_falling(scoring) else Band(grade, edges[n], edges[n + 1])
        for n, grade in enumerate(grades)
    ]
    return [band for band in found if band.low is None or band.low != band.high]


def gap(scoring: Mapping[str, Any], value: Decimal) -> Decimal | None:
    """How far a value is from the target: 0 or more where it is met, negative by as much as is missing."""
    target = target_of(scoring)
    if target is None:
        return None
    return target - value if is_falling(scoring) else value - target
