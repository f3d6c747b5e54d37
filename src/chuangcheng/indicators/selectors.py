"""Reading indicators: what stands, how it went, how it is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from chuangcheng.indicators.bands import target_of
from chuangcheng.indicators.measures import shown
from chuangcheng.indicators.models import Definition, Doubt, Indicator, Reading
from chuangcheng.indicators.rulebook import Rulebook
from chuangcheng.indicators.states import DOUBT
from chuangcheng.kernel import scoring
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.scoring import Verdict
from chuangcheng.kernel.states import Move
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


def bound(indicator: Indicator | Definition) -> str:
    """What must be reached, as an office writes it: ``≥ 95%``; empty where no single bound says it."""
    best = target_of(indicator.scoring)
    if best is None:
        return ""
    sign = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}[str(indicator.scoring.get("op", ">="))]
    return f"{sign} {shown(best, indicator.unit_of_measure)}"


def verdict_of(reading: Reading, book: Rulebook | None = None) -> Verdict:
    """As :func:`verdict`, by the version in force for the reading's period and without rounding."""
    book = book or Rulebook([reading.indicator])
    return scoring.judge_standard(book.scoring(reading.indicator, reading.period_start), value=reading.exact)


def overview(actor: Actor) -> QuerySet[Indicator]:
    """The visible indicators, each with ``city`` (its city readings, the oldest first, corrected ones included),
    ``versions`` (the newest first) and ``waiting`` (how many of its readings are doubtful)."""
    city = Reading.objects.filter(division=None).order_by("period_start", "recorded_at", "id")
    return visible_to(actor).prefetch_related(
        Prefetch("readings", city, to_attr="city"), Prefetch("definitions", to_attr="versions")
    ).annotate(waiting=Count("doubts", Q(doubts__state="waiting")))  # fmt: skip


def standing(readings: Iterable[Reading]) -> list[Reading]:
    """Of readings from the oldest to the newest those that stand, one a period."""
    return list({reading.period_start: reading for reading in readings}.values())


def visible_readings(actor: Actor) -> QuerySet[Reading]:
    """Every reading of the indicators in sight, corrected ones included."""
    rows = Reading.objects.select_related("indicator__source_unit", "division", "recorded_by")
    return rows if rights.can(actor, "indicators.view") else rows.none()


def by_division(indicator: Indicator, periods: int = 24) -> dict[Division, list[Reading]]:
    """What stands of each division of which there are readings, the oldest first."""
    rows = indicator.readings.exclude(division=None).select_related("division")
    found: dict[Division, list[Reading]] = defaultdict(list)
    for reading in rows.order_by("division__code", "period_start", "recorded_at", "id"):
        if reading.division is not None:
            found[reading.division].append(reading)
    return {division: standing(readings)[-periods:] for division, readings in found.items()}


def visible_doubts(actor: Actor) -> QuerySet[Doubt]:
    """Doubtful readings: of all indicators for those who judge them or watch, of its own for a unit that reports."""
    rows = Doubt.objects.select_related("indicator__source_unit", "division", "raised_by")
    if rights.can(actor, "indicators.judge"):
        return rows
    scope = rights.scope(actor, "indicators.view")
    return rows if scope.everything else rows.filter(indicator__source_unit__in=scope.units)


def get_doubt_for(actor: Actor, doubt_id: UUID) -> Doubt:
    """One of them, or ``common.not_found``."""
    doubt = visible_doubts(actor).filter(pk=doubt_id).first()
    if doubt is None:
        raise Refused("common.not_found")
    return doubt


def doubt_moves(actor: Actor, doubt: Doubt) -> list[Move]:
    """What the actor may do about it now."""
    may: dict[str, Any] = {
        "confirm": rights.can(actor, "indicators.judge") and doubt.raised_by_id != actor.person_id,
        "correct": may_record(actor, doubt.indicator), "withdraw": may_record(actor, doubt.indicator),
    }  # fmt: skip
    if {"future", "numerator"} & set(doubt.codes):
        may["confirm"] = False
    return [move for move in DOUBT.moves_from(doubt.state) if may[move.name]]


def reported_by(actor: Actor) -> QuerySet[Indicator]:
    """The indicators whose readings the actor hands in: those of the own unit, for the office all."""
    scope = rights.scope(actor, "indicators.edit")
    rows = Indicator.objects.select_related("source_unit").order_by("source_unit__official_order", "code")
    return rows if scope.everything else rows.filter(source_unit__in=scope.units)
