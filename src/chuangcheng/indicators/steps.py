"""The steps that every way of handing readings in shares: lock, compare, doubt, keep."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared
from chuangcheng.indicators.facts import reading_facts
from chuangcheng.indicators.measures import RATIO
from chuangcheng.indicators.models import Doubt, Figure, Indicator, Reading
from chuangcheng.indicators.states import DOUBT
from chuangcheng.kernel import clock, plausible
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.people import rights

RECORD = "indicators.edit"
_PLACES = Decimal("0.0001")
_LIMIT = Decimal(10) ** 12


def locked(actor: Actor, code: str) -> Indicator:
    """The indicator under its lock, for one who may hand in its readings; else ``common.not_allowed`` or
    ``common.not_found``."""
    indicator = Indicator.objects.select_for_update().filter(code=code).first()
    if indicator is None:
        rights.require_or_system(actor, RECORD)
        raise Refused("common.not_found")
    rights.require_or_system(actor, RECORD, unit_id=indicator.source_unit_id)
    return indicator


def moment_of(happened_at: datetime | None) -> datetime:
    """When the number was taken; a naive time is refused."""
    if happened_at is None:
        return clock.now()
    if happened_at.tzinfo is None:
        raise Refused("common.naive_time", value=happened_at.isoformat())
    return happened_at


def sound(value: Decimal) -> Decimal:
    """A finite number of a size that fits, to four places."""
    if not value.is_finite() or abs(value) >= _LIMIT:
        raise Refused("indicators.bad_value", value=value)
    return value.quantize(_PLACES)


def slot_of(figure: Figure, indicator: Indicator) -> dict[str, Any]:
    """What a figure speaks for: indicator, division and period."""
    return {"indicator": indicator, "division": figure.division, "period_start": figure.period_start}


def standing_for(reading: Reading) -> Reading | None:
    """The reading that counts now for the same indicator, period and division."""
    same = Reading.objects.filter(**slot_of(reading, reading.indicator))
    return same.order_by("recorded_at", "id").last()


def keep(actor: Actor, indicator: Indicator, reading: Reading, reason: str) -> None:
    """Write a reading with its history row; ``reason`` is a code."""
    prepared.insert(reading)
    history.append(
        indicator, "indicator.recorded", actor, after=reading_facts(reading), reason=reason,
        happened_at=reading.happened_at,
    )  # fmt: skip
    indicator.save(update_fields=history.CHAIN_FIELDS)
    outbox.emit("reading.recorded", ("reading", reading.pk), {"indicator": indicator.code})


def same_figures(one: Figure, other: Figure) -> bool:
    """Whether both say the same."""
    names = ("value", "numerator", "denominator")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def doubts_of(indicator: Indicator, reading: Figure) -> tuple[str, ...]:
    """What speaks against a reading, by the indicator's range and the last readings before its period."""
    rows = Reading.objects.filter(
        indicator=indicator, division=reading.division, period_start__lt=reading.period_start
    ).order_by("period_start", "recorded_at", "id")  # fmt: skip
    earlier: dict[date, Decimal] = dict(rows.values_list("period_start", "value"))
    return plausible.doubts(
        reading.value, is_share=indicator.unit_of_measure == RATIO, numerator=reading.numerator,
        denominator=reading.denominator, low=indicator.low, high=indicator.high, earlier=list(earlier.values()),
        ahead=reading.period_start > clock.today().date(),
    )  # fmt: skip


def end_doubt(actor: Actor, doubt: Doubt, move: str, *, reading: Reading | None = None, words: str = "") -> None:
    """Take a move of the table under the doubt's lock; ``words`` where it asks for them."""
    before = {"state": doubt.state}
    doubt.state = DOUBT.next(doubt.state, move, words=words)
    doubt.ended_by_id, doubt.ended_at, doubt.words = actor.person_id, clock.now(), normalise(words)[:200]
    doubt.reading = reading
    after = {"state": doubt.state, "reading": str(reading.pk) if reading else None}
    history.append(doubt, f"doubt.{doubt.state}", actor, before=before, after=after)
    doubt.save()
    outbox.emit(f"doubt.{doubt.state}", ("doubt", doubt.pk), {"indicator": doubt.indicator.code})
