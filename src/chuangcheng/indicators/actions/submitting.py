"""Handing in readings by form, workbook or program: what is plausible counts at once, what is doubtful stands apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared
from chuangcheng.indicators.facts import doubt_facts
from chuangcheng.indicators.models import Channel, Doubt, Figure, Indicator, Reading
from chuangcheng.indicators.periods import start_of
from chuangcheng.indicators.steps import (
    doubts_of,
    end_doubt,
    keep,
    locked,
    moment_of,
    same_figures,
    slot_of,
    sound,
    standing_for,
)
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.places.models import Division

#: Years before and after today in which a period may lie at all; anything else is a slip of the pen.
REACH = 30, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingInput:
    """A reading as it is handed in: a value, or numerator and denominator of which the value is reckoned.
    ``period_start`` is any day of the period; ``reason`` is needed where another value stands."""

    indicator_code: str
    period_start: date
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    division: Division | None = None
    source: str = ""
    reason: str = ""
    channel: str = Channel.FORM
    happened_at: datetime | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: the reading that counts, or the doubt that stands apart; ``new`` unless both were there."""

    reading: Reading | None
    doubt: Doubt | None
    new: bool


def submit_reading(*, actor: Actor, given: ReadingInput) -> Taken:
    """Take a reading. The same again (by its id, or the same figures for the same period) changes nothing. A newer one
    for a period of which one is doubtful takes its place.

    Refused: ``indicators.value_missing``, ``indicators.zero_denominator``, ``indicators.bad_value``,
    ``indicators.bad_period``, ``indicators.future`` (a time of taking ahead), ``indicators.reason_needed`` for a
    correction without a reason, ``common.different_body`` for a used id.
    """
    with transaction.atomic():
        indicator = locked(actor, given.indicator_code)
        reading = _reading(actor, indicator, given)
        known = _known(given.id, reading)
        if known is not None:
            return known
        standing = standing_for(reading)
        if standing is not None and same_figures(standing, reading):
            return Taken(standing, None, False)
        open_doubts = Doubt.objects.select_for_update().filter(state="waiting", **slot_of(reading, indicator))
        waiting = list(open_doubts.order_by("pk"))
        for doubt in waiting:
            if same_figures(doubt, reading):
                return Taken(None, doubt, False)
        if standing is not None and not reading.reason:
            raise Refused("indicators.reason_needed", value=standing.value)
        codes = doubts_of(indicator, reading)
        taken = _take(actor, indicator, reading, codes, "correction" if standing else "")
        for doubt in waiting:
            end_doubt(actor, doubt, "correct", reading=taken.reading)
    return taken


def _take(actor: Actor, indicator: Indicator, reading: Reading, codes: tuple[str, ...], reason: str) -> Taken:
    if codes:
        return Taken(None, _raise(actor, indicator, reading, codes), True)
    keep(actor, indicator, reading, reason)
    return Taken(reading, None, True)


def _reading(actor: Actor, indicator: Indicator, given: ReadingInput) -> Reading:
    taken_at, today = moment_of(given.happened_at), clock.today().date()
    if taken_at > clock.now():
        raise Refused("indicators.future")
    if not today.year - REACH[0] <= given.period_start.year <= today.year + REACH[1]:
        raise Refused("indicators.bad_period", given=given.period_start.isoformat())
    return Reading(
        id=given.id or new_id(), indicator=indicator, division=given.division, happened_at=taken_at,
        period_start=start_of(indicator.frequency, given.period_start), recorded_at=clock.now(),
        source=normalise(given.source)[:100], reason=normalise(given.reason)[:200], channel=given.channel,
        recorded_by_id=actor.person_id, **_figures(given),
    )  # fmt: skip


def _figures(given: ReadingInput) -> dict[str, Any]:
    """Value, numerator and denominator; the value is reckoned where the parts are given."""
    top, bottom = given.numerator, given.denominator
    if top is None or bottom is None:
        if given.value is None or top is not None or bottom is not None:
            raise Refused("indicators.value_missing")
        return {"value": sound(given.value)}
    top, bottom = sound(top), sound(bottom)
    try:
        value = sound(top / bottom)
    except (DivisionByZero, InvalidOperation) as error:
        raise Refused("indicators.zero_denominator") from error
    return {"value": value, "numerator": top, "denominator": bottom}


def _known(given_id: UUID | None, reading: Reading) -> Taken | None:
    """What was made of this id before; ``common.different_body`` for another body."""
    if given_id is None:
        return None
    counted = Reading.objects.filter(pk=given_id).first()
    doubt = None if counted else Doubt.objects.filter(pk=given_id).select_related("reading").first()
    known: Figure | None = counted or doubt
    if known is None:
        return None
    names = ("indicator_id", "division_id", "period_start")
    alike = all(getattr(known, name) == getattr(reading, name) for name in names)
    if not alike or not same_figures(known, reading):
        raise Refused("common.different_body")
    return Taken(counted or (doubt.reading if doubt else None), doubt, False)


def _raise(actor: Actor, indicator: Indicator, reading: Reading, codes: tuple[str, ...]) -> Doubt:
    names = ("division", "period_start", "value", "numerator", "denominator", "source", "reason", "channel",
             "happened_at")  # fmt: skip
    doubt = Doubt(
        id=reading.pk, indicator=indicator, codes=list(codes), raised_by_id=actor.person_id, raised_at=clock.now(),
        **{name: getattr(reading, name) for name in names},
    )  # fmt: skip
    event = history.build(doubt, "doubt.raised", actor, after=doubt_facts(doubt), happened_at=doubt.happened_at)
    prepared.insert(doubt)
    prepared.insert(event)
    outbox.emit("reading.doubted", ("doubt", doubt.pk), {"indicator": indicator.code})
    return doubt
