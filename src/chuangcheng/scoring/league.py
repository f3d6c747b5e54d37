"""The league 赛马 of streets over a period. The formula is data of the edition (``rules["league"]``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from chuangcheng.cases.models import Case
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.framework.models import Edition
from chuangcheng.framework.weights import exact
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.scoring import weighted
from chuangcheng.patrols.models import Visit
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.people.selectors import prefixes, units
from chuangcheng.places import selectors as places
from chuangcheng.places.models import Division
from chuangcheng.sites.models import Site

#: Points of the parts; a city writes its own into ``rules["league"]``.
DEFAULT_POINTS: dict[str, str] = {"site_score": "50", "on_time": "30", "rework": "10", "coverage": "10"}
LABELS = {
    "site_score": Label("点位得分", "Site score"),
    "on_time": Label("按期结案率", "Closed on time"),
    "rework": Label("一次办结率", "Right first time"),
    "coverage": Label("点位到访率", "Sites visited"),
}
FORMULA = Label(
    "街道得分＝点位得分（期内到访的平均得分）{site_score} 分＋按期结案率（期内到期的案件）{on_time} 分"
    "＋一次办结率（期内结案且未返工、未重开的案件）{rework} 分＋点位到访率（期内到访过的在用点位）{coverage} 分；"
    "没有数据的部分不计，其余按比例折算。",
    "A street's score: site score (mean of the period's visits) {site_score} points + closed on time (cases due in the "
    "period) {on_time} + right first time (closed in the period without rework or reopening) {rework} + sites visited "
    "(of those in use) {coverage}. A part without data is left out and the others are scaled up.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a street's score: ``numerator`` of ``denominator`` (a mean: sum of shares over count)."""

    name: str
    points: Fraction
    numerator: Fraction
    denominator: int

    @property
    def label(self) -> Label:
        """Its words."""
        return LABELS[self.name]

    @property
    def share(self) -> Fraction | None:
        """The exact share; None without data."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def earned(self) -> Fraction | None:
        """Points earned of :attr:`points`."""
        return None if self.share is None else self.points * self.share


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """A street in the league. Equal scores share a rank; a street without any data has neither score nor rank."""

    division: Division
    unit: Unit | None
    parts: dict[str, Part]
    score: Fraction | None
    rank: int | None


def points_of(edition: Edition) -> dict[str, Fraction]:
    """The points of each part under the edition's rules."""
    given: dict[str, Any] = edition.rules.get("league", {})
    return {name: exact(given.get(name, default)) for name, default in DEFAULT_POINTS.items()}


def formula(edition: Edition) -> Label:
    """The sentence that stands under the table."""
    points = {name: str(value) for name, value in points_of(edition).items()}
    return Label(FORMULA.zh.format(**points), FORMULA.en.format(**points))


def league(edition: Edition, start: date, end: date) -> list[LeagueRow]:
    """The streets from the first to the last, over the city's days ``start`` (included) to ``end`` (excluded).

    Six queries, however many streets. Equal rows stand in official order.
    """
    first, last = bounds(start, end)
    streets = {row.path: row for row in places.at_level("street")}
    offices = {unit.division_id: unit for unit in units().filter(kind=UnitKind.STREET)}
    counted = _count(streets, first, last)
    points = points_of(edition)
    rows = []
    for path, division in streets.items():
        parts = {name: Part(name, points[name], *counted[name][path]) for name in DEFAULT_POINTS}
        known = weighted((part.points, part.share) for part in parts.values() if part.share is not None)
        rows.append(LeagueRow(division, offices.get(division.pk), parts, None if known is None else known * 100, None))
    return _ranked(rows)


def bounds(start: date, end: date) -> tuple[datetime, datetime]:
    """The instants of the city's midnights; an end in the future is now."""
    first, last = (datetime.combine(day, time(), CITY_ZONE) for day in (start, end))
    return first, min(last, clock.now())


Counts = dict[str, tuple[Fraction, int]]


def _count(streets: Iterable[str], first: datetime, last: datetime) -> dict[str, Counts]:
    known = set(streets)
    sums: dict[str, dict[str, list[Fraction]]] = {name: defaultdict(list) for name in DEFAULT_POINTS}

    def put(name: str, path: str, value: Fraction | int | bool) -> None:
        street = next((part for part in prefixes(path) if part in known), None)
        if street:
            sums[name][street].append(Fraction(value))

    visited = set()
    for site_id, path, score in visits_in(first, last).values_list("site_id", "site__division_path", "score"):
        visited.add(site_id)
        if score is not None:
            put("site_score", path, Fraction(score) / 100)
    for path, on_time in due_in(first, last).values_list("division_path", "on_time"):
        put("on_time", path, on_time is True)
    for path, rework, reopened in closed_in(first, last).values_list("division_path", "rework_count", "reopen_count"):
        put("rework", path, not (rework or reopened))
    for pk, path in active_sites().values_list("pk", "division_path"):
        put("coverage", path, pk in visited)
    return {
        name: {path: (sum(found[path], Fraction(0)), len(found[path])) for path in known}
        for name, found in sums.items()
    }


def visits_in(first: datetime, last: datetime) -> QuerySet[Visit]:
    """Visits finished in the period."""
    return Visit.objects.filter(state="finished", finished_at__gte=first, finished_at__lt=last)


def due_in(first: datetime, last: datetime) -> QuerySet[Case]:
    """应结案: cases whose limit fell into the period, void, merged and suspended ones apart."""
    return Case.objects.filter(due_at__gte=first, due_at__lt=last).exclude(state__in=(*UNCOUNTED, "suspended"))


def closed_in(first: datetime, last: datetime) -> QuerySet[Case]:
    """Cases closed in the period."""
    return Case.objects.filter(state="closed", closed_at__gte=first, closed_at__lt=last)


def active_sites() -> QuerySet[Site]:
    """The sites that are looked at now."""
    return Site.objects.filter(state="active")


def rows_behind(row: LeagueRow, part: str, start: date, end: date) -> dict[str, QuerySet[Any]]:
    """The rows of one figure: ``counted`` of ``all``."""
    first, last = bounds(start, end)
    path = row.division.path
    visits = visits_in(first, last).filter(site__division_path__startswith=path)
    if part == "site_score":
        scored = visits.exclude(score=None)
        return {"all": scored, "counted": scored}
    if part == "coverage":
        sites = active_sites().filter(division_path__startswith=path)
        return {"all": sites, "counted": sites.filter(pk__in=visits.values("site"))}
    cases = (due_in if part == "on_time" else closed_in)(first, last).filter(division_path__startswith=path)
    good = Q(on_time=True) if part == "on_time" else Q(rework_count=0, reopen_count=0)
    return {"all": cases, "counted": cases.filter(good)}


def _ranked(rows: list[LeagueRow]) -> list[LeagueRow]:
    def place(row: LeagueRow) -> tuple[bool, Fraction, int, str]:
        order = row.unit.official_order if row.unit else 10**6
        return row.score is None, -(row.score or Fraction(0)), order, row.division.code

    ranked: list[LeagueRow] = []
    for position, row in enumerate(sorted(rows, key=place), 1):
        tied = ranked and ranked[-1].score == row.score
        rank = None if row.score is None else ranked[-1].rank if tied else position
        ranked.append(LeagueRow(row.division, row.unit, row.parts, row.score, rank))
    return ranked


def week_of(day: date) -> tuple[date, date]:
    """Monday of that day's week, and the Monday after."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)
