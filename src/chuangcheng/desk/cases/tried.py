"""The page of a dry run of time limits: figures, by category and by unit, and the cases whose fate changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.dry_run.limits import Fate, Tally, try_limits
from chuangcheng.cases.dry_run.period import period_of
from chuangcheng.cases.models import Case
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.framework import selectors
from chuangcheng.framework.time_rules import Limit
from chuangcheng.kernel import clock
from chuangcheng.people import selectors as people
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, export

SHOWN = 100
COLUMNS = (
    Column("number", _("案件"), lambda row: row[0].number),
    Column("category", _("类别"), lambda row: row[1]),
    Column("unit", _("单位"), lambda row: row[2]),
    Column("due_before", _("原时限"), lambda row: row[0].due_before),
    Column("due_after", _("试算时限"), lambda row: row[0].due_after),
    Column("handled", _("处置时间"), lambda row: row[0].handled_at),
    Column("fate", _("变化"), lambda row: now_said("按期→超期") if row[0].late_after else now_said("超期→按期")),
)


class _Rows(list[Any]):
    """A list where the export asks for a queryset."""

    def iterator(self, **_options: int) -> Iterator[Any]:
        """Its rows; they are in memory already."""
        return iter(self)


def tried(request: StaffRequest, rows: Sequence[Limit], context: dict[str, Any], name: str) -> HttpResponseBase:
    """Try the set on the chosen period and show it; ``?export=xlsx|csv`` gives every case whose fate changes."""
    now = clock.now()
    period = period_of(request.GET.get("try", ""), now)
    trial = try_limits(visible_cases(request.actor), rows, period, now)
    units = dict(people.units().values_list("pk", "short_name"))
    names = {category.code: category.zh for category in selectors.categories()}
    fates = [_named(fate, names, units) for fate in trial.fates]
    kind = request.GET.get("export", "")
    if kind in export.KINDS:
        return export.respond(_Rows(fates), COLUMNS, kind, now_said("试算-%(name)s") % {"name": name})
    shown = fates[:SHOWN]
    ids = dict(Case.objects.filter(number__in=[fate.number for fate, _, _ in shown]).values_list("number", "pk"))
    context |= {
        "trial": trial, "now": now, "more": max(0, len(fates) - SHOWN),
        "fates": [(fate, category, unit, ids[fate.number]) for fate, category, unit in shown],
        "by_category": _lines(trial.by_category, names), "by_unit": _lines(trial.by_unit, units),
    }  # fmt: skip
    return render(request, "desk/time_trial.html", context)


def _named(fate: Fate, names: dict[str, str], units: dict[Any, str]) -> tuple[Fate, str, str]:
    return fate, names.get(fate.category, fate.category), units.get(fate.unit_id, "")


def _lines(tallies: dict[Any, Tally], names: dict[Any, str]) -> list[tuple[str, Tally]]:
    """Those that change, the most moved first."""
    moved = [(key, tally) for key, tally in tallies.items() if tally.earlier or tally.later]
    moved.sort(key=lambda line: (-line[1].earlier - line[1].later, str(line[0])))
    return [(names.get(key, "") or str(key or "—"), tally) for key, tally in moved]
