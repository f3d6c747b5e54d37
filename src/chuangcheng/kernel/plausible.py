"""Whether a number that was handed in can be true. A doubt is a question to a person and never an answer: what is
doubtful is kept apart, neither counted nor thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.values import as_decimal, as_text

DOUBTS: dict[str, Label] = {
    "future": Label("期间尚未开始", "The period has not begun"),
    "numerator": Label("分子大于分母", "The numerator exceeds the denominator"),
    "over_100": Label("比率超过 100%", "A percentage over 100"),
    "range": Label("超出合理范围", "Outside the plausible range"),
    "jump": Label("与以往读数相差过大", "Far from the readings before"),
}
#: With fewer readings before it nobody can say what is usual.
LEAST, MOST = 4, 12
#: How many robust standard deviations make a jump, and the least spread that is believed, as a share of the median.
FAR, CALM = Decimal(5), Decimal("0.02")
#: The median deviation of a normal sample times this is its standard deviation.
NORMAL = Decimal("1.4826")
_ONE, _TWO = Decimal(1), Decimal(2)


def doubts(
    value: Decimal, *, is_share: bool, numerator: Decimal | None = None, denominator: Decimal | None = None,
    low: Decimal | None = None, high: Decimal | None = None, earlier: Sequence[Decimal] = (), ahead: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Codes of :data:`DOUBTS` that speak against a value, in the table's order; none for a plausible one.

    ``earlier`` are the values of the periods before, the oldest first; ``is_share``: a share of 1, written as a
    percentage; ``ahead``: its period has not begun.
    """
    over = is_share and value > 1
    parts = is_share and numerator is not None and denominator is not None and numerator > denominator
    found = {
        "future": ahead,
        "numerator": parts,
        "over_100": over,
        "range": (low is not None and value < low) or (high is not None and value > high and not over),
        "jump": is_jump(value, earlier),
    }
    return tuple(code for code in DOUBTS if found[code])


def is_jump(value: Decimal, earlier: Sequence[Decimal]) -> bool:
    """Whether the value lies far from the median of the last readings *and* from the very last one: a level that was
    reached and confirmed once is no jump again. Measured by the median absolute deviation (one wild reading among
    the earlier ones does not widen it)."""
    known = list(earlier)[-MOST:]
    if len(known) < LEAST:
        return False
    middle = median(known)
    spread = max(NORMAL * median([abs(one - middle) for one in known]), CALM * abs(middle))
    return abs(value - middle) > FAR * spread and abs(value - known[-1]) > FAR * spread


def as_figure(given: object, *, is_share: bool) -> Decimal | None:
    """A cell or a typed value as a number; None where nothing stands.

    Of a share ``93.1%``, ``93.1`` and ``0.931`` mean the same: a bare number up to 1 is a share, one above 2 counts in
    hundredths. Between them nobody can tell (``indicators.percent_unclear``).
    """
    number = as_decimal(given)
    if number is None or not is_share or "%" in as_text(given) or "％" in as_text(given):
        return number
    if _ONE < number <= _TWO:
        raise Refused("indicators.percent_unclear", value=as_text(given))
    return number / 100 if number > _TWO else number
