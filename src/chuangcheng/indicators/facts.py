"""What history remembers of indicators and readings."""

from __future__ import annotations

from typing import Any

from chuangcheng.indicators.models import Indicator, Reading


def indicator_facts(indicator: Indicator) -> dict[str, Any]:
    """The definition, without its name."""
    return {
        "code": indicator.code, "standard": indicator.standard_id, "scoring": indicator.scoring,
        "frequency": indicator.frequency, "source_unit": indicator.source_unit_id,
        "low": None if indicator.low is None else str(indicator.low),
        "high": None if indicator.high is None else str(indicator.high),
    }  # fmt: skip


def reading_facts(reading: Reading) -> dict[str, Any]:
    """Everything of a reading but the words about its source."""
    return {
        "reading": str(reading.pk), "period": reading.period_start.isoformat(), "value": f"{reading.value:.4f}",
        "division": str(reading.division_id) if reading.division_id else None,
    }  # fmt: skip
