"""Where an indicator of the overview stands: what counts for its newest period, judged, and how far off it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from chuangcheng.indicators import rulebook, selectors
from chuangcheng.indicators.bands import gap
from chuangcheng.indicators.measures import RATIO, shown
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.kernel.scoring import judge_standard

SPARK = 12  # periods of the small line


@dataclass(frozen=True)
class Stand:
    """Empty where there is no reading; ``gap`` is the distance to the target as offices write it."""

    reading: Reading | None = None
    value: str = ""
    grade: str = ""
    gap: str = ""
    met: bool = False
    trend: tuple[float, ...] = ()
    as_of: datetime | None = None


def stand_of(row: Any) -> Stand:
    """Reckoned once a row, of what :func:`selectors.overview` brought along."""
    if not hasattr(row, "stand"):
        row.stand = _stand(row, selectors.standing(row.city)[-SPARK:])
    found: Stand = row.stand
    return found


def _stand(row: Any, series: list[Reading]) -> Stand:
    if not series:
        return Stand()
    last = series[-1]
    rule = rulebook.at(row, row.versions, last.period_start)
    missing = gap(rule.scoring, last.value)
    return Stand(
        last, selectors.written(row, last.value), judge_standard(rule.scoring, value=last.exact).grade,
        "" if missing is None else signed(row, missing), missing is not None and missing >= 0,
        tuple(float(one.value) for one in series), last.recorded_at,
    )  # fmt: skip


def signed(row: Indicator, missing: Decimal) -> str:
    """A distance to the target: percentage points for a share."""
    text = shown(abs(missing), row.unit_of_measure)
    if row.unit_of_measure == RATIO:
        text = text.replace("%", _(" 个百分点"))
    return ("+" if missing >= 0 else "−") + text
