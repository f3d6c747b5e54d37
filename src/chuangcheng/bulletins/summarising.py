"""The weekly summaries of all units at once: a grouped query a figure, however many units there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.bulletins.figures import two
from chuangcheng.bulletins.models import Summary
from chuangcheng.bulletins.specs import SPECS, Spec, week_of
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock
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


def units_of(day: date) -> QuerySet[Unit]:
    """The units that stand on that day, in official order."""
    began, stands = Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    return people.units().filter(began, stands, kind__in=KINDS).order_by("official_order", "code")


def count(monday: date, units: Collection[UUID], before: Mapping[UUID, Figures]) -> dict[UUID, Figures]:
    """Each unit's figures as [this week, the week before]. How things stand is compared with what the last summary
    said, because nobody can count it afterwards; None where there is none."""
    found: dict[UUID, Figures] = {pk: {} for pk in units}
    for name in NAMES:
        counted = _two_weeks(SPECS[name], monday)
        for pk, figures in found.items():
            now, last = counted.get(pk, (0, 0))
            known = before.get(pk, {}).get(name)
            figures[name] = [now, last if SPECS[name].days else known[0] if known else None]
    points = _scores()
    for pk, figures in found.items():
        known = before.get(pk, {}).get(SCORE)
        figures[SCORE] = [points.get(pk), known[0] if known else None]
    return found


def _two_weeks(spec: Spec, monday: date) -> dict[UUID, tuple[int, int]]:
    """(this week, the week before) by unit."""
    first, end = week_of(monday)
    earlier, _end = week_of(monday - timedelta(days=7))
    now = min(end, clock.now())
    rows: QuerySet[Any] = spec.rows(spec.kind.model._default_manager.all(), earlier, end, _moment(spec, now))
    this = spec.window(first, end) if spec.window else Q()
    counts = rows.order_by().values(whose=spec.kind.unit).annotate(all=Count("pk"), now=Count("pk", filter=this))
    return {row["whose"]: (row["now"], row["all"] - row["now"]) for row in counts}


def _moment(spec: Spec, end_of_week: datetime) -> datetime:
    """How things stand is as of now, as the list shows it."""
    return end_of_week if spec.days else clock.now()


def _scores() -> dict[UUID, float]:
    edition = framework.current_edition()
    totals = scoring.by_unit(edition) if edition else []
    return {row.unit.pk: two(row.total.points) for row in totals if row.total.known}


def before(monday: date) -> dict[UUID, Figures]:
    """What the summaries of the week before said."""
    rows = Summary.objects.filter(week_start=monday - timedelta(days=7)).values_list("unit_id", "figures")
    return dict(rows)
