"""Units of measure: what is plausible and how a value is written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit with the range within which a value needs no second look (None: no bound)."""

    code: str
    low: Decimal | None = None
    high: Decimal | None = None


RATIO = "ratio"  # stored as a share of 1, written as %
MEASURES = {
    RATIO: Measure(RATIO, Decimal(0), Decimal(1)),
    "m²": Measure("m²", Decimal(0), Decimal(1000)),
    "dB(A)": Measure("dB(A)", Decimal(20), Decimal(120)),
    "条": Measure("条", Decimal(0), Decimal(10_000)),
}
#: What the scoring of standards calls them.
_OF_SCORING = {"ratio": RATIO, "coverage": RATIO, "area share": RATIO, "m2": "m²", "dB(A)": "dB(A)"}


def measure_of(unit: str) -> Measure:
    """The measure behind a scoring's ``unit``; things that are counted otherwise."""
    return MEASURES[_OF_SCORING.get(unit, "条")]


def shown(value: Decimal, unit: str) -> str:
    """A value as an office writes it: 93.1%, 9.2 m², 58 dB(A)."""
    if unit == RATIO:
        return f"{_plain(value * 100)}%"
    return f"{_plain(value)} {unit}".strip()


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
