"""Reads the facts of the rooms below in bulk: a handful of queries, however many cells are to be scored.

Rows are tied to an edition's standards by *code*, so that checks and cases of an earlier edition still count for the
standards that a new one took over.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Max, QuerySet

from chuangcheng.cases.models import Case
from chuangcheng.cases.status import RUNNING, put_right, with_status
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import ChecklistItem, Edition
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.rulebook import Rulebook
from chuangcheng.kernel.scoring import judge_standard
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.scoring.method import WINDOW, Finding
from chuangcheng.scoring.scopes import CITY, Scope, Territory
from chuangcheng.sites.models import Site

log = logging.getLogger(__name__)
NOT_APPLICABLE = "NA"


@dataclass(frozen=True, slots=True)
class OverdueCase:
    """A case that may be overdue: ``due_at`` is None for one that was handled late and is so at any time."""

    due_at: datetime | None
    filed_at: datetime
    standard: str
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class ReadingFact:
    """One judged reading; ``division`` is the path it speaks for, empty for the whole city."""

    indicator: UUID
    standard: str
    division: str
    order: tuple[Any, ...]
    recorded_at: datetime
    share: Fraction
    source_unit: UUID | None


@dataclass(slots=True)
class Facts:
    """Everything the method asks for, between the oldest and the newest ``as_of`` of a run."""

    site_scopes: dict[UUID, tuple[Scope, ...]]
    visits: dict[UUID, list[tuple[datetime, UUID]]]  # finished visits of a site, oldest first
    findings: dict[UUID, list[tuple[str, Finding]]]  # of a visit: standard code and finding
    readings: list[ReadingFact]
    overdue: list[OverdueCase]
    territory: Territory

    def latest(self, site_id: UUID, as_of: datetime) -> UUID | None:
        """The visit that speaks for the site then."""
        for finished_at, visit_id in reversed(self.visits[site_id]):
            if finished_at <= as_of:
                return visit_id if finished_at > as_of - WINDOW else None
        return None


def load(edition: Edition, moments: Collection[datetime]) -> Facts:
    """Read once for all of ``moments`` (the instants at which scores are asked for)."""
    territory = Territory.load()
    visits = _visits(min(moments), max(moments))
    facts = Facts(
        site_scopes={
            pk: territory.scopes(path, unit)
            for pk, path, unit in Site.objects.filter(pk__in=visits).values_list("pk", "division_path", "unit_id")
        },
        visits=visits,
        findings={},
        readings=_readings(max(moments)),
        overdue=_overdue(edition, territory, max(moments)),
        territory=territory,
    )
    wanted = {facts.latest(site, moment) for site in visits for moment in moments} - {None}
    facts.findings = _findings(edition, [pk for pk in wanted if pk])
    return facts


def _visits(first: datetime, last: datetime) -> dict[UUID, list[tuple[datetime, UUID]]]:
    found: dict[UUID, list[tuple[datetime, UUID]]] = defaultdict(list)
    rows = finished_visits(first, last).order_by("finished_at", "pk").values_list("site_id", "finished_at", "pk")
    for site_id, finished_at, pk in rows.iterator(chunk_size=5000):
        if finished_at is not None:
            found[site_id].append((finished_at, pk))
    return dict(found)


def finished_visits(first: datetime, last: datetime) -> QuerySet[Visit]:
    """The visits that can speak for a site at some instant between the two."""
    return Visit.objects.filter(state="finished", finished_at__gt=first - WINDOW, finished_at__lte=last)


def latest_visits(as_of: datetime, sites: QuerySet[Site]) -> list[UUID]:
    """The visits that speak for ``sites`` at one instant."""
    rows = finished_visits(as_of, as_of).filter(site__in=sites)
    newest = dict(rows.order_by().values("site_id").annotate(at=Max("finished_at")).values_list("site_id", "at"))
    by_id = rows.order_by("pk").values_list("site_id", "finished_at", "pk")
    return list({site_id: pk for site_id, finished_at, pk in by_id if newest[site_id] == finished_at}.values())


def _findings(edition: Edition, visit_ids: list[UUID]) -> dict[UUID, list[tuple[str, Finding]]]:
    links = item_standards(edition)
    found: dict[UUID, list[tuple[str, Finding]]] = defaultdict(list)
    for start in range(0, len(visit_ids), 900):
        rows = Check.objects.filter(visit__in=visit_ids[start : start + 900]).exclude(grade=NOT_APPLICABLE)
        rows = rows.annotate(put_right=ExpressionWrapper(put_right("case__"), BooleanField(null=True)))
        for visit_id, item_id, num, den, right in rows.order_by("pk").values_list(
            "visit_id", "item_id", "share_num", "share_den", "put_right"
        ):
            if item_id not in links:
                continue
            share = Fraction(num, den)
            finding = Finding(share, failed=share < 1, recovered=share < 1 and bool(right))
            found[visit_id] += [(code, finding) for code in links[item_id]]
    return dict(found)


def item_standards(edition: Edition) -> dict[UUID, tuple[str, ...]]:
    """Which of the edition's standards, by code, each checklist item of any edition speaks for."""
    own = set(framework.standards_of(edition).values_list("code", flat=True))
    found: dict[UUID, list[str]] = defaultdict(list)
    through = ChecklistItem.standards.through
    for item_id, code in through.objects.order_by("pk").values_list("checklistitem_id", "standard__code"):
        if code in own:
            found[item_id].append(code)
    return {item_id: tuple(codes) for item_id, codes in found.items()}


def _readings(last: datetime) -> list[ReadingFact]:
    """Readings recorded so far of the last two years, judged; one that no rule can judge is logged and left out."""
    indicators = {row.pk: row for row in Indicator.objects.exclude(standard=None).select_related("standard")}
    rows = Reading.objects.filter(
        indicator__in=indicators, recorded_at__lte=last, period_start__gt=last.replace(year=last.year - 2, day=1).date()
    )
    found = []
    book = Rulebook(indicators.values())
    for row in rows.select_related("division"):
        indicator = indicators[row.indicator_id]
        share = _judge(indicator, book.scoring(indicator, row.period_start), row.exact)
        if share is not None and indicator.standard is not None:
            found.append(
                ReadingFact(
                    indicator.pk, indicator.standard.code, row.division.path if row.division else "",
                    (row.period_start, row.recorded_at, row.pk), row.recorded_at, share, indicator.source_unit_id,
                )
            )  # fmt: skip
    return found


def _judge(indicator: Indicator, rule: dict[str, Any], value: Fraction) -> Fraction | None:
    rule = rule or (indicator.standard.scoring if indicator.standard else {})
    try:
        return judge_standard(rule, value=value).share
    except (ValueError, KeyError) as error:
        log.warning("indicator %s cannot be judged: %s", indicator.code, error)
        return None


def _overdue(edition: Edition, territory: Territory, last: datetime) -> list[OverdueCase]:
    found = []
    for row in (
        Case.objects.filter(with_status("overdue", last))
        .order_by("pk")
        .values(
            "state",
            "due_at",
            "filed_at",
            "standard__code",
            "category__code",
            "division_path",
            "holder_id",
            "responsible_id",
        )
    ):
        standard = case_standard(edition, row["standard__code"], row["category__code"])
        if standard:
            due_at = row["due_at"] if row["state"] in RUNNING else None
            scopes = territory.scopes(row["division_path"], row["holder_id"] or row["responsible_id"])
            found.append(OverdueCase(due_at, row["filed_at"], standard, scopes))
    return found


def case_standard(edition: Edition, standard_code: str | None, category_code: str | None) -> str | None:
    """The one standard that a case counts against: the one it carries, else the heaviest its category speaks for.
    One case costs once, however many standards mention such a thing."""
    if standard_code:
        return standard_code
    candidates = framework.standards_for_category(edition, category_code) if category_code else []
    return candidates[0].code if candidates else None


def latest_readings(facts: Facts, as_of: datetime) -> Iterable[tuple[str, Scope, Fraction]]:
    """(standard code, scope, share) of the readings in force.

    A division's reading speaks for that division. The city's own reading goes before the mean of its divisions'; it
    also speaks for the unit that delivers the indicator.
    """
    newest: dict[tuple[UUID, str], ReadingFact] = {}
    for fact in facts.readings:
        key = (fact.indicator, fact.division)
        if fact.recorded_at <= as_of and (key not in newest or newest[key].order < fact.order):
            newest[key] = fact
    by_indicator: dict[UUID, list[tuple[Scope, ReadingFact]]] = defaultdict(list)
    for fact in newest.values():
        scope = facts.territory.of_division(fact.division) if fact.division else CITY
        if scope:
            by_indicator[fact.indicator].append((scope, fact))
    for rows in by_indicator.values():
        yield from _spread(rows)


def _spread(rows: list[tuple[Scope, ReadingFact]]) -> Iterable[tuple[str, Scope, Fraction]]:
    any_fact = rows[0][1]
    city = [fact for scope, fact in rows if scope == CITY]
    below = [fact.share for scope, fact in rows if scope != CITY]
    mean = max(city, key=lambda fact: fact.order).share if city else sum(below, Fraction(0)) / len(below)
    yield any_fact.standard, CITY, mean
    if any_fact.source_unit:
        yield any_fact.standard, ("unit", any_fact.source_unit), mean
    for scope, fact in rows:
        if scope != CITY:
            yield fact.standard, scope, fact.share
