"""What history remembers of a check, and what a visit's checks come to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from chuangcheng.patrols.inputs import NOT_APPLICABLE
from chuangcheng.patrols.models import Check


def check_facts(check: Check) -> dict[str, Any]:
    """Everything of a check but its note, which is free text."""
    return {
        "id": str(check.pk), "item": str(check.item_id), "defects": check.defects,
        "value": None if check.value is None else f"{check.value:.3f}", "grade": check.grade,
        "share": f"{check.share_num}/{check.share_den}", "case": str(check.case_id) if check.case_id else None,
    }  # fmt: skip


def score_of(checks: Iterable[tuple[str, int, int]]) -> Decimal | None:
    """Points of 100, to two places, from rows of (grade, share_num, share_den); None when nothing applied."""
    shares = [Fraction(num, den) for grade, num, den in checks if grade != NOT_APPLICABLE]
    if not shares:
        return None
    points = 100 * sum(shares, Fraction()) / len(shares)
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
