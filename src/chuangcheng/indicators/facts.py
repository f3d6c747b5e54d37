"""What history remembers of indicators and readings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from chuangcheng.indicators.models import Doubt, Figure, Indicator, Reading


def indicator_facts(indicator: Indicator, valid_from: date | None = None) -> dict[str, Any]:
    """The definition, without its words."""
    return {
        "code": indicator.code, "standard": indicator.standard_id, "scoring": indicator.scoring,
        "frequency": indicator.frequency, "source_unit": indicator.source_unit_id,
        "low": None if indicator.low is None else str(indicator.low),
        "high": None if indicator.high is None else str(indicator.high),
        "due_days": indicator.due_days, "parts": indicator.has_parts,
        **({"by_district": True} if indicator.by_district else {}),
        "valid_from": valid_from, "valid_to": indicator.valid_to,
    }  # fmt: skip


def reading_facts(reading: Reading) -> dict[str, Any]:
    """Everything of a reading but the words about its source and its reason."""
    return {"reading": str(reading.pk), **figure_facts(reading)}


def doubt_facts(doubt: Doubt) -> dict[str, Any]:
    """What was handed in and why it is doubted."""
    return {
        "indicator": str(doubt.indicator_id), **figure_facts(doubt), "codes": list(doubt.codes), "state": doubt.state,
    }  # fmt: skip


def figure_facts(figure: Figure) -> dict[str, Any]:
    """Period, division and value; numerator and denominator where they were handed in."""
    parts = {"numerator": figure.numerator, "denominator": figure.denominator}
    return {
        "period": figure.period_start.isoformat(), "value": _written(figure.value),
        "division": str(figure.division_id) if figure.division_id else None,
        **{name: _written(part) for name, part in parts.items() if part is not None},
    }  # fmt: skip


def _written(value: Decimal) -> str:
    return f"{value:.4f}"
