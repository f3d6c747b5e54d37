"""Recording readings. A reading is a fact; a correction is a later one for the same period."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.periods import start_of
from chuangcheng.indicators.steps import keep, locked, moment_of, sound, standing_for
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.places.models import Division


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
    """Record the value of a period, which ``period_start`` may be any day of; for the whole city or one division. For
    programs of ours; what people and programs of others hand in goes through ``submit_reading``.

    The same value again answers with the reading that stands, another value is a correction. ``happened_at`` is when
    the number was taken (default now). Refused: ``indicators.implausible`` unless ``confirmed``,
    ``indicators.future``, ``indicators.bad_value``, ``common.different_body`` for a used ``reading_id``.
    """
    taken_at = moment_of(happened_at)
    with transaction.atomic():
        indicator = locked(actor, indicator_code)
        reading = Reading(
            id=reading_id or new_id(), indicator=indicator, division=division, happened_at=taken_at,
            period_start=start_of(indicator.frequency, period_start), value=sound(value),
            source=normalise(source)[:100], recorded_at=clock.now(), recorded_by_id=actor.person_id,
        )  # fmt: skip
        standing = standing_for(reading)
        if reading_id and (known := Reading.objects.filter(pk=reading_id).first()):
            return _same(known, reading)
        if standing is not None and standing.value == reading.value:
            return standing
        _check_reading(indicator, reading, confirmed)
        keep(actor, indicator, reading, "correction" if standing else "")
    return reading


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
