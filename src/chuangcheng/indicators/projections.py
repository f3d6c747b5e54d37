"""Readings and doubts as history tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.indicators.facts import doubt_facts, reading_facts
from chuangcheng.indicators.models import Doubt, Reading


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
                period_start=date.fromisoformat(told["period"]), division_id=told["division"],
                indicator_id=told["indicator"],
                **{name: _decimal(told.get(name)) for name in ("value", "numerator", "denominator")},
            )  # fmt: skip
    return written


def _decimal(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


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


def _told_of_doubts() -> dict[UUID, dict[str, Any]]:
    """The last word of history on each doubt."""
    found: dict[UUID, dict[str, Any]] = {}
    rows = Event.objects.filter(subject_kind="doubt").order_by("subject_id", "seq")
    for doubt_id, after in rows.values_list("subject_id", "after").iterator():
        found.setdefault(doubt_id, {}).update({name: value for name, value in after.items() if name != "reading"})
    return found


def check_doubts() -> Iterator[Difference]:
    """Doubts whose figures or state are not what history tells."""
    told = _told_of_doubts()
    for doubt in Doubt.objects.iterator():
        facts = told.pop(doubt.pk, None)
        if facts != doubt_facts(doubt):
            yield Difference(f"doubt {doubt.pk}", "differs from history" if facts else "history knows nothing of it")
    yield from (Difference(f"doubt {pk}", "is gone") for pk in told)


def rebuild_doubts() -> int:
    """Write the states of doubts as history tells them."""
    told, written = _told_of_doubts(), 0
    for doubt in Doubt.objects.iterator():
        facts = told.get(doubt.pk)
        if facts and facts != doubt_facts(doubt):
            written += Doubt.objects.filter(pk=doubt.pk).update(
                state=facts["state"], codes=facts["codes"], value=Decimal(facts["value"]),
                period_start=date.fromisoformat(facts["period"]), division_id=facts["division"],
                numerator=_decimal(facts.get("numerator")), denominator=_decimal(facts.get("denominator")),
            )  # fmt: skip
    return written


register("readings", check, rebuild)
register("readings.doubts", check_doubts, rebuild_doubts)
