"""Defining indicators: what stands is the newest version, and every version is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import transaction

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Edition, Standard
from chuangcheng.history import actions as history
from chuangcheng.history import outbox
from chuangcheng.indicators.facts import indicator_facts
from chuangcheng.indicators.measures import MEASURES, measure_of
from chuangcheng.indicators.models import Definition, Indicator
from chuangcheng.indicators.periods import start_of
from chuangcheng.kernel import clock, scoring
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise
from chuangcheng.people import rights
from chuangcheng.people.models import Unit

DEFINE = "framework.edit"
#: Scoring kinds that a single number decides.
BY_NUMBER = ("threshold", "ratio")
#: What a version keeps.
VERSIONED = (
    "zh", "en", "unit_of_measure", "scoring", "frequency", "source_unit", "low", "high", "numerator_zh",
    "denominator_zh", "due_days", "note", "by_district",
)  # fmt: skip


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
    numerator_zh: str = "",
    denominator_zh: str = "",
    due_days: int | None = None,
    note: str = "",
    by_district: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Indicator:
    """Make or change the indicator of that code; defining again what stands changes nothing.

    ``low`` and ``high`` are the plausible range (default: that of the measure). A change makes a new version, which
    judges readings of periods from ``valid_from`` on (default: the current period); what lies before stays judged by
    the version before. Refused: ``indicators.bad_scoring``, ``indicators.unknown_frequency``,
    ``indicators.bad_range``, ``indicators.bad_validity``, ``indicators.missing``, ``indicators.one_part``, and
    ``indicators.has_readings`` for another frequency or measure once there are readings.
    """
    measure = MEASURES.get(unit_of_measure)
    values: dict[str, Any] = {
        "zh": normalise(zh)[:120], "en": en[:160], "standard": standard, "unit_of_measure": unit_of_measure[:20],
        "scoring": dict(scoring), "frequency": frequency, "source_unit": source_unit,
        "low": measure.low if low is None and measure else low,
        "high": measure.high if high is None and measure else high,
        "numerator_zh": normalise(numerator_zh)[:120], "denominator_zh": normalise(denominator_zh)[:120],
        "due_days": due_days, "note": normalise(note)[:500], "valid_to": valid_to,
        "by_district": by_district,
    }  # fmt: skip
    _check_definition(code, values)
    with transaction.atomic():
        rights.require_or_system(actor, DEFINE)
        return _define(actor, code, values, valid_from)


def _define(actor: Actor, code: str, values: dict[str, Any], valid_from: date | None) -> Indicator:
    """Write what differs from what stands, and a version of it."""
    indicator = Indicator.objects.select_for_update().filter(code=code).first()
    fresh = indicator is None
    current = start_of(values["frequency"], clock.today().date())
    indicator = indicator or Indicator(code=code, asked_from=valid_from or current)
    changed = [name for name, value in values.items() if fresh or getattr(indicator, name) != value]
    if not changed:
        return indicator
    if not fresh and {"frequency", "unit_of_measure"} & set(changed) and indicator.readings.exists():
        raise Refused("indicators.has_readings", indicator=code)
    for name in changed:
        setattr(indicator, name, values[name])
    from_ = start_of(values["frequency"], valid_from) if valid_from else None if fresh else current
    valid_to = values["valid_to"]
    if valid_to is not None and valid_to < (from_ or indicator.asked_from or valid_to):
        raise Refused("indicators.bad_validity")
    action = "indicator.defined" if fresh else "indicator.changed"
    history.append(indicator, action, actor, after=indicator_facts(indicator, from_))
    indicator.save(force_insert=fresh)
    if fresh or set(VERSIONED) & set(changed):
        _keep_version(indicator, from_)
    outbox.emit(action, ("indicator", indicator.pk), {"code": code})
    return indicator


def _keep_version(indicator: Indicator, valid_from: date | None) -> None:
    """The definition as it stands now, as the next version."""
    last = indicator.definitions.order_by("-number").values_list("number", flat=True).first() or 0
    values = {name: getattr(indicator, name) for name in VERSIONED}
    Definition.objects.create(
        indicator=indicator, number=last + 1, valid_from=valid_from, made_at=clock.now(), **values
    )  # fmt: skip


def _check_definition(code: str, values: Mapping[str, Any]) -> None:
    if not code.strip() or len(code) > 40 or not values["zh"]:
        raise Refused("indicators.missing")
    try:
        start_of(values["frequency"], date(2026, 1, 1))
    except ValueError:
        raise Refused("indicators.unknown_frequency", frequency=values["frequency"]) from None
    if bool(values["numerator_zh"]) != bool(values["denominator_zh"]):
        raise Refused("indicators.one_part")
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
    standing = Indicator.objects.filter(code=standard.code).first()
    if standing is not None:  # the office may have changed it since
        return standing
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
