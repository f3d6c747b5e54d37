"""A changed set of routing rules, tried on past cases: where each would have gone, against where it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.cases import routing
from chuangcheng.cases.dry_run.period import Period
from chuangcheng.cases.models import Case
from chuangcheng.cases.routes import Route, unsaved

KEPT = 200


@dataclass(frozen=True, slots=True)
class Astray:
    """A case that the set would have sent elsewhere than where it ended; ``before`` is where the rules in force
    would have sent it (None: nowhere)."""

    case_id: UUID
    number: str
    ended_at: str
    before: str | None
    after: str | None


@dataclass(slots=True)
class RoutingTrial:
    """Counts of the cases that a unit took in the end: sent right by the rules in force and by the set, and those that
    were never given back as a matter of fact."""

    period: Period
    cases: int = 0
    never_returned: int = 0
    right_before: int = 0
    right_after: int = 0
    moved: int = 0
    astray: list[Astray] = field(default_factory=list)

    def share(self, count: int) -> Fraction | None:
        """Of all its cases."""
        return Fraction(count, self.cases) if self.cases else None

    @property
    def shares(self) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
        """Never returned, right by the rules in force, right by the set."""
        return self.share(self.never_returned), self.share(self.right_before), self.share(self.right_after)


def try_routes(rows: QuerySet[Case], given: Sequence[Route], period: Period) -> RoutingTrial:
    """Try a set on the cases of ``rows`` that were filed in the period and that a unit handled or holds."""
    trial = RoutingTrial(period)
    found = (
        period.cases(rows).order_by("number")
        .values_list(
            "pk", "number", "category__code", "division_path", "source", "return_count", "handled_unit_id", "holder_id",
            "handled_unit__short_name", "holder__short_name",
        )
    )  # fmt: skip
    ended = [row for row in found if row[6] or row[7]]
    asked = [(row[2] or "", row[3], row[4]) for row in ended]
    by_place = dict(zip(dict.fromkeys(asked), _units(list(dict.fromkeys(asked)), given), strict=True))
    for row, key in zip(ended, asked, strict=True):
        before, after = by_place[key]
        unit = row[6] or row[7]
        trial.cases += 1
        trial.never_returned += row[5] == 0
        trial.right_before += before is not None and before[0] == unit
        trial.right_after += after is not None and after[0] == unit
        trial.moved += before != after
        if (after is None or after[0] != unit) and len(trial.astray) < KEPT:
            names = (row[8] or row[9], before[1] if before else None, after[1] if after else None)
            trial.astray.append(Astray(row[0], row[1], *names))
    return trial


Place = tuple[str, str, str]
Named = tuple[UUID, str] | None


def _units(places: Sequence[Place], given: Sequence[Route]) -> list[tuple[Named, Named]]:
    before = routing.suggest_each(places)
    after = routing.suggest_each(places, unsaved(given))
    return [(_named(old), _named(new)) for old, new in zip(before, after, strict=True)]


def _named(found: routing.Suggestion | None) -> Named:
    return (found.unit.pk, found.unit.short_name) if found else None
