"""The weekly summaries of all units at once: a grouped query a figure, however many units there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from chuangcheng.bulletins.counted import BITS
from chuangcheng.bulletins.figures import two
from chuangcheng.bulletins.models import Summary
from chuangcheng.bulletins.specs import SPECS, Spec, week_of
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock, digest
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.scoring import selectors as scoring

#: Who has a summary: the units with a ledger, outside ones and district offices among them.
KINDS = (UnitKind.DISTRICT, UnitKind.DEPARTMENT, UnitKind.STREET, UnitKind.COMPANY, UnitKind.OUTSIDE)
#: What a summary tells, in its order; ``score`` comes last.
NAMES = (
    "received", "due", "closed", "on_time", "reworked", "overdue", "tasks_set", "tasks_moved", "tasks_ended",
    "tasks_late", "more_asked", "more_granted", "visits", "visits_failed", "rectified", "quickfixes", "replies",
    "replies_met",
)  # fmt: skip
SCORE = "score"
Figures = dict[str, list[Any]]


@dataclass(slots=True)
class Tally:
    """What was counted of a unit: figures as [this week, the week before]; the rows behind this week's with the bits
    of the figures that each is in; the score's standards with [points earned, points]."""

    figures: Figures = field(default_factory=dict)
    rows: dict[UUID, int] = field(default_factory=dict)
    scored: dict[str, list[str]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """By which history knows the rows."""
        return rows_digest(self.rows, self.scored)


def rows_digest(rows: Mapping[UUID, int], scored: Mapping[str, Any]) -> str:
    """One digest of the ids with their bits, and of the score's standards."""
    kept = sorted([str(pk), bits] for pk, bits in rows.items())
    return digest.sha256(digest.canonical({"rows": kept, "scored": dict(scored)}))


def units_of(day: date) -> QuerySet[Unit]:
    """The units that stand on that day, in official order."""
    began, stands = Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    return people.units().filter(began, stands, kind__in=KINDS).order_by("official_order", "code")


def count(monday: date, units: Collection[UUID], before: Mapping[UUID, Figures]) -> dict[UUID, Tally]:
    """What is counted of each unit. How things stand is compared with what the last summary said, because nobody can
    count it afterwards; None where there is none."""
    found = {pk: Tally() for pk in units}
    for name in NAMES:
        counted = _two_weeks(SPECS[name], monday)
        for pk, tally in found.items():
            rows, last = counted.get(pk, ([], 0))
            known = before.get(pk, {}).get(name)
            tally.figures[name] = [len(rows), last if SPECS[name].days else known[0] if known else None]
            for row in rows:
                tally.rows[row] = tally.rows.get(row, 0) | BITS[name]
    edition = framework.current_edition()
    lines = scoring.lines_by_unit(edition) if edition else {}
    for pk, tally in found.items():
        known, total = before.get(pk, {}).get(SCORE), scoring.summed(lines.get(pk, ()))
        tally.figures[SCORE] = [two(total.points) if total.known else None, known[0] if known else None]
        tally.scored = {line.standard.code: [str(line.points), str(line.weight)] for line in lines.get(pk, ())
                        if line.points is not None}  # fmt: skip
    return found


def _two_weeks(spec: Spec, monday: date) -> dict[UUID, tuple[list[UUID], int]]:
    """(the ids of this week, how many in the week before) by unit."""
    first, end = week_of(monday)
    earlier, _end = week_of(monday - timedelta(days=7))
    now = min(end, clock.now())
    rows: QuerySet[Any] = spec.rows(spec.kind.model._default_manager.all(), earlier, end, _moment(spec, now))
    this = ExpressionWrapper(spec.window(first, end), BooleanField()) if spec.window else Value(True)
    found: dict[UUID, tuple[list[UUID], list[UUID]]] = {}
    for whose, pk, inside in rows.order_by().values_list(spec.kind.unit, "pk", this):
        found.setdefault(whose, ([], []))[0 if inside else 1].append(pk)
    return {whose: (now_in, len(before_it)) for whose, (now_in, before_it) in found.items()}


def _moment(spec: Spec, end_of_week: datetime) -> datetime:
    """How things stand is as of now, as the list shows it."""
    return end_of_week if spec.days else clock.now()


def before(monday: date) -> dict[UUID, Figures]:
    """What the summaries of the week before said."""
    rows = Summary.objects.filter(week_start=monday - timedelta(days=7)).values_list("unit_id", "figures")
    return dict(rows)
