"""Defining indicators and recording readings. A reading is a fact; a correction is a later one for the same period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Edition, Standard
from chuangcheng.history import actions as history
from chuangcheng.history import outbox
from chuangcheng.indicators.facts import indicator_facts, reading_facts
from chuangcheng.indicators.measures import MEASURES, measure_of
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.periods import start_of
from chuangcheng.kernel import clock, scoring
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division

DEFINE = "framework.edit"
RECORD = "indicators.edit"
#: Scoring kinds that a single number decides.
BY_NUMBER = ("threshold", "ratio")
_PLACES = Decimal("0.0001")
_LIMIT = Decimal(10) ** 12


def define_indicator(
    *,
    actor: Actor,
    code: str,
    zh: str,
    unit_of_measure: str,
    scoring: Mapping[str, Any],
    en: str = "",
    standard: Standard | None = None,
    frequency: str = "month",
    source_unit: Unit | None = None,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Indicator:
    """Make or change the indicator of that code; defining again what stands changes nothing.

    ``low`` and ``high`` are the plausible range (default: that of the measure). Refused: ``indicators.bad_scoring``,
    ``indicators.unknown_frequency``, ``indicators.bad_range``, ``indicators.missing``.
    """
    measure = MEASURES.get(unit_of_measure)
    values: dict[str, Any] = {
        "zh": normalise(zh)[:120], "en": en[:160], "standard": standard, "unit_of_measure": unit_of_measure[:20],
        "scoring": dict(scoring), "frequency": frequency, "source_unit": source_unit,
        "low": measure.low if low is None and measure else low,
        "high": measure.high if high is None and measure else high,
    }  # fmt: skip
    _check_definition(code, values)
    with transaction.atomic():
        rights.require_or_system(actor, DEFINE)
        indicator = Indicator.objects.select_for_update().filter(code=code).first()
        fresh = indicator is None
        indicator = indicator or Indicator(code=code)
        changed = [name for name, value in values.items() if fresh or getattr(indicator, name) != value]
        if not changed:
            return indicator
        for name in changed:
            setattr(indicator, name, values[name])
        action = "indicator.defined" if fresh else "indicator.changed"
        history.append(indicator, action, actor, after=indicator_facts(indicator))
        indicator.save(force_insert=fresh)
        outbox.emit(action, ("indicator", indicator.pk), {"code": code})
    return indicator


def _check_definition(code: str, values: Mapping[str, Any]) -> None:
    if not code.strip() or len(code) > 40 or not values["zh"]:
        raise Refused("indicators.missing")
    try:
        start_of(values["frequency"], date(2026, 1, 1))
    except ValueError:
        raise Refused("indicators.unknown_frequency", frequency=values["frequency"]) from None
    low, high = values["low"], values["high"]
    if low is not None and high is not None and low > high:
        raise Refused("indicators.bad_range", low=low, high=high)
    try:
        if values["scoring"].get("kind") not in BY_NUMBER:
            raise ValueError("not decided by a number")
        scoring.judge_standard(values["scoring"], value=1)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise Refused("indicators.bad_scoring", indicator=code) from None


def define_from_edition(*, actor: Actor, edition: Edition) -> list[Indicator]:
    """An indicator for each standard that a number decides and that is not looked at onsite alone; the leading unit
    hands the number in. Those that stand stay as they are. Returns all of them in the tree's order."""
    with transaction.atomic():
        rights.require_or_system(actor, DEFINE)
        return [
            _from_standard(actor, standard)
            for standard in framework.standards_of(edition)
            if standard.scoring.get("kind") in BY_NUMBER and set(standard.methods) != {"onsite"}
        ]


def _from_standard(actor: Actor, standard: Standard) -> Indicator:
    leads = framework.lead_units(standard)
    return define_indicator(
        actor=actor,
        code=standard.code,
        zh=standard.zh,
        en=standard.en,
        unit_of_measure=measure_of(str(standard.scoring.get("unit", ""))).code,
        scoring=standard.scoring,
        standard=standard,
        frequency="quarter" if standard.methods == ["survey"] else "month",
        source_unit=leads[0] if leads else None,
    )


def follow_edition() -> int:
    """Point indicators at the standard of the published edition that took over from theirs, or, where nobody said
    which, at the one of the same code; returns how many moved."""
    with transaction.atomic():
        return sum(_follow(edition) for edition in framework.published_editions())


def _follow(edition: Edition) -> int:
    heirs, by_code = framework.heirs(edition), {row.code: row for row in edition.standards.all()}
    by_id = {row.pk: row for row in by_code.values()}
    elsewhere = Indicator.objects.filter(standard__edition__family=edition.family).exclude(standard__edition=edition)
    moved = 0
    for indicator in elsewhere.select_related("standard"):
        old = cast(Standard, indicator.standard)
        heir = by_id.get(heirs[old.pk] or old.pk) if old.pk in heirs else by_code.get(old.code)
        if heir is not None:
            moved += Indicator.objects.filter(pk=indicator.pk).update(standard=heir)
    return moved


def record_reading(
    *,
    actor: Actor,
    indicator_code: str,
    period_start: date,
    value: Decimal,
    division: Division | None = None,
    source: str = "",
    happened_at: datetime | None = None,
    confirmed: bool = False,
    reading_id: UUID | None = None,
) -> Reading:
    """Record the value of a period, which ``period_start`` may be any day of; for the whole city or one division.

    The same value again answers with the reading that stands, another value is a correction. ``happened_at`` is when
    the number was taken (default now). Refused: ``indicators.implausible`` unless ``confirmed``,
    ``indicators.future``, ``indicators.bad_value``, ``common.different_body`` for a used ``reading_id``.
    """
    moment = _moment(happened_at)
    with transaction.atomic():
        indicator = Indicator.objects.select_for_update().filter(code=indicator_code).first()
        if indicator is None:
            rights.require_or_system(actor, RECORD)
            raise Refused("common.not_found")
        rights.require_or_system(actor, RECORD, unit_id=indicator.source_unit_id)
        reading = Reading(
            id=reading_id or new_id(), indicator=indicator, division=division, happened_at=moment,
            period_start=start_of(indicator.frequency, period_start), value=_value(value),
            source=normalise(source)[:100], recorded_at=clock.now(),
        )  # fmt: skip
        standing = _standing(reading)
        if reading_id and (known := Reading.objects.filter(pk=reading_id).first()):
            return _same(known, reading)
        if standing is not None and standing.value == reading.value:
            return standing
        _check_reading(indicator, reading, confirmed)
        _keep(actor, indicator, reading, "correction" if standing else "")
    return reading


def _moment(happened_at: datetime | None) -> datetime:
    if happened_at is None:
        return clock.now()
    if happened_at.tzinfo is None:
        raise Refused("common.naive_time", value=happened_at.isoformat())
    return happened_at


def _value(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) >= _LIMIT:
        raise Refused("indicators.bad_value", value=value)
    return value.quantize(_PLACES)


def _standing(reading: Reading) -> Reading | None:
    """The reading that counts now for the same indicator, period and division."""
    same = Reading.objects.filter(
        indicator=reading.indicator, division=reading.division, period_start=reading.period_start
    )
    return same.order_by("recorded_at", "id").last()


def _same(known: Reading, given: Reading) -> Reading:
    names = ("indicator_id", "division_id", "period_start", "value")
    if any(getattr(known, name) != getattr(given, name) for name in names):
        raise Refused("common.different_body")
    return known


def _check_reading(indicator: Indicator, reading: Reading, confirmed: bool) -> None:
    if reading.period_start > clock.today().date() or reading.happened_at > clock.now():
        raise Refused("indicators.future")
    too_low = indicator.low is not None and reading.value < indicator.low
    too_high = indicator.high is not None and reading.value > indicator.high
    if (too_low or too_high) and not confirmed:
        raise Refused("indicators.implausible", value=reading.value, low=indicator.low, high=indicator.high)


def _keep(actor: Actor, indicator: Indicator, reading: Reading, reason: str) -> None:
    reading.save(force_insert=True)
    history.append(
        indicator, "indicator.recorded", actor, after=reading_facts(reading), reason=reason,
        happened_at=reading.happened_at,
    )  # fmt: skip
    indicator.save(update_fields=history.CHAIN_FIELDS)
    outbox.emit("reading.recorded", ("reading", reading.pk), {"indicator": indicator.code})
