"""Readings as history tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.indicators.facts import reading_facts
from chuangcheng.indicators.models import Reading


def check() -> Iterator[Difference]:
    """Readings that are not what was recorded, are gone, or were never recorded."""
    for stored, told in _compared():
        if stored is None:
            yield Difference(f"reading {told['reading']}", "is gone")
        elif _facts(stored) != told:
            yield Difference(f"reading {stored.pk}", "differs from history" if told else "history knows nothing of it")


def rebuild() -> int:
    """Write readings as history tells them; one that is gone is named by the check, not invented."""
    written = 0
    for stored, told in _compared():
        if stored and told and _facts(stored) != told:
            written += Reading.objects.filter(pk=stored.pk).update(
                value=Decimal(told["value"]), period_start=date.fromisoformat(told["period"]),
                division_id=told["division"], indicator_id=told["indicator"],
            )  # fmt: skip
    return written


def _facts(reading: Reading) -> dict[str, Any]:
    return {**reading_facts(reading), "indicator": str(reading.indicator_id)}


def _compared() -> Iterator[tuple[Reading | None, dict[str, Any]]]:
    rows = Event.objects.filter(subject_kind="indicator", action="indicator.recorded")
    told = {
        UUID(after["reading"]): {**after, "indicator": str(indicator)}
        for indicator, after in rows.values_list("subject_id", "after").iterator()
    }
    for stored in Reading.objects.iterator():
        yield stored, told.pop(stored.pk, {})
    for facts in told.values():
        yield None, facts


register("readings", check, rebuild)
