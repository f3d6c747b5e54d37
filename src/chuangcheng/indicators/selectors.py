"""Reading indicators: what stands, how it went, how it is judged."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.indicators.measures import shown
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.kernel import scoring
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.scoring import Verdict
from chuangcheng.people import rights
from chuangcheng.places.models import Division


def visible_to(actor: Actor) -> QuerySet[Indicator]:
    """A city's indicators are no secret to those at its desks; without ``indicators.view`` there are none."""
    found = Indicator.objects.select_related("standard", "source_unit").order_by("code")
    return found if rights.can(actor, "indicators.view") else found.none()


def get_indicator_for(actor: Actor, code: str) -> Indicator:
    """One indicator by its code, or ``common.not_found``."""
    indicator = visible_to(actor).filter(code=code).first()
    if indicator is None:
        raise Refused("common.not_found")
    return indicator


def may_record(actor: Actor, indicator: Indicator) -> bool:
    """Whether the actor may hand in readings of it."""
    return rights.scope(actor, "indicators.edit").reaches(unit_id=indicator.source_unit_id)


def readings_of(indicator: Indicator, division: Division | None = None) -> QuerySet[Reading]:
    """Every reading of the city, or of a division, corrected ones included; the newest period first."""
    found = indicator.readings.filter(division=division)
    return found.order_by("-period_start", "-recorded_at", "-id")


def latest(indicator: Indicator, division: Division | None = None) -> Reading | None:
    """The reading that stands for the newest period."""
    return readings_of(indicator, division).first()


def latest_of(indicators: Iterable[Indicator], division: Division | None = None) -> dict[UUID, Reading]:
    """The latest reading of each indicator that has one, in one query."""
    found: dict[UUID, Reading] = {}
    rows = Reading.objects.filter(indicator__in=list(indicators), division=division)
    for reading in rows.order_by("period_start", "recorded_at", "id"):
        found[reading.indicator_id] = reading
    return found


def series(indicator: Indicator, division: Division | None = None, periods: int = 24) -> list[Reading]:
    """The readings that stand for the last ``periods`` periods, the oldest first; for charts."""
    standing: dict[object, Reading] = {}
    for reading in readings_of(indicator, division):
        if reading.period_start not in standing and len(standing) == periods:
            break
        standing.setdefault(reading.period_start, reading)
    return sorted(standing.values(), key=lambda reading: reading.period_start)


def verdict(indicator: Indicator, value: Decimal) -> Verdict:
    """Grade and share of points that the value earns."""
    return scoring.judge_standard(indicator.scoring, value=value)


def written(indicator: Indicator, value: Decimal) -> str:
    """The value as an office writes it."""
    return shown(value, indicator.unit_of_measure)


def bound(indicator: Indicator) -> str:
    """What must be reached, as an office writes it: ``≥ 95%``; empty where no single bound says it."""
    rule = indicator.scoring
    best = rule.get("required") if rule.get("kind") == "ratio" else rule.get("A", rule.get("target"))
    if best is None:
        return ""
    sign = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}[str(rule.get("op", ">="))]
    return f"{sign} {written(indicator, Decimal(str(best)))}"
