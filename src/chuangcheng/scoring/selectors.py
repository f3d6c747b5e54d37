"""Reading scores: totals with their coverage, the tree, units, the trend, and the rows behind a figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from chuangcheng.cases.models import Case
from chuangcheng.cases.status import put_right, with_status
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Edition, Node, Standard
from chuangcheng.indicators.models import Reading
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols.models import Check
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division
from chuangcheng.scoring.models import CITY_SCOPE, DailyTotal, ScopeKind, Score
from chuangcheng.scoring.sources import NOT_APPLICABLE, case_standard, latest_visits
from chuangcheng.sites.models import Site

HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Total:
    """``points`` of 100 over the part of the weight that has facts, ``coverage`` the share of the weight that has.

    Never show the one without the other; while ``known`` is False there are no points to show at all.
    """

    points: Fraction
    coverage: Fraction
    as_of: datetime | None
    found: Fraction = Fraction(0)  # points as found, before anything was put right and before deductions

    @property
    def known(self) -> bool:
        """Whether any standard has facts."""
        return self.coverage > 0


@dataclass(frozen=True, slots=True)
class Line:
    """One standard in one scope. ``weight`` is its points of the edition's 100, ``lost`` what of them is missing."""

    standard: Standard
    weight: Fraction
    score: Score | None

    @property
    def share(self) -> Fraction | None:
        """The earned share; None while nothing is known."""
        return self.score.share if self.score else None

    @property
    def found(self) -> Fraction | None:
        """The share as found at the visits."""
        return Fraction(self.score.basis["found"]) if self.score else None

    @property
    def points(self) -> Fraction | None:
        """Earned points of the edition's 100."""
        return None if self.share is None else self.weight * self.share

    @property
    def lost(self) -> Fraction:
        """Points that could still be won; 0 while nothing is known."""
        return Fraction(0) if self.share is None else self.weight * (1 - self.share)

    def basis(self, name: str) -> int:
        """One count of the score's basis, 0 without a score."""
        return int(self.score.basis.get(name, 0)) if self.score else 0


@dataclass(slots=True)
class Branch:
    """A node of the tree with its total, the branches below or, at the contents, the lines."""

    node: Node
    total: Total
    branches: list[Branch] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """What a unit's own sites, readings and cases are worth."""

    unit: Unit
    total: Total
    overdue: int


def total(edition: Edition, scope_kind: str = ScopeKind.CITY, scope_id: UUID = CITY_SCOPE) -> Total:
    """The edition's total in one scope."""
    return summed(by_standard(edition, scope_kind, scope_id))


def by_standard(edition: Edition, scope_kind: str = ScopeKind.CITY, scope_id: UUID = CITY_SCOPE) -> list[Line]:
    """Every standard in the tree's order, covered or not. Two queries."""
    rows = edition.scores.filter(scope_kind=scope_kind, scope_id=scope_id)
    scores = {row.standard_id: row for row in rows}
    return [Line(standard, points_of(standard), scores.get(standard.pk)) for standard in _standards(edition)]


def points_of(standard: Standard) -> Fraction:
    """The standard's points of the edition's 100: its points of the framework's 100 × the framework's share.
    Content, project and framework are loaded (:func:`framework.selectors.standards_of`)."""
    framework_node = _framework(standard)
    return standard.weight * (framework_node.weight if framework_node else 1)


def _framework(standard: Standard) -> Node | None:
    node: Node | None = standard.content
    while node is not None and node.parent is not None:
        node = node.parent
    return node


def _standards(edition: Edition) -> list[Standard]:
    return list(framework.standards_of(edition))


def summed(lines: Iterable[Line]) -> Total:
    """The total of some lines."""
    whole = covered = earned = found = Fraction(0)
    as_of: datetime | None = None
    for line in lines:
        whole += line.weight
        if line.score is None or line.share is None or line.found is None:
            continue
        covered += line.weight
        earned += line.weight * line.share
        found += line.weight * line.found
        as_of = line.score.as_of if as_of is None else min(as_of, line.score.as_of)
    if not covered:
        return Total(Fraction(0), Fraction(0), None)
    return Total(HUNDRED * earned / covered, covered / whole, as_of, HUNDRED * found / covered)


def by_project(edition: Edition, scope_kind: str = ScopeKind.CITY, scope_id: UUID = CITY_SCOPE) -> list[Branch]:
    """The tree: frameworks, their projects and contents, each with its total. Three queries."""
    lines: dict[UUID, list[Line]] = defaultdict(list)
    for line in by_standard(edition, scope_kind, scope_id):
        lines[line.standard.content_id].append(line)
    children: dict[UUID | None, list[Node]] = defaultdict(list)
    for node in framework.nodes_of(edition):
        children[node.parent_id].append(node)
    return [_branch(node, children, lines)[0] for node in children[None]]


def _branch(
    node: Node, children: dict[UUID | None, list[Node]], lines: dict[UUID, list[Line]]
) -> tuple[Branch, list[Line]]:
    below = [_branch(child, children, lines) for child in children[node.pk]]
    own = lines[node.pk]
    everything = own + [line for _, some in below for line in some]
    return Branch(node, summed(everything), [branch for branch, _ in below], own), everything


def by_unit(edition: Edition) -> list[UnitTotal]:
    """Units with facts of their own, in official order. Three queries."""
    rows, whole = _lines_of(edition, ScopeKind.UNIT)
    return [
        UnitTotal(unit, _of_whole(rows[unit.pk], whole), sum(line.basis("overdue") for line in rows[unit.pk]))
        for unit in people.units()
        if unit.pk in rows
    ]


def by_area(edition: Edition, scope_kind: str) -> dict[UUID, Total]:
    """The totals of all districts or all streets, by division. Two queries."""
    rows, whole = _lines_of(edition, scope_kind)
    return {scope_id: _of_whole(lines, whole) for scope_id, lines in rows.items()}


def lines_by_unit(edition: Edition) -> dict[UUID, list[Line]]:
    """The standards with facts of each unit, those that :func:`by_unit` sums. Two queries."""
    return _lines_of(edition, ScopeKind.UNIT)[0]


def _lines_of(edition: Edition, scope_kind: str) -> tuple[dict[UUID, list[Line]], Fraction]:
    """The covered lines by scope, and the weight of all standards."""
    weights = {standard.pk: (standard, points_of(standard)) for standard in _standards(edition)}
    rows: dict[UUID, list[Line]] = defaultdict(list)
    for score in edition.scores.filter(scope_kind=scope_kind):
        rows[score.scope_id].append(Line(*weights[score.standard_id], score))
    return rows, sum((weight for _standard, weight in weights.values()), Fraction(0))


def _of_whole(lines: list[Line], whole: Fraction) -> Total:
    part = summed(lines)
    covered = sum((line.weight for line in lines), Fraction(0))
    return Total(part.points, covered / whole, part.as_of, part.found)


def biggest_losses(edition: Edition, count: int = 10) -> list[Line]:
    """The standards where the city loses most points, the largest first."""
    lines = [line for line in by_standard(edition) if line.lost > 0]
    return sorted(lines, key=lambda line: (-line.lost, line.standard.order))[:count]


def trend(edition: Edition, since: date | None = None) -> list[DailyTotal]:
    """The city's total day by day."""
    rows = edition.totals.order_by("day")
    return list(rows.filter(day__gte=since) if since else rows)


def get_score_for(
    actor: Actor, edition: Edition, standard_code: str, scope_kind: str = ScopeKind.CITY, scope_id: UUID = CITY_SCOPE
) -> Score:
    """One score, or ``common.not_found``. Whoever may see scores sees all of them: a league has no secrets."""
    found = edition.scores.select_related("standard").filter(
        standard__code=standard_code, scope_kind=scope_kind, scope_id=scope_id
    )
    score = found.first() if rights.can(actor, "scores.view") else None
    if score is None:
        raise Refused("common.not_found")
    return score


def scope_name(scope_kind: str, scope_id: UUID) -> str:
    """What the scope is called; empty for the city, whose name is a setting."""
    rows: dict[str, QuerySet[Any]] = {
        ScopeKind.UNIT: Unit.objects.all(), ScopeKind.DISTRICT: Division.objects.all(),
        ScopeKind.STREET: Division.objects.all(),
    }  # fmt: skip
    row = rows[scope_kind].filter(pk=scope_id).first() if scope_kind in rows else None
    return str(row.name) if row else ""


def rows_behind(score: Score) -> dict[str, QuerySet[Model]]:
    """The rows that made a score, at its own instant: ``checks``, of them ``failed`` and ``recovered``, the
    ``readings`` in force, and the ``overdue`` cases."""
    sites, cases = _in_scope(score)
    visits = latest_visits(score.as_of, sites)
    checks = Check.objects.filter(visit__in=visits, item__standards__code=score.standard.code).distinct()
    checks = checks.exclude(grade=NOT_APPLICABLE).select_related("visit__site", "item", "case")
    failed = checks.exclude(grade="A")
    return {
        "checks": checks,
        "failed": failed,
        "recovered": failed.filter(put_right("case__")),
        "readings": _readings(score),
        "overdue": cases.order_by("due_at"),
    }


def _in_scope(score: Score) -> tuple[QuerySet[Site], QuerySet[Case]]:
    sites, cases = Site.objects.all(), _overdue(score)
    if score.scope_kind == ScopeKind.UNIT:
        mine = Q(holder=score.scope_id) | Q(holder=None, responsible=score.scope_id)
        return sites.filter(unit=score.scope_id), cases.filter(mine)
    if score.scope_kind in (ScopeKind.DISTRICT, ScopeKind.STREET):
        path = Division.objects.values_list("path", flat=True).get(pk=score.scope_id)
        inside = {"division_path__startswith": path}
        return sites.filter(**inside), cases.filter(**inside)
    return sites, cases


def _readings(score: Score) -> QuerySet[Reading]:
    """The newest reading of each indicator for the scope; for the city the divisions' own where it has none."""
    rows = Reading.objects.filter(indicator__standard__code=score.standard.code, recorded_at__lte=score.as_of)
    if score.scope_kind in (ScopeKind.DISTRICT, ScopeKind.STREET):
        rows = rows.filter(division=score.scope_id)
    elif score.scope_kind == ScopeKind.UNIT:
        rows = rows.filter(indicator__source_unit=score.scope_id)
    newest: dict[tuple[UUID, str], UUID] = {}
    whole: set[UUID] = set()
    columns = ("indicator_id", "division__path", "division__level", "pk")
    for indicator, path, level, pk in rows.order_by("period_start", "recorded_at", "pk").values_list(*columns):
        newest[indicator, path or ""] = pk
        if level in (None, ScopeKind.CITY):
            whole.add(indicator)
            newest[indicator, "city"] = pk
    chosen = [pk for (indicator, path), pk in newest.items() if indicator not in whole or path == "city"]
    return (
        Reading.objects.filter(pk__in=chosen).select_related("indicator", "division").order_by("indicator__code", "pk")
    )


def _overdue(score: Score) -> QuerySet[Case]:
    """By id, because which standard a case counts against is no column."""
    edition = score.edition
    rows = Case.objects.filter(with_status("overdue", score.as_of), filed_at__lte=score.as_of)
    mine = [
        pk
        for pk, standard, category in rows.values_list("pk", "standard__code", "category__code")
        if case_standard(edition, standard, category) == score.standard.code
    ]
    return Case.objects.filter(pk__in=mine).select_related("holder", "category")
