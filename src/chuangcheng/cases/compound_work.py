"""What joins the registers of the room sites with cases: the cases of a compound, and of a team's hard spot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from shapely.geometry import shape

from chuangcheng.cases.actions.dispatch import open_case
from chuangcheng.cases.inputs import CaseInput
from chuangcheng.cases.models import Case, Source
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.geometry import Locator
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.deliberations import work
from chuangcheng.sites.models import AgendaItem, Compound, Team

AGENDA_ITEM = "agenda_item"


def file_item(*, actor: Actor, item_id: UUID, category_code: str) -> Case:
    """Make a case of what a deliberation decided, answered for by the matter's unit. Who carries the deliberation on
    may do it; the rights stand with the room sites. Refused: ``deliberation.not_decided``,
    ``deliberation.done_already``, ``sites.missing`` while no unit is named, ``case.unknown_category``."""
    category = framework.category(category_code) if category_code else None
    if category_code and category is None:
        raise Refused("case.unknown_category")
    item = AgendaItem.objects.select_related("deliberation__compound__site", "unit").filter(pk=item_id).first()
    if item is None:
        raise Refused("common.not_found")
    compound = item.deliberation.compound
    given = CaseInput(
        text=f"{item.deliberation.number} 五方议事决议：{item.title}", source=Source.GRID, category=category,
        lat=compound.lat, lon=compound.lon, address=compound.name, origin=(AGENDA_ITEM, item.pk), site=compound.site,
        responsible=item.unit,
    )  # fmt: skip
    with transaction.atomic():
        case = open_case(actor=actor, given=given)
        work.link_case(actor=actor, item_id=item.pk, case_id=case.pk)
    return case


MOST = 5000  # cases looked at one by one in a boundary's box; the newest


def of_compound(rows: QuerySet[Case], compound: Compound) -> QuerySet[Case]:
    """The cases at the compound's site, within its boundary, or that its deliberations made."""
    items = AgendaItem.objects.filter(deliberation__compound=compound).values("pk")
    where = Q(origin_kind=AGENDA_ITEM, origin_id__in=items)
    if compound.site_id:
        where |= Q(site=compound.site_id)
    if compound.boundary:
        where |= Q(pk__in=_within(rows, compound.boundary))
    return rows.filter(where)


def _within(rows: QuerySet[Case], boundary: dict[str, Any]) -> list[object]:
    west, south, east, north = shape(boundary).bounds
    box = rows.filter(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east).order_by("-filed_at", "-pk")
    locator = Locator([(True, boundary)])
    places = box.values_list("pk", "lon", "lat")[:MOST]
    return [pk for pk, lon, lat in places if lon is not None and lat is not None and locator.at(lon, lat)]


def of_team(rows: QuerySet[Case], team: Team) -> QuerySet[Case]:
    """The cases of a team's hard spot: its site, its compound, or all of its area."""
    if team.site_id:
        return rows.filter(site=team.site_id)
    if team.compound is not None:
        return of_compound(rows, team.compound)
    return rows.filter(division_path__startswith=team.division_path)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a hard spot, from its Monday on: cases filed and closed."""

    monday: date
    filed: int
    closed: int
    under_team: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """The weeks before and since a team began, and what a week brought on average; None without a full week."""

    weeks: list[Week]
    before: float | None
    since: float | None


def effect_of(rows: QuerySet[Case], team: Team, now: datetime, *, before: int = 8) -> Effect:
    """The weekly figures of a team's spot, from ``before`` weeks ahead of its beginning to its end or now. The mean
    before counts the full weeks that ended before the team began, the mean since the full ones after. Two queries."""
    spot = of_team(rows, team)
    first = _monday(team.since) - timedelta(weeks=before)
    last = min(team.ended_on or now.astimezone(CITY_ZONE).date(), now.astimezone(CITY_ZONE).date())
    filed = _by_week(spot.filter(filed_at__gte=_start(first)).values_list("filed_at", flat=True))
    closed = _by_week(spot.filter(closed_at__gte=_start(first)).values_list("closed_at", flat=True))
    mondays = [first + timedelta(weeks=n) for n in range((_monday(last) - first).days // 7 + 1)]
    weeks = [Week(day, filed.get(day, 0), closed.get(day, 0), day + timedelta(days=6) >= team.since) for day in mondays]
    ahead = [week.filed for week in weeks if week.monday + timedelta(days=6) < team.since]
    after = [week.filed for week in weeks if team.since <= week.monday and week.monday + timedelta(days=6) <= last]
    return Effect(weeks, _mean(ahead), _mean(after))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)


def _by_week(moments: Iterable[datetime | None]) -> dict[date, int]:
    found: dict[date, int] = {}
    for moment in moments:
        if moment is not None:
            monday = _monday(moment.astimezone(CITY_ZONE).date())
            found[monday] = found.get(monday, 0) + 1
    return found


def _mean(values: list[int]) -> float | None:
    return sum(values) / len(values) if values else None
