"""Rates split: by unit, street or category, and week by week. Each table is one query, whatever its length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import CASE_RATES, REPORT_RATES, Definition, Rate, counts_of, is_of_reports, rate_from
from chuangcheng.framework.models import Category
from chuangcheng.kernel.label import Label
from chuangcheng.people.selectors import units
from chuangcheng.places.models import Division, DivisionLevel

By = Literal["unit", "street", "category"]
BYS: dict[By, Label] = {
    "unit": Label("按单位", "By unit"),
    "street": Label("按街道（乡镇）", "By street"),
    "category": Label("按类别", "By category"),
}
Rows = QuerySet[Case] | QuerySet[Report]


@dataclass(frozen=True, slots=True)
class Line:
    """One group: ``key`` is what the lists' filter ``by`` takes ("" for the rows that belong to none)."""

    key: str
    name: str
    rates: dict[str, Rate]


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday on."""

    monday: datetime
    rate: Rate


def groups_for(definition: Definition) -> list[By]:
    """How a rate can be split: no unit holds a report."""
    return ["street", "category"] if is_of_reports(definition) else ["unit", "street", "category"]


def split(rows: Rows, by: By, now: datetime) -> list[Line]:
    """Every rate of the rows' kind for each group that has any row, in official order."""
    definitions = CASE_RATES if rows.model is Case else REPORT_RATES
    wanted: dict[str, Any] = {}
    for definition in definitions:
        wanted |= counts_of(definition, now)
    found: dict[Any, dict[str, int]] = {}
    for row in _grouped(rows, by).annotate(**wanted).values_list("group", *wanted):
        found[row[0]] = dict(zip(wanted, row[1:], strict=True))
    return [
        Line(key, name, {each.name: rate_from(each, counts) for each in definitions})
        for key, name, counts in _NAMED[by](found)
    ]


def _grouped(rows: Rows, by: By) -> QuerySet[Any, Any]:
    if by == "unit":
        return rows.order_by().annotate(group=Coalesce("holder", "responsible")).values("group")
    column = "division_path" if by == "street" else "category"
    return rows.order_by().annotate(group=F(column)).values("group")


Named = Iterable[tuple[str, str, Mapping[str, int]]]


def _by_unit(found: Mapping[UUID | None, Mapping[str, int]]) -> Named:
    for pk, name in units().values_list("pk", "short_name"):
        if pk in found:
            yield str(pk), name, found[pk]
    if None in found:
        yield "", "", found[None]


def _by_category(found: Mapping[UUID | None, Mapping[str, int]]) -> Named:
    known = Category.objects.filter(pk__in=[pk for pk in found if pk]).order_by("code")
    for pk, code, name in known.values_list("pk", "code", "zh"):
        yield code, name, found[pk]
    if None in found:
        yield "", "", found[None]


def _by_street(found: Mapping[str, Mapping[str, int]]) -> Named:
    """Communities and grids count with their street; what stands above a street stays a group of its own."""
    streets = Division.objects.filter(level=DivisionLevel.STREET).order_by("path").values_list("path", "name")
    left = dict(found)
    for path, name in streets:
        inside = [left.pop(each) for each in [*left] if each.startswith(path)]
        if inside:
            yield path, name, _sum(inside)
    if left:
        yield "", "", _sum([*left.values()])


def _sum(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {name: sum(each[name] for each in counts) for name in counts[0]}


_NAMED: dict[By, Any] = {"unit": _by_unit, "street": _by_street, "category": _by_category}


def trend(rows: Rows, definition: Definition, field: str, mondays: Sequence[datetime], now: datetime) -> list[Week]:
    """The rate of the rows of each week (by ``field``), in one query."""
    wanted: dict[str, Any] = {}
    for place, monday in enumerate(mondays):
        inside = Q(**{f"{field}__gte": monday, f"{field}__lt": monday + timedelta(days=7)})
        wanted |= counts_of(definition, now, inside, f"_{place}")
    if not mondays:
        return []
    span = {f"{field}__gte": mondays[0], f"{field}__lt": mondays[-1] + timedelta(days=7)}
    found = rows.filter(**span).order_by().aggregate(**wanted)
    return [Week(monday, rate_from(definition, found, f"_{place}")) for place, monday in enumerate(mondays)]
