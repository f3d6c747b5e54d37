"""Divisions: the list of all levels from the top down, with what stands below each."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.places.models import Division, DivisionLevel, Grid
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

#: How a row may stand under a division: itself, or one, two, three levels down. Small sub-queries by key, where a
#: comparison of paths would read every row for every row.
STEPS = ("parent", "parent__parent", "parent__parent__parent")


def _levels(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(str(label))) for code, label in DivisionLevel.choices]


def _below(model: type[Model], keys: tuple[str, ...], **narrowed: str) -> Any:
    """How many rows hang on a division by any of the keys."""
    total: Any = 0
    for key in keys:
        rows = model._default_manager.filter(**{key: OuterRef("pk")}, **narrowed).order_by().values(key)
        count = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        total = Coalesce(count, 0) + total
    return total


def _has_boundary(row: Division) -> str:
    return now_said("有") if row.lon is not None else now_said("无")


def _search(rows: QuerySet[Division], words: str) -> QuerySet[Division]:
    return rows.filter(Q(name__icontains=words) | Q(code__startswith=words))


def _boundary(rows: QuerySet[Division], value: str) -> QuerySet[Division]:
    return rows.filter(boundary__isnull=value == "no")


LISTING = Listing(
    "divisions",
    _("区划"),
    columns=(
        Column("code", _("代码"), lambda row: row.code, sort="path"),
        Column("name", _("名称"), lambda row: row.name, sort="name", wide=True),
        Column("level", _("级别"), lambda row: now_said(row.get_level_display()), corner=True),
        Column("parent", _("上级"), lambda row: row.parent.name if row.parent else ""),
        Column("streets", _("街道（乡镇）"), lambda row: row.streets, number=True),
        Column("communities", _("社区（村）"), lambda row: row.communities, number=True),
        Column("grids", _("网格"), lambda row: row.cells, number=True),
        Column("boundary", _("边界"), _has_boundary, shown=False),
        Column("parent_code", _("上级代码"), lambda row: row.parent.code if row.parent else "", shown=False),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("level", _("级别"), lambda rows, value: rows.filter(level=value), _levels),
        Filter("area", _("区域"), lambda rows, value: rows.filter(path__startswith=value), choices.areas),
        Filter("boundary", _("边界"), _boundary, lambda _r: [("yes", _("有")), ("no", _("无"))]),
    ),
    sort="code",
)


@page("places.view")
def division_list(request: StaffRequest) -> HttpResponseBase:
    """Every division under the one above it, and how many there are of each level."""
    rows = Division.objects.select_related("parent").defer("boundary", "parent__boundary").annotate(
        streets=_below(Division, STEPS, level=DivisionLevel.STREET),
        communities=_below(Division, STEPS, level=DivisionLevel.COMMUNITY),
        cells=_below(Grid, ("division", *(f"division__{step}" for step in STEPS))),
    )  # fmt: skip
    return LISTING.respond(request, rows, "desk/divisions.html", {"figures": _figures()})


def _figures() -> list[tuple[str, int, str]]:
    """The word, the count and the rows of each level."""
    counts = dict(Division.objects.order_by().values_list("level").annotate(Count("pk")))
    url = reverse("desk:places")
    levels = [(code, now_said(str(label))) for code, label in DivisionLevel.choices]
    found = [(word, counts.get(code, 0), f"{url}?level={code}") for code, word in levels]
    return [*found, (now_said("网格"), Grid.objects.count(), "")]
